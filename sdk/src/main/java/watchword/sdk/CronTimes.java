package watchword.sdk;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * The times that a cron expression names: minute, hour, day of the month, month, day of the week. Each is a list of numbers, names and
 * ranges, with steps. When both days are told, either is enough, as in every cron.
 */
record CronTimes(BitSet minutes, BitSet hours, BitSet days, BitSet months, BitSet weekdays, boolean eitherDay) {
    private static final int LONGEST_TEXT = 256;
    private static final List<String> MONTH_NAMES = List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAY_NAMES = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

    /** What one of the five may be. */
    private enum Part {
        MINUTE(0, 59, List.of()),
        HOUR(0, 23, List.of()),
        DAY_OF_MONTH(1, 31, List.of()),
        MONTH(1, 12, MONTH_NAMES),
        DAY_OF_WEEK(0, 6, DAY_NAMES);

        private final int least;
        private final int most;
        /** Of the numbers from the least on. */
        private final List<String> names;

        Part(int least, int most, List<String> names) {
            this.least = least;
            this.most = most;
            this.names = names;
        }

        private int number(String text) {
            int named = names.indexOf(text.toLowerCase(Locale.ROOT));
            if (named >= 0) return least + named;
            if (text.isEmpty() || text.length() > 4 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) throw wrong("failed to parse \"" + text + "\"" + here());
            int number = Integer.parseInt(text);
            if (number < least) throw wrong(number + " is below the minimum of " + least + here());
            if (number > most) throw wrong(number + " is above the maximum of " + most + here());
            return number;
        }

        private String here() {
            return " in the " + name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** @throws Problem.ProblemException when it is none, and why */
    static CronTimes parse(String expression) {
        if (expression.length() > LONGEST_TEXT) throw wrong("it is too long");
        var fields = List.of(spelled(expression.strip()).split("\\s+"));
        if (fields.size() != Part.values().length || fields.contains("")) {
            throw wrong("expected exactly 5 fields, found " + (fields.contains("") ? 0 : fields.size()));
        }
        var times = new CronTimes(bits(Part.MINUTE, fields.get(0)), bits(Part.HOUR, fields.get(1)), bits(Part.DAY_OF_MONTH, fields.get(2)), bits(Part.MONTH, fields.get(3)),
                bits(Part.DAY_OF_WEEK, fields.get(4)), !isAny(fields.get(2)) && !isAny(fields.get(4)));
        if (!times.comes()) throw wrong("there is no such day");
        return times;
    }

    private static String spelled(String text) {
        return switch (text) {
            case "@yearly", "@annually" -> "0 0 1 1 *";
            case "@monthly" -> "0 0 1 * *";
            case "@weekly" -> "0 0 * * 0";
            case "@daily", "@midnight" -> "0 0 * * *";
            case "@hourly" -> "0 * * * *";
            default -> {
                if (text.startsWith("@")) throw wrong("unrecognized descriptor: " + text);
                yield text;
            }
        };
    }

    /** Whether it says nothing of days. One in so many says something. */
    private static boolean isAny(String field) {
        return List.of(field.split(",")).stream().anyMatch(each -> each.equals("*") || each.equals("?") || each.equals("*/1") || each.equals("?/1"));
    }

    private static BitSet bits(Part part, String field) {
        var bits = new BitSet();
        for (var each : field.split(",", -1)) add(bits, part, each);
        return bits;
    }

    private static void add(BitSet bits, Part part, String text) {
        var stepped = text.split("/", -1);
        if (stepped.length > 2) throw wrong("too many slashes: " + text);
        int step = stepped.length == 2 ? step(stepped[1]) : 1;
        var range = stepped[0].split("-", -1);
        if (range.length > 2) throw wrong("too many hyphens: " + text);
        boolean any = stepped[0].equals("*") || stepped[0].equals("?");
        int from = any ? part.least : part.number(range[0]);
        int to = any || (range.length == 1 && stepped.length == 2) ? part.most : part.number(range[range.length - 1]);
        if (from > to) throw wrong("beginning of range (" + from + ") beyond end of range (" + to + "): " + text);
        for (int i = from; i <= to; i += step) bits.set(i);
    }

    private static int step(String text) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) == 0) throw wrong("step of range should be a positive number: " + text);
        return Integer.parseInt(text);
    }

    private static Problem.ProblemException wrong(String what) {
        return new Problem.Invalid(what).asException();
    }

    /** Whether there is such a day in some year. */
    private boolean comes() {
        if (eitherDay || weekdays.cardinality() < DAY_NAMES.size()) return true;
        return months.stream().anyMatch(month -> days.nextSetBit(0) <= Month.of(month).maxLength());
    }

    // ---- when ----

    Instant next(Instant after, ZoneId zone) {
        return hours.cardinality() == 24 ? nextByTheHour(after, zone) : nextByTheDay(after, zone);
    }

    /** By the minutes that there are in the zone, be they there once or twice. */
    private Instant nextByTheHour(Instant after, ZoneId zone) {
        var at = after.atZone(zone).truncatedTo(ChronoUnit.MINUTES);
        do {
            at = at.plusMinutes(1);
            while (!isOn(at.toLocalDate())) at = at.toLocalDate().plusDays(1).atStartOfDay(zone);
        } while (!minutes.get(at.getMinute()));
        return at.toInstant();
    }

    /** By the calendar: each time of a day comes once, whatever is done to the clocks. */
    private Instant nextByTheDay(Instant after, ZoneId zone) {
        for (var date = after.atZone(zone).toLocalDate().minusDays(1); ; date = date.plusDays(1)) {
            if (!isOn(date)) continue;
            for (int hour = hours.nextSetBit(0); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
                for (int minute = minutes.nextSetBit(0); minute >= 0; minute = minutes.nextSetBit(minute + 1)) {
                    var at = at(date, LocalTime.of(hour, minute), zone);
                    if (at.isAfter(after)) return at;
                }
            }
        }
    }

    private static Instant at(LocalDate date, LocalTime time, ZoneId zone) {
        var local = date.atTime(time);
        var set = zone.getRules().getTransition(local);
        return set != null && set.isGap() ? set.getInstant() : local.atZone(zone).toInstant();
    }

    private boolean isOn(LocalDate date) {
        if (!months.get(date.getMonthValue())) return false;
        boolean day = days.get(date.getDayOfMonth());
        boolean weekday = weekdays.get(date.getDayOfWeek().getValue() % 7);
        return eitherDay ? day || weekday : day && weekday;
    }
}
