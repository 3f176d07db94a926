package watchword.engines.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.engines.Recorded;
import watchword.engines.ServerPlayer;

class KvServerTest {
    private final ServerPlayer server =
            new ServerPlayer(EngineCatalog.builder().engine("kv", (context, mount) -> KvEngines.create(context, mount.options())).build());

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void version_1_answers_as_it_was_recorded() {
        Recorded.plays("kv1.jsonl", server);
    }

    @Test
    void version_2_answers_as_it_was_recorded() {
        Recorded.plays("kv2.jsonl", server);
    }

    @Test
    void who_may_create_may_not_replace() {
        server.asRoot("POST", "/v1/sys/mounts/one", Map.of("type", "kv"));
        server.asRoot("POST", "/v1/sys/mounts/two", Map.of("type", "kv-v2"));
        var creator = server.tokenFor("path \"one/*\" { capabilities = [\"create\"] } path \"two/*\" { capabilities = [\"create\"] }");

        for (var path : List.of("/v1/one/x", "/v1/two/data/x", "/v1/two/metadata/y")) {
            var body = Map.<String, Object>of("data", Map.of("v", 1L), "max_versions", 1L);
            assertThat(server.ask(creator, "POST", path, body).status()).as("creates " + path).isIn(200, 204);
            assertThat(server.ask(creator, "POST", path, body).status()).as("replaces " + path).isEqualTo(403);
        }
    }

    @Test
    void who_may_update_may_not_create() {
        server.asRoot("POST", "/v1/sys/mounts/two", Map.of("type", "kv-v2"));
        server.asRoot("POST", "/v1/two/data/x", Map.of("data", Map.of()));
        var updater = server.tokenFor("path \"two/data/*\" { capabilities = [\"update\"] }");

        assertThat(server.ask(updater, "POST", "/v1/two/data/new", Map.of("data", Map.of())).status()).isEqualTo(403);
        assertThat(server.ask(updater, "POST", "/v1/two/data/x", Map.of("data", Map.of())).status()).isEqualTo(200);
        assertThat(server.ask(updater, "PATCH", "/v1/two/data/x", Map.of("data", Map.of())).status()).isEqualTo(403);
        assertThat(server.ask(updater, "GET", "/v1/two/data/x", Map.of()).status()).isEqualTo(403);
    }

    @Test
    void tuning_upgrades_a_mount_that_is_in_use() {
        server.asRoot("POST", "/v1/sys/mounts/m", Map.of("type", "kv"));
        server.asRoot("POST", "/v1/m/train/db", Map.of("password", "canary-1"));

        assertThat(server.asRoot("POST", "/v1/sys/mounts/m/tune", Map.of("options", Map.of("version", "2"))).status()).isIn(200, 204);

        assertThat(String.valueOf(server.asRoot("GET", "/v1/m/data/train/db", Map.of()).body())).contains("password=canary-1");
        assertThat(server.asRoot("POST", "/v1/sys/mounts/m/tune", Map.of("options", Map.of("version", "1"))).body())
                .isEqualTo(Map.of("errors", List.of("cannot downgrade mount from version 2")));
    }

    @Test
    void who_mistakes_version_2_for_version_1_reads_what_to_do_in_the_warnings() {
        server.asRoot("POST", "/v1/sys/mounts/two", Map.of("type", "kv-v2"));

        var told = server.asRoot("GET", "/v1/two/train/db", Map.of());

        assertThat(told.status()).isEqualTo(404);
        assertThat(String.valueOf(told.body())).contains("warnings=[Invalid path for a versioned K/V secrets engine").contains("data=null");
    }

    @Test
    void a_field_that_means_nothing_is_told() {
        server.asRoot("POST", "/v1/sys/mounts/two", Map.of("type", "kv-v2"));

        var written = server.asRoot("POST", "/v1/two/data/x", Map.of("data", Map.of("v", 1L), "cas", 0L));

        assertThat(written.status()).isEqualTo(200);
        assertThat(String.valueOf(written.body())).contains("ignored these unrecognized parameters: [cas]");
    }
}
