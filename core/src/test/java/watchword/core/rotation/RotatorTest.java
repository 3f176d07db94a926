package watchword.core.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.mount.EngineCatalog;
import watchword.sdk.Storage;
import watchword.testkit.Parallel;

/** What is due is rotated once, whatever fails, whoever dies and wherever the clock goes. */
class RotatorTest {
    /** The engines, by mount. */
    private final Map<String, Doors> made = new ConcurrentHashMap<>();
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("doors", (context, mount) -> made.computeIfAbsent(mount.path(), _ -> new Doors(context))).build());

    /** The server dies: nothing of it runs on, and nothing is tidied up. */
    private static final class Died extends Error {}

    @AfterEach
    void close() {
        it.close();
    }

    @BeforeEach
    void given_doors() {
        assertThat(it.write(it.root, "sys/mounts/house", "type", "doors").status()).isEqualTo(204);
    }

    private void door(String name, Object... fields) {
        assertThat(it.write(it.root, "house/doors/" + name, fields).status()).isEqualTo(204);
    }

    private Doors doors() {
        return Objects.requireNonNull(made.get("house/"));
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

    // ---- failures ----

    private Map<String, Object> facts(String name) {
        return it.read(it.root, "sys/rotations/house/doors/" + name).part("data");
    }

    @Test
    void a_failure_is_tried_again_with_growing_pauses_until_it_succeeds() {
        door("front", "period", "1h");
        var asked = new AtomicInteger();
        doors().whenChanged = _ -> {
            asked.incrementAndGet();
            throw Doors.stuck();
        };
        after(Duration.ofHours(1));
        assertThat(asked).hasValue(1);
        assertThat(facts("front")).containsEntry("rotation_state", "failed").containsEntry("attempts", 1L).containsEntry("last_error", "the door is stuck");
        after(Duration.ofSeconds(7));
        assertThat(asked).as("too early").hasValue(1);
        after(Duration.ofSeconds(6));
        assertThat(asked).hasValue(2);
        for (int i = 0; i < 60; i++) after(Duration.ofMinutes(1));
        assertThat(asked.get()).as("attempts in an hour").isBetween(8, 14);
        doors().whenChanged = _ -> {};
        after(Duration.ofMinutes(13));
        assertThat(doors().changes("front")).isEqualTo(1);
        assertThat(facts("front")).containsEntry("rotation_state", "scheduled").containsEntry("attempts", 0L).containsEntry("last_error", "")
                .containsEntry("last_rotated", it.clock.instant().toString()).containsEntry("next_rotation", it.clock.instant().plus(Duration.ofHours(1)).toString());
        assertThat((List<?>) facts("front").get("history")).hasSizeBetween(9, 20);
    }

    /** A bug in an engine may say anything. */
    @Test
    void a_bug_is_tried_again_too_and_its_words_are_told_to_nobody() {
        door("front", "period", "1h");
        doors().whenChanged = _ -> {
            throw new IllegalStateException("password was hunter2");
        };
        after(Duration.ofHours(1));
        assertThat(facts("front")).containsEntry("last_error", "internal error");
        assertThat(facts("front").toString()).doesNotContain("hunter2");
        doors().whenChanged = _ -> {};
        after(Duration.ofMinutes(1));
        assertThat(doors().changes("front")).isEqualTo(1);
    }

    @Test
    void what_fails_together_is_not_tried_again_together() {
        for (int i = 0; i < 20; i++) door("d" + i, "period", "1h");
        doors().whenChanged = _ -> {
            throw Doors.stuck();
        };
        after(Duration.ofHours(1));
        assertThat(IntStream.range(0, 20).mapToObj(i -> facts("d" + i).get("next_attempt")).distinct().count()).isGreaterThan(10);
    }

    // ---- windows ----

    @Test
    void what_missed_its_window_waits_for_the_next() {
        door("front", "schedule", "0 4 * * *", "window", "2h");
        after(Duration.ofHours(7)); // 7:00, and it was open from 4:00 to 6:00
        assertThat(doors().changes("front")).isZero();
        assertThat(facts("front")).containsEntry("rotation_state", "missed").containsEntry("next_rotation", "2030-01-02T04:00:00Z");
        after(Duration.ofHours(22)); // 5:00
        assertThat(doors().changes("front")).isEqualTo(1);
        assertThat(facts("front")).containsEntry("rotation_state", "scheduled").containsEntry("next_rotation", "2030-01-03T04:00:00Z");
    }

    @Test
    void a_failure_is_not_tried_again_when_the_window_is_over() {
        door("front", "schedule", "0 4 * * *", "window", "1h");
        var asked = new AtomicInteger();
        doors().whenChanged = _ -> {
            asked.incrementAndGet();
            throw Doors.stuck();
        };
        after(Duration.ofHours(4).plusMinutes(59).plusSeconds(55));
        assertThat(asked).hasValue(1);
        assertThat(facts("front")).containsEntry("rotation_state", "missed").containsEntry("last_error", "the door is stuck").containsEntry("next_attempt", "2030-01-02T04:00:00Z");
        after(Duration.ofHours(10));
        assertThat(asked).hasValue(1);
        doors().whenChanged = _ -> {};
        after(Duration.ofHours(14));
        assertThat(doors().changes("front")).isEqualTo(1);
    }

    @Test
    void a_window_of_a_later_time_that_is_open_is_used() {
        door("front", "schedule", "0 4 * * *", "window", "2h");
        after(Duration.ofDays(10).plusHours(5));
        assertThat(doors().changes("front")).isEqualTo(1);
        assertThat(facts("front")).containsEntry("next_rotation", "2030-01-12T04:00:00Z");
    }

    // ---- clocks ----

    @Test
    void a_clock_that_jumps_a_year_and_back_has_it_rotated_once_and_then_as_before() {
        door("front", "period", "1h");
        door("back", "schedule", "0 4 * * *", "window", "1h");
        after(Duration.ofDays(365));
        after(Duration.ofDays(-365));
        assertThat(doors().changes("front")).isEqualTo(1);
        after(Duration.ofMinutes(59));
        assertThat(doors().changes("front")).isEqualTo(1);
        after(Duration.ofMinutes(1));
        assertThat(doors().changes("front")).isEqualTo(2);
        after(Duration.ofHours(3));
        assertThat(doors().changes("back")).isEqualTo(1);
    }

    // ---- servers ----

    @Test
    void what_a_dead_server_began_is_begun_again_when_its_turn_is_over() {
        door("front", "period", "1h");
        doors().whenChanged = _ -> {
            throw new Died();
        };
        after(Duration.ofHours(1));
        assertThat(facts("front")).containsEntry("rotation_state", "rotating");
        var next = it.restarted();
        doors().whenChanged = _ -> {};
        next.server.runDue();
        assertThat(doors().changes("front")).as("who began may be at it still").isZero();
        next.clock.advance(Rotator.TURN);
        next.server.runDue();
        assertThat(doors().changes("front")).isEqualTo(1);
        assertThat(next.read(next.root, "sys/rotations/house/doors/front").data("history").toString()).contains("interrupted").contains("succeeded");
    }

    @Test
    void a_sealed_server_rotates_nothing_and_catches_up_once_when_it_is_open() {
        door("front", "period", "1h");
        it.server.seal();
        after(Duration.ofDays(3));
        assertThat(doors().changes("front")).isZero();
        var next = it.restarted();
        next.server.runDue();
        assertThat(doors().changes("front")).isEqualTo(1);
    }

    @Test
    void two_servers_rotate_each_thing_once() {
        for (int i = 0; i < 50; i++) door("d" + i, "period", "1h");
        var one = it.restartedOn(it.storage);
        var other = it.besides();
        it.clock.advance(Duration.ofHours(1));
        Parallel.onVirtualThreads(2, i -> (i == 0 ? one : other).server.runDue());
        assertThat(doors().changes).hasSize(50).allSatisfy((_, times) -> assertThat(times).hasValue(1));
        one.server.seal();
        other.server.seal();
    }

    @Test
    void a_few_of_one_mount_run_at_once_and_another_mount_does_not_wait_for_them() throws InterruptedException {
        assertThat(it.write(it.root, "sys/mounts/shed", "type", "doors").status()).isEqualTo(204);
        for (int i = 0; i < 10; i++) door("d" + i, "period", "1h");
        it.write(it.root, "shed/doors/only", "period", "1h");
        var stuck = new CountDownLatch(1);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        doors().whenChanged = _ -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            await(stuck);
            inside.decrementAndGet();
        };
        var shed = new CountDownLatch(1);
        Objects.requireNonNull(made.get("shed/")).whenChanged = _ -> shed.countDown();
        it.clock.advance(Duration.ofHours(1));
        assertThat(shed.await(20, TimeUnit.SECONDS)).as("the server looks by itself").isTrue();
        awaiting(() -> inside.get() == 4);
        stuck.countDown();
        it.server.runDue();
        assertThat(most).hasValue(4);
        assertThat(doors().changes).hasSize(10).allSatisfy((_, times) -> assertThat(times).hasValue(1));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    /** The server looks every fifth of a second, by itself. */
    private static void awaiting(BooleanSupplier found) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!found.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within 20 s").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    /** Its turn is prolonged while it is at it, so that no other server begins with it too. */
    @Test
    void who_takes_longer_than_a_turn_keeps_it() {
        door("front", "period", "1h");
        var one = it.restartedOn(it.storage);
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        doors().whenChanged = _ -> {
            inside.countDown();
            await(release);
        };
        it.clock.advance(Duration.ofHours(1));
        await(inside); // the server looks by itself
        var other = it.besides();
        for (int i = 0; i < 5; i++) {
            it.clock.advance(Rotator.TURN.dividedBy(2).plusSeconds(1));
            var until = it.clock.instant().plus(Rotator.TURN.dividedBy(2));
            awaiting(() -> Instant.parse(String.valueOf(one.read(it.root, "sys/rotations/house/doors/front").data("turn_ends"))).isAfter(until));
            other.server.runDue();
        }
        release.countDown();
        one.server.runDue();
        assertThat(doors().changes("front")).isEqualTo(1);
        one.server.seal();
        other.server.seal();
    }

    // ---- what goes ----

    private long rows() {
        return it.storage.<Long>read(store -> store.scan("", "", 10_000).stream().map(Storage.Entry::key).filter(key -> key.contains("core/rotation")).count());
    }

    @Test
    void rows_go_with_their_mount_and_stay_when_it_moves() {
        door("front", "period", "1h");
        it.write(it.root, "sys/remount", "from", "house", "to", "home");
        after(Duration.ofHours(1));
        assertThat(doors().changes("front")).isEqualTo(1);
        assertThat(it.read(it.root, "sys/rotations/home/doors/front").status()).isEqualTo(200);
        assertThat(rows()).isPositive();
        it.delete(it.root, "sys/mounts/home");
        assertThat(rows()).isZero();
        after(Duration.ofHours(1));
        assertThat(doors().changes("front")).isEqualTo(1);
    }

    @Test
    void rows_go_with_their_namespace() {
        it.write(it.root, "sys/namespaces/team");
        var team = it.in("team/");
        team.write(it.root, "sys/mounts/hut", "type", "doors");
        team.write(it.root, "hut/doors/front", "period", "1h");
        team.write(it.root, "hut/doors/stuck", "period", "30m");
        Objects.requireNonNull(made.get("hut/")).whenChanged = name -> {
            if (name.equals("stuck")) throw Doors.stuck();
        };
        after(Duration.ofHours(1));
        assertThat(Objects.requireNonNull(made.get("hut/")).changes("front")).isEqualTo(1);
        assertThat(rows()).isPositive();
        assertThat(it.delete(it.root, "sys/namespaces/team").status()).isLessThan(300);
        assertThat(rows()).isZero();
    }

    @Test
    void what_was_told_early_and_never_came_to_be_is_found_to_be_gone() {
        door("other", "period", "10h");
        doors().whenChanged = _ -> {
            throw new Died();
        };
        assertThatThrownBy(() -> it.write(it.root, "house/early/front", "period", "1h")).isInstanceOf(Died.class);
        assertThat(facts("front")).containsEntry("rotation_state", "scheduled");
        after(Duration.ofHours(1));
        assertThat(it.read(it.root, "sys/rotations/house/doors/front").status()).isEqualTo(404);
        assertThat(doors().changes("front")).isZero();
    }

    // ---- schedules ----

    @Test
    void a_schedule_that_is_changed_counts_from_what_was_said() {
        door("front", "period", "10h");
        door("front", "period", "1h");
        after(Duration.ofHours(1));
        assertThat(doors().changes("front")).isEqualTo(1);
        door("front");
        after(Duration.ofHours(100));
        assertThat(doors().changes("front")).as("by hand alone").isEqualTo(1);
        assertThat(facts("front")).containsEntry("rotation_state", "manual").containsEntry("next_rotation", null);
    }
}
