package watchword.client;

import java.net.SocketTimeoutException;
import java.time.Duration;

/** A moment by which something must have happened, or how long each step of something may take. */
final class Deadline {
    private final long end;
    private final long step;

    private Deadline(long end, long step) {
        this.end = end;
        this.step = step;
    }

    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos(), 0);
    }

    /** For what may take long in all, but has to get on: each wait begins anew. */
    static Deadline forEachStep(Duration time) {
        return new Deadline(0, time.toNanos());
    }

    /** What is left, at least one millisecond. @throws SocketTimeoutException when nothing is */
    int millisLeft() throws SocketTimeoutException {
        long nanos = step > 0 ? step : end - System.nanoTime();
        if (nanos <= 0) throw new SocketTimeoutException("timed out");
        return (int) Math.clamp(nanos / 1_000_000, 1, Integer.MAX_VALUE);
    }
}
