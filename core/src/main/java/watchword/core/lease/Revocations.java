package watchword.core.lease;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import watchword.core.lease.ExpiryIndex.Due;
import watchword.core.lease.ExpiryIndex.Kind;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Revocable;
import watchword.sdk.Storage;

/**
 * Carries out the ends that are due: one loop over the expiry index, soonest first. A lease's end reaches its engine outside any
 * transaction and is settled in one; a failure is retried with growing pauses and shows in the lease. Safe to run again after a crash.
 */
public final class Revocations {
    private static final System.Logger LOG = System.getLogger(Revocations.class.getName());
    private static final int MAX_ATTEMPTS = 6;
    private static final int PAGE = 256;

    private final Storage storage;
    private final Mounts mounts;
    private final Leases leases;
    private final BiConsumer<Storage.Writer, String> revokeToken;
    private final InstantSource clock;

    /** @param revokeToken revokes the token with a key, in a transaction */
    public Revocations(Storage storage, Mounts mounts, Leases leases, BiConsumer<Storage.Writer, String> revokeToken, InstantSource clock) {
        this.storage = storage;
        this.mounts = mounts;
        this.leases = leases;
        this.revokeToken = revokeToken;
        this.clock = clock;
    }

    /** Carries out what is due now; whoever asks meanwhile waits, so that it is done when this returns. @return how many ends there were */
    public synchronized int runDue() {
        int done = 0;
        while (true) {
            // A token's end makes its leases due, so look again until nothing is.
            var page = storage.read(store -> ExpiryIndex.due(store, clock.instant(), PAGE));
            if (page.isEmpty()) return done;
            var tokens = page.stream().filter(due -> due.kind() == Kind.TOKEN).toList();
            if (!tokens.isEmpty()) storage.update(store -> tokens.forEach(due -> endToken(store, due)));
            page.stream().filter(due -> due.kind() == Kind.LEASE).forEach(this::endLease);
            done += page.size();
        }
    }

    private void endLease(Due due) {
        carryOut(due.name());
        storage.update(store -> {
            // Its row has moved on, or is gone: then this place in the index is no longer its own.
            boolean own = leases.get(store, due.name()).filter(row -> row.expires().toEpochMilli() == due.at().toEpochMilli() && row.expires().isAfter(clock.instant())).isPresent();
            if (!own) ExpiryIndex.remove(store, due.at(), Kind.LEASE, due.name());
        });
    }

    /** When the next end is due; empty when nothing ends. */
    public Optional<Instant> nextDue() {
        return storage.read(store -> ExpiryIndex.due(store, Instant.MAX, 1)).stream().findFirst().map(Due::at);
    }

    private void endToken(Storage.Writer store, Due due) {
        ExpiryIndex.remove(store, due.at(), Kind.TOKEN, due.name());
        revokeToken.accept(store, due.name());
    }

    /**
     * Ends a lease now, on its engine too.
     *
     * @throws Problem.ProblemException when the engine could not; the lease stays, to be tried again
     */
    public void revokeNow(String id) {
        storage.update(store -> leases.get(store, id).ifPresent(row -> leases.end(store, id, row, clock.instant())));
        var failure = carryOut(id);
        if (failure != null) throw new Problem.Internal("failed to revoke " + id + ": " + failure).asException();
    }

    /** @return why it failed; null when the lease is gone */
    private @Nullable String carryOut(String id) {
        var row = storage.read(store -> leases.get(store, id)).orElse(null);
        if (row == null || row.state() == LeaseRow.State.IRREVOCABLE) return null;
        if (row.state() == LeaseRow.State.ACTIVE && row.expires().isAfter(clock.instant())) return null;
        try {
            revokeUpstream(row);
            storage.update(store -> leases.get(store, id).ifPresent(current -> leases.forget(store, id, current)));
            return null;
        } catch (RuntimeException failed) {
            retryLater(id, failed);
            return reason(failed);
        }
    }

    private void revokeUpstream(LeaseRow row) {
        var mount = storage.read(store -> mounts.byUuid(store, row.mountUuid())).orElse(null);
        if (mount == null) return; // the engine is gone, and removing it revoked or gave up its leases
        if (mounts.engine(mount).engine() instanceof Revocable engine) {
            engine.revoke(new Reply.Revocation(row.kind(), row.handle()), new PrefixedStore(storage, mount.storagePrefix()));
        }
    }

    private void retryLater(String id, RuntimeException failure) {
        LOG.log(Level.WARNING, "lease {0} could not be revoked and will be tried again: {1}", id, failure.getClass().getSimpleName());
        storage.update(store -> leases.get(store, id).ifPresent(row -> {
            int attempts = row.attempts() + 1;
            var next = attempts >= MAX_ATTEMPTS ? LeaseRow.State.IRREVOCABLE : LeaseRow.State.REVOKING;
            var due = clock.instant().plus(Duration.ofSeconds(10L << Math.min(attempts, 6)));
            leases.reschedule(store, id, row, row.in(next, due, attempts, reason(failure)));
        }));
    }

    /** What an operator may read: our own words if they are ours, else only what kind of failure it was. */
    private static String reason(RuntimeException failure) {
        return failure instanceof Problem.ProblemException problem ? String.join("; ", problem.problem().messages()) : failure.getClass().getSimpleName();
    }

    /** Drops a lease without its engine's consent: for one that no engine can end any more. */
    public void forget(String id) {
        storage.update(store -> leases.get(store, id).ifPresent(row -> leases.forget(store, id, row)));
    }

    /** The mount a lease is of, if it still exists. */
    public Optional<MountEntry> mountOf(Storage.Reader store, LeaseRow row) {
        return mounts.byUuid(store, row.mountUuid());
    }
}
