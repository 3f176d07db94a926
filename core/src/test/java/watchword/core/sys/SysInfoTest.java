package watchword.core.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.request.Response;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/** What {@code sys/} tells of the server, and its small settings. */
class SysInfoTest {
    private final TestServer it = TestServer.start();

    @AfterEach
    void close() {
        it.close();
    }

    private Request request(String token, String path, Map<String, Object> query) {
        Optional<Secret> proof = token.isEmpty() ? Optional.empty() : Optional.of(Secret.copyOf(token));
        return new Request("id", Operation.READ, new RequestPath(path), query, false, proof, Optional.empty(), Map.of(), new Peer("127.0.0.1", 1, List.of()));
    }

    private static String text(Response answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private String prometheus() {
        var answer = it.server.serve(request(it.root, "sys/metrics", Map.of("format", "prometheus")));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo("text/plain; version=0.0.4");
        return text(answer);
    }

    // ---- metrics ----

    @Test
    void metrics_have_the_names_that_dashboards_know() {
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.read(it.root, "toy/creds/a");
        it.read("wrong", "toy/creds/a");

        assertThat(prometheus()).contains("# TYPE vault_core_handle_request summary\n", "vault_core_handle_request{quantile=\"0.99\"} ", "vault_core_handle_request_count ", "vault_core_handle_request_sum ",
                "vault_core_handle_login_request_count 0\n", "vault_core_in_flight_requests 1\n", "vault_core_unsealed{cluster=\"test\"} 1\n", "vault_core_active{cluster=\"test\"} 1\n",
                "vault_core_response_status_code{code=\"403\",type=\"4xx\"} 1\n", "vault_barrier_get_count ", "vault_barrier_put_count ", "vault_barrier_list_count ", "vault_barrier_delete_count ",
                "# TYPE vault_audit_log_request_failure counter\nvault_audit_log_request_failure 0\n", "vault_audit_log_response_failure 0\n", "vault_audit_log_request_count ", "vault_audit_log_response_count ",
                "# TYPE vault_runtime_alloc_bytes gauge\n", "vault_runtime_sys_bytes ", "vault_runtime_num_goroutines ", "vault_runtime_total_gc_runs ", "vault_runtime_total_gc_pause_ns ",
                "vault_core_mount_table_num_entries{local=\"false\",type=\"auth\"} 1\n");
    }

    @Test
    void tokens_and_leases_are_counted() {
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        for (int i = 0; i < 3; i++) it.token("default");
        for (int i = 0; i < 2; i++) it.read(it.root, "toy/creds/r" + i);

        assertThat(prometheus()).contains("vault_token_count{cluster=\"test\",namespace=\"root\"} 4\n", "vault_expire_num_leases 5\n",
                "vault_token_creation{auth_method=\"token\",creation_ttl=\"1h\",mount_point=\"auth/token/\",namespace=\"root\",token_type=\"service\"} 3\n");
        assertThat(it.read(it.root, "sys/internal/counters/tokens").part("data")).isEqualTo(Map.of("counters", Map.of("service_tokens", Map.of("total", 4L))));
        assertThat(it.read(it.root, "sys/internal/counters/entities").part("data")).isEqualTo(Map.of("counters", Map.of("entities", Map.of("total", 0L))));
    }

    @Test
    void a_refusal_by_quota_is_counted_by_its_name() {
        it.write(it.root, "sys/quotas/rate-limit/q", "path", "sys/policy", "rate", 1, "interval", "1h");
        var head = new watchword.core.request.RequestHead(Operation.READ, new RequestPath("sys/policy"), new Peer("a", 1, List.of()));
        for (int i = 0; i < 3; i++) it.server.enter(head);

        assertThat(prometheus()).contains("vault_quota_rate_limit_violation{name=\"q\"} 2\n");
    }

    @Test
    void metrics_come_as_json_too() {
        var answer = it.read(it.root, "sys/metrics").body();

        assertThat(answer).containsOnlyKeys("Timestamp", "Gauges", "Points", "Counters", "Samples");
        assertThat(String.valueOf(answer.get("Gauges"))).contains("vault.runtime.alloc_bytes").contains("vault.token.count");
        assertThat(String.valueOf(answer.get("Samples"))).contains("vault.core.handle_request");
        assertThat(String.valueOf(answer.get("Timestamp"))).isEqualTo("2030-01-01 00:00:00 +0000 UTC");
    }

    @Test
    void what_a_listener_opens_needs_no_token_and_other_routes_still_do() {
        assertThat(it.server.serve(request("", "sys/metrics", Map.of())).status()).isEqualTo(403);
        assertThat(it.server.serveOpen(request("", "sys/metrics", Map.of())).status()).isEqualTo(200);
        assertThat(it.server.serveOpen(request("wrong", "sys/metrics", Map.of())).status()).isEqualTo(200);
        assertThat(it.server.serveOpen(request("", "sys/nothing", Map.of())).status()).isEqualTo(403);
    }

    @Test
    void requests_that_are_being_served_are_listed() {
        var answer = text(it.server.serve(request(it.root, "sys/in-flight-req", Map.of())));

        assertThat(answer).contains("\"id\":{").contains("\"request_path\":\"/v1/sys/in-flight-req\"").contains("\"request_method\":\"GET\"").contains("\"client_remote_address\":\"127.0.0.1:1\"")
                .contains("\"start_time\":\"2030-01-01T00:00:00Z\"").doesNotContain(it.root);
    }

    // ---- the machine and the process ----

    @Test
    void the_machine_is_told_about() {
        var data = it.read(it.root, "sys/host-info").part("data");

        assertThat(data).containsOnlyKeys("timestamp", "cpu", "cpu_times", "disk", "host", "memory");
        assertThat((Map<?, ?>) data.get("memory")).extracting("total").asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LONG).isPositive();
        assertThat((List<?>) data.get("cpu")).isNotEmpty();
        assertThat((Map<?, ?>) data.get("host")).extracting("hostname", "os").doesNotContainNull();
    }

    @Test
    void versions_that_ran_are_remembered() {
        var first = it.list(it.root, "sys/version-history").part("data");
        assertThat(first).containsEntry("keys", List.of("1.18.5"));
        assertThat(String.valueOf(first.get("key_info"))).contains("timestamp_installed=2030-01-01T00:00:00Z").contains("previous_version=null");
        it.clock.advance(java.time.Duration.ofDays(3));
        try (var again = it.restarted()) {
            assertThat(again.list(it.root, "sys/version-history").part("data")).isEqualTo(first);
        }
    }

    @Test
    void the_configuration_is_told_without_secrets() {
        var data = it.read(it.root, "sys/config/state/sanitized").part("data");

        assertThat(data).containsEntry("api_addr", "http://127.0.0.1").containsEntry("default_lease_ttl", 2_764_800L);
        assertThat(String.valueOf(data.get("storage"))).contains("type=memory");
    }

    @Test
    void what_can_be_read_again_is_named() {
        assertThat(it.write(it.root, "sys/config/reload/all").status()).isEqualTo(204);
        assertThat(it.write(it.root, "sys/config/reload/license").status()).isEqualTo(400);
        assertThat(it.write(it.root, "sys/config/reload/other").status()).isEqualTo(400);
        it.policy("p", "path \"sys/config/*\" { capabilities = [\"read\", \"update\"] }");
        assertThat(it.write(it.token("p"), "sys/config/reload/all").status()).isEqualTo(403);
    }

    // ---- loggers ----

    @Test
    void a_part_of_the_server_logs_as_much_as_it_is_told() {
        var seal = Logger.getLogger("watchword.core.seal");
        var any = Logger.getLogger("watchword.core.seal.Seal");
        assertThat(it.read(it.root, "sys/loggers/core.seal").part("data")).isEqualTo(Map.of("core.seal", "info"));
        assertThat(it.write(it.root, "sys/loggers/core.seal", "level", "debug").status()).isEqualTo(204);

        assertThat(it.read(it.root, "sys/loggers").part("data")).containsEntry("core.seal", "debug");
        assertThat(any.isLoggable(Level.FINE)).isTrue();
        assertThat(it.delete(it.root, "sys/loggers/core.seal").status()).isEqualTo(204);
        assertThat(any.isLoggable(Level.FINE)).isFalse();
        assertThat(seal.getLevel()).isNull();
        assertThat(it.write(it.root, "sys/loggers/core.seal", "level", "loud").status()).isEqualTo(400);
        assertThat(it.write(it.root, "sys/loggers/none", "level", "debug").errors()).isEqualTo(List.of("logger \"none\" not found"));
        assertThat(it.read(it.root, "sys/loggers/none").status()).isEqualTo(400);
    }

    @Test
    void all_parts_are_changed_and_put_back_together() {
        it.write(it.root, "sys/loggers", "level", "trace");
        assertThat(it.read(it.root, "sys/loggers").part("data").values()).containsOnly("trace");
        it.delete(it.root, "sys/loggers");

        assertThat(it.read(it.root, "sys/loggers").part("data").values()).containsOnly("info");
    }

    // ---- other origins ----

    @Test
    void pages_of_other_origins_may_ask_only_when_they_are_named() {
        assertThat(it.read(it.root, "sys/config/cors").part("data")).isEqualTo(Map.of("enabled", false));
        assertThat(it.server.cross("GET", "https://evil.example", "").headers()).isEmpty();
        assertThat(it.write(it.root, "sys/config/cors").errors()).isEqualTo(List.of("at least one origin or the wildcard must be provided"));
        assertThat(it.write(it.root, "sys/config/cors", "allowed_origins", "*,https://a").status()).isEqualTo(400);
        assertThat(it.write(it.root, "sys/config/cors", "allowed_origins", "https://a.example", "allowed_headers", "X-Mine").status()).isEqualTo(204);

        assertThat(it.read(it.root, "sys/config/cors").part("data")).containsEntry("enabled", true).containsEntry("allowed_origins", List.of("https://a.example")).containsEntry("allow_credentials", false);
        var mine = it.server.cross("GET", "https://a.example", "");
        assertThat(mine.refusal()).isEmpty();
        assertThat(mine.headers()).isEqualTo(Map.of("Access-Control-Allow-Origin", "https://a.example", "Vary", "Origin"));
        var evil = it.server.cross("GET", "https://evil.example", "").refusal().orElseThrow();
        assertThat(evil.status()).isEqualTo(403);
        assertThat(text(evil)).isEqualTo("{\"errors\":[\"origin not allowed\"]}");
        var leave = it.server.cross("OPTIONS", "https://a.example", "LIST").refusal().orElseThrow();
        assertThat(leave.status()).isEqualTo(204);
        assertThat(leave.headers()).containsEntry("Access-Control-Max-Age", "300").containsEntry("Access-Control-Allow-Origin", "https://a.example");
        assertThat(leave.headers().get("Access-Control-Allow-Headers")).contains("X-Vault-Token").contains("X-Mine");
        assertThat(it.server.cross("OPTIONS", "https://a.example", "TRACE").refusal().orElseThrow().status()).isEqualTo(405);

        assertThat(it.delete(it.root, "sys/config/cors").status()).isEqualTo(204);
        assertThat(it.server.cross("GET", "https://evil.example", "").refusal()).isEmpty();
    }

    @Test
    void any_origin_cannot_go_with_credentials() {
        assertThat(it.write(it.root, "sys/config/cors", "allowed_origins", "*", "allow_credentials", true).status()).isEqualTo(400);
        it.write(it.root, "sys/config/cors", "allowed_origins", "*");
        assertThat(it.server.cross("GET", "https://any.example", "").headers()).containsEntry("Access-Control-Allow-Origin", "https://any.example");
    }

    // ---- headers of the user interface ----

    @Test
    void headers_of_the_user_interface_are_kept() {
        assertThat(it.write(it.root, "sys/config/ui/headers/X-Custom", "values", List.of("one", "two")).status()).isEqualTo(204);
        assertThat(it.read(it.root, "sys/config/ui/headers/X-Custom").body()).containsEntry("value", "one");
        assertThat(it.ask(it.root, Operation.READ, "sys/config/ui/headers/X-Custom", Map.of("multivalue", "true"), "127.0.0.1", Optional.empty()).body()).containsEntry("values", List.of("one", "two"));
        assertThat(it.list(it.root, "sys/config/ui/headers").part("data")).isEqualTo(Map.of("keys", List.of("X-Custom")));
        assertThat(it.write(it.root, "sys/config/ui/headers/X-Vault-Mine", "values", "x").status()).isEqualTo(400);
        assertThat(it.write(it.root, "sys/config/ui/headers/X-Custom", "values", "a\r\nSet-Cookie: b").status()).isEqualTo(400);
        assertThat(it.delete(it.root, "sys/config/ui/headers/X-Custom").status()).isEqualTo(204);
        assertThat(it.read(it.root, "sys/config/ui/headers/X-Custom").status()).isEqualTo(404);
    }
}
