package watchword.engines.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.engines.EnginePlayer;
import watchword.sdk.Problem.ProblemException;
import watchword.sdk.Route.Operation;

class MountOptionsTest {

    @Test
    void version_1_becomes_version_2_with_all_its_secrets() {
        var kv = new EnginePlayer(KvEngines::create, Map.of());
        var paths = List.of("a", "a/b", "a/1", "z");
        for (var path : paths) kv.write(path, "{\"at\":\"" + path + "\"}");

        assertThat(kv.tune(Map.of("version", "2")).status()).isEqualTo(204);

        for (var path : paths) {
            assertThat(kv.read("data/" + path).at("data")).isEqualTo(Map.of("at", path));
            assertThat(kv.read("data/" + path).at("metadata", "version")).isEqualTo(1L);
        }
        assertThat(kv.ask(Operation.SCAN, "metadata", Map.of()).at("keys")).isEqualTo(List.of("a", "a/1", "a/b", "z"));
        assertThat(kv.stored().keySet()).noneMatch(key -> key.startsWith("secrets/"));
    }

    @Test
    void an_upgrade_carries_more_secrets_than_a_page() {
        var kv = new EnginePlayer(KvEngines::create, Map.of());
        for (int i = 0; i < 1_203; i++) kv.write("s/" + i, "{\"v\":" + i + "}");

        kv.tune(Map.of("version", "2"));

        assertThat((List<?>) kv.list("metadata/s").at("keys")).hasSize(1_203);
        assertThat(kv.read("data/s/1202").at("data", "v")).isEqualTo(1_202L);
    }

    @Test
    void there_is_no_way_back() {
        var kv = new EnginePlayer(KvEngines::create, Map.of("version", "2"));
        kv.write("data/x", "{\"data\":{}}");
        var before = kv.stored();

        for (var back : List.of(Map.of("version", "1"), Map.<String, String>of())) {
            var refused = kv.tune(back);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.error()).isEqualTo("cannot downgrade mount from version 2");
        }
        assertThat(kv.stored()).isEqualTo(before);
        assertThat(kv.read("data/x").status()).isEqualTo(200);
    }

    @Test
    void options_that_mean_nothing_are_refused_before_they_are_kept() {
        for (var wrong : List.of(Map.of("version", "3"), Map.of("version", "two"), Map.of("max_value_bytes", "0"), Map.of("max_value_bytes", "1e3"),
                Map.of("max_value_bytes", "99999999999"))) {
            assertThatThrownBy(() -> MountOptions.of(wrong)).isInstanceOf(ProblemException.class);
            assertThat(new EnginePlayer(KvEngines::create, Map.of()).tune(wrong).status()).isEqualTo(400);
        }
    }

    @Test
    void a_limit_may_change_without_an_upgrade() {
        var kv = new EnginePlayer(KvEngines::create, Map.of());
        kv.write("x", "{\"v\":\"0123456789\"}");

        kv.tune(Map.of("max_value_bytes", "10"));

        assertThat(kv.write("x", "{\"v\":\"0123456789\"}").status()).isEqualTo(413);
        assertThat(kv.read("x").status()).isEqualTo(200);
    }
}
