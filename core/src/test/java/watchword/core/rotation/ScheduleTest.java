package watchword.core.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import watchword.sdk.Schedule;
import watchword.testkit.Property;

/** When something is due, by a period or by a cron expression, with the clocks set forward and back. */
class ScheduleTest {
    private static Schedule.Cron cron(String text) {
        return Schedule.Cron.of(text, Duration.ZERO);
    }

    private static List<String> times(String text, String after, int count) {
        return Stream.iterate(cron(text).next(Instant.parse(after)), cron(text)::next).limit(count).map(Instant::toString).toList();
    }

    @Test
    void a_period_counts_from_the_last_time() {
        assertThat(new Schedule.Every(Duration.ofHours(36)).next(Instant.parse("2030-01-01T00:00:00Z"))).isEqualTo("2030-01-02T12:00:00Z");
        assertThatThrownBy(() -> new Schedule.Every(Duration.ZERO)).hasMessageContaining("more than 0");
        assertThatThrownBy(() -> new Schedule.Every(Duration.ofSeconds(Long.MAX_VALUE))).hasMessageContaining("100 years");
    }

    @Test
    void five_fields_name_times() {
        assertThat(times("30 4 * * *", "2030-01-01T00:00:00Z", 2)).containsExactly("2030-01-01T04:30:00Z", "2030-01-02T04:30:00Z");
        assertThat(times("30 4 * * *", "2030-01-01T04:30:00Z", 1)).containsExactly("2030-01-02T04:30:00Z");
        assertThat(times("*/20 * * * *", "2030-01-01T00:05:00Z", 3)).containsExactly("2030-01-01T00:20:00Z", "2030-01-01T00:40:00Z", "2030-01-01T01:00:00Z");
        assertThat(times("5/25 8-9 * * ?", "2030-01-01T08:06:00Z", 3)).containsExactly("2030-01-01T08:30:00Z", "2030-01-01T08:55:00Z", "2030-01-01T09:05:00Z");
        assertThat(times("0 0 * FEB,apr-may Sat", "2030-01-01T00:00:00Z", 5))
                .containsExactly("2030-02-02T00:00:00Z", "2030-02-09T00:00:00Z", "2030-02-16T00:00:00Z", "2030-02-23T00:00:00Z", "2030-04-06T00:00:00Z");
        assertThat(times("0 0 29 2 *", "2030-01-01T00:00:00Z", 2)).containsExactly("2032-02-29T00:00:00Z", "2036-02-29T00:00:00Z");
        assertThat(times("0 0 29 2 *", "2096-03-01T00:00:00Z", 1)).as("2100 is no leap year").containsExactly("2104-02-29T00:00:00Z");
    }

    @Test
    void of_two_days_either_is_enough_and_one_in_so_many_is_a_day() {
        assertThat(times("0 0 13 * 5", "2030-09-01T00:00:00Z", 3)).containsExactly("2030-09-06T00:00:00Z", "2030-09-13T00:00:00Z", "2030-09-20T00:00:00Z");
        assertThat(times("0 0 */10 * 1", "2030-09-01T00:00:00Z", 3)).containsExactly("2030-09-02T00:00:00Z", "2030-09-09T00:00:00Z", "2030-09-11T00:00:00Z");
        assertThat(times("0 0 */1 * 1", "2030-09-01T00:00:00Z", 2)).containsExactly("2030-09-02T00:00:00Z", "2030-09-09T00:00:00Z");
    }

    @Test
    void some_times_have_names() {
        assertThat(times("@daily", "2030-01-01T00:00:00Z", 1)).containsExactly("2030-01-02T00:00:00Z");
        assertThat(times("@midnight", "2030-01-01T00:00:00Z", 1)).containsExactly("2030-01-02T00:00:00Z");
        assertThat(times("@hourly", "2030-01-01T00:00:00Z", 1)).containsExactly("2030-01-01T01:00:00Z");
        assertThat(times("@weekly", "2030-01-01T00:00:00Z", 1)).containsExactly("2030-01-06T00:00:00Z");
        assertThat(times("@monthly", "2030-01-01T00:00:00Z", 1)).containsExactly("2030-02-01T00:00:00Z");
        assertThat(times("@yearly", "2030-01-01T00:00:00Z", 1)).containsExactly("2031-01-01T00:00:00Z");
        assertThat(times("@annually", "2030-01-01T00:00:00Z", 1)).containsExactly("2031-01-01T00:00:00Z");
    }

    @Test
    void what_is_no_expression_is_refused_with_why() {
        assertWrong("* * * *", "expected exactly 5 fields, found 4");
        assertThatThrownBy(() -> Schedule.Cron.of("secret", Duration.ZERO)).hasMessageNotContaining("secret");
        assertWrong("", "expected exactly 5 fields, found 0");
        assertWrong("0 0 0 1 1 *", "found 6");
        assertWrong("60 * * * *", "60 is above the maximum of 59 in the minute");
        assertWrong("* 24 * * *", "above the maximum of 23 in the hour");
        assertWrong("* * 0 * *", "0 is below the minimum of 1 in the day of month");
        assertWrong("* * * 13 *", "in the month");
        assertWrong("* * * * 7", "7 is above the maximum of 6 in the day of week");
        assertWrong("* * * * funday", "failed to parse \"funday\" in the day of week");
        assertWrong("5-1 * * * *", "beginning of range (5) beyond end of range (1)");
        assertWrong("1-2-3 * * * *", "too many hyphens");
        assertWrong("*/2/3 * * * *", "too many slashes");
        assertWrong("*/0 * * * *", "step of range should be a positive number");
        assertWrong("*/-1 * * * *", "step of range should be a positive number");
        assertWrong("1,,2 * * * *", "failed to parse \"\"");
        assertWrong("-1 * * * *", "failed to parse \"\"");
        assertWrong("0 0 30 2 *", "there is no such day");
        assertWrong("0 0 31 feb,apr *", "there is no such day");
        assertWrong("@every 1h", "unrecognized descriptor: @every 1h");
        assertWrong("CRON_TZ=Moon/Sea 0 0 * * *", "provided bad location Moon/Sea");
        assertWrong("TZ=UTC", "expected exactly 5 fields");
        assertWrong("0 " + "0,".repeat(200) + "0 * * *", "too long");
    }

    @Test
    void a_text_of_any_length_is_refused_at_once() {
        for (var filling : List.of("x".repeat(1_000_000), " ".repeat(1_000_000))) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertWrong("TZ=" + filling + "\nx\ny", "too long"));
        }
    }

    private static void assertWrong(String text, String why) {
        assertThatThrownBy(() -> cron(text)).as(text).hasMessageContaining(why);
    }

    @Test
    void a_zone_is_told_before_it() {
        assertThat(cron("CRON_TZ=Europe/Berlin 0 4 * * *").zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(cron("  TZ=Asia/Kolkata   0 4 * * * ").expression()).isEqualTo("0 4 * * *");
        assertThat(cron("0 4 * * *").zone()).isEqualTo(ZoneOffset.UTC);
        assertThat(times("TZ=Asia/Kolkata 0 4 * * *", "2030-01-01T00:00:00Z", 1)).containsExactly("2030-01-01T22:30:00Z");
    }

    /** In New York clocks go from 2:00 to 3:00 on 10 March 2030, at 7:00 UTC. */
    @Test
    void a_time_that_is_left_out_comes_when_the_clocks_are_set_forward() {
        assertThat(times("TZ=America/New_York 30 2 * * *", "2030-03-09T12:00:00Z", 2)).containsExactly("2030-03-10T07:00:00Z", "2030-03-11T06:30:00Z");
        assertThat(times("TZ=America/New_York 15,45 2,3 * * *", "2030-03-10T06:59:00Z", 4))
                .containsExactly("2030-03-10T07:00:00Z", "2030-03-10T07:15:00Z", "2030-03-10T07:45:00Z", "2030-03-11T06:15:00Z");
        assertThat(times("TZ=America/New_York 30 * * * *", "2030-03-10T06:00:00Z", 2)).as("every hour that there is").containsExactly("2030-03-10T06:30:00Z", "2030-03-10T07:30:00Z");
    }

    /** In New York clocks go from 2:00 back to 1:00 on 3 November 2030, at 6:00 UTC. */
    @Test
    void a_time_that_there_is_twice_comes_once() {
        assertThat(times("TZ=America/New_York 30 1 * * *", "2030-11-02T12:00:00Z", 2)).containsExactly("2030-11-03T05:30:00Z", "2030-11-04T06:30:00Z");
        assertThat(times("TZ=America/New_York 30 1 * * *", "2030-11-03T06:10:00Z", 1)).as("in the second 1:10").containsExactly("2030-11-04T06:30:00Z");
        assertThat(times("TZ=America/New_York 30 * * * *", "2030-11-03T05:00:00Z", 3)).as("every hour that there is")
                .containsExactly("2030-11-03T05:30:00Z", "2030-11-03T06:30:00Z", "2030-11-03T07:30:00Z");
    }

    /** Offsets had seconds before. */
    private static final Instant SINCE = Instant.parse("1950-01-01T00:00:00Z");

    /** Against a search minute by minute, around each change of the clocks that there was or will be. */
    @Test
    void the_next_time_is_the_first_that_matches() {
        var zones = List.of("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Apia", "Asia/Beirut");
        Property.holds(120, random -> {
            var zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            var changes = zone.getRules().getTransitions().stream().map(ZoneOffsetTransition::getInstant).filter(SINCE::isBefore).toList();
            var at = changes.get(random.nextInt(changes.size()));
            var from = at.minusSeconds(60L * random.nextInt(2 * 24 * 60));
            int minute = random.nextInt(60);
            int hour = random.nextInt(24);
            boolean hourly = random.nextBoolean();
            var schedule = new Schedule.Cron(minute + " " + (hourly ? "*" : Integer.toString(hour)) + " * * *", Duration.ZERO, zone);
            assertThat(schedule.next(from)).as("%s in %s after %s", schedule.expression(), zone, from).isEqualTo(searched(zone, from, minute, hourly ? -1 : hour));
        });
    }

    private static Instant searched(ZoneId zone, Instant after, int minute, int hour) {
        var first = after.atZone(zone).truncatedTo(ChronoUnit.MINUTES).toInstant().plusSeconds(60);
        return IntStream.range(0, 5 * 24 * 60).mapToObj(i -> first.plusSeconds(60L * i)).filter(each -> hour < 0 ? each.atZone(zone).getMinute() == minute : comes(zone, each, minute, hour))
                .findFirst().orElseThrow();
    }

    /** Whether the time of a day comes now: it is that time for the first time, or the clocks were just set forward over it. */
    private static boolean comes(ZoneId zone, Instant now, int minute, int hour) {
        var set = zone.getRules().getTransition(LocalDateTime.ofInstant(now.minusNanos(1), zone).plusNanos(1));
        var local = now.atZone(zone);
        if (set != null && set.isGap() && set.getInstant().equals(now)) {
            for (var each = set.getDateTimeBefore(); each.isBefore(set.getDateTimeAfter()); each = each.plusMinutes(1)) {
                if (each.getMinute() == minute && each.getHour() == hour) return true;
            }
        }
        return local.getMinute() == minute && local.getHour() == hour && local.equals(local.withEarlierOffsetAtOverlap());
    }
}
