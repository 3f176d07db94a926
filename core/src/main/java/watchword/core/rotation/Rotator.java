package watchword.core.rotation;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import watchword.core.audit.Audit;
import watchword.core.audit.AuditEntry;
import watchword.core.event.EventBus;
import watchword.core.lease.TimeIndex;
import watchword.core.metric.Metrics;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.rotation.RotationTrail.Target;
import watchword.core.rotation.Rotations.Id;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Rotating;
import watchword.sdk.Storage;

/**
 * Has what is due rotated, on threads of its own: a few at once of each mount, never two of one thing. Who rotates a thing takes it first,
 * for a time that is prolonged while it is at it; so another server takes over what a dead one has begun. A failure is tried again with
 * growing pauses, within the window of its schedule if that has one.
 */
public final class Rotator implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Rotator.class.getName());
    private static final int MOST_OF_MOUNT = 4;
    private static final int MOST = 64;
    private static final int PAGE = 256;
    /** What one server has to rotate a thing, or to take more time, before another may try. */
    static final Duration TURN = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
    private static final long REST_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long FIRST_PAUSE_MILLIS = 10_000;
    private static final int MOST_DOUBLINGS = 6;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);
    /** As many attempts take longer than a thing may be late unnoticed. */
    private static final int TELLING_ATTEMPTS = 6;
    /** Longer than it takes to begin with what is due, unless there is something wrong. */
    private static final Duration GRACE = Duration.ofMinutes(5);
    private static final int MOST_TEXT = 500;
    private static final int MOST_COUNTED = 10_000;

    private final Storage storage;
    private final Mounts mounts;
    private final Rotations rotations;
    private final RotationTrail trail;
    private final SecureRandom random;
    private final InstantSource clock;
    /** What this server is at, and how long it may be. */
    private final Map<Id, Instant> running = new HashMap<>();
    /** The latest that the clock has shown; the end of time before the first look. */
    private Instant latest = Instant.MAX;
    private boolean closed;

    public Rotator(Storage storage, Mounts mounts, Rotations rotations, Audit audit, EventBus events, Metrics metrics, SecureRandom random, InstantSource clock) {
        this.storage = storage;
        this.mounts = mounts;
        this.rotations = rotations;
        this.trail = new RotationTrail(audit, events, metrics);
        this.random = random;
        this.clock = clock;
    }

    /** What an attempt came to. */
    private sealed interface Ended {
        record Done() implements Ended {}

        record Gone() implements Ended {}

        record Failed(Problem problem) implements Ended {}
    }

    /** Begins with what is due, as far as it may run now. @return how many were begun */
    public int startDue() {
        var now = clock.instant();
        if (isSetBack(now)) takeInClock(now);
        prolongTurns(now);
        int begun = 0;
        var page = storage.<List<TimeIndex.Due>>read(store -> Rotations.DUE.due(store, now, PAGE));
        while (!page.isEmpty()) {
            for (var due : page) {
                var id = Id.parse(due.name());
                if (!claim(id, MOST_OF_MOUNT)) continue;
                begun++;
                Thread.ofVirtual().name("rotation").start(() -> carryOut(due, id));
            }
            var last = page.getLast();
            page = isBusy() ? List.of() : storage.<List<TimeIndex.Due>>read(store -> Rotations.DUE.after(store, last, PAGE)).stream().takeWhile(due -> !due.at().isAfter(now)).toList();
        }
        return begun;
    }

    /** Rotates what is due now; when this returns it is done. @return how many there were */
    public int runDue() {
        int all = 0;
        while (true) {
            int begun = startDue();
            boolean others = awaitIdle(); // which may have kept some from being begun
            if (begun == 0 && !others) return all;
            all += begun;
        }
    }

    // ---- what runs here ----

    private synchronized boolean isBusy() {
        return closed || running.size() >= MOST;
    }

    private synchronized boolean claim(Id id, int mostOfMount) {
        if (isBusy() || running.containsKey(id)) return false;
        if (running.keySet().stream().filter(other -> other.mountUuid().equals(id.mountUuid())).count() >= mostOfMount) return false;
        running.put(id, clock.instant().plus(TURN));
        return true;
    }

    private synchronized void release(Id id) {
        running.remove(id);
        notifyAll();
    }

    /** @return whether anything was running */
    private synchronized boolean awaitIdle() {
        boolean any = !running.isEmpty();
        try {
            while (!running.isEmpty()) wait();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
        return any;
    }

    private synchronized boolean isSetBack(Instant now) {
        boolean back = now.isBefore(latest.minus(RotationRow.SLACK));
        if (back || now.isAfter(latest)) latest = now;
        return back;
    }

    /** What has a time of a clock that was wrong would wait for it, however far it is: at a start, and when it is set back. */
    private void takeInClock(Instant now) {
        var page = storage.<List<TimeIndex.Due>>read(store -> Rotations.DUE.due(store, Instant.MAX, PAGE));
        while (!page.isEmpty()) {
            for (var due : page) {
                var id = Id.parse(due.name());
                var row = home(id).<Optional<RotationRow>>read(store -> rotations.get(store, id));
                if (row.isEmpty() || row.get().setBackTo(now, LONGEST_PAUSE).equals(row.get())) continue;
                home(id).update(store -> rotations.get(store, id).ifPresent(still -> rotations.save(store, id, still.setBackTo(now, LONGEST_PAUSE))));
            }
            var last = page.getLast();
            page = storage.read(store -> Rotations.DUE.after(store, last, PAGE));
        }
    }

    private void prolongTurns(Instant now) {
        for (var id : takingLong(now)) {
            home(id).update(store -> rotations.get(store, id).filter(row -> row.state() == RotationRow.State.ROTATING).ifPresent(row -> rotations.save(store, id, row.kept(now, TURN))));
            synchronized (this) {
                running.computeIfPresent(id, (_, _) -> now.plus(TURN));
            }
        }
    }

    private synchronized List<Id> takingLong(Instant now) {
        return running.entrySet().stream().filter(each -> each.getValue().minus(TURN.dividedBy(2)).isBefore(now)).map(Map.Entry::getKey).toList();
    }

    /** The part of the store that a thing is in. */
    private Storage home(Id id) {
        return NamespaceStore.of(storage, id.namespaceId());
    }

    // ---- one that is due ----

    private void carryOut(TimeIndex.Due due, Id id) {
        try {
            home(id).<Optional<Taken>>write(store -> take(store, id, due)).ifPresent(this::attempt);
        } catch (RuntimeException failed) {
            if (isClosed()) return;
            LOG.log(Level.ERROR, "what was due to be rotated could not be looked after; it will be tried again: {0}", failed.getClass().getName());
            LockSupport.parkNanos(this, REST_NANOS);
        } catch (Error broken) {
            LOG.log(Level.ERROR, "a rotation broke off; it is taken up again in {0} seconds: {1}", TURN.toSeconds(), broken.getClass().getName());
        } finally {
            release(id);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private record Taken(Id id, Target target, RotationRow row) {}

    /** Takes a thing that is due, so that of all threads and servers one rotates it; nothing when it is another's, not due, or gone. */
    private Optional<Taken> take(Storage.Writer store, Id id, TimeIndex.Due due) {
        var now = clock.instant();
        var row = rotations.get(store, id);
        if (row.flatMap(RotationRow::due).filter(at -> at.equals(due.at())).isEmpty()) {
            Rotations.DUE.remove(store, due.at(), due.name());
            return Optional.empty();
        }
        if (!row.get().isDue(now)) return Optional.empty();
        var mount = mounts.byUuid(store, id.mountUuid());
        if (mount.isEmpty()) {
            rotations.forget(store, id);
            return Optional.empty();
        }
        var namespace = Namespaces.of(store);
        if (namespace.tainted() || mount.get().tainted()) {
            rotations.save(store, id, row.get().later(now.plus(TURN)));
            return Optional.empty();
        }
        var target = new Target(namespace, mount.get(), id.what());
        return Optional.of(new Taken(id, target, takenAt(store, id, row.get(), now)));
    }

    /** What was begun is finished at any time: its target may have the new secret already. */
    private RotationRow takenAt(Storage.Writer store, Id id, RotationRow row, Instant now) {
        var open = row.state() != RotationRow.State.ROTATING && row.isOver(now) ? row.missed(now, now) : row;
        var next = open.isDue(now) ? open.taken(now, TURN) : open;
        rotations.save(store, id, next);
        return next;
    }

    private void attempt(Taken taken) {
        if (taken.row().state() == RotationRow.State.MISSED) {
            trail.overdue(taken.target(), taken.row().next());
            return;
        }
        AuditEntry begun;
        try {
            begun = trail.begins(taken.target(), taken.row().attempts(), clock.instant());
        } catch (Problem.ProblemException unrecorded) {
            settle(taken, new Ended.Failed(unrecorded.problem()), false);
            return;
        }
        var ended = rotate(taken);
        settle(taken, ended, false);
        trail.ended(begun, ended instanceof Ended.Failed failed ? Optional.of(failed.problem()) : Optional.empty(), clock.instant());
    }

    private Ended rotate(Taken taken) {
        var mount = taken.target().mount();
        long begun = trail.clockIn(taken.target());
        try {
            if (!(mounts.engine(mount).engine() instanceof Rotating engine)) return new Ended.Failed(new Problem.Internal("this version of " + mount.type() + " rotates nothing"));
            return switch (engine.rotate(taken.id().what(), new PrefixedStore(home(taken.id()), mount.storagePrefix()))) {
                case DONE -> new Ended.Done();
                case GONE -> new Ended.Gone();
            };
        } catch (Problem.ProblemException expected) {
            return new Ended.Failed(expected.problem());
        } catch (RuntimeException bug) {
            // The message may hold anything, so it goes nowhere; the names of where it happened to the log.
            LOG.log(Level.ERROR, "a rotation failed: " + bug.getClass().getName() + " at " + List.of(bug.getStackTrace()).stream().limit(12).toList());
            return new Ended.Failed(new Problem.Internal("internal error"));
        } finally {
            trail.clockOut(begun);
        }
    }

    private void settle(Taken taken, Ended ended, boolean byHand) {
        var id = taken.id();
        var after = home(id).<Optional<RotationRow>>write(store -> {
            var row = rotations.get(store, id).map(each -> after(each, ended, byHand));
            if (ended instanceof Ended.Gone) rotations.forget(store, id);
            else row.ifPresent(each -> rotations.save(store, id, each));
            return row;
        });
        switch (ended) {
            case Ended.Done _ -> trail.succeeded(taken.target());
            case Ended.Gone _ -> {}
            case Ended.Failed failed -> {
                LOG.log(Level.WARNING, "a rotation at {0} failed, attempt {1}", taken.target().mount().path(), taken.row().attempts());
                trail.failed(taken.target(), text(failed.problem()), taken.row().attempts());
                after.filter(row -> row.state() == RotationRow.State.MISSED || row.attempts() == TELLING_ATTEMPTS).ifPresent(row -> trail.overdue(taken.target(), row.next()));
            }
        }
    }

    private RotationRow after(RotationRow row, Ended ended, boolean byHand) {
        var now = clock.instant();
        return switch (ended) {
            case Ended.Done _ -> row.succeeded(now, byHand);
            case Ended.Gone _ -> row;
            case Ended.Failed failed -> row.failed(now, text(failed.problem()), now.plusMillis(pause(row.attempts())), byHand);
        };
    }

    private static String text(Problem problem) {
        var text = String.join("; ", problem.messages());
        return text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) : text;
    }

    /** Doubles up to some ten minutes; by chance a fifth more or less, so that what failed together is not tried together. */
    private long pause(int attempts) {
        long millis = FIRST_PAUSE_MILLIS << Math.clamp(attempts - 1L, 0, MOST_DOUBLINGS);
        return millis * 4 / 5 + random.nextLong(millis * 2 / 5);
    }

    // ---- by hand ----

    /**
     * Rotates a thing now, whatever its schedule, and whether or not it has one.
     *
     * @param part of the namespace
     * @throws Problem.ProblemException when it failed, is not there, or is being rotated for too long
     */
    public void rotateNow(Storage part, MountEntry mount, String what) {
        var id = new Id(NamespaceStore.idOf(part), mount.uuid(), what);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!claim(id, Integer.MAX_VALUE)) await(deadline);
        try {
            var taken = seize(part, id, mount);
            for (; taken.isEmpty(); taken = seize(part, id, mount)) await(deadline);
            var ended = rotate(taken.get());
            settle(taken.get(), ended, true);
            if (ended instanceof Ended.Failed failed) throw failed.problem().asException();
            if (ended instanceof Ended.Gone) throw new Problem.NotFound().asException();
        } finally {
            release(id);
        }
    }

    private void await(long deadline) {
        if (isClosed()) throw new Problem.Unavailable("Vault is sealed").asException();
        if (System.nanoTime() > deadline) throw new Problem.Conflict("it is being rotated already").asException();
        LockSupport.parkNanos(this, LOOK_NANOS);
    }

    private Optional<Taken> seize(Storage part, Id id, MountEntry mount) {
        return part.write(store -> {
            var now = clock.instant();
            var row = rotations.get(store, id).orElse(RotationRow.NEW);
            if (row.isTaken(now)) return Optional.empty();
            var taken = row.taken(now, TURN);
            rotations.save(store, id, taken);
            return Optional.of(new Taken(id, new Target(Namespaces.of(store), mount, id.what()), taken));
        });
    }

    /** How many things are late, as far as they are counted. */
    public long late() {
        var since = clock.instant().minus(GRACE);
        return storage.<Long>read(store -> Rotations.late(store, since, MOST_COUNTED));
    }

    /** Begins with nothing more. */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
