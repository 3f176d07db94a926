package watchword.core.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.core.lease.Leases.Announced;
import watchword.core.lease.Leases;
import watchword.core.lockout.Lockouts;
import watchword.core.mount.Mounts;
import watchword.core.namespace.NamespaceStore;
import watchword.core.quota.EntityUse;
import watchword.core.request.Answer;
import watchword.core.run.KeptAnswers;
import watchword.core.token.Logins;
import watchword.core.token.TokenCaller;
import watchword.core.wrapping.Wrapping;
import watchword.sdk.Event;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Revocable;
import watchword.sdk.Storage;

/** What an answer carries besides its data, made in the transaction of the request: a lease for what was issued, a token for a login, a wrapping. */
final class Completion {
    private static final Problem AT_ONCE_REVOKED =
            new Problem.Invalid("Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.");

    private static final String FACTORS_HEADER = "x-vault-mfa";

    private final Mounts mounts;
    private final Leases leases;
    private final Logins logins;
    private final Lockouts lockouts;
    private final Wrapping wrapping;
    private final Sharing sharing;
    private final EntityUse uses;

    Completion(Mounts mounts, Leases leases, Logins logins, Lockouts lockouts, Wrapping wrapping, Sharing sharing, EntityUse uses) {
        this.mounts = mounts;
        this.leases = leases;
        this.logins = logins;
        this.lockouts = lockouts;
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
                || reply.term().orElse(null) instanceof Reply.Term.Leased
                || reply.auth().orElse(null) instanceof Reply.Login;
    }

    private static boolean wraps(Admission.Allowed allowed, Reply<?> reply) {
        return allowed.request().wrapTtl().isPresent() && reply.raw().isEmpty() && (reply.data().isPresent() || reply.auth().isPresent());
    }

    /**
     * @param announced what the request announced, if it did
     * @param shared what its run may be told again
     */
    Done complete(Storage.Writer store, Admission.Allowed allowed, Optional<Announced> announced, Optional<KeptAnswers.Key> shared, Reply<?> reply, Answer answer, Instant now) {
        var complete = withoutStore(reply, answer);
        var events = List.<Event>of();
        if (reply.term().orElse(null) instanceof Reply.Term.Leased leased) {
            complete = leased(store, allowed, announced, shared, leased, answer, now);
            events = near(store, allowed);
            // The lease is on record, so that it ends with the token, which is about to end; what it stands for is of no use to anybody.
            if (allowed.caller() instanceof TokenCaller caller && caller.row().isSpent()) return new Done(Answer.of(AT_ONCE_REVOKED), events);
        }
        if (reply.auth().orElse(null) instanceof Reply.Login login) {
            lockouts.requireOpen(store, allowed.theMount(), login.alias(), now);
            login.settle().accept(PrefixedStore.view(store, allowed.theMount().storagePrefix()));
            var request = allowed.request();
            var codes = request.headers().getOrDefault(FACTORS_HEADER, List.of());
            var role = request.body().get("role") instanceof String name ? name : "";
            switch (logins.login(store, allowed.theMount(), request.peer(), request.path().text(), role, login, codes, now)) {
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

    /** Whose a lease is that the request gets. */
    static Leases.Owner owner(Admission.Allowed allowed) {
        if (!(allowed.caller() instanceof TokenCaller caller)) throw new Problem.Denied().asException();
        var row = caller.row();
        return new Leases.Owner(caller.tokenKey(), row.entityId(), row.run(), row.isBatch() ? row.expires() : Optional.empty());
    }

    private Answer leased(Storage.Writer store, Admission.Allowed allowed, Optional<Announced> announced, Optional<KeptAnswers.Key> shared, Reply.Term.Leased leased, Answer answer,
            Instant now) {
        var owner = owner(allowed);
        requireRevocable(allowed);
        var keeping = shared.filter(key -> sharing.isOpen(store, allowed, key));
        var granted = leases.grant(store, owner, announced, mounts.view(allowed.theMount()), allowed.request().path().text(), leased, keeping.map(KeptAnswers.Key::ask).orElse(""), now);
        keeping.ifPresent(key -> sharing.keep(store, allowed, key, granted.id(), answer));
        return answer.withLease(new Answer.LeaseInfo(granted.id(), granted.ttl().toSeconds(), granted.renewable()));
    }
}
