package watchword.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.testkit.StubServer;
import watchword.testkit.StubServer.Reply;

final class ClientTest {
    private static final String OK = "{\"request_id\":\"r\",\"data\":{\"k\":\"v\"}}";

    private final StubServer server = StubServer.start();
    private final List<Duration> pauses = new ArrayList<>();

    @AfterEach
    void stop() {
        server.close();
    }

    private Client client(String... variables) throws SettingsException {
        var environment = new java.util.HashMap<>(Map.of("VAULT_ADDR", server.address()));
        for (int i = 0; i < variables.length; i += 2) environment.put(variables[i], variables[i + 1]);
        return new Client(Settings.from(environment), new Backoff(pauses::add, new SplittableRandom(42)));
    }

    @Test
    void a_request_carries_token_namespace_and_what_marks_it_as_a_clients() throws Exception {
        server.on("GET /v1/secret/x", 200, OK);
        var answer = client("VAULT_TOKEN", "canary-token", "VAULT_NAMESPACE", "team-a").wrapping("60").withHeader("X-Own", "1")
                .read("/secret/x");
        assertThat(answer.data().text("k")).isEqualTo("v");
        assertThat(server.asked().getFirst().headers()).containsEntry("x-vault-token", "canary-token")
                .containsEntry("x-vault-namespace", "team-a").containsEntry("x-vault-request", "true")
                .containsEntry("x-vault-wrap-ttl", "60").containsEntry("x-own", "1").doesNotContainKey("content-type");
    }

    @Test
    void without_a_token_none_is_sent() throws Exception {
        server.on("GET /v1/sys/seal-status", 200, "{\"sealed\":true}");
        assertThat(client().read("sys/seal-status").data().isTrue("sealed")).isTrue();
        assertThat(server.asked().getFirst().headers()).doesNotContainKey("x-vault-token").doesNotContainKey("x-vault-namespace");
    }

    @Test
    void methods_and_bodies_are_those_of_the_field() throws Exception {
        server.on("PUT /v1/a", 204, "").on("PATCH /v1/a", 200, OK).on("DELETE /v1/a", 204, "")
                .on("GET /v1/a?list=true", 200, "{\"data\":{\"keys\":[\"x\"]}}");
        assertThat(client().write("a", Json.of("k", "ü")).isEmpty()).isTrue();
        client().patch("a", Json.fields().put("k", Json.Null.NULL).build());
        client().delete("a");
        assertThat(client().list("a").data().texts("keys")).containsExactly("x");
        assertThat(server.asked("PUT").getFirst().body()).isEqualTo("{\"k\":\"ü\"}");
        assertThat(server.asked("PUT").getFirst().headers()).containsEntry("content-type", "application/json");
        assertThat(server.asked("PATCH").getFirst().headers()).containsEntry("content-type", "application/merge-patch+json");
        assertThat(server.asked("PATCH").getFirst().body()).isEqualTo("{\"k\":null}");
    }

    @Test
    void what_means_something_to_a_url_is_encoded() throws Exception {
        server.on("GET /v1/a%20b/%3Fc%23/%25/%C3%BC", 200, OK);
        client().read("a b/?c#/%/ü", Map.of("q&", List.of("1=2", "ü")));
        assertThat(server.lines()).containsExactly("GET /v1/a%20b/%3Fc%23/%25/%C3%BC?q%26=1%3D2&q%26=%C3%BC");
    }

    @Test
    void a_refusal_keeps_status_and_words() throws Exception {
        server.on("GET /v1/x", 403, "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}");
        var refused = catchThrowableOfType(ApiException.class, () -> client("VAULT_NAMESPACE", "n").read("x"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.says("permission denied")).isTrue();
        assertThat(refused.method() + " " + refused.url()).isEqualTo("GET " + server.address() + "/v1/x");
        assertThat(refused.namespace()).isEqualTo("n");
        assertThat(refused.brief()).isEqualTo("403 1 error occurred:  * permission denied");
        assertThat(server.lines()).hasSize(1);
    }

    @Test
    void a_404_with_data_or_warnings_is_a_value_and_one_without_a_word_is_an_absence() throws Exception {
        server.on("GET /v1/deleted", 404, "{\"data\":{\"data\":null,\"metadata\":{}}}")
                .on("GET /v1/warned", 404, "{\"errors\":[],\"warnings\":[\"w\"]}")
                .on("GET /v1/route", 404, "{\"errors\":[\"no handler\"]}");
        assertThat(client().read("deleted").status()).isEqualTo(404);
        assertThat(client().read("warned").warnings()).containsExactly("w");
        assertThat(catchThrowableOfType(ApiException.class, () -> client().read("none")).isAbsence()).isTrue();
        assertThat(catchThrowableOfType(ApiException.class, () -> client().read("route")).isAbsence()).isFalse();
    }

    @Test
    void health_tells_by_its_status() throws Exception {
        server.on("GET /v1/sys/health", 503, "{\"initialized\":true,\"sealed\":true}");
        assertThat(client("VAULT_MAX_RETRIES", "0").read("sys/health").status()).isEqualTo(503);
    }

    @Test
    void what_may_pass_is_tried_again_with_growing_pauses() throws Exception {
        server.on("GET /v1/x", Reply.of(500, "{}"), Reply.of(412, "{}"), Reply.of(429, "{}"), Reply.of(200, OK));
        assertThat(client("VAULT_MAX_RETRIES", "3").read("x").data().text("k")).isEqualTo("v");
        assertThat(pauses).hasSize(3).isSorted()
                .allSatisfy(pause -> assertThat(pause).isBetween(Duration.ofMillis(180), Duration.ofSeconds(1)));
    }

    @Test
    void a_server_that_asks_for_patience_gets_it() throws Exception {
        server.on("GET /v1/x", new Reply(429, Map.of("Retry-After", "3"), ""), Reply.of(200, OK));
        client().read("x");
        assertThat(pauses).containsExactly(Duration.ofSeconds(3));
    }

    @Test
    void tries_end_and_the_last_answer_is_told() throws Exception {
        server.on("PUT /v1/x", 502, "{\"errors\":[\"upstream\"]}");
        assertThat(catchThrowableOfType(ApiException.class, () -> client().write("x", Json.Obj.EMPTY)).status()).isEqualTo(502);
        assertThat(server.lines()).hasSize(3);
    }

    @Test
    void what_will_not_pass_is_not_tried_again() throws Exception {
        server.on("GET /v1/501", 501, "{}").on("GET /v1/sealed", 503, "{\"errors\":[\"Vault is sealed\"]}").on("GET /v1/400", 400, "{}");
        for (var path : new String[] {"501", "sealed", "400"}) {
            assertThatThrownBy(() -> client().read(path)).isInstanceOf(ApiException.class);
        }
        assertThat(server.lines()).hasSize(3);
        assertThat(pauses).isEmpty();
    }

    @Test
    void nobody_there_is_tried_again_and_then_told_with_the_address() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> client("VAULT_ADDR", "http://127.0.0.1:" + port).read("x")).isInstanceOf(UnreachableException.class)
                .hasMessageContaining("http://127.0.0.1:" + port).hasMessageContaining("VAULT_ADDR");
        assertThat(pauses).hasSize(2);
    }

    @Test
    void a_redirect_is_not_followed_and_the_token_stays_here() throws Exception {
        try (var elsewhere = StubServer.start()) {
            server.on("GET /v1/x", new Reply(307, Map.of("Location", elsewhere.address() + "/v1/x"), ""));
            assertThatThrownBy(() -> client("VAULT_TOKEN", "t").read("x")).isInstanceOf(ApiException.class)
                    .hasMessageContaining(elsewhere.address());
            assertThat(elsewhere.asked()).isEmpty();
        }
    }

    @Test
    void what_is_not_json_is_kept_as_it_came() throws Exception {
        server.on("GET /v1/pem", 200, "-----BEGIN").on("GET /v1/page", 502, "<html>proxy</html>");
        assertThat(new String(client().read("pem").raw(), StandardCharsets.UTF_8)).isEqualTo("-----BEGIN");
        assertThatThrownBy(() -> client("VAULT_MAX_RETRIES", "0").read("page")).hasMessageContaining("<html>proxy</html>");
    }

    @Test
    void an_answer_that_takes_too_long_is_given_up() throws Exception {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var client = client("VAULT_ADDR", "http://127.0.0.1:" + silent.getLocalPort(), "VAULT_CLIENT_TIMEOUT", "50ms");
            assertThatThrownBy(() -> client.read("x")).isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("VAULT_CLIENT_TIMEOUT");
            assertThat(pauses).isEmpty();
        }
    }

    /** Answers each connection once, though it says that it would answer more, and counts them. */
    @Test
    void a_connection_that_was_closed_meanwhile_is_opened_anew() throws Exception {
        try (var raw = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var client = client("VAULT_ADDR", "http://127.0.0.1:" + raw.getLocalPort(), "VAULT_MAX_RETRIES", "0")) {
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        try (var socket = raw.accept()) {
                            int read = socket.getInputStream().read(new byte[4096]);
                            assertThat(read).isPositive();
                            socket.getOutputStream()
                                    .write(("HTTP/1.1 200 OK\r\nContent-Length: " + OK.length() + "\r\n\r\n" + OK)
                                            .getBytes(StandardCharsets.US_ASCII));
                        }
                    }
                } catch (IOException closed) {
                    // the test is over
                }
            });
            for (int i = 0; i < 3; i++) assertThat(client.read("x").data().text("k")).isEqualTo("v");
        }
    }

    @Test
    void one_connection_serves_requests_that_follow_each_other() throws Exception {
        try (var raw = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var client = client("VAULT_ADDR", "http://127.0.0.1:" + raw.getLocalPort())) {
            Thread.ofVirtual().start(() -> {
                try (var socket = raw.accept()) {
                    for (int i = 0; i < 2; i++) {
                        int read = socket.getInputStream().read(new byte[4096]);
                        assertThat(read).isPositive();
                        socket.getOutputStream()
                                .write(("HTTP/1.1 200 OK\r\nContent-Length: " + OK.length() + "\r\n\r\n" + OK)
                                        .getBytes(StandardCharsets.US_ASCII));
                    }
                    raw.close();
                } catch (IOException closed) {
                    // the test is over
                }
            });
            client.read("x");
            assertThat(client.withToken(Token.of("t")).read("x").data().text("k")).isEqualTo("v");
        }
    }

    @Test
    void a_socket_file_is_an_address(@TempDir Path folder) throws Exception {
        var path = folder.resolve("w.sock");
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            var seen = new java.util.concurrent.CompletableFuture<String>();
            Thread.ofPlatform().daemon().start(() -> {
                try (var channel = listener.accept()) {
                    var bytes = new byte[4096];
                    int count = Channels.newInputStream(channel).read(bytes);
                    seen.complete(new String(bytes, 0, count, StandardCharsets.US_ASCII));
                    for (var part : ("HTTP/1.1 200 OK\r\nContent-Length: " + OK.length() + "\r\n\r\n" + OK).split("(?<=\n)", -1)) {
                        channel.write(ByteBuffer.wrap(part.getBytes(StandardCharsets.US_ASCII)));
                    }
                } catch (IOException failed) {
                    seen.completeExceptionally(failed);
                }
            });
            assertThat(client("VAULT_ADDR", "unix://" + path).read("x").data().text("k")).isEqualTo("v");
            assertThat(seen.join()).startsWith("GET /v1/x HTTP/1.1\r\nHost: localhost\r\n");
        }
        assertThatThrownBy(() -> client("VAULT_ADDR", "unix://" + folder.resolve("none"), "VAULT_MAX_RETRIES", "0").read("x"))
                .isInstanceOf(UnreachableException.class).hasMessageContaining("none");
    }

    @Test
    void a_header_cannot_smuggle_another() throws Exception {
        var client = client();
        assertThatThrownBy(() -> client.withHeader("X", "a\r\nY: b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.withHeader("X: a", "b")).isInstanceOf(IllegalArgumentException.class);
    }
}
