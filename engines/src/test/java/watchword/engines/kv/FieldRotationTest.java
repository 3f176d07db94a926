package watchword.engines.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;

/** Secrets of version 2 whose field gets a new value by itself. */
class FieldRotationTest {
    private final ServerPlayer server =
            new ServerPlayer(EngineCatalog.builder().engine("kv", (context, mount) -> KvEngines.create(context, mount.options())).build());

    @BeforeEach
    void given_a_secret() {
        server.asRoot("POST", "/v1/sys/mounts/kv", Map.of("type", "kv-v2"));
        server.asRoot("POST", "/v1/kv/data/app/db", Map.of("data", Map.of("user", "app", "password", "first")));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void rotate(Map<String, Object> fields) {
        assertThat(server.asRoot("POST", "/v1/kv/rotation/app/db", fields).status()).isEqualTo(204);
    }

    private void after(Duration time) {
        server.clock().advance(time);
        server.runDue();
    }

    private String password() {
        return server.asRoot("GET", "/v1/kv/data/app/db", Map.of()).text("data", "data", "password");
    }

    private String version() {
        return server.asRoot("GET", "/v1/kv/data/app/db", Map.of()).text("data", "metadata", "version");
    }

    @Test
    void a_new_version_has_a_new_value_and_the_old_one_can_be_read_on() {
        rotate(Map.of("rotation_period", "24h"));
        after(Duration.ofHours(23));
        assertThat(password()).isEqualTo("first");
        after(Duration.ofHours(1));
        assertThat(password()).matches("[A-Za-z0-9]{32}");
        assertThat(version()).isEqualTo("2");
        assertThat(server.asRoot("GET", "/v1/kv/data/app/db", Map.of()).text("data", "data", "user")).isEqualTo("app");
        assertThat(server.asRoot("GET", "/v1/kv/data/app/db?version=1", Map.of()).text("data", "data", "password")).isEqualTo("first");
        var second = password();
        after(Duration.ofDays(1));
        assertThat(password()).isNotEqualTo(second);
        assertThat(server.asRoot("GET", "/v1/sys/rotations/kv/data/app/db", Map.of()).text("data", "rotation_state")).isEqualTo("scheduled");
    }

    @Test
    void the_value_is_made_by_a_password_policy_and_put_into_any_field() {
        assertThat(server.asRoot("POST", "/v1/kv/rotation/app/db", Map.of("password_policy", "pin")).status()).isEqualTo(404);
        server.asRoot("PUT", "/v1/sys/policies/password/pin", Map.of("policy", "length = 6\nrule \"charset\" { charset = \"0123456789\" }"));
        rotate(Map.of("password_policy", "pin", "field", "pin"));
        assertThat(server.asRoot("POST", "/v1/sys/rotations/kv/data/app/db/rotate", Map.of()).status()).isEqualTo(200);
        var read = server.asRoot("GET", "/v1/kv/data/app/db", Map.of());
        assertThat(read.text("data", "data", "pin")).matches("[0-9]{6}");
        assertThat(read.text("data", "data", "password")).isEqualTo("first");
        assertThat(server.asRoot("GET", "/v1/kv/rotation/app/db", Map.of()).text("data", "password_policy")).isEqualTo("pin");
    }

    @Test
    void what_is_not_sent_stays_and_what_is_wrong_is_refused() {
        rotate(Map.of("rotation_schedule", "0 4 * * *", "rotation_window", "1h", "field", "key"));
        rotate(Map.of("rotation_window", "2h"));
        var read = server.asRoot("GET", "/v1/kv/rotation/app/db", Map.of());
        assertThat(read.text("data", "rotation_schedule")).isEqualTo("0 4 * * *");
        assertThat(read.text("data", "rotation_window")).isEqualTo("7200");
        assertThat(read.text("data", "field")).isEqualTo("key");
        assertThat(server.asRoot("POST", "/v1/kv/rotation/app/db", Map.of("rotation_schedule", "often")).error()).startsWith("failed to parse provided rotation_schedule");
        assertThat(server.asRoot("POST", "/v1/kv/rotation/app/db", Map.of("field", "")).status()).isEqualTo(400);
        assertThat(server.asRoot("LIST", "/v1/kv/rotation/app", Map.of()).part("data").toString()).contains("db");
    }

    @Test
    void a_secret_that_is_not_there_yet_is_made_and_one_that_was_removed_stays_so() {
        server.asRoot("POST", "/v1/kv/rotation/new", Map.of("rotation_period", "1h"));
        after(Duration.ofHours(1));
        assertThat(server.asRoot("GET", "/v1/kv/data/new", Map.of()).text("data", "data", "password")).hasSize(32);
        server.asRoot("DELETE", "/v1/kv/metadata/new", Map.of());
        after(Duration.ofHours(1));
        assertThat(server.asRoot("GET", "/v1/kv/data/new", Map.of()).status()).isEqualTo(404);
        assertThat(server.asRoot("GET", "/v1/sys/rotations/kv/data/new", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void a_deleted_version_is_not_brought_back() {
        rotate(Map.of("rotation_period", "1h"));
        server.asRoot("DELETE", "/v1/kv/data/app/db", Map.of());
        after(Duration.ofHours(1));
        assertThat(server.asRoot("GET", "/v1/sys/rotations/kv/data/app/db", Map.of()).text("data", "last_error")).contains("the newest version is deleted");
        server.asRoot("POST", "/v1/kv/undelete/app/db", Map.of("versions", List.of(1L)));
        after(Duration.ofMinutes(1));
        assertThat(password()).hasSize(32);
    }

    @Test
    void it_ends_when_it_is_deleted_and_the_secret_stays() {
        rotate(Map.of("rotation_period", "1h"));
        server.asRoot("DELETE", "/v1/kv/rotation/app/db", Map.of());
        assertThat(server.asRoot("GET", "/v1/sys/rotations/kv/data/app/db", Map.of()).status()).as("nothing is left to be listed").isEqualTo(404);
        after(Duration.ofHours(2));
        assertThat(password()).isEqualTo("first");
        assertThat(server.asRoot("GET", "/v1/sys/rotations/kv/data/app/db", Map.of()).status()).isEqualTo(404);
    }
}
