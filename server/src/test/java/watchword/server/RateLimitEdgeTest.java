package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Number 147 of the vulnerability list, over a raw socket: who is over its rate costs neither a read nor a parse. */
class RateLimitEdgeTest {
    private final DevServer server = started();

    private static DevServer started() {
        try {
            return DevServer.start(DevServer.Options.onAnyPort());
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String raw(String request) throws IOException {
        int port = Integer.parseInt(server.address().substring(server.address().lastIndexOf(':') + 1));
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String write(String path, String body) throws IOException {
        return raw("PUT /v1/" + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Vault-Token: " + server.rootToken().reveal() + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private String head(String line) {
        return line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Vault-Token: " + server.rootToken().reveal() + "\r\n";
    }

    @Test
    void a_body_of_who_is_over_its_rate_is_neither_read_nor_parsed() throws IOException {
        assertThat(write("sys/quotas/rate-limit/kv", "{\"path\":\"secret\",\"rate\":1,\"interval\":\"1h\"}")).startsWith("HTTP/1.1 204 ");
        assertThat(write("secret/data/x", "{\"data\":{}}")).startsWith("HTTP/1.1 200 ");
        var costly = "{\"data\":" + "[".repeat(100_000);

        assertThat(write("secret/data/x", costly)).startsWith("HTTP/1.1 429 ").contains("rate limit quota exceeded");
        // A body that never comes: the answer does not wait for it.
        assertThat(raw(head("PUT /v1/secret/data/x") + "Content-Length: 30000000\r\n\r\n")).startsWith("HTTP/1.1 429 ");
        assertThat(write("sys/policies/acl/p", "{\"policy\":\"path \\\"a\\\" { capabilities = [\\\"read\\\"] }\"}")).startsWith("HTTP/1.1 204 ");
    }

    @Test
    void a_body_that_was_not_read_is_not_taken_for_the_next_request() throws IOException {
        write("sys/quotas/rate-limit/kv", "{\"path\":\"secret\",\"rate\":1,\"interval\":\"1h\"}");
        write("secret/data/x", "{\"data\":{}}");
        var inner = "GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        for (var headers : Arrays.asList("Content-Length: " + inner.length() + "\r\n\r\n" + inner, "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(inner.length()) + "\r\n" + inner + "\r\n0\r\n\r\n")) {
            var answers = raw("PUT /v1/secret/data/x HTTP/1.1\r\nHost: x\r\nX-Vault-Token: " + server.rootToken().reveal() + "\r\n" + headers
                    + "GET /v1/sys/seal-status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(answers).startsWith("HTTP/1.1 429 ").doesNotContain("server_time_utc");
        }
    }

    @Test
    void no_spelling_of_a_path_gets_around_its_quota() throws IOException {
        write("sys/quotas/rate-limit/kv", "{\"path\":\"secret/data/team\",\"rate\":1,\"interval\":\"1h\"}");
        int in = 0;
        for (var path : Arrays.asList("secret/data/team", "secret/data/%74eam", "%73ecret/data/team", "secret/data/te%61m", "secret/data/team?x=1")) {
            if (!raw(head("GET /v1/" + path) + "\r\n").startsWith("HTTP/1.1 429 ")) in++;
        }
        assertThat(in).isEqualTo(1);
    }

    @Test
    void the_headers_reach_the_client() throws IOException {
        write("sys/quotas/config", "{\"enable_rate_limit_response_headers\":true}");
        write("sys/quotas/rate-limit/kv", "{\"path\":\"secret\",\"rate\":2,\"interval\":\"1h\"}");

        assertThat(raw(head("GET /v1/secret/data/none") + "\r\n")).startsWith("HTTP/1.1 404 ").contains("X-Ratelimit-Limit: 2\r\n").contains("X-Ratelimit-Remaining: 1\r\n").contains("X-Ratelimit-Reset: ");
        raw(head("GET /v1/secret/data/none") + "\r\n");
        assertThat(raw(head("GET /v1/secret/data/none") + "\r\n")).startsWith("HTTP/1.1 429 ").contains("Retry-After: ").contains("Content-Type: application/json\r\n");
    }

    @Test
    void who_is_refused_is_on_record_when_that_is_asked_for() throws IOException {
        var folder = java.nio.file.Files.createTempDirectory("limits");
        var log = folder.resolve("audit.log");
        try (var audited = DevServer.start(new DevServer.Options("127.0.0.1", 0, java.util.Optional.empty(), java.util.Optional.empty(), java.util.Optional.of(log)))) {
            var token = "X-Vault-Token: " + audited.rootToken().reveal() + "\r\nConnection: close\r\nHost: x\r\n";
            int port = Integer.parseInt(audited.address().substring(audited.address().lastIndexOf(':') + 1));
            for (var request : Arrays.asList(put("sys/quotas/rate-limit/q", token, "{\"path\":\"secret\",\"rate\":1,\"interval\":\"1h\"}"), put("secret/data/silent", token, "{}"),
                    put("secret/data/silent", token, "{}"), put("sys/quotas/config", token, "{\"enable_rate_limit_audit_logging\":true}"), put("secret/data/told", token, "{}"))) {
                try (var socket = new Socket("127.0.0.1", port)) {
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
                    socket.getInputStream().readAllBytes();
                }
            }
        }
        var lines = java.nio.file.Files.readAllLines(log);
        assertThat(lines).filteredOn(line -> line.contains("secret/data/told")).hasSize(2).last().asString().contains("rate limit quota exceeded").contains("127.0.0.1");
        assertThat(lines).filteredOn(line -> line.contains("secret/data/silent")).hasSize(2);
        try (var files = java.nio.file.Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    private static String put(String path, String headers, String body) {
        return "PUT /v1/" + path + " HTTP/1.1\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
