package watchword.core.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.mount.EngineCatalog;
import watchword.testkit.Parallel;

/** What is due is rotated once, whatever fails, whoever dies and wherever the clock goes. */
class RotatorTest {
    /** The engines, by mount. */
    private final Map<String, Doors> made = new HashMap<>();
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("doors", (context, mount) -> made.computeIfAbsent(mount.path(), _ -> new Doors(context))).build());

    /** The server dies: nothing of it runs on, and nothing is tidied up. */
    private static final class Died extends Error {}

    @BeforeEach
    void given_doors() {
        assertThat(it.write(it.root, "sys/mounts/house", "type", "doors").status()).isEqualTo(204);
    }

    private void door(String name, Object... fields) {
        assertThat(it.write(it.root, "house/doors/" + name, fields).status()).isEqualTo(204);
    }

    private Doors doors() {
        return java.util.Objects.requireNonNull(made.get("house/"));
    }

    private void after(Duration time) {
        it.clock.advance(time);
        it.server.runDue();
    }

    @Test
    void a_period_goes_by_and_it_is_rotated_again_and_again() {
        door("front", "period", "1h");
        after(Duration.ofMinutes(59));
        assertThat(doors().changes("front")).isZero();
        after(Duration.ofMinutes(1));
        assertThat(doors().changes("front")).isEqualTo(1);
        it.server.runDue();
        assertThat(doors().changes("front")).isEqualTo(1);
        after(Duration.ofHours(1));
        assertThat(doors().changes("front")).isEqualTo(2);
    }

    @Test
    void what_was_missed_is_caught_up_once() {
        door("front", "period", "1h");
        after(Duration.ofDays(365));
        assertThat(doors().changes("front")).isEqualTo(1);
        after(Duration.ofMinutes(59));
        assertThat(doors().changes("front")).isEqualTo(1);
    }

    @Test
    void what_is_gone_is_asked_for_once_and_never_again() {
        door("front", "period", "1h");
        it.delete(it.root, "house/doors/front");
        after(Duration.ofHours(1));
        var asked = new AtomicInteger();
        doors().whenChanged = _ -> asked.incrementAndGet();
        door("back", "period", "1h");
        after(Duration.ofHours(1));
        assertThat(asked).hasValue(1);
        assertThat(doors().changes("front")).isZero();
    }
}
