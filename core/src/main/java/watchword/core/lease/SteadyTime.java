package watchword.core.lease;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The time by which things are ended. A clock that is suddenly far ahead of the time that has passed since the last look may be wrong, and
 * what it ends cannot be brought back: so it is believed only when it has stayed there for a while. Until then time goes on from where it
 * was. One that was set back is believed at once, as it ends nothing. Any thread.
 */
final class SteadyTime {
    private static final System.Logger LOG = System.getLogger(SteadyTime.class.getName());
    /** What a clock may gain between two looks. */
    static final Duration SLACK = Duration.ofMinutes(1);
    /** How long it must stay ahead. */
    static final Duration DOUBT = Duration.ofMinutes(10);

    private final InstantSource clock;
    private final LongSupplier nanos;
    private Instant seen;
    private long seenNanos;
    private @Nullable Long aheadSince;

    /** @param nanos the time that passes, whatever the clock says */
    SteadyTime(InstantSource clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        this.seen = clock.instant();
        this.seenNanos = nanos.getAsLong();
    }

    synchronized Instant now() {
        var told = clock.instant();
        long at = nanos.getAsLong();
        var expected = seen.plusNanos(at - seenNanos);
        if (told.isAfter(expected.plus(SLACK))) {
            if (aheadSince == null) {
                aheadSince = at;
                LOG.log(Level.WARNING, "the clock went from {0} to {1} at once: nothing is ended by it until it has stayed so for {2} minutes", expected, told, DOUBT.toMinutes());
            }
            if (at - aheadSince < DOUBT.toNanos()) return expected;
            LOG.log(Level.WARNING, "the clock has stayed at its new time, {0}, and is believed", told);
        }
        aheadSince = null;
        seen = told;
        seenNanos = at;
        return told;
    }
}
