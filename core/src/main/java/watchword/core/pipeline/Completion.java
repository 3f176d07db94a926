package watchword.core.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.core.lease.Leases.Announced;
import watchword.core.lease.Leases;
import watchword.core.lockout.Lockouts;
import watchword.core.mount.Mounts;
import watchword.core.request.Answer;
import watchword.core.rotation.Rotations;
import watchword.core.token.Logins;
import watchword.core.token.TokenCaller;
import watchword.core.wrapping.Wrapping;
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

    Completion(Mounts mounts, Leases leases, Logins logins, Lockouts lockouts, Rotations rotations, Wrapping wrapping) {
        this.mounts = mounts;
        this.leases = leases;
        this.logins = logins;
        this.lockouts = lockouts;
        this.rotations = rotations;
        this.wrapping = wrapping;
    }

    boolean isNeeded(Admission.Allowed allowed, Reply<?> reply) {
        return wraps(allowed, reply)
                || !reply.rotations().isEmpty()
                || reply.term().orElse(null) instanceof Reply.Term.Leased
                || reply.auth().orElse(null) instanceof Reply.Login;
    }

    private static boolean wraps(Admission.Allowed allowed, Reply<?> reply) {
        return allowed.request().wrapTtl().isPresent() && reply.raw().isEmpty() && (reply.data().isPresent() || reply.auth().isPresent());
    }

    /** @param announced what the request announced, if it did */
    Answer complete(Storage.Writer store, Admission.Allowed allowed, Optional<Announced> announced, Reply<?> reply, Answer answer, Instant now) {
        var complete = withoutStore(reply, answer);
        if (!reply.rotations().isEmpty()) requireRotating(allowed);
        for (var rotation : reply.rotations()) rotations.say(store, allowed.theMount(), rotation);
        if (reply.term().orElse(null) instanceof Reply.Term.Leased leased) {
            complete = leased(store, allowed, announced, leased, answer, now);
            // The lease is on record, so that it ends with the token, which is about to end; what it stands for is of no use to anybody.
            if (allowed.caller() instanceof TokenCaller caller && caller.row().isSpent()) return Answer.of(AT_ONCE_REVOKED);
            if (allowed.caller() instanceof TokenCaller caller && caller.row().isForOneRequest()) return Answer.of(NO_LEASES);
        }
        if (reply.auth().orElse(null) instanceof Reply.Login login) {
            lockouts.requireOpen(store, allowed.theMount(), login.alias(), now);
            login.settle().accept(PrefixedStore.view(store, allowed.theMount().storagePrefix()));
            switch (logins.login(store, allowed.theMount(), Logins.Attempt.of(allowed.request()), login, now)) {
                case Logins.Outcome.Told told -> complete = complete.withAuth(told.auth(), List.of());
                case Logins.Outcome.Refused refused -> {
                    return Answer.of(refused.problem());
                }
            }
        }
        if (!wraps(allowed, reply)) return complete;
        return wrapping.wrap(store, allowed.request(), complete, now);
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

    private Answer leased(Storage.Writer store, Admission.Allowed allowed, Optional<Announced> announced, Reply.Term.Leased leased, Answer answer, Instant now) {
        if (!(allowed.caller() instanceof TokenCaller caller)) throw new Problem.Denied().asException();
        requireRevocable(allowed);
        var row = caller.row();
        var end = row.isForOneRequest() ? Optional.of(now) : row.isBatch() ? row.expires() : Optional.<Instant>empty();
        var granted = leases.grant(store, caller.tokenKey(), announced, end, allowed.view(mounts), allowed.request().path().text(), leased, now);
        return answer.withLease(new Answer.LeaseInfo(granted.id(), granted.ttl().toSeconds(), granted.renewable()));
    }
}
