package watchword.core.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.mount.EngineCatalog;
import watchword.sdk.Route.Operation;

/** Looking at rotations, having one done now, trying it dry, pausing it. */
class RotationRoutesTest {
    private final Map<String, Doors> made = new ConcurrentHashMap<>();
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("doors", (context, mount) -> made.computeIfAbsent(mount.path(), _ -> new Doors(context))).build());

    @AfterEach
    void close() {
        it.close();
    }

    @BeforeEach
    void given_doors() {
        it.write(it.root, "sys/mounts/house", "type", "doors");
        it.write(it.root, "sys/mounts/house-boat", "type", "doors");
        it.write(it.root, "house/doors/a", "period", "1h");
        it.write(it.root, "house/doors/b", "schedule", "CRON_TZ=Europe/Berlin 0 4 * * *", "window", "2h");
        it.write(it.root, "house/doors/c");
        it.write(it.root, "house-boat/doors/a", "period", "2h");
    }

    private Doors doors() {
        return Objects.requireNonNull(made.get("house/"));
    }

    private Map<String, Object> facts(String name) {
        return it.read(it.root, "sys/rotations/house/doors/" + name).part("data");
    }

    private void after(Duration time) {
        it.clock.advance(time);
        it.server.runDue();
    }

    @Test
    void a_list_is_of_all_mounts_or_of_one_and_comes_in_pages() {
        var all = List.of("house-boat/doors/a", "house/doors/a", "house/doors/b", "house/doors/c");
        assertThat(it.list(it.root, "sys/rotations").part("data")).containsEntry("keys", all);
        assertThat(it.list(it.root, "sys/rotations/house/").part("data")).containsEntry("keys", all.subList(1, 4));
        assertThat(it.list(it.root, "sys/rotations/none").status()).isEqualTo(404);
        var after = "";
        for (var each : all) {
            var page = it.ask(it.root, Operation.LIST, "sys/rotations", TestServer.fields("limit", 1, "after", after), "127.0.0.1", Optional.empty());
            assertThat(page.part("data")).containsEntry("keys", List.of(each));
            after = each;
        }
        assertThat(String.valueOf(it.list(it.root, "sys/rotations").part("data").get("key_info"))).contains("house/doors/c={last_rotated=2030-01-01T00:00:00Z, next_rotation=null, rotation_state=manual}");
    }

    @Test
    void one_tells_when_it_was_and_will_be_and_how_that_goes() {
        it.clock.advance(Duration.ofMinutes(30));
        assertThat(facts("a")).containsEntry("what", "doors/a").containsEntry("mount", "house/").containsEntry("mount_type", "doors").containsEntry("rotation_period", 3600L)
                .containsEntry("last_rotated", "2030-01-01T00:00:00Z").containsEntry("next_rotation", "2030-01-01T01:00:00Z").containsEntry("age", 1800L)
                .containsEntry("rotation_state", "scheduled").containsEntry("attempts", 0L).containsEntry("history", List.of()).doesNotContainKey("rotation_schedule");
        assertThat(facts("b")).containsEntry("rotation_schedule", "0 4 * * *").containsEntry("rotation_time_zone", "Europe/Berlin").containsEntry("rotation_window", 7200L)
                .containsEntry("next_rotation", "2030-01-01T03:00:00Z").doesNotContainKey("rotation_period");
        assertThat(it.read(it.root, "sys/rotations/house/doors/none").status()).isEqualTo(404);
        assertThat(it.read(it.root, "sys/rotations/house").status()).isEqualTo(404);
        assertThat(it.read(it.root, "sys/rotations/none/x").status()).isEqualTo(404);
    }

    @Test
    void who_may_not_is_refused_alike_whether_it_is_there() {
        var nobody = it.token("default");
        assertThat(it.read(nobody, "sys/rotations/house/doors/a").status()).isEqualTo(403);
        assertThat(it.read(nobody, "sys/rotations/house/doors/none").status()).isEqualTo(403);
        assertThat(it.write(nobody, "sys/rotations/house/doors/a/rotate").status()).isEqualTo(403);
        assertThat(doors().changes("a")).isZero();
    }

    @Test
    void one_is_rotated_when_somebody_asks_and_its_schedule_counts_from_then() {
        it.clock.advance(Duration.ofMinutes(30));
        var done = it.write(it.root, "sys/rotations/house/doors/a/rotate");
        assertThat(done.part("data")).containsEntry("dry_run", false).containsEntry("last_rotated", "2030-01-01T00:30:00Z");
        assertThat(doors().changes("a")).isEqualTo(1);
        assertThat(facts("a")).containsEntry("next_rotation", "2030-01-01T01:30:00Z");
        assertThat(String.valueOf(facts("a").get("history"))).contains("result=succeeded").contains("manual=true");
        it.write(it.root, "house/change/a");
        assertThat(doors().changes("a")).as("by a route of the engine").isEqualTo(2);
        assertThat(it.write(it.root, "sys/rotations/house/doors/c/rotate").status()).isEqualTo(200);
        assertThat(doors().changes("c")).as("without a schedule").isEqualTo(1);
        assertThat(it.write(it.root, "house/change/none").status()).isEqualTo(404);
        assertThat(it.read(it.root, "sys/rotations/house/doors/none").status()).as("it was never there").isEqualTo(404);
    }

    @Test
    void who_asks_is_told_that_it_failed_and_then_it_is_tried_again() {
        doors().whenChanged = _ -> {
            throw Doors.stuck();
        };
        var failed = it.write(it.root, "sys/rotations/house/doors/a/rotate");
        assertThat(failed.status()).isEqualTo(502);
        assertThat(failed.errors()).isEqualTo(List.of("the door is stuck"));
        assertThat(facts("a")).containsEntry("rotation_state", "failed");
        assertThat(it.write(it.root, "sys/rotations/house/doors/c/rotate").status()).isEqualTo(502);
        doors().whenChanged = _ -> {};
        after(Duration.ofMinutes(1));
        assertThat(doors().changes("a")).isEqualTo(1);
        assertThat(doors().changes("c")).as("nobody tries again what has no schedule").isZero();
    }

    @Test
    void a_dry_run_tells_the_next_times_and_does_nothing() {
        var dry = it.write(it.root, "sys/rotations/house/doors/b/rotate", "dry_run", true);
        assertThat(dry.part("data")).containsEntry("dry_run", true).containsEntry("next_rotations",
                List.of("2030-01-01T03:00:00Z", "2030-01-02T03:00:00Z", "2030-01-03T03:00:00Z", "2030-01-04T03:00:00Z", "2030-01-05T03:00:00Z"));
        assertThat(dry.data("effect").toString()).contains("would be rotated now");
        assertThat(doors().changes).isEmpty();
    }

    @Test
    void one_that_is_paused_waits_until_it_is_resumed_and_is_caught_up_once() {
        assertThat(it.write(it.root, "sys/rotations/house/doors/a/pause").status()).isEqualTo(204);
        after(Duration.ofDays(1));
        assertThat(doors().changes("a")).isZero();
        assertThat(facts("a")).containsEntry("rotation_state", "paused");
        it.write(it.root, "house/doors/a", "period", "30m");
        it.server.runDue();
        after(Duration.ofDays(1));
        assertThat(doors().changes("a")).as("said anew, and still paused").isZero();
        assertThat(it.write(it.root, "sys/rotations/house/doors/a/resume").status()).isEqualTo(204);
        it.server.runDue();
        assertThat(doors().changes("a")).isEqualTo(1);
        after(Duration.ofMinutes(30));
        assertThat(doors().changes("a")).isEqualTo(2);
    }

    @Test
    void metrics_count_what_was_done_and_what_is_late() {
        doors().whenChanged = name -> {
            if (name.equals("b")) throw Doors.stuck();
        };
        after(Duration.ofHours(4));
        var metrics = it.read(it.root, "sys/metrics").body().toString();
        assertThat(metrics).contains("vault.rotation.attempt").contains("vault.rotation.success").contains("vault.rotation.failure").contains("vault.rotation.rotate");
        assertThat((List<?>) Objects.requireNonNull(it.read(it.root, "sys/metrics").body().get("Gauges"))).filteredOn(gauge -> gauge.toString().contains("vault.rotation.overdue")).singleElement().asString()
                .contains("Value=1");
    }
}
