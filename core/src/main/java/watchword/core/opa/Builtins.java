package watchword.core.opa;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import watchword.core.wire.Durations;

/**
 * The built-in functions that a compiled policy asks of whoever runs it; all others are in the module. Only those that look at nothing but
 * their arguments and the clock: a policy here reaches nothing outside.
 */
final class Builtins {
    private static final long NANOS = 1_000_000_000L;

    private static final Pattern GO_DURATION = Pattern.compile("[+-]?(0|([0-9]{1,18}(\\.[0-9]{0,18})?(ns|us|µs|ms|s|m|h)){1,8})");

    private Builtins() {}

    /** Null is undefined: what Rego makes of arguments that a function has no value for. */
    @FunctionalInterface
    interface Builtin {
        @Nullable Object call(List<@Nullable Object> arguments);
    }

    static Map<String, Builtin> of(InstantSource clock) {
        return Map.of(
                "sprintf", arguments -> Sprintf.of(arguments.get(0), arguments.get(1)),
                "trace", _ -> true,
                "time.now_ns", _ -> nanos(clock.instant()),
                "time.parse_rfc3339_ns", arguments -> arguments.getFirst() instanceof String text ? parseTime(text) : null,
                "time.parse_duration_ns", arguments -> arguments.getFirst() instanceof String text ? parseDuration(text) : null,
                "time.clock", arguments -> clock(moment(arguments.getFirst())),
                "time.date", arguments -> date(moment(arguments.getFirst())),
                "time.weekday", arguments -> weekday(moment(arguments.getFirst())));
    }

    private static long nanos(Instant at) {
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), NANOS), at.getNano());
    }

    private static @Nullable Long parseTime(String text) {
        try {
            return nanos(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException | ArithmeticException none) {
            return null;
        }
    }

    private static @Nullable Long parseDuration(String text) {
        try {
            return GO_DURATION.matcher(text).matches() ? (Long) Durations.parse(text).toNanos() : null;
        } catch (Durations.InvalidException | ArithmeticException none) {
            return null;
        }
    }

    /** Nanoseconds, or those and a time zone. */
    private static @Nullable ZonedDateTime moment(@Nullable Object told) {
        try {
            return switch (told) {
                case Long nanos -> at(nanos, ZoneOffset.UTC);
                case List<?> pair when pair.size() >= 2 && pair.get(0) instanceof Long nanos && pair.get(1) instanceof String zone -> at(nanos, zone.isEmpty() ? ZoneOffset.UTC : ZoneId.of(zone));
                case null, default -> null;
            };
        } catch (DateTimeException unknownZone) {
            return null;
        }
    }

    private static ZonedDateTime at(long nanos, ZoneId zone) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS)).atZone(zone);
    }

    private static @Nullable Object clock(@Nullable ZonedDateTime at) {
        return at == null ? null : List.of((long) at.getHour(), (long) at.getMinute(), (long) at.getSecond());
    }

    private static @Nullable Object date(@Nullable ZonedDateTime at) {
        return at == null ? null : List.of((long) at.getYear(), (long) at.getMonthValue(), (long) at.getDayOfMonth());
    }

    private static @Nullable Object weekday(@Nullable ZonedDateTime at) {
        return at == null ? null : at.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }
}
