package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.sdk.Secret;

/** {@code sys/storage/raft/snapshot} over a socket, on a store that is a file. */
final class SnapshotTest {
    private static final String PATH = "sys/storage/raft/snapshot";

    @TempDir
    private Path folder = Path.of("");

    private final HttpClient http = HttpClient.newHttpClient();
    private Optional<DevServer> server = Optional.empty();

    @BeforeEach
    void start() throws IOException {
        server = Optional.of(serving("one"));
    }

    @AfterEach
    void close() {
        server.ifPresent(DevServer::close);
    }

    private DevServer serving(String name) throws IOException {
        var token = Optional.of(Secret.copyOf("root-of-" + name));
        return DevServer.start(new DevServer.Options("127.0.0.1", 0, Optional.of(folder.resolve(name)), token, Optional.of(folder.resolve(name + ".log"))));
    }

    private HttpResponse<byte[]> ask(DevServer at, String token, String method, String path, byte[] body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(at.address() + "/v1/" + path)).header("X-Vault-Token", token)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body)).build();
        return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> ask(String method, String path, byte[] body) throws IOException, InterruptedException {
        var at = server.orElseThrow();
        return ask(at, at.rootToken().reveal(), method, path, body);
    }

    private void put(String name, String value) throws IOException, InterruptedException {
        var body = ("{\"data\":{\"value\":\"" + value + "\"}}").getBytes(StandardCharsets.UTF_8);
        assertThat(ask("POST", "secret/data/" + name, body).statusCode()).isEqualTo(200);
    }

    private String get(String name) throws IOException, InterruptedException {
        var answer = ask("GET", "secret/data/" + name, new byte[0]);
        return answer.statusCode() == 200 ? new String(answer.body(), StandardCharsets.UTF_8).replaceAll(".*\"value\":\"([^\"]*)\".*", "$1") : "status " + answer.statusCode();
    }

    private byte[] taken() throws IOException, InterruptedException {
        var answer = ask("GET", PATH, new byte[0]);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith(0x1f, 0x8b);
        return answer.body();
    }

    private static String text(HttpResponse<byte[]> answer) {
        return answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void what_was_taken_comes_back_and_what_came_later_is_gone() throws Exception {
        put("a", "before");
        for (int i = 0; i < 300; i++) put("many/" + i, "x" + i);
        var snapshot = taken();
        put("a", "after");
        put("b", "later");
        assertThat(ask("DELETE", "secret/metadata/many/7", new byte[0]).statusCode()).isEqualTo(204);

        assertThat(text(ask("POST", PATH, snapshot))).startsWith("204");

        assertThat(get("a")).isEqualTo("before");
        assertThat(get("b")).isEqualTo("status 404");
        assertThat(get("many/7")).isEqualTo("x7");
        put("a", "goes on");
        assertThat(get("a")).isEqualTo("goes on");
    }

    @Test
    void it_holds_nothing_in_clear() throws Exception {
        put("a", "canary-of-the-snapshot");
        var unpacked = new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(taken())).readAllBytes();
        assertThat(new String(unpacked, StandardCharsets.ISO_8859_1)).contains("SHA256SUMS.sealed").doesNotContain("canary-of-the-snapshot").doesNotContain("root-of-one");
    }

    @Test
    void a_damaged_or_torn_one_is_refused_and_changes_nothing() throws Exception {
        put("a", "before");
        var snapshot = taken();
        put("a", "after");
        var random = new Random(11);
        for (int i = 0; i < 40; i++) {
            var broken = snapshot.clone();
            if (i % 2 == 0) broken = java.util.Arrays.copyOf(broken, random.nextInt(broken.length));
            else broken[10 + random.nextInt(broken.length - 18)] ^= (byte) (1 << random.nextInt(8));
            assertThat(ask("POST", PATH, broken).statusCode()).as("attempt %d", i).isEqualTo(400);
            assertThat(ask("POST", PATH + "-force", broken).statusCode()).as("attempt %d by force", i).isEqualTo(400);
        }
        assertThat(get("a")).isEqualTo("after");
    }

    @Test
    void another_store_s_is_refused_and_by_force_seals_until_its_keys_are_there() throws Exception {
        put("a", "mine");
        try (var other = serving("two")) {
            var theirs = ask(other, "root-of-two", "GET", PATH, new byte[0]).body();
            assertThat(ask("POST", PATH, theirs).statusCode()).isEqualTo(400);
            assertThat(get("a")).isEqualTo("mine");
            assertThat(ask("POST", PATH + "-force", theirs).statusCode()).isEqualTo(204);
            assertThat(get("a")).isEqualTo("status 503");
        }
    }

    @Test
    void who_lacks_sudo_gets_none() throws Exception {
        var rules = "{\"policy\":\"path \\\"sys/storage/raft/*\\\" { capabilities = [\\\"read\\\", \\\"update\\\"] }\"}";
        assertThat(ask("POST", "sys/policies/acl/reader", rules.getBytes(StandardCharsets.UTF_8)).statusCode()).isEqualTo(204);
        assertThat(ask("POST", "auth/token/create", "{\"id\":\"plain\",\"policies\":[\"reader\"]}".getBytes(StandardCharsets.UTF_8)).statusCode()).isEqualTo(200);
        var at = server.orElseThrow();
        assertThat(ask(at, "plain", "GET", PATH, new byte[0]).statusCode()).isEqualTo(403);
        assertThat(ask(at, "plain", "POST", PATH, new byte[100]).statusCode()).isEqualTo(403);
    }
}
