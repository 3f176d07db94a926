package watchword.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;

final class DurationTextTest {

    @Test
    void every_way_of_the_field_to_write_a_time_is_read() {
        assertThat(DurationText.parse("90")).contains(Duration.ofSeconds(90));
        assertThat(DurationText.parse("1h30m")).contains(Duration.ofMinutes(90));
        assertThat(DurationText.parse("1.5h")).contains(Duration.ofMinutes(90));
        assertThat(DurationText.parse("2d")).contains(Duration.ofDays(2));
        assertThat(DurationText.parse("250ms")).contains(Duration.ofMillis(250));
        assertThat(DurationText.parse("0")).contains(Duration.ZERO);
    }

    @Test
    void what_is_no_time_is_refused() {
        for (var text : new String[] {"", "h", "1x", "1h30", "-5s", "1..5h", "1h ", "9999999999h", "1e9s", "5 m"}) {
            assertThat(DurationText.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void seconds_show_as_people_read_them() {
        assertThat(DurationText.human(2764800)).isEqualTo("768h");
        assertThat(DurationText.human(5400)).isEqualTo("1h30m");
        assertThat(DurationText.human(3601)).isEqualTo("1h0m1s");
        assertThat(DurationText.human(61)).isEqualTo("1m1s");
        assertThat(DurationText.human(0)).isEqualTo("0s");
    }

    @Test
    void what_is_shown_can_be_read() {
        Property.holds(300, random -> {
            long seconds = random.nextLong(1, 100_000_000);
            assertThat(DurationText.parse(DurationText.human(seconds))).contains(Duration.ofSeconds(seconds));
        });
    }
}
