package watchword.core.metric;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long something takes: for ever how often and how long in all, and over the last ten to twenty seconds how it is spread, to an
 * eighth of a power of two. Fixed in size. Any thread; no lock.
 */
public final class Timing {
    private static final long WINDOW_NANOS = 10_000_000_000L;
    private static final int STEPS = 8;
    private static final double NANOS_PER_MILLI = 1e6;

    private final LongSupplier nanos;
    private final LongAdder count = new LongAdder();
    private final LongAdder sum = new LongAdder();
    private final AtomicReference<Window> window = new AtomicReference<>(new Window(Long.MIN_VALUE, null));

    private static final class Window {
        private final long number;
        private final @Nullable AtomicIntegerArray before;
        private final AtomicIntegerArray buckets = new AtomicIntegerArray(Long.SIZE * STEPS);

        private Window(long number, @Nullable AtomicIntegerArray before) {
            this.number = number;
            this.before = before;
        }

        private long in(int bucket) {
            return buckets.get(bucket) + (before == null ? 0L : before.get(bucket));
        }
    }

    Timing(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** What {@link #since} is told later. */
    public long begin() {
        return nanos.getAsLong();
    }

    public void since(long begun) {
        long now = nanos.getAsLong();
        long took = Math.max(0, now - begun);
        count.increment();
        sum.add(took);
        current(now).buckets.incrementAndGet(bucket(took));
    }

    private Window current(long now) {
        long number = Math.floorDiv(now, WINDOW_NANOS);
        return window.updateAndGet(last -> last.number >= number ? last : new Window(number, last.number == number - 1 ? last.buckets : null));
    }

    private static int bucket(long nanos) {
        if (nanos < STEPS) return (int) nanos;
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
        return power * STEPS + (int) (nanos >>> (power - 3) & STEPS - 1);
    }

    /** The middle of a bucket, in milliseconds. */
    private static double millis(int bucket) {
        if (bucket < STEPS) return bucket / NANOS_PER_MILLI;
        double step = Math.scalb(1.0, bucket / STEPS - 3);
        return (STEPS + bucket % STEPS + 0.5) * step / NANOS_PER_MILLI;
    }

    long count() {
        return count.sum();
    }

    double sumMillis() {
        return sum.sum() / NANOS_PER_MILLI;
    }

    /** In milliseconds; not a number while there is nothing to tell. */
    double quantile(double share) {
        var now = current(nanos.getAsLong());
        long all = 0;
        for (int i = 0; i < Long.SIZE * STEPS; i++) all += now.in(i);
        if (all == 0) return Double.NaN;
        long rank = Math.max(1, (long) Math.ceil(share * all));
        int last = 0;
        for (int i = 0; i < Long.SIZE * STEPS && rank > 0; i++) {
            rank -= now.in(i);
            last = i;
        }
        return millis(last);
    }
}
