package watchword.client;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;

/**
 * Times as the field writes them: {@code 90}, {@code 90s}, {@code 1h30m}, {@code 1.5h}, {@code 2d}, {@code 250ms}. A bare number is
 * seconds.
 */
public final class DurationText {
    private static final String[] UNITS = {"ns", "us", "ms", "s", "m", "h", "d"};
    private static final long[] NANOS = {1, 1_000, 1_000_000, 1_000_000_000L, 60_000_000_000L, 3_600_000_000_000L, 86_400_000_000_000L};
    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private DurationText() {}

    /** Empty when it is no time, or longer than 292 years. */
    public static Optional<Duration> parse(String text) {
        if (text.isEmpty() || text.length() > 60) return Optional.empty();
        var total = BigDecimal.ZERO;
        int at = 0;
        while (at < text.length()) {
            int number = at;
            while (number < text.length() && (isDigit(text.charAt(number)) || text.charAt(number) == '.')) number++;
            int unit = number;
            while (unit < text.length() && !isDigit(text.charAt(unit)) && text.charAt(unit) != '.') unit++;
            boolean bare = at == 0 && number == text.length();
            long nanos = bare ? NANOS[3] : nanos(text.substring(number, unit));
            var amount = amount(text.substring(at, number));
            if (nanos == 0 || amount.isEmpty()) return Optional.empty();
            total = total.add(amount.get().multiply(BigDecimal.valueOf(nanos)));
            at = unit;
        }
        return total.compareTo(LONGEST) > 0 ? Optional.empty()
                : Optional.of(Duration.ofNanos(total.setScale(0, RoundingMode.DOWN).longValueExact()));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static long nanos(String unit) {
        for (int i = 0; i < UNITS.length; i++) if (UNITS[i].equals(unit)) return NANOS[i];
        return 0;
    }

    private static Optional<BigDecimal> amount(String digits) {
        try {
            return Optional.of(new BigDecimal(digits));
        } catch (NumberFormatException malformed) {
            return Optional.empty();
        }
    }

    /** Seconds as people read them: {@code 2764800} is {@code 768h}, {@code 5400} is {@code 1h30m}, {@code 0} is {@code 0s}. */
    public static String human(long seconds) {
        if (seconds <= 0) return seconds + "s";
        var text = new StringBuilder();
        long hours = seconds / 3600;
        long minutes = seconds % 3600 / 60;
        long rest = seconds % 60;
        if (hours > 0) text.append(hours).append('h');
        if (minutes > 0 || (hours > 0 && rest > 0)) text.append(minutes).append('m');
        if (rest > 0) text.append(rest).append('s');
        return text.toString();
    }
}
