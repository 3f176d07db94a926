package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import watchword.server.DevServer;

/** Pages of other origins, and paths that a listener tells to anybody, over a socket. */
final class OriginTest {
    private static int port(DevServer server) {
        return Integer.parseInt(server.address().substring(server.address().lastIndexOf(':') + 1));
    }

    private static Wire.Reply ask(DevServer server, String line, String headers, String body) throws IOException {
        return Wire.exchange(port(server), line + " HTTP/1.1\r\nHost: t\r\n" + headers + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n") + "\r\n" + body);
    }

    @Test
    void a_browser_gets_leave_only_for_named_origins() throws IOException {
        try (var server = DevServer.start(DevServer.Options.onAnyPort())) {
            var token = "X-Vault-Token: " + server.rootToken().reveal() + "\r\n";
            assertThat(ask(server, "GET /v1/sys/mounts", token + "Origin: https://a.example\r\n", "").header("Access-Control-Allow-Origin")).isEmpty();
            assertThat(ask(server, "PUT /v1/sys/config/cors", token, "{\"allowed_origins\":[\"https://a.example\"]}").status()).isEqualTo(204);

            var leave = ask(server, "OPTIONS /v1/sys/mounts", "Origin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n", "");
            assertThat(leave.status()).isEqualTo(204);
            assertThat(leave.header("Access-Control-Allow-Methods")).contains("DELETE,GET,OPTIONS,POST,PUT,PATCH,LIST,SCAN");
            var served = ask(server, "GET /v1/sys/mounts", token + "Origin: https://a.example\r\n", "");
            assertThat(served.status()).isEqualTo(200);
            assertThat(served.header("Access-Control-Allow-Origin")).contains("https://a.example");
            var refused = ask(server, "GET /v1/sys/mounts", "Origin: https://a.example\r\n", "");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.header("Access-Control-Allow-Origin")).contains("https://a.example");
            assertThat(ask(server, "GET /v1/sys/mounts", token + "Origin: https://evil.example\r\n", "").body()).isEqualTo("{\"errors\":[\"origin not allowed\"]}");
            assertThat(ask(server, "GET /v1/sys/mounts", token, "").status()).isEqualTo(200);
        }
    }

    @Test
    void only_the_paths_that_a_listener_opens_are_served_as_open() throws IOException {
        var d = Listener.Rules.DEFAULTS;
        var rules = new Listener.Rules(d.forwarded(), d.maxRequestBytes(), d.headerTimeout(), d.readTimeout(), d.writeTimeout(), d.idleTimeout(), java.util.Set.of("sys/metrics"));
        try (var open = new Echo(rules); var closed = new Echo(d)) {
            assertThat(Wire.exchange(open.port(), "GET /v1/sys/metrics HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(204);
            assertThat(Wire.exchange(open.port(), "GET /v1/sys/mounts HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(200);
            assertThat(Wire.exchange(closed.port(), "GET /v1/sys/metrics HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(200);
        }
    }

    @Test
    void metrics_are_told_without_a_token_on_a_listener_that_says_so_and_on_no_other() throws IOException {
        var d = Listener.Rules.DEFAULTS;
        var rules = new Listener.Rules(d.forwarded(), d.maxRequestBytes(), d.headerTimeout(), d.readTimeout(), d.writeTimeout(), d.idleTimeout(), java.util.Set.of("sys/metrics"));
        try (var server = DevServer.start(DevServer.Options.onAnyPort());
                var open = new HttpServer(java.util.List.of(new Listener.Tcp("127.0.0.1", 0, java.util.Optional.empty(), rules)), server.server(), Echo.DRAIN)) {
            var told = Wire.exchange(open.port(), "GET /v1/sys/metrics?format=prometheus HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(told.status()).isEqualTo(200);
            assertThat(told.header("Content-Type")).contains("text/plain; version=0.0.4");
            assertThat(told.body()).contains("vault_core_unsealed{").contains("vault_token_count{");
            assertThat(ask(server, "GET /v1/sys/metrics", "", "").status()).isEqualTo(403);
            assertThat(Wire.exchange(open.port(), "GET /v1/sys/%6detrics HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(200);
            assertThat(Wire.exchange(open.port(), "GET /v1/sys/mounts HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(403);
            assertThat(Wire.exchange(open.port(), "DELETE /v1/sys/metrics HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(403);
        }
    }
}
