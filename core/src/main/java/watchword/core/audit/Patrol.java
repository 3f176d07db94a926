package watchword.core.audit;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Wakes those who have waited too long. One thread for all, a few times a second: a timer for each request, nearly all of which are
 * answered long before, costs more than the waiting. Any thread.
 */
final class Patrol implements AutoCloseable {
    private static final int ROUNDS_PER_WAIT = 16;

    private final Queue<Receipt> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final long roundNanos;
    private volatile boolean closed;
    private volatile boolean ended;

    /** @param maxWaitNanos the same for all, so that they become due in the order in which they come */
    Patrol(long maxWaitNanos) {
        this.roundNanos = Math.max(maxWaitNanos / ROUNDS_PER_WAIT, 1_000_000);
    }

    void start() {
        if (started.compareAndSet(false, true)) Thread.ofPlatform().name("audit patrol").daemon(true).start(this::run);
    }

    /** From now on the receipt is given up when it is due. */
    void watch(Receipt receipt) {
        waiting.add(receipt);
        if (ended) receipt.giveUp();
    }

    private void run() {
        while (!closed || !waiting.isEmpty()) {
            LockSupport.parkNanos(this, roundNanos);
            long now = System.nanoTime();
            for (var first = waiting.peek(); first != null && first.isOver(now); first = waiting.peek()) waiting.remove();
        }
        ended = true;
        waiting.forEach(Receipt::giveUp);
    }

    /** Ends when nobody waits any more. */
    @Override
    public void close() {
        closed = true;
        if (!started.get()) ended = true;
    }
}
