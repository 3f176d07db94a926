package watchword.core.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import watchword.testkit.TestClock;

/** C4 of the reliability plan: a clock that jumps ahead destroys nothing, one that jumps back ends what it ended. */
class SteadyTimeTest {
    private final TestClock clock = new TestClock();
    private final AtomicLong nanos = new AtomicLong(5);
    private final SteadyTime time = new SteadyTime(clock, nanos::get);

    private void pass(Duration duration) {
        clock.advance(duration);
        nanos.addAndGet(duration.toNanos());
    }

    @Test
    void time_that_passes_is_believed_however_much() {
        pass(Duration.ofDays(3650));
        assertThat(time.now()).isEqualTo(clock.instant());
    }

    @Test
    void a_year_ahead_is_not_believed_and_time_goes_on_meanwhile() {
        var before = time.now();
        clock.advance(Duration.ofDays(365));
        assertThat(time.now()).isEqualTo(before);
        pass(Duration.ofMinutes(9));
        assertThat(time.now()).isEqualTo(before.plus(Duration.ofMinutes(9)));
    }

    @Test
    void a_clock_that_is_set_right_in_time_has_done_no_harm() {
        Instant before = time.now();
        clock.advance(Duration.ofDays(365));
        time.now();
        pass(Duration.ofMinutes(5));
        time.now();
        clock.advance(Duration.ofDays(-365));
        assertThat(time.now()).isEqualTo(before.plus(Duration.ofMinutes(5)));
        pass(Duration.ofMinutes(20));
        assertThat(time.now()).isEqualTo(before.plus(Duration.ofMinutes(25)));
    }

    @Test
    void a_clock_that_stays_ahead_is_believed_after_a_while() {
        clock.advance(Duration.ofDays(1));
        time.now();
        pass(SteadyTime.DOUBT);
        assertThat(time.now()).isEqualTo(clock.instant());
    }

    @Test
    void small_steps_are_believed_at_once() {
        for (int i = 0; i < 100; i++) {
            clock.advance(Duration.ofMillis(i % 2 == 0 ? 500 : -500));
            assertThat(time.now()).isEqualTo(clock.instant());
        }
    }

    @Test
    void a_clock_that_is_set_back_is_believed_at_once() {
        time.now();
        clock.advance(Duration.ofHours(-1));
        assertThat(time.now()).isEqualTo(clock.instant());
    }
}
