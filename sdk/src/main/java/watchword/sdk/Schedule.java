package watchword.sdk;

import java.time.Duration;
import java.time.ZoneId;

/** When something is due again and again. */
public sealed interface Schedule {

    /** So long after the last time. */
    record Every(Duration period) implements Schedule {}

    /**
     * At the times of a cron expression of five fields.
     *
     * @param window how long after such a time it may still be done; zero for any time
     */
    record Cron(String expression, Duration window, ZoneId zone) implements Schedule {}
}
