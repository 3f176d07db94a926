package watchword.core.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.core.lease.Leases;
import watchword.core.lockout.Lockouts;
import watchword.core.mount.Mounts;
import watchword.core.namespace.NamespaceStore;
import watchword.core.quota.EntityUse;
import watchword.core.request.Answer;
import watchword.core.rotation.Rotations;
import watchword.core.run.KeptAnswers;
import watchword.core.token.Logins;
import watchword.core.token.TokenCaller;
import watchword.core.wrapping.Wrapping;
import watchword.sdk.Event;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Revocable;
import watchword.sdk.Rotating;
import watchword.sdk.Storage;

/**
 * What an answer carries besides its data, made in the transaction of the request: a lease for what was issued, a token for a login, what is
 * rotated from now on, a wrapping.
 */
final class Completion {
    private static final Problem AT_ONCE_REVOKED =
            new Problem.Invalid("Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.");
    static final Problem NO_LEASES = new Problem.Invalid("requests with inline authentication cannot generate leases");

    private final Mounts mounts;
    private final Leases leases;
    private final Logins logins;
    private final Lockouts lockouts;
    private final Rotations rotations;
    private final Wrapping wrapping;
    private final Sharing sharing;
    private final EntityUse uses;

    Completion(Mounts mounts, Leases leases, Logins logins, Lockouts lockouts, Rotations rotations, Wrapping wrapping, Sharing sharing, EntityUse uses) {
        this.mounts = mounts;
        this.leases = leases;
        this.logins = logins;
        this.lockouts = lockouts;
        this.rotations = rotations;
        this.wrapping = wrapping;
        this.sharing = sharing;
        this.uses = uses;
    }

    /** What a transaction leaves: its answer, and what to tell of it once it is committed. */
    record Done(Answer answer, List<Event> events) {
        Done telling(List<Event> more) {
            return more.isEmpty() ? this : new Done(answer, Stream.concat(events.stream(), more.stream()).toList());
        }
    }

    boolean isNeeded(Admission.Allowed allowed, Reply<?> reply) {
        return wraps(allowed, reply)
                || !reply.rotations().isEmpty()
                || !reply.rotatedNoMore().isEmpty()
                || reply.term().orElse(null) instanceof Reply.Term.Leased
                || reply.auth().orElse(null) instanceof Reply.Login;
    }

    private static boolean wraps(Admission.Allowed allowed, Reply<?> reply) {
        return allowed.request().wrapTtl().isPresent() && reply.raw().isEmpty() && (reply.data().isPresent() || reply.auth().isPresent());
    }

    Done complete(Storage.Writer store, Carried carried, Reply<?> reply, Answer answer) {
        var allowed = carried.allowed();
        var now = carried.now();
        var complete = withoutStore(reply, answer);
        var events = List.<Event>of();
        if (!reply.rotations().isEmpty()) requireRotating(allowed);
        for (var what : reply.rotatedNoMore()) rotations.forget(store, allowed.theMount(), what);
        for (var rotation : reply.rotations()) rotations.say(store, allowed.theMount(), rotation);
        if (reply.term().orElse(null) instanceof Reply.Term.Leased leased) {
            complete = leased(store, carried, leased, answer);
            events = near(store, allowed);
            // The lease is on record, so that it ends with the token, which is about to end; what it stands for is of no use to anybody.
            if (allowed.caller() instanceof TokenCaller caller && caller.row().isSpent()) return new Done(Answer.of(AT_ONCE_REVOKED), events);
            if (allowed.caller() instanceof TokenCaller caller && caller.row().isForOneRequest()) return new Done(Answer.of(NO_LEASES), events);
        }
        if (reply.auth().orElse(null) instanceof Reply.Login login) {
            lockouts.requireOpen(store, allowed.theMount(), carried.who(), now);
            lockouts.requireOpen(store, allowed.theMount(), login.alias(), now);
            login.settle().accept(PrefixedStore.view(store, allowed.theMount().storagePrefix()));
            switch (logins.login(store, allowed.theMount(), Logins.Attempt.of(allowed.request(), allowed.meant()), login, now)) {
                case Logins.Outcome.Told told -> {
                    complete = complete.withAuth(told.auth(), List.of());
                    events = uses.nearing(store, told.auth().entityId(), true);
                }
                case Logins.Outcome.Refused refused -> {
                    return new Done(Answer.of(refused.problem()), List.of());
                }
            }
        }
        return new Done(wraps(allowed, reply) ? wrapping.wrap(store, allowed.request(), complete, now) : complete, events);
    }

    /** What a run was answered before, wrapped if that is asked for. */
    Answer again(Storage own, Admission.Allowed allowed, Answer known, Instant now) {
        return allowed.request().wrapTtl().isEmpty() ? known : own.<Answer>write(store -> again(store, allowed, known, now));
    }

    Answer again(Storage.Writer store, Admission.Allowed allowed, Answer known, Instant now) {
        return allowed.request().wrapTtl().isEmpty() ? known : wrapping.wrap(store, allowed.request(), known, now);
    }

    private List<Event> near(Storage.Writer store, Admission.Allowed allowed) {
        return allowed.caller() instanceof TokenCaller caller ? uses.nearing(NamespaceStore.view(store, caller.namespaceId()), caller.row().entityId(), false) : List.of();
    }

    Answer withoutStore(Reply<?> reply, Answer answer) {
        var told = switch (reply.term().orElse(null)) {
            case Reply.Term.Advised advised -> answer.withLease(new Answer.LeaseInfo("", advised.ttl().toSeconds(), false));
            case Reply.Term.Renewed renewed -> answer.withLease(new Answer.LeaseInfo(renewed.leaseId(), renewed.ttl().toSeconds(), renewed.renewable()));
            case null, default -> answer;
        };
        return reply.auth().orElse(null) instanceof Reply.Issued issued ? told.withAuth(issued, List.of()) : told;
    }

    static void requireRevocable(Admission.Allowed allowed) {
        if (!(allowed.engine().engine() instanceof Revocable)) throw new IllegalStateException(allowed.theMount().type() + " answers with leases that it cannot end");
    }

    static void requireRotating(Admission.Allowed allowed) {
        if (!(allowed.engine().engine() instanceof Rotating)) throw new IllegalStateException(allowed.theMount().type() + " tells of rotations that it cannot carry out");
    }

    /** Whose a lease is that the request gets. */
    static Leases.Owner owner(Admission.Allowed allowed) {
        if (!(allowed.caller() instanceof TokenCaller caller)) throw new Problem.Denied().asException();
        var row = caller.row();
        var end = row.isForOneRequest() ? Optional.of(row.issued()) : row.isBatch() ? row.expires() : Optional.<Instant>empty();
        return new Leases.Owner(caller.tokenKey(), row.entityId(), row.run(), end);
    }

    private Answer leased(Storage.Writer store, Carried carried, Reply.Term.Leased leased, Answer answer) {
        var allowed = carried.allowed();
        var owner = owner(allowed);
        requireRevocable(allowed);
        var keeping = carried.shared().filter(key -> sharing.isOpen(store, allowed, key));
        var granted = leases.grant(store, owner, carried.announced(), allowed.view(mounts), allowed.meant(), leased, keeping.map(KeptAnswers.Key::ask).orElse(""),
                carried.now());
        keeping.ifPresent(key -> sharing.keep(store, allowed, key, granted.id(), answer));
        return answer.withLease(new Answer.LeaseInfo(granted.id(), granted.ttl().toSeconds(), granted.renewable()));
    }
}
