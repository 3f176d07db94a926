package watchword.core.lockout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import watchword.testkit.Parallel;

class FailuresTest {
    private static final long RESET = 900_000;

    @Test
    void failures_add_up_and_are_forgotten_in_time() {
        var failures = new Failures(64);
        assertThat(failures.add(7, 0, RESET)).isEqualTo(1);
        assertThat(failures.add(7, RESET, RESET)).isEqualTo(2);
        assertThat(failures.count(7, RESET, RESET)).isEqualTo(2);
        assertThat(failures.count(7, 2 * RESET + 1, RESET)).isZero();
        assertThat(failures.add(7, 2 * RESET + 1, RESET)).as("the first again").isEqualTo(1);
        failures.forget(7);
        assertThat(failures.count(7, 2 * RESET + 1, RESET)).isZero();
        assertThat(failures.count(8, 0, RESET)).isZero();
    }

    /** Number 10: what somebody guesses at is not forgotten for a flood of names, and the flood takes no room. */
    @Test
    void a_million_names_take_no_more_room_than_there_is_and_push_out_nobody_who_is_guessed_at() {
        var failures = new Failures(1 << 17);
        System.gc();
        long before = used();
        for (int i = 0; i < 4; i++) failures.add(42, 0, RESET);
        var random = new SplittableRandom(7);
        for (int i = 0; i < 1_000_000; i++) failures.add(random.nextLong(), 1 + i / 10_000, RESET);
        System.gc();
        assertThat(used() - before).isLessThan(64L << 20);
        assertThat(failures.count(42, 200, RESET)).isEqualTo(4);
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void of_many_at_once_none_is_lost() {
        var failures = new Failures(64);
        var highest = new AtomicInteger();
        Parallel.onPlatformThreads(8, _ -> {
            for (int i = 0; i < 1000; i++) highest.accumulateAndGet(failures.add(7, 0, RESET), Math::max);
        });
        assertThat(highest.get()).isEqualTo(8000);
    }
}
