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
    private volatile boolean left;
    private volatile boolean late;

    /** @param awaited whether this device was one that the request waits for in any case */
    void settle(boolean written, boolean awaited) {
        tally.getAndAdd(SETTLED + (written ? WRITTEN : 0) + (awaited ? AWAITED : 0));
        LockSupport.unpark(waiter);
    }

    /**
     * Waits until every awaited device has settled and one has written, or all have settled, or it is too late.
     *
     * @return whether a device has written the line
     */
    boolean await(int awaited, int all, Patrol patrol, long deadlineNanos) {
        boolean interrupted = false;
        boolean watched = false;
        try {
            while (true) {
                long now = tally.get();
                boolean written = (now & COUNT) > 0;
                if (late || now / AWAITED >= awaited && (written || (now / SETTLED & COUNT) >= all)) return written;
                if (!watched) {
                    watched = true;
                    deadline = deadlineNanos;
                    patrol.watch(this);
                    continue;
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
