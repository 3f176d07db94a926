package watchword.engines.database;

import java.time.Duration;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import watchword.sdk.Problem;

/**
 * A bounded number of connections; the one used last is used first. One that something failed on is not used again. Any thread.
 *
 * @param <C> the connection
 */
final class Pool<C extends AutoCloseable> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long UNSURE_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

    /**
     * @param idle at most so many are kept
     * @param lifetime of a connection; zero for any
     */
    record Size(int most, int idle, Duration lifetime) {}

    private record Kept<C>(C connection, long madeAt, long usedAt) {}

    private final Supplier<C> maker;
    private final Predicate<C> alive;
    private final Size size;
    private final Semaphore permits;
    private final BlockingDeque<Kept<C>> idle;
    private volatile boolean closed;

    /** @param alive looks whether one that was idle is still good */
    Pool(Supplier<C> maker, Predicate<C> alive, Size size) {
        this.maker = maker;
        this.alive = alive;
        this.size = size;
        this.permits = new Semaphore(size.most(), true);
        this.idle = new LinkedBlockingDeque<>(Math.max(1, size.idle()));
    }

    /** @throws Problem.ProblemException when no connection is to be had */
    <T> T use(Function<C, T> work) {
        acquire();
        try {
            var kept = take();
            boolean good = false;
            try {
                var result = work.apply(kept.connection());
                good = true;
                return result;
            } finally {
                give(new Kept<>(kept.connection(), kept.madeAt(), System.nanoTime()), good);
            }
        } finally {
            permits.release();
        }
    }

    private void acquire() {
        try {
            if (permits.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) return;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        throw new Problem.Upstream("every connection to the database is in use (max_open_connections)").asException();
    }

    private Kept<C> take() {
        for (Kept<C> kept; (kept = idle.pollFirst()) != null; ) {
            boolean old = !size.lifetime().isZero() && System.nanoTime() - kept.madeAt() > size.lifetime().toNanos();
            if (!old && (System.nanoTime() - kept.usedAt() < UNSURE_AFTER_NANOS || alive.test(kept.connection()))) return kept;
            close(kept.connection());
        }
        if (closed) throw new Problem.Unavailable("the connection was closed; try again").asException();
        return new Kept<>(maker.get(), System.nanoTime(), System.nanoTime());
    }

    private void give(Kept<C> kept, boolean good) {
        if (!good || closed || size.idle() == 0 || !idle.offerFirst(kept)) close(kept.connection());
        else if (closed) closeIdle();
    }

    private void closeIdle() {
        for (Kept<C> kept; (kept = idle.poll()) != null; ) close(kept.connection());
    }

    private void close(C connection) {
        try {
            connection.close();
        } catch (Exception ignored) { // a driver may throw anything
            LOG.log(System.Logger.Level.DEBUG, "closing a connection: {0}", ignored.getClass().getSimpleName());
        }
    }

    /** What is in use is closed when it is given back. */
    @Override
    public void close() {
        closed = true;
        closeIdle();
    }
}
