package watchword.core.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.storage.MemoryStorage;

class MovesTest {
    @Test
    void how_a_move_went_is_known_after_a_restart() {
        try (var it = TestServer.start()) {
            it.write(it.root, "sys/mounts/a", "type", "toy");
            var id = it.write(it.root, "sys/remount", "from", "a", "to", "b").data("migration_id").toString();
            try (var again = it.restarted()) {
                assertThat(again.read(it.root, "sys/remount/status/" + id).part("data")).isEqualTo(Map.of("migration_id", id,
                        "migration_info", Map.of("source_mount", "a/", "target_mount", "b/", "status", "success")));
                assertThat(again.read(it.root, "sys/remount/status/none").status()).isEqualTo(404);
            }
        }
    }

    @Test
    void only_the_last_moves_are_kept() {
        var moves = new Moves();
        try (var storage = new MemoryStorage()) {
            for (int i = 0; i < Moves.KEPT + 50; i++) {
                var row = new Moves.Row("a/", "b/", "success", Instant.EPOCH.plus(Duration.ofSeconds(i)));
                int n = i;
                storage.update(store -> moves.add(store, "id" + n, row));
            }
            assertThat(storage.<Integer>read(moves::count)).isEqualTo(Moves.KEPT);
            assertThat(storage.<Boolean>read(store -> moves.find(store, "id49").isPresent())).isFalse();
            assertThat(storage.<Boolean>read(store -> moves.find(store, "id50").isPresent())).isTrue();
            assertThat(storage.<Boolean>read(store -> moves.find(store, "id" + (Moves.KEPT + 49)).isPresent())).isTrue();
        }
    }

    @Test
    void a_mount_is_not_moved_to_where_no_request_could_reach_it() {
        try (var it = TestServer.start()) {
            assertThat(it.write(it.root, "sys/mounts/a", "type", "toy").status()).isEqualTo(204);
            for (var to : new String[] {"a/../b", "a//b", "b;c", "b%2fc", "./b", "b\u0000"}) {
                assertThat(it.write(it.root, "sys/remount", "from", "a", "to", to).status()).as(to).isEqualTo(400);
            }
            assertThat(it.read(it.root, "sys/mounts/a").status()).isEqualTo(200);
        }
    }
}
