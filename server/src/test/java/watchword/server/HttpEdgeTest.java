package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What arrives over a raw socket: numbers 76, 81, 107, 131, 146, 154, 155 and 179 to 182 of the vulnerability list. */
class HttpEdgeTest {
    private static DevServer server = started();
    private static final String CANARY = "canary-http-5d1c";

    private static DevServer started() {
        try {
            return DevServer.start(DevServer.Options.onAnyPort());
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @BeforeAll
    static void given_a_server() {
        assertThat(server.server().isSealed()).isFalse();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String raw(String request) {
        int port = Integer.parseInt(server.address().substring(server.address().lastIndexOf(':') + 1));
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException closed) {
            return "closed";
        }
    }

    private static String ask(String line, String headers, String body) {
        return raw(line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Vault-Token: " + server.rootToken().reveal() + "\r\n" + headers
                + (body.isEmpty() ? "" : "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n") + "\r\n" + body);
    }

    private static String put(String body) {
        return ask("PUT /v1/secret/data/edge", "Content-Type: application/json\r\n", body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/secret/data/../x", "/v1/secret/data/%2e%2e/x", "/v1/secret/data/..%2fx", "/v1/secret//data/x", "/v1/secret/data/%252e%252e", "/v1/secret/data/a;b", "/v1/secret/data/%00",
            "/v1/secret/data/%c0%ae", "/v1/secret/data/a%0d%0ab"})
    void an_odd_path_is_refused_and_not_redirected(String path) {
        assertThat(ask("GET " + path, "", "")).startsWith("HTTP/1.1 400 ").contains("Content-Type: application/json\r\n").contains("{\"errors\":[").doesNotContain("Location");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"a\":}", "[1,2]", "\"text\"", "{\"data\":{\"a\":1,\"a\":2}}", "{\"data\":{\"k\":\"canary-http-5d1c\"", "{\"data\":\"canary-http-5d1c\"}", "{\"data\":[\"canary-http-5d1c\"]}",
            "{\"data\":{\"k\":1e999999999999999999999999}}}", "nul", "{\"\\ud800\":", "{\"options\":{\"cas\":\"canary-http-5d1c\"},\"data\":{}}"})
    void a_malformed_body_is_refused_and_not_repeated(String body) {
        assertThat(put(body)).startsWith("HTTP/1.1 400 ").contains("{\"errors\":[").doesNotContain(CANARY).doesNotContain("watchword.").doesNotContain("jackson");
    }

    @Test
    void deep_and_many_valued_documents_are_refused() {
        assertThat(put("{\"data\":" + "[".repeat(5000) + "]".repeat(5000) + "}")).startsWith("HTTP/1.1 400 ");
        assertThat(put("{\"data\":{\"k\":[" + "1,".repeat(30_000) + "1]}}")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void what_is_not_utf_8_is_refused() throws IOException {
        int port = Integer.parseInt(server.address().substring(server.address().lastIndexOf(':') + 1));
        try (var socket = new Socket("127.0.0.1", port)) {
            var head = "PUT /v1/secret/data/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Vault-Token: " + server.rootToken().reveal() + "\r\nContent-Length: 22\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write("{\"data\":{\"k\":\"".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(new byte[] {(byte) 0xc0, (byte) 0xae, (byte) 0xff});
            socket.getOutputStream().write("\"}}  ".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 400 ").contains("invalid UTF-8");
        }
    }

    @Test
    void a_body_that_says_it_is_too_large_is_refused_before_it_is_read() {
        assertThat(raw("PUT /v1/secret/data/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n")).startsWith("HTTP/1.1 413 ");
    }

    @Test
    void ambiguous_lengths_are_refused() {
        assertThat(raw("PUT /v1/secret/data/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(raw("PUT /v1/secret/data/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")).startsWith("HTTP/1.1 400 ");
        assertThat(raw("GET /v1/sys/health HTTP/1.1\r\nHost : x\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(raw("GET /v1/sys/health HTTP/9.9\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 505 ");
    }

    @Test
    void headers_are_bounded() {
        assertThat(ask("GET /v1/sys/health", "X-Large: " + "a".repeat(80_000) + "\r\n", "")).startsWith("HTTP/1.1 431 ").contains("{\"errors\":[");
    }

    @Test
    void the_token_is_one_and_of_its_own_header() {
        var token = server.rootToken().reveal();
        assertThat(raw("GET /v1/sys/mounts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX_Vault_Token: " + token + "\r\n\r\n")).startsWith("HTTP/1.1 403 ");
        assertThat(raw("GET /v1/sys/mounts?token=" + token + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 403 ");
        assertThat(ask("GET /v1/sys/mounts", "X-Vault-Token: other\r\n", "")).startsWith("HTTP/1.1 400 ");
        assertThat(raw("GET /v1/sys/mounts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + token + "\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(raw("GET /v1/sys/mounts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Vault-Token: " + "a".repeat(9000) + "\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "TRACE", "RENEW", "REVOKE", "ROLLBACK", "CONNECT", "HELP"})
    void other_methods_are_not_spoken(String method) {
        assertThat(ask(method + " /v1/secret/data/x", "", "")).containsPattern("^HTTP/1.1 (405|400|501) ");
    }

    @Test
    void no_header_changes_the_method() {
        assertThat(ask("GET /v1/secret/data/nothing", "X-HTTP-Method-Override: DELETE\r\n", "")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void a_compressed_body_is_not_inflated() {
        assertThat(ask("PUT /v1/secret/data/x", "Content-Encoding: gzip\r\n", "{\"data\":{}}")).startsWith("HTTP/1.1 415 ");
    }

    @Test
    void who_forwards_is_not_believed() {
        var answer = ask("POST /v1/auth/token/create", "X-Forwarded-For: 10.0.0.1\r\nContent-Type: application/json\r\n", "{\"policies\":[\"default\"]}");
        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void an_answer_is_not_stored_nor_guessed_at_and_names_no_server() {
        assertThat(ask("GET /v1/sys/health", "", "")).contains("Cache-Control: no-store").contains("X-Content-Type-Options: nosniff").doesNotContain("\r\nServer:");
        assertThat(ask("GET /v1/sys/nothing", "", "")).contains("Content-Type: application/json\r\n");
    }

    @Test
    void three_thousand_idle_connections_leave_the_server_answering() throws IOException {
        int port = Integer.parseInt(server.address().substring(server.address().lastIndexOf(':') + 1));
        var idle = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 3_000; i++) idle.add(new Socket("127.0.0.1", port));
            assertThat(ask("GET /v1/sys/health", "", "")).startsWith("HTTP/1.1 200 ");
        } finally {
            for (var socket : idle) socket.close();
        }
    }
}
