package watchword.core.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import watchword.core.event.EventBus;
import watchword.core.lease.Leases.Announced;
import watchword.core.lease.Leases;
import watchword.core.lockout.Lockouts;
import watchword.core.mount.Mounts;
import watchword.core.mount.RouteTable;
import watchword.core.namespace.NamespaceStore;
import watchword.core.request.Answer;
import watchword.core.rotation.Rotations;
import watchword.core.rotation.Rotator;
import watchword.core.wire.Schema;
import watchword.sdk.Ask;
import watchword.sdk.Call;
import watchword.sdk.Event;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Route.Handler;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** Carries out what the gate allowed: decodes the input, opens the transaction that the route asks for, and completes the reply in it. */
final class Invocation {
    private final Storage storage;
    private final Mounts mounts;
    private final Leases leases;
    private final Gate gate;
    private final Completion completion;
    private final Lockouts lockouts;
    private final EventBus events;
    private final Rotations rotations;
    private final Rotator rotator;

    Invocation(Storage storage, Mounts mounts, Leases leases, Gate gate, Completion completion, Lockouts lockouts, EventBus events, Rotations rotations, Rotator rotator) {
        this.storage = storage;
        this.mounts = mounts;
        this.leases = leases;
        this.gate = gate;
        this.completion = completion;
        this.lockouts = lockouts;
        this.events = events;
        this.rotations = rotations;
        this.rotator = rotator;
    }

    Answer run(Admission.Allowed allowed, Instant now) {
        return run(allowed, allowed.bound(), now);
    }

    private <I extends Record, O extends Record> Answer run(Admission.Allowed allowed, RouteTable.Bound<I, O> bound, Instant now) {
        var input = decode(allowed, bound);
        var request = allowed.request();
        var ask = new Ask(allowed.caller(), mounts.view(allowed.theMount()), Gate.below(allowed.theMount(), request.path().text()), request.body(),
                request.peer(), request.wrapTtl(), now, request.upload());
        if (bound.route().who().isEmpty()) return run(allowed, bound, input, ask, now);
        return lockouts.guard(own(allowed), allowed.theMount(), who(bound.route().who().get(), allowed, input, ask), now, () -> run(allowed, bound, input, ask, now));
    }

    /** Whom a login is for, as it is told without proof. */
    private <I extends Record> String who(Function<Call.Read<I>, String> who, Admission.Allowed allowed, I input, Ask ask) {
        return own(allowed).<String>read(store -> who.apply(new Call.Read<>(input, ask, PrefixedStore.view(store, allowed.theMount().storagePrefix()))));
    }

    private <I extends Record, O extends Record> Answer run(Admission.Allowed allowed, RouteTable.Bound<I, O> bound, I input, Ask ask, Instant now) {
        var prefix = allowed.theMount().storagePrefix();
        var own = own(allowed);
        Function<Reply<O>, Answer> answer = reply -> Answer.of(reply, bound.output(), bound.route().is(Trait.FLAT), ignored(allowed, bound));
        return switch (bound.route().handler()) {
            case Handler.Reads<I, O> reads -> {
                var reply = own.<Reply<O>>read(store -> reads.run().apply(new Call.Read<>(input, ask, PrefixedStore.view(store, prefix))));
                yield finish(own, allowed, Optional.empty(), reply, answer.apply(reply), now);
            }
            case Handler.Changes<I, O> changes -> {
                var done = own.<Done>write(store -> {
                    gate.requireStill(store, allowed, now);
                    var reply = changes.run().apply(new Call.Change<>(input, ask, PrefixedStore.view(store, prefix)));
                    return new Done(completion.complete(store, allowed, Optional.empty(), reply, answer.apply(reply), now), reply.events());
                });
                events.publish(allowed.namespace(), allowed.theMount(), done.events());
                yield done.answer();
            }
            case Handler.Effects<I, O> effects -> {
                var making = new Making(own, gate, leases, mounts, rotations, rotator, allowed, now);
                try {
                    var reply = effects.run().apply(new Call.Effect<>(input, ask, new PrefixedStore(own, prefix), making));
                    var finished = finish(own, allowed, making.announced(), reply, answer.apply(reply), now);
                    if (!(reply.term().orElse(null) instanceof Reply.Term.Leased)) making.undo();
                    events.publish(allowed.namespace(), allowed.theMount(), reply.events());
                    yield finished;
                } catch (RuntimeException failed) {
                    making.undo();
                    throw failed;
                }
            }
        };
    }

    /** What a transaction leaves: its answer, and what to tell of it now that it is committed. */
    private record Done(Answer answer, List<Event> events) {}

    /** Only an answer that makes something of its own (a token, a lease, a wrapping) needs another transaction. */
    private <O extends Record> Answer finish(Storage own, Admission.Allowed allowed, Optional<Announced> announced, Reply<O> reply, Answer answer, Instant now) {
        if (!completion.isNeeded(allowed, reply)) return completion.withoutStore(reply, answer);
        return own.<Answer>write(store -> {
            gate.requireStill(store, allowed, now);
            return completion.complete(store, allowed, announced, reply, answer, now);
        });
    }

    /** The part of the store that is the namespace's. */
    private Storage own(Admission.Allowed allowed) {
        return NamespaceStore.of(storage, allowed.namespace().id());
    }

    private static <I extends Record, O extends Record> I decode(Admission.Allowed allowed, RouteTable.Bound<I, O> bound) {
        try {
            return bound.input().decodeRequest(allowed.request().body(), allowed.parameters());
        } catch (Schema.FieldException wrong) {
            var text = allowed.engine().engine().fieldErrorPrefix() + "error converting input for field \"" + wrong.field() + "\": " + wrong.getMessage();
            throw new Problem.Invalid(text).asException();
        }
    }

    /** Fields that were sent and mean nothing here are told, not dropped in silence. */
    private static List<String> ignored(Admission.Allowed allowed, RouteTable.Bound<?, ?> bound) {
        var body = allowed.request().body();
        if (body.isEmpty() || bound.input().takesAnything()) return List.of();
        var unknown = new TreeSet<String>();
        var replaced = new TreeSet<String>();
        for (var name : body.keySet()) {
            if (allowed.parameters().containsKey(name)) replaced.add(name);
            else if (!bound.input().knows(name)) unknown.add(name);
        }
        var warnings = new java.util.ArrayList<String>(2);
        if (!unknown.isEmpty()) warnings.add("Endpoint ignored these unrecognized parameters: [" + String.join(" ", unknown) + "]");
        if (!replaced.isEmpty()) {
            warnings.add("Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [" + String.join(" ", replaced) + "]");
        }
        return warnings;
    }
}
