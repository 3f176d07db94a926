package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.json.Json;
import watchword.core.request.Response;
import watchword.server.http.Wire.Reply;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RequestMappingTest {
    @AutoClose
    private final Echo echo = new Echo(Listener.Rules.DEFAULTS);

    RequestMappingTest() throws IOException {}

    private Reply ask(String line, String... headers) throws IOException {
        return askWith(line, "", headers);
    }

    private Reply askWith(String line, String body, String... headers) throws IOException {
        var request = new StringBuilder(line).append(" HTTP/1.1\r\nHost: test\r\n");
        for (var header : headers) request.append(header).append("\r\n");
        if (!body.isEmpty()) request.append("Content-Length: ").append(body.length()).append("\r\n");
        return Wire.exchange(echo.port(), request.append("\r\n").append(body).toString());
    }

    @SuppressWarnings("unchecked") // it answers with an object
    private static Map<String, Object> seen(Reply reply) throws Json.MalformedException {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return (Map<String, Object>) Objects.requireNonNull(Json.parse(reply.body().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, READ", "LIST, LIST", "SCAN, SCAN", "PUT, WRITE", "POST, WRITE", "DELETE, DELETE"
    })
    void each_method_is_one_operation(String method, String operation) throws Exception {
        assertThat(seen(ask(method + " /v1/secret/a"))).containsEntry("operation", operation).containsEntry("path", "secret/a");
    }

    @ParameterizedTest
    @CsvSource({"list=true, LIST", "list=1, LIST", "list=false, READ", "scan=true, SCAN"})
    void a_query_makes_a_list_of_a_get(String query, String operation) throws Exception {
        assertThat(seen(ask("GET /v1/secret/a?" + query))).containsEntry("operation", operation).containsEntry("body", Map.of());
    }

    @Test
    void the_query_is_the_body_of_a_read() throws Exception {
        assertThat(seen(ask("GET /v1/secret/a?version=2&tag=x&tag=y%20z&empty"))).containsEntry("body", Map.of("version", "2", "tag", List.of("x", "y z"), "empty", ""));
    }

    @Test
    void the_query_is_no_part_of_a_write() throws Exception {
        assertThat(seen(askWith("PUT /v1/secret/a?b=2", "{\"a\":1}"))).containsEntry("body", Map.of("a", 1L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}"})
    void a_write_may_come_without_fields(String body) throws Exception {
        assertThat(seen(askWith("POST /v1/secret/a", body))).containsEntry("body", Map.of());
    }

    @Test
    void help_is_asked_for_by_query() throws Exception {
        assertThat(seen(ask("GET /v1/secret/a?help=1"))).containsEntry("help", true).containsEntry("operation", "READ");
    }

    @Test
    void a_patch_says_that_it_merges() throws Exception {
        assertThat(seen(askWith("PATCH /v1/secret/a", "{\"a\":null}", "Content-Type: application/merge-patch+json; charset=utf-8"))).containsEntry("operation", "PATCH");

        var refused = askWith("PATCH /v1/secret/a", "{}", "Content-Type: application/json");
        assertThat(refused.status()).isEqualTo(415);
        assertThat(refused.body().trim()).isEqualTo("{\"errors\":[\"PATCH requires Content-Type of application/merge-patch+json, provided application/json\"]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Vault-Token: hvs.abc", "Authorization: Bearer hvs.abc", "authorization: bearer hvs.abc", "x-vault-token:hvs.abc"})
    void a_token_comes_in_either_header(String header) throws Exception {
        assertThat(seen(ask("GET /v1/a", header))).containsEntry("token", "hvs.abc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X_Vault_Token: hvs.abc", "Authorization: Basic hvs.abc", "X-Vault-Token:", "Cookie: X-Vault-Token=hvs.abc"})
    void nothing_else_is_a_token(String header) throws Exception {
        assertThat(seen(ask("GET /v1/a?X-Vault-Token=hvs.abc", header))).containsEntry("token", "");
    }

    @ParameterizedTest
    @CsvSource({"Bearer hvs.abc, bearer hvs.abc", "Basic YWRhOnMzY3JldA==, basic ada s3cret", "basic YWRhOnMzOmNyZXQ=, basic ada s3:cret", "Basic YSUyRmI6YyUyQmQ=, basic a/b c+d"})
    void what_a_request_is_authorized_by_is_told_beside_the_token(String header, String told) throws Exception {
        assertThat(seen(ask("GET /v1/a", "Authorization: " + header))).containsEntry("authorization", told);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic", "Basic ", "Basic ?", "Basic YWRh", "Basic YSUlYjpj", "Digest YWRhOnMzY3JldA==", "Bearer "})
    void what_cannot_be_read_authorizes_nothing(String header) throws Exception {
        assertThat(seen(ask("GET /v1/a", "Authorization: " + header))).doesNotContainKey("authorization").containsEntry("token", "");
    }

    @Test
    void two_tokens_are_none() throws Exception {
        assertThat(ask("GET /v1/a", "X-Vault-Token: a", "X-Vault-Token: b").status()).isEqualTo(400);
        assertThat(ask("GET /v1/a", "Authorization: Bearer a", "Authorization: Bearer b").status()).isEqualTo(400);
        assertThat(ask("GET /v1/a", "X-Vault-Token: " + "a".repeat(8193)).status()).isEqualTo(400);
        assertThat(ask("GET /v1/a", "X-Vault-Token: " + "a".repeat(8192)).status()).isEqualTo(200);
    }

    @Test
    void engines_and_audit_see_headers_but_never_the_tokens() throws Exception {
        var headers = seen(ask("GET /v1/a", "X-Vault-Token: canary-1", "Cookie: canary-2", "X_Vault_Odd: canary-3", "X-Vault-MFA: one", "X-Vault-MFA: two", "User-Agent: t")).get("headers");
        assertThat(headers).isEqualTo(Map.of("x-vault-mfa", List.of("one", "two"), "user-agent", List.of("t")));
        assertThat(seen(ask("GET /v1/a", "Authorization: Bearer canary-4")).get("headers")).isEqualTo(Map.of());
    }

    @ParameterizedTest
    @CsvSource({"60, 60", "120s, 120", "5m, 300", "0, 0"})
    void wrapping_is_asked_for_in_seconds_or_units(String text, long seconds) throws Exception {
        assertThat(seen(ask("GET /v1/a", "X-Vault-Wrap-TTL: " + text))).containsEntry("wrap", seconds);
    }

    @Test
    void a_wrapping_time_that_is_none_is_refused() throws Exception {
        assertThat(ask("GET /v1/a", "X-Vault-Wrap-TTL: soon").status()).isEqualTo(400);
        assertThat(ask("GET /v1/a", "X-Vault-Wrap-TTL: -5s").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "root", "/", "root/"})
    void the_root_namespace_has_several_names(String name) throws Exception {
        assertThat(seen(ask("GET /v1/a", "X-Vault-Namespace: " + name))).containsEntry("namespace", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"team/sub", "/team/sub", "team/sub/", "/team/sub/"})
    void a_namespace_is_named_with_and_without_slashes_around_it(String name) throws Exception {
        assertThat(seen(ask("GET /v1/a", "X-Vault-Namespace: " + name))).containsEntry("namespace", "team/sub/").containsEntry("path", "a");
    }

    /** Number 92. */
    @ParameterizedTest
    @ValueSource(strings = {".", "..", "team/..", "team/./x", "team//x", "//", "team\\x", "team;x", "te%2fam", "../root"})
    void what_no_namespace_can_be_named_is_not_found(String name) throws Exception {
        var reply = ask("GET /v1/a", "X-Vault-Namespace: " + name);
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body().trim()).isEqualTo("{\"errors\":[\"namespace not found\"]}");
    }

    @Test
    void two_headers_that_name_different_namespaces_are_refused() throws Exception {
        assertThat(ask("GET /v1/a", "X-Vault-Namespace: root", "X-Vault-Namespace: team-a").status()).isEqualTo(400);
        assertThat(ask("GET /v1/a", "X-Vault-Namespace: team-a", "X-Vault-Namespace: team-a").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE", "X-Method-Override: DELETE", "X-Original-URL: /v1/sys/seal", "X-Rewrite-URL: /v1/sys/seal"})
    void no_header_changes_what_is_asked(String header) throws Exception {
        assertThat(seen(ask("GET /v1/a", header))).containsEntry("operation", "READ").containsEntry("path", "a");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[1] | failed to decode JSON input: json: cannot unmarshal array into Go value of type map[string]interface {}",
        "\"a\" | failed to decode JSON input: json: cannot unmarshal string into Go value of type map[string]interface {}",
        "1 | failed to decode JSON input: json: cannot unmarshal number into Go value of type map[string]interface {}",
        "true | failed to decode JSON input: json: cannot unmarshal bool into Go value of type map[string]interface {}",
    })
    void a_body_is_an_object(String body, String error) throws Exception {
        var reply = askWith("PUT /v1/a", body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(Json.parse(reply.body().getBytes(java.nio.charset.StandardCharsets.UTF_8))).isEqualTo(Map.of("errors", List.of(error)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "{\"a\":01}", "{'a':1}", "{\"a\":\"\\ud800\"}x", "\u0000{}"})
    void a_malformed_body_is_refused_and_not_repeated(String body) throws Exception {
        var reply = askWith("PUT /v1/a", body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).startsWith("{\"errors\":[\"failed to decode JSON input: ");
    }

    /** As a browser posts for an identity provider's page; and as clients post JSON without saying so. */
    @Test
    void a_form_is_taken_and_json_that_is_called_a_form_stays_json() throws Exception {
        var type = "Content-Type: application/x-www-form-urlencoded";
        assertThat(seen(askWith("POST /v1/a", "state=st_1&code=a%2Bb+c&empty=", type)).get("body")).isEqualTo(Map.of("state", "st_1", "code", "a+b c", "empty", ""));
        assertThat(seen(askWith("POST /v1/a", " {\"a\":\"1=2&3\"}", type)).get("body")).isEqualTo(Map.of("a", "1=2&3"));
        for (var malformed : List.of("state", "=a", "a=%zz", "a=1&a=2", "a=1&", "&".repeat(200), "x=1&".repeat(200))) assertThat(askWith("POST /v1/a", malformed, type).status()).as(malformed).isEqualTo(400);
        assertThat(askWith("POST /v1/a", "state=st_1").status()).as("without the type it is no form").isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd", "gzip, identity"})
    void a_compressed_body_is_refused(String encoding) throws Exception {
        assertThat(askWith("PUT /v1/a", "{}", "Content-Encoding: " + encoding).status()).isEqualTo(415);
        assertThat(askWith("PUT /v1/a", "{}", "Content-Encoding: identity").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/v1/a//b", "/v1/a/../b", "/v1/a/%2e%2e/b", "/v1/a/..%2fb", "/v1/a%252eb", "/v1/a/./b", "/v1/a;x=1", "/v1/a%3bx", "/v1/a%00", "/v1/a%0a", "/v1/%c0%ae", "/v1/a%5cb",
        "/v1/a\\b", "/v1/a%2fb", "/v1/a%e2%80%ae", "/v1/%"
    })
    void an_odd_path_is_refused_and_never_normalized(String path) throws Exception {
        int before = echo.asked.get();
        var reply = ask("GET " + path);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("Location")).isEmpty();
        assertThat(echo.asked.get()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"/v1/a%20b, a b", "/v1/%C3%BC, ü", "/v1/a/, a/", "/v1/a%2Bb+c, a+b+c", "/v1/~a:b@c, ~a:b@c"})
    void a_path_is_decoded_once(String encoded, String path) throws Exception {
        assertThat(seen(ask("GET " + encoded))).containsEntry("path", path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1", "/v2/a", "/ui/", "/V1/a", "/favicon.ico", "http://other/x"})
    void nothing_is_below_another_prefix(String target) throws Exception {
        assertThat(ask("GET " + target, target.startsWith("http") ? "X-No: 1" : "X: 1").status()).isIn(404, 400);
    }

    @Test
    void an_absolute_target_is_read_by_its_path() throws Exception {
        assertThat(seen(ask("GET http://test/v1/a"))).containsEntry("path", "a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS /v1/a", "TRACE /v1/a", "CONNECT test:80", "FOO /v1/a", "OPTIONS *", "get /v1/a"})
    void an_unknown_method_is_refused(String line) throws Exception {
        int before = echo.asked.get();
        var reply = ask(line);
        assertThat(reply.status()).as(reply.body()).isIn(400, 404, 405);
        assertThat(reply.body()).startsWith("{\"errors\":[");
        assertThat(echo.asked.get()).isEqualTo(before);
    }

    @Test
    void a_head_has_the_headers_of_a_get_and_no_body() throws Exception {
        try (var wire = Wire.to(echo.port())) {
            var head = wire.send("HEAD /v1/sys/health HTTP/1.1\r\nHost: t\r\n\r\n").reply(false);
            var get = wire.send("GET /v1/sys/health HTTP/1.1\r\nHost: t\r\n\r\n").reply();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).isEqualTo(get.header("Content-Length"));
        }
    }

    @Test
    void an_answer_says_what_it_is_and_nothing_of_the_server() throws Exception {
        for (var reply : List.of(ask("GET /v1/a"), ask("GET /nowhere"), ask("GET /v1/a", "X-Vault-Namespace: .."), Wire.exchange(echo.port(), "BAD\r\n\r\n"))) {
            assertThat(reply.header("Content-Type")).contains("application/json");
            assertThat(reply.header("Cache-Control")).contains("no-store");
            assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
            assertThat(reply.header("Server")).isEmpty();
            assertThat(reply.header("X-Powered-By")).isEmpty();
            assertThat(reply.header("Strict-Transport-Security")).isEmpty();
            assertThat(reply.body().toLowerCase(java.util.Locale.ROOT)).doesNotContain("jetty").doesNotContain("java");
        }
    }

    @Test
    void a_bug_is_told_by_number_only() throws Exception {
        try (var broken = new Echo(Listener.Rules.DEFAULTS, _ -> {
            throw new IllegalStateException("canary-1");
        })) {
            var reply = Wire.exchange(broken.port(), "GET /v1/a HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body()).matches("(?s)\\{\"errors\":\\[\"internal error; incident [0-9a-f-]{36}\"]}\\s*");
        }
    }

    @Test
    void an_empty_answer_has_a_type_and_no_length() throws Exception {
        try (var silent = new Echo(Listener.Rules.DEFAULTS, _ -> Response.empty(204))) {
            var reply = Wire.exchange(silent.port(), "PUT /v1/a HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n");
            assertThat(reply.status()).isEqualTo(204);
            assertThat(reply.header("Content-Type")).as("the peer's recorded answers have it").contains("application/json");
            assertThat(reply.header("Content-Length")).isEmpty();
        }
    }
}
