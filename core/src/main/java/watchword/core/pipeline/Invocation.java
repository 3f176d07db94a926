package watchword.core.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import watchword.core.approval.Announcements;
import watchword.core.approval.Approvals;
import watchword.core.event.EventBus;
import watchword.core.lockout.Lockouts;
import watchword.core.mount.Mounts;
import watchword.core.mount.RouteTable;
import watchword.core.namespace.NamespaceStore;
import watchword.core.pipeline.Completion.Done;
import watchword.core.policy.Consent;
import watchword.core.request.Answer;
import watchword.core.run.KeptAnswers.Key;
import watchword.core.token.TokenCaller;
import watchword.core.wire.Schema;
import watchword.sdk.Ask;
import watchword.sdk.Call;
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
    private final Gate gate;
    private final Completion completion;
    private final Lockouts lockouts;
    private final Approvals approvals;
    private final Announcements announcements;
    private final EventBus events;
    private final Sharing sharing;
    private final Making.Means means;

    Invocation(Storage storage, Mounts mounts, Gate gate, Completion completion, Lockouts lockouts, Approvals approvals, Announcements announcements, EventBus events,
            Sharing sharing, Making.Means means) {
        this.storage = storage;
        this.mounts = mounts;
        this.gate = gate;
        this.completion = completion;
        this.lockouts = lockouts;
        this.approvals = approvals;
        this.announcements = announcements;
        this.events = events;
        this.sharing = sharing;
        this.means = means;
    }

    Answer run(Admission.Allowed allowed, Instant now) {
        if (allowed.decision().consent() instanceof Consent.BrokenGlass glass && allowed.caller() instanceof TokenCaller caller) {
            announcements.of(caller, Approvals.glassBroken(allowed.request(), allowed.wanted(), caller, glass));
        }
        return run(allowed, allowed.bound(), now);
    }

    /** Keeps what others have to approve first; nothing of it is done but that it is read. */
    Answer defer(Admission.Deferred deferred, Instant now) {
        var once = deferred.once();
        var shown = new Approvals.Shown(once.found().shown(once.request().path().text()), masked(once, once.bound()));
        var kept = NamespaceStore.of(storage, deferred.caller().namespaceId())
                .<Approvals.Kept>write(store -> approvals.keep(store, deferred.caller(), once.request(), shown, once.wanted(), deferred.control(), now));
        announcements.of(deferred.caller(), kept.event());
        return Answer.wrapping(kept.told());
    }

    private static <I extends Record> Map<String, Object> masked(Admission.Allowed allowed, RouteTable.Bound<I, ?> bound) {
        return bound.input().encodeMasked(decode(allowed, bound));
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
        var ask = new Ask(allowed.caller(), allowed.view(mounts), Place.below(allowed.theMount(), request.path().text()), request.body(),
                request.peer(), request.wrapTtl(), now, request.upload(), bound.route().is(Trait.NO_TOKEN) && !bound.route().isLogin() ? request.authorization() : Optional.empty());
        if (bound.route().who().isEmpty()) return run(new Carried(allowed, "", now), bound, input, ask);
        var who = who(bound.route().who().get(), allowed, input, ask);
        return lockouts.guard(own(allowed), allowed.theMount(), who, now, () -> run(new Carried(allowed, who, now), bound, input, ask));
    }

    /** Whom a login is for, as it is told without proof. */
    private <I extends Record> String who(Function<Call.Read<I>, String> who, Admission.Allowed allowed, I input, Ask ask) {
        return own(allowed).<String>read(store -> who.apply(new Call.Read<>(input, ask, PrefixedStore.view(store, allowed.theMount().storagePrefix()))));
    }

    /** @param who told without proof; empty for nobody */
    private <I extends Record, O extends Record> Answer run(Carried carried, RouteTable.Bound<I, O> bound, I input, Ask ask) {
        var allowed = carried.allowed();
        var own = own(allowed);
        var prefix = allowed.theMount().storagePrefix();
        Function<Reply<O>, Answer> answer = reply -> Answer.of(reply, bound.output(), bound.route().is(Trait.FLAT), ignored(allowed, bound));
        return switch (bound.route().handler()) {
            case Handler.Reads<I, O> reads -> {
                var reply = own.<Reply<O>>read(store -> reads.run().apply(new Call.Read<>(input, ask, PrefixedStore.view(store, prefix))));
                yield tell(allowed, finish(own, carried, reply, answer.apply(reply)));
            }
            case Handler.Changes<I, O> changes -> {
                var sharer = carried.sharing(sharing.key(allowed));
                yield tell(allowed, own.<Done>write(store -> {
                    begin(store, allowed, carried.now());
                    var known = sharer.shared().flatMap(key -> sharing.again(store, allowed, key));
                    if (known.isPresent()) return new Done(completion.again(store, allowed, known.get(), carried.now()), List.of());
                    var reply = changes.run().apply(new Call.Change<>(input, ask, PrefixedStore.view(store, prefix)));
                    return completion.complete(store, sharer, reply, answer.apply(reply)).telling(reply.events());
                }));
            }
            case Handler.Effects<I, O> effects -> {
                var key = sharing.key(allowed);
                Supplier<Answer> get = () -> effect(carried.with(begun(own, allowed, carried.now())).sharing(key), effects, input, ask, answer);
                yield key.isEmpty() ? get.get() : inTurn(own, carried, key.get(), get);
            }
        };
    }

    /** What the run has already, or else what this request gets for it. */
    private Answer inTurn(Storage own, Carried carried, Key key, Supplier<Answer> get) {
        var allowed = carried.allowed();
        return switch (sharing.await(own, allowed, key, store -> gate.requireStill(store, allowed, carried.now()))) {
            case Sharing.Turn.Answered known -> completion.again(own, begun(own, allowed, carried.now()), known.answer(), carried.now());
            case Sharing.Turn.Mine mine -> {
                try {
                    yield get.get();
                } finally {
                    sharing.release(own, allowed, key, mine.maker());
                }
            }
        };
    }

    private <I extends Record, O extends Record> Answer effect(Carried carried, Handler.Effects<I, O> effects, I input, Ask ask, Function<Reply<O>, Answer> answer) {
        var allowed = carried.allowed();
        var own = own(allowed);
        var making = means.making(own, allowed, carried.now());
        try {
            var reply = effects.run().apply(new Call.Effect<>(input, ask, new PrefixedStore(own, allowed.theMount().storagePrefix()), making));
            var finished = finish(own, carried.having(making.announced()), reply, answer.apply(reply));
            if (!(reply.term().orElse(null) instanceof Reply.Term.Leased)) making.undo();
            return tell(allowed, finished);
        } catch (RuntimeException failed) {
            making.undo();
            throw failed;
        }
    }

    private Answer tell(Admission.Allowed allowed, Done done) {
        events.publish(allowed.namespace(), allowed.theMount(), done.events());
        return done.answer();
    }

    /** Only an answer that makes something of its own (a token, a lease, a wrapping), or spends an approval, needs another transaction. */
    private <O extends Record> Done finish(Storage own, Carried carried, Reply<O> reply, Answer answer) {
        boolean spends = carried.allowed().decision().consent() instanceof Consent.Approved;
        if (!spends && !completion.isNeeded(carried.allowed(), reply)) return new Done(completion.withoutStore(reply, answer), reply.events());
        return own.<Done>write(store -> {
            begin(store, carried.allowed(), carried.now());
            return completion.complete(store, carried, reply, answer);
        }).telling(reply.events());
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
