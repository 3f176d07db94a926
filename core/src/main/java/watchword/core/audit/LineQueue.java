package watchword.core.audit;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Lines on their way to a device: any number of threads add, one takes. Bounded; without locks. */
final class LineQueue {
    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final int maxLines;
    private final long maxBytes;
    private volatile @Nullable Thread sleeper;
    private volatile boolean closed;

    /** @param awaited see {@link Receipt#settle} */
    @SuppressWarnings("ArrayRecordComponent") // moved from one thread to another; never compared
    record Line(byte[] open, Receipt receipt, boolean awaited) {
        void settle(boolean written) {
            receipt.settle(written, awaited);
        }
    }

    LineQueue(int maxLines, long maxBytes) {
        this.maxLines = maxLines;
        this.maxBytes = maxBytes;
    }

    int size() {
        return count.get();
    }

    /** Whether there is no room for sure; there may be none even if not. */
    boolean isFull() {
        return count.get() >= maxLines || bytes.get() > maxBytes;
    }

    /**
     * Adds a line; whoever wants it taken soon wakes the one who takes. False when there is no room, or the queue is closed. A single
     * line has room in an empty queue however long it is.
     */
    boolean offer(Line line) {
        int before = count.getAndIncrement();
        long bytesBefore = bytes.getAndAdd(line.open().length);
        if (closed || before >= maxLines || (before > 0 && bytesBefore + line.open().length > maxBytes)) {
            forget(line);
            return false;
        }
        lines.add(line);
        return true;
    }

    private void forget(Line line) {
        count.getAndDecrement();
        bytes.getAndAdd(-line.open().length);
    }

    void wake() {
        var waiting = sleeper;
        if (waiting != null) LockSupport.unpark(waiting);
    }

    /** Moves lines to {@code into}, about {@code maxBatchBytes} at most, but one at least if there is one. */
    void drain(List<Line> into, int maxBatchBytes) {
        long taken = 0;
        for (var next = lines.peek(); next != null && (taken == 0 || taken + next.open().length <= maxBatchBytes); next = lines.peek()) {
            lines.remove();
            forget(next);
            taken += next.open().length;
            into.add(next);
        }
    }

    /** Sleeps until there is something to take, somebody wakes it, or time is up. Only the one who takes. */
    void await(long nanos) {
        sleeper = Thread.currentThread();
        if (lines.isEmpty() && !closed) LockSupport.parkNanos(this, nanos);
        sleeper = null;
    }

    /** From now on nothing is added; what is there can still be taken. */
    void close() {
        closed = true;
        wake();
    }

    boolean isClosed() {
        return closed;
    }

    /** Closed, and nothing is left or can still be coming. */
    boolean isDone() {
        return closed && count.get() == 0;
    }
}
