package watchword.core.wire;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;

/**
 * Durations as clients write them: whole seconds ({@code 3600}, {@code "3600"}) or numbers with units ({@code "1h30m"}, {@code "1.5h"},
 * {@code "30d"}); units are ns, us, ms, s, m, h and d. Answers carry whole seconds, or Go's form ({@code "3h12m10s"}) where clients expect it.
 */
public final class Durations {
    private static final Map<String, BigDecimal> NANOS = Map.of(
            "ns", BigDecimal.ONE,
            "us", BigDecimal.valueOf(1_000L),
            "µs", BigDecimal.valueOf(1_000L),
            "ms", BigDecimal.valueOf(1_000_000L),
            "s", BigDecimal.valueOf(1_000_000_000L),
            "m", BigDecimal.valueOf(60_000_000_000L),
            "h", BigDecimal.valueOf(3_600_000_000_000L),
            "d", BigDecimal.valueOf(86_400_000_000_000L));
    /** Go's largest, about 292 years. */
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    private static final int MOST_QUOTED = 10;

    private Durations() {}

    /** A duration that cannot be read; the message is the one the field's clients know. */
    public static final class InvalidException extends Exception {
        InvalidException(String message) {
            super(message, null, false, false);
        }
    }

    public static Duration parse(String text) throws InvalidException {
        var trimmed = text.trim();
        if (trimmed.isEmpty()) return Duration.ZERO;
        if (trimmed.length() > 64) throw new InvalidException("time: invalid duration");
        boolean negative = trimmed.startsWith("-");
        var unsigned = negative || trimmed.startsWith("+") ? trimmed.substring(1) : trimmed;
        if (unsigned.isEmpty()) throw invalid(text);
        var nanos = isDigits(unsigned) ? new BigDecimal(unsigned).multiply(BigDecimal.valueOf(1_000_000_000L)) : sum(unsigned, text);
        if (nanos.compareTo(MAX) > 0) throw invalid(text);
        long whole = nanos.setScale(0, RoundingMode.DOWN).longValueExact();
        return Duration.ofNanos(negative ? -whole : whole);
    }

    private static BigDecimal sum(String text, String original) throws InvalidException {
        var total = BigDecimal.ZERO;
        int at = 0;
        while (at < text.length()) {
            int digits = at;
            while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) at++;
            int unit = at;
            while (at < text.length() && !isDigit(text.charAt(at)) && text.charAt(at) != '.') at++;
            total = total.add(number(text.substring(digits, unit), original).multiply(unit(text.substring(unit, at), original)));
        }
        return total;
    }

    private static BigDecimal number(String digits, String original) throws InvalidException {
        if (digits.isEmpty() || digits.equals(".") || digits.indexOf('.') != digits.lastIndexOf('.')) throw invalid(original);
        return new BigDecimal(digits.endsWith(".") ? digits + "0" : digits);
    }

    private static BigDecimal unit(String unit, String original) throws InvalidException {
        if (unit.isEmpty()) throw new InvalidException("time: missing unit in duration " + quote(original));
        var nanos = NANOS.get(unit);
        if (nanos == null) {
            throw isLetters(original) || original.length() > MOST_QUOTED ? invalid(original) : new InvalidException("time: unknown unit " + quote(unit) + " in duration " + quote(original));
        }
        return nanos;
    }

    /** Go's form: {@code 3h12m10s}, {@code 0s}, {@code 1.5s}. */
    public static String format(Duration duration) {
        if (duration.isZero()) return "0s";
        var text = new StringBuilder(duration.isNegative() ? "-" : "");
        var positive = duration.abs();
        if (positive.compareTo(Duration.ofSeconds(1)) < 0) return text.append(fraction(positive)).toString();
        long hours = positive.toHours();
        if (hours > 0) text.append(hours).append('h');
        if (positive.toMinutes() > 0) text.append(positive.toMinutesPart()).append('m');
        var seconds = BigDecimal.valueOf(positive.toSecondsPart()).add(BigDecimal.valueOf(positive.toNanosPart(), 9)).stripTrailingZeros();
        return text.append(seconds.toPlainString()).append('s').toString();
    }

    private static String fraction(Duration below1s) {
        long nanos = below1s.toNanos();
        if (nanos < 1_000) return nanos + "ns";
        return nanos < 1_000_000
                ? BigDecimal.valueOf(nanos, 3).stripTrailingZeros().toPlainString() + "µs"
                : BigDecimal.valueOf(nanos, 6).stripTrailingZeros().toPlainString() + "ms";
    }

    private static InvalidException invalid(String text) {
        return new InvalidException("time: invalid duration " + quote(text));
    }

    /** Only what is short enough to be a mistyped duration is repeated: anything else may be a secret in the wrong field. */
    private static String quote(String text) {
        if (text.length() > MOST_QUOTED) return "of " + text.length() + " characters";
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", "?") + '"';
    }

    private static boolean isDigits(String text) {
        return text.chars().allMatch(c -> isDigit((char) c));
    }

    private static boolean isLetters(String text) {
        return text.chars().noneMatch(c -> isDigit((char) c));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
