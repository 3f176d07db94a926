package watchword.core.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * Ends the leases of one mount that are due: a page at a time is taken in one transaction, ended on the engine by a few workers at once,
 * and settled in another. A target that is slow gets small pages, and what the workers do not get to in time is left for later: no lease is
 * held longer than its turn lasts.
 */
final class Lane {
    private static final int FIRST = 16;
    private static final int MOST = 1024;
    private static final int WORKERS = 8;
    private static final Duration QUICK = Duration.ofSeconds(1);
    /** Workers begin nothing more after that: well before another server may take what they have. */
    private static final Duration WINDOW = Revocations.TURN.dividedBy(4);

    private final Revocations revocations;
    private final String mountUuid;
    private final BooleanSupplier closed;
    private final ReentrantLock busy = new ReentrantLock();

    Lane(Revocations revocations, String mountUuid, BooleanSupplier closed) {
        this.revocations = revocations;
        this.mountUuid = mountUuid;
        this.closed = closed;
    }

    /** A lease that this server ends now. @param row as it was taken: only while it is still so is it settled */
    record Taken(String id, LeaseRow row) {}

    /** What became of one. */
    sealed interface Outcome {
        record Gone() implements Outcome {}

        record Failed(String why) implements Outcome {}

        /** Nobody came to it. */
        record Left() implements Outcome {}
    }

    boolean isIdle() {
        return !busy.isLocked();
    }

    /** Ends what is due; who asks while another is at it waits. @return how many were tried */
    int drain(Storage storage) {
        busy.lock();
        try {
            int done = 0;
            for (int size = FIRST; !closed.getAsBoolean(); ) {
                int asked = size;
                var page = storage.<Optional<List<Taken>>>write(store -> revocations.take(store, mountUuid, asked));
                if (page.isEmpty()) return done;
                long begun = System.nanoTime();
                var outcomes = end(page.get(), begun);
                boolean quick = System.nanoTime() - begun < QUICK.toNanos();
                storage.update(store -> revocations.settle(store, page.get(), outcomes));
                done += page.get().size();
                size = quick ? Math.min(size * 4, MOST) : FIRST;
            }
            return done;
        } finally {
            busy.unlock();
        }
    }

    private List<Outcome> end(List<Taken> page, long begun) {
        var outcomes = new AtomicReferenceArray<Outcome>(page.size());
        var next = new AtomicInteger();
        Runnable work = () -> {
            for (int i = next.getAndIncrement(); i < page.size(); i = next.getAndIncrement()) {
                outcomes.set(i, System.nanoTime() - begun > WINDOW.toNanos() || closed.getAsBoolean() ? new Outcome.Left() : end(page.get(i)));
            }
        };
        if (page.size() == 1) {
            work.run();
        } else {
            try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < Math.min(WORKERS, page.size()); i++) workers.execute(work);
            }
        }
        return IntStream.range(0, page.size()).mapToObj(i -> Optional.ofNullable(outcomes.get(i)).orElseGet(Outcome.Left::new)).toList();
    }

    private Outcome end(Taken taken) {
        try {
            revocations.revokeUpstream(taken.id(), taken.row());
            return new Outcome.Gone();
        } catch (RuntimeException failed) {
            return new Outcome.Failed(reason(failed));
        }
    }

    /** What an operator may read: our own words if they are ours, else only what kind of failure it was. */
    static String reason(RuntimeException failure) {
        return failure instanceof Problem.ProblemException problem ? String.join("; ", problem.problem().messages()) : failure.getClass().getSimpleName();
    }

    static boolean isDue(LeaseRow row, Instant now) {
        return row.state() != LeaseRow.State.IRREVOCABLE && !row.expires().isAfter(now);
    }
}
