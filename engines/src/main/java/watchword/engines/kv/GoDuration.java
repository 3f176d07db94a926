package watchword.engines.kv;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Durations in Go's form, which this engine's clients read and write: {@code 3h12m10s}. */
final class GoDuration {
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)");

    private GoDuration() {}

    static Optional<Duration> parse(String text) {
        boolean negative = text.startsWith("-");
        var unsigned = negative ? text.substring(1) : text;
        if (unsigned.matches("\\d{1,12}")) return Optional.of(Duration.ofSeconds(negative ? -Long.parseLong(unsigned) : Long.parseLong(unsigned)));
        var matcher = PART.matcher(unsigned);
        var total = Duration.ZERO;
        int end = 0;
        while (matcher.find() && matcher.start() == end && matcher.group(1).length() < 12) {
            total = total.plusMillis((long) (Double.parseDouble(matcher.group(1)) * millis(matcher.group(2))));
            end = matcher.end();
        }
        return end == 0 || end != unsigned.length() ? Optional.empty() : Optional.of(negative ? total.negated() : total);
    }

    private static long millis(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 86_400_000;
        };
    }

    static String format(Duration duration) {
        if (duration.isZero()) return "0s";
        var positive = duration.abs();
        var text = new StringBuilder(duration.isNegative() ? "-" : "");
        if (positive.toHours() > 0) text.append(positive.toHours()).append('h');
        if (positive.toMinutes() > 0) text.append(positive.toMinutesPart()).append('m');
        text.append(positive.toSecondsPart());
        if (positive.toMillisPart() > 0) text.append('.').append(String.format(java.util.Locale.ROOT, "%03d", positive.toMillisPart()).replaceAll("0+$", ""));
        return text.append('s').toString();
    }
}
