package watchword.engines.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import watchword.core.json.Json;
import watchword.engines.EnginePlayer;
import watchword.sdk.Route.Operation;

class KvOneTest {
    private final EnginePlayer kv = new EnginePlayer(KvEngines::create, Map.of());

    @Test
    void a_secret_reads_back_as_it_was_written() throws Json.MalformedException {
        var text = "{\"n\":1.0,\"big\":12345678901234567890,\"tiny\":1e-400,\"null\":null,\"list\":[1,{\"a\":true}],\"path\":\"not the path\",\"\":\"\"}";

        assertThat(kv.write("train/db", text).status()).isEqualTo(204);

        assertThat(new String(Json.write(kv.read("train/db").data()), java.nio.charset.StandardCharsets.UTF_8)).isEqualTo(text);
    }

    @Test
    void a_write_replaces_the_whole_secret() {
        kv.write("x", "{\"a\":1,\"b\":2}");
        kv.write("x", "{\"a\":3}");

        assertThat(kv.read("x").data()).isEqualTo(Map.of("a", 3L));
    }

    @Test
    void a_secret_tells_when_to_look_again() {
        kv.write("plain", "{\"v\":1}");
        kv.write("ttl", "{\"ttl\":\"1h30m\",\"lease\":\"5s\"}");
        kv.write("lease", "{\"lease\":90}");
        kv.write("text", "{\"ttl\":\"90\"}");
        kv.write("nonsense", "{\"ttl\":\"soon\"}");
        kv.write("object", "{\"ttl\":{}}");
        kv.write("past", "{\"ttl\":\"-1h\"}");
        kv.write("huge", "{\"ttl\":1e400}");

        assertThat(kv.read("plain").lookAgain()).contains(EnginePlayer.DEFAULT_TTL);
        assertThat(kv.read("ttl").lookAgain()).contains(Duration.ofMinutes(90));
        assertThat(kv.read("lease").lookAgain()).contains(Duration.ofSeconds(90));
        assertThat(kv.read("text").lookAgain()).contains(Duration.ofSeconds(90));
        for (var other : List.of("nonsense", "object", "past", "huge")) assertThat(kv.read(other).lookAgain()).as(other).contains(EnginePlayer.DEFAULT_TTL);
    }

    @Test
    void a_secret_and_a_folder_may_have_the_same_name() {
        kv.write("a", "{\"v\":1}");
        kv.write("a/b", "{\"v\":2}");
        kv.write("a.b", "{\"v\":3}");

        assertThat(kv.list("").at("keys")).isEqualTo(List.of("a", "a.b", "a/"));
        assertThat(kv.list("a").at("keys")).isEqualTo(List.of("b"));
        assertThat(kv.ask(Operation.SCAN, "", Map.of()).at("keys")).isEqualTo(List.of("a", "a.b", "a/b"));
        assertThat(kv.ask(Operation.LIST, "", Map.of("after", "a", "limit", "1")).at("keys")).isEqualTo(List.of("a.b"));
    }

    @Test
    void deleting_twice_is_no_error() {
        kv.write("x", "{\"v\":1}");

        assertThat(kv.delete("x").status()).isEqualTo(204);
        assertThat(kv.delete("x").status()).isEqualTo(204);
        assertThat(kv.read("x").status()).isEqualTo(404);
        assertThat(kv.list("").status()).isEqualTo(404);
    }

    @Test
    void a_path_that_can_be_no_secret_is_refused() {
        assertThat(kv.write("", "{\"v\":1}").error()).isEqualTo("missing path");
        assertThat(kv.write("a/", "{\"v\":1}").error()).contains("names a folder");
        assertThat(kv.read("a/").status()).isEqualTo(400);
        assertThat(kv.read("").status()).isEqualTo(404);
        assertThat(kv.write("x", "{}").error()).isEqualTo("missing data fields");
        assertThat(kv.stored()).isEmpty();
    }

    @Test
    void creating_differs_from_updating() {
        assertThat(kv.exists("x")).isFalse();
        kv.write("x", "{\"v\":1}");
        assertThat(kv.exists("x")).isTrue();
        assertThat(kv.exists("x/y")).isFalse();
    }

    @Test
    void a_secret_may_be_as_large_as_the_mount_says() {
        var small = new EnginePlayer(KvEngines::create, Map.of("max_value_bytes", "100"));

        assertThat(small.write("x", "{\"v\":\"" + "x".repeat(80) + "\"}").status()).isEqualTo(204);
        var refused = small.write("x", "{\"v\":\"" + "x".repeat(100) + "\"}");

        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.error()).contains("larger than 100 bytes").contains("max_value_bytes");
        assertThat(kv.write("x", "{\"v\":\"" + "x".repeat(1_000_000) + "\"}").status()).isEqualTo(204);
        assertThat(kv.write("x", "{\"v\":\"" + "x".repeat(1 << 20) + "\"}").status()).isEqualTo(413);
        assertThat(kv.read("x").at("v").toString()).hasSize(1_000_000);
    }

    @Test
    void no_record_shows_a_secret_as_text() {
        assertThat(new KvOneEngine.Put("p", Map.of("k", "canary-1")).toString()).doesNotContain("canary").contains("p");
        assertThat(new KvOneEngine.Entry(Map.of("k", "canary-1")).toString()).doesNotContain("canary");
        assertThat(new DataRoutes.Write("p", Optional.of(Map.of("k", "canary-1")), Map.of()).toString()).doesNotContain("canary").contains("p");
        assertThat(new Secrets.Data(Map.of("k", "canary-1")).toString()).doesNotContain("canary");
        assertThat(new UnversionedPath.Anything("p", Map.of("k", "canary-1")).toString()).doesNotContain("canary");
    }
}
