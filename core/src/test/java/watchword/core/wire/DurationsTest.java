package watchword.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DurationsTest {

    @Test
    void seconds_units_and_their_sums_are_durations() throws Durations.InvalidException {
        assertThat(Durations.parse("3600")).isEqualTo(Duration.ofHours(1));
        assertThat(Durations.parse("3h12m10s")).isEqualTo(Duration.ofSeconds(11_530));
        assertThat(Durations.parse("1.5h")).isEqualTo(Duration.ofMinutes(90));
        assertThat(Durations.parse("-30d")).isEqualTo(Duration.ofDays(-30));
    }

    @Test
    void a_mistyped_duration_is_repeated_as_clients_know_it() {
        assertThatThrownBy(() -> Durations.parse("abc")).hasMessage("time: invalid duration \"abc\"");
        assertThatThrownBy(() -> Durations.parse("5x")).hasMessage("time: unknown unit \"x\" in duration \"5x\"");
    }

    @Test
    void what_is_too_long_to_be_a_mistyped_duration_is_not_repeated() {
        for (var secret : new String[] {"canary-5f1d", "1canary-5f1d", "12345canary", "-canary-5f1d\n"}) {
            assertThatThrownBy(() -> Durations.parse(secret)).hasMessageNotContaining("canary").hasMessageStartingWith("time: ");
        }
    }
}
