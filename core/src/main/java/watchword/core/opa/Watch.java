package watchword.core.opa;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Ends work that takes too long, by interrupting its thread; work that has ended is never interrupted. One thread looks every few
 * milliseconds while there is work, and sleeps while there is none: work pays for no timer of its own. Any thread.
 */
final class Watch implements AutoCloseable {
    private static final long LOOK_NANOS = Duration.ofMillis(2).toNanos();

    private final Set<Work> running = ConcurrentHashMap.newKeySet();
    private final Thread thread = Thread.ofPlatform().name("opa-watch").daemon(true).unstarted(this::look);
    private volatile boolean asleep;
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile boolean closed;

    private static final class Work {
        private final Thread thread = Thread.currentThread();
        private final long deadline;
        private boolean over;
        private boolean ended;

        Work(long deadline) {
            this.deadline = deadline;
        }

        synchronized void end(long now) {
            if (over || now - deadline < 0) return;
            ended = true;
            thread.interrupt();
        }

        /** The thread goes on as if it had not been interrupted by us. */
        synchronized void finish() {
            over = true;
            if (ended) {
                var unused = Thread.interrupted();
            }
        }
    }

    /** Runs {@code work}, which must end soon once its thread is interrupted. The thread's own interruption, if there was one, ends it as well. */
    <T> T within(Duration time, Supplier<T> work) {
        var watched = new Work(System.nanoTime() + time.toNanos());
        running.add(watched);
        if (!started.get() && started.compareAndSet(false, true)) thread.start();
        if (asleep) LockSupport.unpark(thread);
        try {
            return work.get();
        } finally {
            running.remove(watched);
            watched.finish();
        }
    }

    private void look() {
        while (!closed) {
            if (running.isEmpty()) {
                asleep = true;
                if (running.isEmpty() && !closed) LockSupport.park(this);
                asleep = false;
                continue;
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
            long now = System.nanoTime();
            for (var work : running) work.end(now);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
