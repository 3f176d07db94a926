package watchword.core.lease;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import watchword.core.lease.ExpiryIndex.End;
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
 * Carries out the ends that are due, soonest first. What ends within the store is ended in transactions of a page each. A lease's end
 * reaches its engine outside any transaction and is settled in one; each mount has a {@link Lane} of its own, so that none waits for what
 * is behind another. A failure is retried with growing pauses and shows in the lease. Safe to run again after a crash, and on several
 * servers at once: who ends a lease takes it first, for a time.
 */
public final class Revocations {
    private static final System.Logger LOG = System.getLogger(Revocations.class.getName());
    private static final int MAX_ATTEMPTS = 6;
    private static final int PAGE = 512;
    /** What one server has to end a lease before another may try: longer than any engine waits for what is behind it. */
    static final Duration TURN = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
    private static final long FIRST_PAUSE_MILLIS = 20_000;

    private final Storage storage;
    private final Mounts mounts;
    private final Leases leases;
    private final Ends ends;
    private final SteadyTime time;
    private final RandomGenerator random;
    private final ConcurrentMap<String, Lane> lanes = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * How what is no lease ends.
     *
     * @param within in the transaction that takes it out of the index
     * @param outside in transactions of its own, as it takes time; takes itself out of the index, whatever happens
     */
    public record Ends(Map<Kind, BiConsumer<Storage.Writer, End>> within, Map<Kind, Consumer<End>> outside) {}

    /**
     * @param nanos the time that passes, whatever the clock says
     * @param random spreads what is tried again
     */
    public Revocations(Storage storage, Mounts mounts, Leases leases, Ends ends, InstantSource clock, LongSupplier nanos, RandomGenerator random) {
        this.storage = storage;
        this.mounts = mounts;
        this.leases = leases;
        this.ends = ends;
        this.time = new SteadyTime(clock, nanos);
        this.random = random;
    }

    /** Nothing more is begun. */
    public void close() {
        closed = true;
    }

    /** Carries out what is due now, all of it; whoever asks meanwhile waits, so that it is done when this returns. @return how many ends there were */
    public int runDue() {
        int done = 0;
        while (true) {
            // A token's end makes its leases due, so look again until nothing is.
            int ended = endOwn();
            var due = dueLanes();
            var tried = new AtomicInteger();
            try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var lane : due) each.execute(() -> tried.addAndGet(lane.drain(storage)));
            }
            if (ended == 0 && (due.isEmpty() || tried.get() == 0)) return done;
            done += ended + tried.get();
        }
    }

    /** Carries out what is due now, and waits for no engine. */
    public void sweep() {
        endOwn();
        for (var lane : dueLanes()) {
            if (lane.isIdle()) Thread.ofVirtual().name("revocations").start(() -> drain(lane));
        }
    }

    private void drain(Lane lane) {
        try {
            lane.drain(storage);
        } catch (RuntimeException failed) {
            if (!closed) LOG.log(Level.ERROR, "leases that were due could not be ended; it will be tried again: {0}", failed.getMessage());
        }
    }

    private List<Lane> dueLanes() {
        var now = time.now();
        return storage.<List<String>>read(store -> ExpiryIndex.dueMounts(store, now)).stream().map(uuid -> lanes.computeIfAbsent(uuid, each -> new Lane(this, each, () -> closed))).toList();
    }

    /** What ends within the store. */
    private synchronized int endOwn() {
        int done = 0;
        while (!closed) {
            var now = time.now();
            var page = storage.<List<End>>read(store -> ExpiryIndex.due(store, now, PAGE));
            if (page.isEmpty()) return done;
            var within = page.stream().filter(due -> ends.within().containsKey(due.kind())).toList();
            if (!within.isEmpty()) storage.update(store -> within.forEach(due -> end(store, due)));
            // What takes long goes one by one, so that no end waits for more than one of them.
            var slow = page.stream().filter(due -> ends.outside().containsKey(due.kind())).findFirst();
            slow.ifPresent(due -> Objects.requireNonNull(ends.outside().get(due.kind())).accept(due));
            done += within.size() + (slow.isPresent() ? 1 : 0);
        }
        return done;
    }

    private void end(Storage.Writer store, End due) {
        ExpiryIndex.remove(store, due.at(), due.kind(), due.name());
        Objects.requireNonNull(ends.within().get(due.kind())).accept(store, due);
    }

    // ---- a page of a mount's leases ----

    /** Takes leases of a mount that are due, so that of all threads and servers one asks their engine; nothing when none is. */
    Optional<List<Lane.Taken>> take(Storage.Writer store, String mountUuid, int limit) {
        var page = ExpiryIndex.dueLeases(store, mountUuid, time.now(), limit);
        if (page.isEmpty()) return Optional.empty();
        var taken = new ArrayList<Lane.Taken>(page.size());
        for (var due : page) {
            var id = due.name();
            var home = NamespaceStore.view(store, Namespace.idIn(id));
            // Its row may have moved on, or be gone: then this place in the index is no longer its own.
            var row = leases.get(home, id).filter(each -> each.expires().toEpochMilli() == due.at().toEpochMilli());
            if (row.isEmpty()) {
                ExpiryIndex.removeStale(store, mountUuid, due);
                continue;
            }
            taken.add(new Lane.Taken(id, take(home, id, row.get())));
        }
        return Optional.of(taken);
    }

    private LeaseRow take(Storage.Writer home, String id, LeaseRow row) {
        var taken = row.in(LeaseRow.State.ENDING, time.now().plus(TURN), row.attempts(), row.lastError());
        leases.reschedule(home, id, row, taken);
        return taken;
    }

    void settle(Storage.Writer store, List<Lane.Taken> page, List<Lane.Outcome> outcomes) {
        for (int i = 0; i < page.size(); i++) {
            var id = page.get(i).id();
            settle(NamespaceStore.view(store, Namespace.idIn(id)), id, page.get(i).row(), outcomes.get(i));
        }
    }

    /** What became of a lease that was taken, unless it is another's to end meanwhile, or to be ended once more. */
    private void settle(Storage.Writer home, String id, LeaseRow taken, Lane.Outcome outcome) {
        leases.get(home, id).filter(now -> now.state() == LeaseRow.State.ENDING && now.expires().toEpochMilli() == taken.expires().toEpochMilli()).ifPresent(row -> settleOwn(home, id, row, outcome));
    }

    private void settleOwn(Storage.Writer home, String id, LeaseRow row, Lane.Outcome outcome) {
        switch (outcome) {
            case Lane.Outcome.Gone _ -> leases.forget(home, id, row);
            case Lane.Outcome.Left _ -> leases.reschedule(home, id, row, row.in(LeaseRow.State.REVOKING, time.now(), row.attempts(), row.lastError()));
            case Lane.Outcome.Failed failed -> {
                LOG.log(Level.WARNING, "lease {0} could not be revoked and will be tried again", id);
                int attempts = row.attempts() + 1;
                var next = attempts >= MAX_ATTEMPTS ? LeaseRow.State.IRREVOCABLE : LeaseRow.State.REVOKING;
                leases.reschedule(home, id, row, row.in(next, time.now().plus(pause(attempts)), attempts, failed.why()));
            }
        }
    }

    /** Twice as long each time, and for each lease another part of that, so that a target that comes back is not asked for all at once. */
    private Duration pause(int attempts) {
        long most = FIRST_PAUSE_MILLIS << Math.min(attempts - 1, 6);
        return Duration.ofMillis(most / 2 + random.nextLong(most / 2));
    }

    // ---- one lease ----

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
        if (row.state() == LeaseRow.State.REVOKING) leases.reschedule(store, id, row, row.in(LeaseRow.State.REVOKING, time.now(), row.attempts(), row.lastError()));
        else leases.end(store, id, row, time.now());
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
        return (row.state() == LeaseRow.State.ENDING || row.state() == LeaseRow.State.ANNOUNCED) && row.expires().isAfter(time.now());
    }

    /** @return why it failed; null when the lease is gone, or another's to end */
    private @Nullable String carryOut(String id) {
        var home = home(id);
        var row = home.<Optional<LeaseRow>>write(store -> {
            var due = leases.get(store, id).filter(each -> Lane.isDue(each, time.now()));
            return due.map(each -> take(store, id, each));
        }).orElse(null);
        if (row == null) return null;
        try {
            revokeUpstream(id, row);
            home.update(store -> settle(store, id, row, new Lane.Outcome.Gone()));
            return null;
        } catch (RuntimeException failed) {
            var why = Lane.reason(failed);
            home.update(store -> settle(store, id, row, new Lane.Outcome.Failed(why)));
            return why;
        }
    }

    void revokeUpstream(String id, LeaseRow row) {
        var home = home(id);
        var mount = home.<Optional<MountEntry>>read(store -> mounts.byUuid(store, row.mountUuid())).orElse(null);
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

    /** Drops a lease without its engine's consent: for one that no engine can end any more. */
    public void forget(String id) {
        home(id).update(store -> leases.get(store, id).ifPresent(row -> leases.forget(store, id, row)));
    }

    /** The mount a lease is of, if it still exists. */
    public Optional<MountEntry> mountOf(Storage.Reader store, LeaseRow row) {
        return mounts.byUuid(store, row.mountUuid());
    }
}
