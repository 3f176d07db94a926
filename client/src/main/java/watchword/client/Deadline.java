package watchword.client;

import java.net.SocketTimeoutException;
import java.time.Duration;

/** A moment by which something must have happened. */
final class Deadline {
    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** What is left, at least one millisecond. @throws SocketTimeoutException when nothing is */
    int millisLeft() throws SocketTimeoutException {
        long nanos = end - System.nanoTime();
        if (nanos <= 0) throw new SocketTimeoutException("timed out");
        return (int) Math.clamp(nanos / 1_000_000, 1, Integer.MAX_VALUE);
    }
}
