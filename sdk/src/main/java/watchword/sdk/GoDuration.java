package watchword.sdk;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Durations as clients keep them in their own data and read them in messages: {@code 3600}, {@code 3h12m10s}. Whole seconds. */
public final class GoDuration {
    private static final Pattern WHOLE = Pattern.compile("\\d{1,10}");
    private static final Pattern PARTS = Pattern.compile("(?:\\d{1,10}(?:\\.\\d{1,9})?(?:ns|us|µs|ms|s|m|h|d))+");
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)([a-zµ]+)");
    private static final int MOST_CHARACTERS = 64;

    private GoDuration() {}

    /** Empty for what is not a duration, or lies in the past. */
    public static Optional<Duration> parse(String text) {
        var trimmed = text.trim();
        if (trimmed.length() > MOST_CHARACTERS) return Optional.empty();
        if (WHOLE.matcher(trimmed).matches()) return Optional.of(Duration.ofSeconds(Long.parseLong(trimmed)));
        if (!PARTS.matcher(trimmed).matches()) return Optional.empty();
        var seconds = PART.matcher(trimmed).results()
                .map(part -> new BigDecimal(part.group(1)).multiply(seconds(part.group(2))))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        return Optional.of(Duration.ofSeconds(seconds.longValue()));
    }

    private static BigDecimal seconds(String unit) {
        return switch (unit) {
            case "ns" -> BigDecimal.valueOf(1, 9);
            case "us", "µs" -> BigDecimal.valueOf(1, 6);
            case "ms" -> BigDecimal.valueOf(1, 3);
            case "s" -> BigDecimal.ONE;
            case "m" -> BigDecimal.valueOf(60);
            case "h" -> BigDecimal.valueOf(3_600);
            default -> BigDecimal.valueOf(86_400);
        };
    }

    public static String format(Duration whole) {
        var positive = whole.abs();
        var text = new StringBuilder(whole.isNegative() ? "-" : "");
        if (positive.toHours() > 0) text.append(positive.toHours()).append('h');
        if (positive.toMinutes() > 0) text.append(positive.toMinutesPart()).append('m');
        return text.append(positive.toSecondsPart()).append('s').toString();
    }
}
