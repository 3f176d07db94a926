package watchword.core.audit;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** What a request waits for: its line on the devices. Made by the thread that waits; devices settle it from theirs. */
final class Receipt {
    private static final long WRITTEN = 1;
    private static final long SETTLED = 1L << 20;
    private static final long AWAITED = 1L << 40;
    private static final long COUNT = (1L << 20) - 1;

    private final Thread waiter = Thread.currentThread();
    private final AtomicLong tally = new AtomicLong();
    /** Written before the patrol sees it. */
    private long deadline;
    /** Whether the waiter sleeps, or is about to: whoever settles then wakes it, and only then. */
    private volatile boolean awaited;
    private volatile boolean left;
    private volatile boolean late;

    /** @param isAwaited whether this device was one that the request waits for in any case */
    void settle(boolean written, boolean isAwaited) {
        tally.getAndAdd(SETTLED + (written ? WRITTEN : 0) + (isAwaited ? AWAITED : 0));
        if (awaited) LockSupport.unpark(waiter);
    }

    /**
     * Waits until every awaited device has settled and one has written, or all have settled, or it is too late.
     *
     * @return whether a device has written the line
     */
    boolean await(int devices, int all, Patrol patrol, long deadlineNanos) {
        boolean interrupted = false;
        boolean watched = false;
        try {
            while (true) {
                long now = tally.get();
                boolean written = (now & COUNT) > 0;
                if (late || (now / AWAITED >= devices && (written || (now / SETTLED & COUNT) >= all))) return written;
                if (!watched) {
                    watched = true;
                    deadline = deadlineNanos;
                    awaited = true;
                    patrol.watch(this);
                    continue; // what was settled just before nobody will wake us for
                }
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        } finally {
            left = true;
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /** Whether nobody waits for it any more; gives it up when it is due. */
    boolean isOver(long nanoTime) {
        if (!left && nanoTime - deadline >= 0) giveUp();
        return left || late;
    }

    void giveUp() {
        late = true;
        LockSupport.unpark(waiter);
    }

    /** Whether it was given up. */
    boolean isLate() {
        return late;
    }
}
