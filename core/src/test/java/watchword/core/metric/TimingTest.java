package watchword.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TimingTest {
    private static final long MILLI = 1_000_000;
    private final AtomicLong clock = new AtomicLong(1_000 * MILLI);
    private final Timing timing = new Timing(clock::get);

    private void took(long nanos) {
        long begun = timing.begin();
        clock.addAndGet(nanos);
        timing.since(begun);
    }

    @Test
    void quantiles_are_right_to_an_eighth() {
        for (int i = 1; i <= 100; i++) took(i * MILLI);

        assertThat(timing.count()).isEqualTo(100);
        assertThat(timing.sumMillis()).isEqualTo(5050, within(1e-6));
        assertThat(timing.quantile(0.5)).isBetween(50 * 0.875, 50 * 1.125);
        assertThat(timing.quantile(0.9)).isBetween(90 * 0.875, 90 * 1.125);
        assertThat(timing.quantile(0.99)).isBetween(99 * 0.875, 99 * 1.125);
    }

    @Test
    void the_smallest_and_the_largest_fit() {
        took(0);
        assertThat(timing.quantile(0.5)).isZero();
        var huge = new Timing(() -> 0);
        huge.since(-Long.MAX_VALUE);
        assertThat(huge.count()).isEqualTo(1);
        assertThat(huge.quantile(1)).isPositive();
    }

    @Test
    void what_is_long_past_counts_for_the_sum_alone() {
        took(5 * MILLI);
        clock.addAndGet(60_000 * MILLI);

        assertThat(timing.quantile(0.5)).isNaN();
        assertThat(timing.count()).isEqualTo(1);
    }

    @Test
    void series_are_bounded() {
        var metrics = new Metrics(clock::get);
        for (int i = 0; i < 3 * Metrics.MAX_SERIES; i++) metrics.counter("x", Map.of("n", Integer.toString(i))).increment();

        assertThat(metrics.counters()).hasSize(Metrics.MAX_SERIES);
    }

    @Test
    void labels_cannot_break_out_of_their_line() {
        var metrics = new Metrics(clock::get);
        metrics.counter("x", Map.of("n", "a\"b\\c\nd")).increment();

        assertThat(MetricsFormat.prometheus(metrics, java.util.List.of())).isEqualTo("# HELP vault_x vault_x\n# TYPE vault_x counter\nvault_x{n=\"a\\\"b\\\\c\\nd\"} 1\n");
    }
}
