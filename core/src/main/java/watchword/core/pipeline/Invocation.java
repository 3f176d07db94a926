package watchword.core.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import watchword.core.approval.Approvals;
import watchword.core.event.EventBus;
import watchword.core.lease.Leases.Announced;
import watchword.core.lease.Leases;
import watchword.core.lockout.Lockouts;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.mount.RouteTable;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.policy.Consent;
import watchword.core.request.Answer;
import watchword.core.rotation.Rotations;
import watchword.core.rotation.Rotator;
import watchword.core.token.TokenCaller;
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
    private final Approvals approvals;
    private final EventBus events;
    private final Rotations rotations;
    private final Rotator rotator;

    Invocation(Storage storage, Mounts mounts, Leases leases, Gate gate, Completion completion, Lockouts lockouts, Approvals approvals, EventBus events, Rotations rotations,
            Rotator rotator) {
        this.storage = storage;
        this.mounts = mounts;
        this.leases = leases;
        this.gate = gate;
        this.completion = completion;
        this.lockouts = lockouts;
        this.approvals = approvals;
        this.events = events;
        this.rotations = rotations;
        this.rotator = rotator;
    }

    Answer run(Admission.Allowed allowed, Instant now) {
        if (allowed.decision().consent() instanceof Consent.BrokenGlass glass && allowed.caller() instanceof TokenCaller caller) {
            tell(caller, Approvals.glassBroken(allowed.request(), allowed.wanted(), caller, glass));
        }
        return run(allowed, allowed.bound(), now);
    }

    /** Keeps what others have to approve first; nothing of it is done but that it is read. */
    Answer defer(Admission.Deferred deferred, Instant now) {
        var once = deferred.once();
        var shown = new Approvals.Shown(once.found().shown(once.request().path().text()), masked(once, once.bound()));
        var kept = NamespaceStore.of(storage, deferred.caller().namespaceId())
                .<Approvals.Kept>write(store -> approvals.keep(store, deferred.caller(), once.request(), shown, once.wanted(), deferred.control(), now));
        tell(deferred.caller(), kept.event());
        return Answer.wrapping(kept.told());
    }

    private static <I extends Record> Map<String, Object> masked(Admission.Allowed allowed, RouteTable.Bound<I, ?> bound) {
        return bound.input().encodeMasked(decode(allowed, bound));
    }

    /** Of something in the namespace of a caller's token, as of its {@code sys/}. */
    private void tell(TokenCaller caller, Event event) {
        NamespaceStore.of(storage, caller.namespaceId()).<Optional<MountEntry>>read(store -> {
            var sys = mounts.at(store, "sys/");
            sys.ifPresent(mount -> events.publish(Namespaces.of(store), mount, List.of(event)));
            return sys;
        });
    }

    /** First in the transaction that carries it out: what the gate saw is still so, and an approval is spent. */
    private void begin(Storage.Writer store, Admission.Allowed allowed, Instant now) {
        gate.requireStill(store, allowed, now);
        if (allowed.decision().consent() instanceof Consent.Approved approved) approvals.spend(store, approved, now);
    }

    /** What acts outside of any transaction spends its approval before. */
    private Admission.Allowed begun(Storage own, Admission.Allowed allowed, Instant now) {
        if (!(allowed.decision().consent() instanceof Consent.Approved)) return allowed;
        own.update(store -> begin(store, allowed, now));
        return allowed.with(Consent.FREE);
    }

    private <I extends Record, O extends Record> Answer run(Admission.Allowed allowed, RouteTable.Bound<I, O> bound, Instant now) {
        var input = decode(allowed, bound);
        var request = allowed.request();
        var ask = new Ask(allowed.caller(), allowed.view(mounts), Gate.below(allowed.theMount(), request.path().text()), request.body(),
                request.peer(), request.wrapTtl(), now, request.upload(), bound.route().is(Trait.NO_TOKEN) ? request.authorization() : Optional.empty());
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
                    begin(store, allowed, now);
                    var reply = changes.run().apply(new Call.Change<>(input, ask, PrefixedStore.view(store, prefix)));
                    return new Done(completion.complete(store, allowed, Optional.empty(), reply, answer.apply(reply), now), reply.events());
                });
                events.publish(allowed.namespace(), allowed.theMount(), done.events());
                yield done.answer();
            }
            case Handler.Effects<I, O> effects -> {
                var begun = begun(own, allowed, now);
                var making = new Making(own, gate, leases, mounts, rotations, rotator, begun, now);
                try {
                    var reply = effects.run().apply(new Call.Effect<>(input, ask, new PrefixedStore(own, prefix), making));
                    var finished = finish(own, begun, making.announced(), reply, answer.apply(reply), now);
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

    /** Only an answer that makes something of its own (a token, a lease, a wrapping), or spends an approval, needs another transaction. */
    private <O extends Record> Answer finish(Storage own, Admission.Allowed allowed, Optional<Announced> announced, Reply<O> reply, Answer answer, Instant now) {
        boolean spends = allowed.decision().consent() instanceof Consent.Approved;
        if (!spends && !completion.isNeeded(allowed, reply)) return completion.withoutStore(reply, answer);
        return own.<Answer>write(store -> {
            begin(store, allowed, now);
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
