package watchword.engines.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.sdk.GoDuration;
import watchword.testkit.Property;

class GoDurationTest {

    @Test
    void what_is_written_reads_back() {
        Property.holds(200, random -> {
            var seconds = random.nextLong(0, 400_000_000);
            assertThat(GoDuration.parse(GoDuration.format(Duration.ofSeconds(seconds)))).contains(Duration.ofSeconds(seconds));
        });
    }

    @Test
    void zero_and_negative_have_their_form() {
        assertThat(GoDuration.format(Duration.ZERO)).isEqualTo("0s");
        assertThat(GoDuration.format(Duration.ofSeconds(-1))).isEqualTo("-1s");
        assertThat(GoDuration.format(Duration.ofDays(32))).isEqualTo("768h0m0s");
    }

    @Test
    void what_is_no_duration_is_none() {
        for (var text : List.of("", "soon", "-1h", "1h1", "h", "1.h", "99999999999", "1h".repeat(33))) {
            assertThat(GoDuration.parse(text)).as(text).isEmpty();
        }
    }
}
