package watchword.core.lease;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import watchword.core.lease.ExpiryIndex.Due;
import watchword.core.lease.ExpiryIndex.Kind;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Revocable;
import watchword.sdk.Storage;

/**
 * Carries out the ends that are due: one loop over the expiry index, soonest first. A lease's end reaches its engine outside any
 * transaction and is settled in one; a failure is retried with growing pauses and shows in the lease. Safe to run again after a crash, and
 * on several servers at once: who ends a lease takes it first, for a time.
 */
public final class Revocations {
    private static final System.Logger LOG = System.getLogger(Revocations.class.getName());
    private static final int MAX_ATTEMPTS = 6;
    private static final int PAGE = 256;
    /** What one server has to end a lease before another may try: longer than any engine waits for what is behind it. */
    static final Duration TURN = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();

    private final Storage storage;
    private final Mounts mounts;
    private final Leases leases;
    private final Ends ends;
    private final InstantSource clock;

    /**
     * How what is no lease ends.
     *
     * @param within in the transaction that takes it out of the index
     * @param outside in transactions of its own, as it takes time; takes itself out of the index, whatever happens
     */
    public record Ends(Map<Kind, BiConsumer<Storage.Writer, Due>> within, Map<Kind, Consumer<Due>> outside) {}

    public Revocations(Storage storage, Mounts mounts, Leases leases, Ends ends, InstantSource clock) {
        this.storage = storage;
        this.mounts = mounts;
        this.leases = leases;
        this.ends = ends;
        this.clock = clock;
    }

    /** Carries out what is due now; whoever asks meanwhile waits, so that it is done when this returns. @return how many ends there were */
    public synchronized int runDue() {
        int done = 0;
        while (true) {
            // A token's end makes its leases due, so look again until nothing is.
            var page = storage.read(store -> ExpiryIndex.due(store, clock.instant(), PAGE));
            if (page.isEmpty()) return done;
            var within = page.stream().filter(due -> ends.within().containsKey(due.kind())).toList();
            if (!within.isEmpty()) storage.update(store -> within.forEach(due -> end(store, due)));
            page.stream().filter(due -> !ends.within().containsKey(due.kind())).forEach(this::endOutside);
            done += page.size();
        }
    }

    private void endOutside(Due due) {
        var end = ends.outside().get(due.kind());
        if (end == null) endLease(due);
        else end.accept(due);
    }

    private void endLease(Due due) {
        carryOut(due.name());
        home(due.name()).update(store -> {
            // Its row has moved on, or is gone: then this place in the index is no longer its own.
            boolean own = leases.get(store, due.name()).filter(row -> row.expires().toEpochMilli() == due.at().toEpochMilli() && row.expires().isAfter(clock.instant())).isPresent();
            if (!own) ExpiryIndex.remove(store, due.at(), Kind.LEASE, due.name());
        });
    }

    /** When the next end is due; empty when nothing ends. */
    public Optional<Instant> nextDue() {
        return storage.read(store -> ExpiryIndex.due(store, Instant.MAX, 1)).stream().findFirst().map(Due::at);
    }

    /** What ends within the store. */
    private void end(Storage.Writer store, Due due) {
        ExpiryIndex.remove(store, due.at(), due.kind(), due.name());
        Objects.requireNonNull(ends.within().get(due.kind())).accept(store, due);
    }

    /** The part of the store that a lease is in. */
    private Storage home(String id) {
        return NamespaceStore.of(storage, Namespace.idIn(id));
    }

    /**
     * Ends a lease now, on its engine too.
     *
     * @throws Problem.ProblemException when the engine could not; the lease stays, to be tried again
     */
    public void revokeNow(String id) {
        awaitOthers(id);
        home(id).update(store -> leases.get(store, id).ifPresent(row -> makeDue(store, id, row)));
        var failure = carryOut(id);
        if (failure == null) failure = leftByOthers(id);
        if (failure != null) throw new Problem.Internal("failed to revoke " + id + ": " + failure).asException();
    }

    /** One that waits for its next try need not wait any longer. */
    private void makeDue(Storage.Writer store, String id, LeaseRow row) {
        if (row.state() == LeaseRow.State.REVOKING) leases.reschedule(store, id, row, row.in(LeaseRow.State.REVOKING, clock.instant(), row.attempts(), row.lastError()));
        else leases.end(store, id, row, clock.instant());
    }

    private void awaitOthers(String id) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        var home = home(id);
        while (home.<Boolean>read(store -> leases.get(store, id).filter(this::isTaken).isPresent())) {
            if (System.nanoTime() > deadline) throw new Problem.Internal("failed to revoke " + id + ": another request is at it").asException();
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
    }

    /** @return why another one could not end it; null when it is gone */
    private @Nullable String leftByOthers(String id) {
        awaitOthers(id);
        return home(id).<Optional<LeaseRow>>read(store -> leases.get(store, id)).map(LeaseRow::lastError).orElse(null);
    }

    private boolean isTaken(LeaseRow row) {
        return (row.state() == LeaseRow.State.ENDING || row.state() == LeaseRow.State.ANNOUNCED) && row.expires().isAfter(clock.instant());
    }

    /** Takes a lease that is due, so that of all threads and servers one asks its engine; nothing when it is another's, or not due. */
    private Optional<LeaseRow> take(Storage.Writer store, String id) {
        var due = leases.get(store, id).filter(row -> row.state() != LeaseRow.State.IRREVOCABLE && !row.expires().isAfter(clock.instant()));
        due.ifPresent(row -> leases.reschedule(store, id, row, row.in(LeaseRow.State.ENDING, clock.instant().plus(TURN), row.attempts(), row.lastError())));
        return due;
    }

    /** @return why it failed; null when the lease is gone, or another's to end */
    private @Nullable String carryOut(String id) {
        var home = home(id);
        var row = home.<Optional<LeaseRow>>write(store -> take(store, id)).orElse(null);
        if (row == null) return null;
        try {
            revokeUpstream(home, row);
            home.update(store -> leases.get(store, id).ifPresent(current -> leases.forget(store, id, current)));
            return null;
        } catch (RuntimeException failed) {
            retryLater(id, failed);
            return reason(failed);
        }
    }

    private void revokeUpstream(Storage home, LeaseRow row) {
        var mount = home.read(store -> mounts.byUuid(store, row.mountUuid())).orElse(null);
        if (mount == null) return; // the engine is gone, and removing it revoked or gave up its leases
        if (mounts.engine(mount).engine() instanceof Revocable engine) {
            engine.revoke(new Reply.Revocation(row.kind(), row.handle()), new PrefixedStore(home, mount.storagePrefix()));
        }
    }

    /** Prolongs what was issued where it has an end of its own. @throws RuntimeException when the engine could not; nothing has changed then */
    void renewUpstream(String id, LeaseRow row, MountEntry mount, Duration ttl) {
        if (mounts.engine(mount).engine() instanceof Revocable engine) {
            engine.renew(new Reply.Revocation(row.kind(), row.handle()), ttl, new PrefixedStore(home(id), mount.storagePrefix()));
        }
    }

    private void retryLater(String id, RuntimeException failure) {
        LOG.log(Level.WARNING, "lease {0} could not be revoked and will be tried again: {1}", id, failure.getClass().getSimpleName());
        home(id).update(store -> leases.get(store, id).ifPresent(row -> {
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
        home(id).update(store -> leases.get(store, id).ifPresent(row -> leases.forget(store, id, row)));
    }

    /** The mount a lease is of, if it still exists. */
    public Optional<MountEntry> mountOf(Storage.Reader store, LeaseRow row) {
        return mounts.byUuid(store, row.mountUuid());
    }
}
