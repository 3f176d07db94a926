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

    /** @param awaited whether this device was one that the request waits for in any case */
    void settle(boolean written, boolean awaited) {
        tally.getAndAdd(SETTLED + (written ? WRITTEN : 0) + (awaited ? AWAITED : 0));
        LockSupport.unpark(waiter);
    }

    int awaitedSettled() {
        return (int) (tally.get() / AWAITED);
    }

    /**
     * Waits until every awaited device has settled and one has written, or all have settled, or it is too late.
     *
     * @return whether a device has written the line
     */
    boolean await(int awaited, int all, long deadlineNanos) {
        boolean interrupted = false;
        try {
            while (true) {
                long now = tally.get();
                boolean written = (now & COUNT) > 0;
                if (now / AWAITED >= awaited && (written || (now / SETTLED & COUNT) >= all)) return written;
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) return written;
                LockSupport.parkNanos(this, left);
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }
}
