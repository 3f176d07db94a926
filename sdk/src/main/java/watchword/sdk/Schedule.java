package watchword.sdk;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.regex.Pattern;

/** When something is due again and again. */
public sealed interface Schedule {
    Duration LONGEST = Duration.ofDays(36_525);

    /** The first time after {@code last}: when something is due that was last done then. */
    Instant next(Instant last);

    /** How long after such a time it may still be done; zero for any time. */
    Duration window();

    /** How long from {@code now} until something is due that was last done at {@code last}; zero when it is. */
    default Duration left(Instant last, Instant now) {
        var left = Duration.between(now, next(last));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** So long after the last time. @throws Problem.ProblemException when that is no time, or more than a hundred years */
    record Every(Duration period) implements Schedule {
        public Every {
            if (!period.isPositive() || period.compareTo(LONGEST) > 0) throw new Problem.Invalid("a period must be more than 0 and at most 100 years").asException();
        }

        @Override
        public Instant next(Instant last) {
            return last.plus(period);
        }

        @Override
        public Duration window() {
            return Duration.ZERO;
        }
    }

    /**
     * At the times of a cron expression of five fields.
     *
     * <p>With a zone whose clocks are set forward and back: a time that is left out comes at once when the clocks are set forward, and one
     * that there is twice comes once. Only what comes in every hour goes by the hours that there are.
     *
     * @param window how long after such a time it may still be done; zero for any time
     * @throws Problem.ProblemException when the expression is none, and why
     */
    record Cron(String expression, Duration window, ZoneId zone) implements Schedule {
        public Cron {
            CronTimes.parse(expression);
            if (window.isNegative() || window.compareTo(LONGEST) > 0) throw new Problem.Invalid("a window must be at most 100 years").asException();
        }

        /** Takes what it has taken for good, so that its time goes by the length of a text. */
        private static final Pattern ZONED = Pattern.compile("(?:CRON_)?TZ=(\\S*+)\\s*+(.*)");

        /**
         * A schedule as operators write it: in UTC, or in the zone that is told before it, as in {@code CRON_TZ=Europe/Berlin 0 4 * * sat}.
         *
         * @throws Problem.ProblemException when it is none, and why
         */
        public static Cron of(String text, Duration window) {
            var zoned = ZONED.matcher(text.strip());
            return zoned.matches() ? new Cron(zoned.group(2), window, zone(zoned.group(1))) : new Cron(text.strip(), window, ZoneOffset.UTC);
        }

        private static ZoneId zone(String name) {
            try {
                return name.equals("UTC") ? ZoneOffset.UTC : ZoneId.of(name);
            } catch (DateTimeException unknown) {
                throw new Problem.Invalid("provided bad location " + (name.length() > 40 ? name.substring(0, 40) : name)).asException();
            }
        }

        @Override
        public Instant next(Instant last) {
            return CronTimes.parse(expression).next(last, zone);
        }
    }
}
