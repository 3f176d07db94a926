package watchword.engines.kv;

import java.time.Instant;
import java.util.Optional;

/**
 * The facts of one version.
 *
 * @param deletion when it was deleted, or will end by itself
 * @param deleted by somebody: then it stays so, even if the clock is set back
 */
record Version(long number, Instant created, Optional<Instant> deletion, boolean deleted, boolean destroyed) {

    static Version made(long number, Instant now, Optional<Instant> end) {
        return new Version(number, now, end, false, false);
    }

    /** Whether its data cannot be read now. */
    boolean isGone(Instant now) {
        return destroyed || deleted || deletion.filter(end -> !end.isAfter(now)).isPresent();
    }

    Version delete(Instant now) {
        return isGone(now) ? this : new Version(number, created, Optional.of(now), true, false);
    }

    Version undelete(Optional<Instant> end) {
        return destroyed ? this : made(number, created, end);
    }

    Version destroy() {
        return new Version(number, created, deletion, deleted, true);
    }

    String deletionTime() {
        return deletion.map(Instant::toString).orElse("");
    }
}
