package watchword.core.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import watchword.core.TestServer;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestHead;
import watchword.core.request.RequestPath;
import watchword.core.request.Service;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.Peer;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;

/** Rate-limit quotas as operators write them and clients meet them. */
class RateLimitTest {
    private final TestServer it = TestServer.start(EngineCatalog.builder()
            .engine("toy", (context, mount) -> new watchword.core.ToyEngine())
            .auth("door", (context, mount) -> new Door(false))
            .auth("names", (context, mount) -> new Door(true))
            .build());

    @AfterEach
    void close() {
        it.close();
    }

    /** An auth method that lets nobody in, by a role in the body or a name in the path. */
    private record Door(boolean byName) implements Engine {
        record ByRole(@Doc("Role.") String role) {}

        record ByName(@Doc("Name.") String name) {}

        @Override
        public String type() {
            return "door";
        }

        @Override
        public String help() {
            return "A door.";
        }

        @Override
        public List<Route<?, ?>> routes() {
            return List.of(byName ? Route.write("login/{name}", ByName.class, Reply.None.class, Door::shut, "Knock.").with(Trait.NO_TOKEN, Trait.GIVES_TOKEN)
                    : Route.write("login", ByRole.class, Reply.None.class, Door::shut, "Knock.").with(Trait.NO_TOKEN, Trait.GIVES_TOKEN));
        }

        private static Reply<Reply.None> shut(Call.Change<?> call) {
            return Reply.nothing();
        }
    }

    private void quota(String name, Object... pairs) {
        var answer = it.write(it.root, "sys/quotas/rate-limit/" + name, pairs);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(204);
    }

    private Service.Entry enter(String path, String from) {
        return it.server.enter(new RequestHead(Operation.READ, new RequestPath(path), new Peer(from, 1, List.of())));
    }

    private boolean isLetIn(String path, String from) {
        return enter(path, from).refusal().isEmpty();
    }

    /** How many of twenty are let in. */
    private int letIn(String path, String from) {
        int in = 0;
        for (int i = 0; i < 20; i++) if (isLetIn(path, from)) in++;
        return in;
    }

    // ---- the API ----

    @Test
    void a_quota_is_read_back_as_it_was_written() {
        it.write(it.root, "sys/mounts/kv", "type", "toy");
        quota("q", "path", "kv/data/*", "rate", new watchword.sdk.JsonNumber("897.3"), "interval", "2m", "block_interval", "5m");

        assertThat(it.read(it.root, "sys/quotas/rate-limit/q").part("data")).containsExactlyInAnyOrderEntriesOf(Map.of("block_interval", 300L, "interval", 120L, "name", "q",
                "path", "kv/data/*", "rate", new watchword.sdk.JsonNumber("897.3"), "role", "", "type", "rate-limit", "inheritable", false, "group_by", "ip"));
        quota("q", "path", "kv", "rate", 5);
        assertThat(it.read(it.root, "sys/quotas/rate-limit/q").part("data")).containsEntry("path", "kv/").containsEntry("rate", 5L).containsEntry("interval", 1L).containsEntry("block_interval", 0L);
        assertThat(it.list(it.root, "sys/quotas/rate-limit").part("data")).isEqualTo(Map.of("keys", List.of("q")));
        assertThat(it.delete(it.root, "sys/quotas/rate-limit/q").status()).isEqualTo(204);
        assertThat(it.read(it.root, "sys/quotas/rate-limit/q").status()).isEqualTo(404);
        assertThat(it.list(it.root, "sys/quotas/rate-limit").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "rate=0 | 'rate' is invalid", "rate=-1 | 'rate' is invalid", "rate=much | 'rate' is invalid", "rate=NaN | 'rate' is invalid", "path=x | 'rate' is invalid",
            "rate=1,path=none | invalid mount path \"none\"", "rate=1,block_interval=-5s | 'block' is invalid", "rate=1,group_by=entity_then_ip | 'group_by' must be ip or none",
            "rate=1,path=sys,role=r | Mount path \"sys\" is not a valid auth method and therefore unsuitable for use with role-based quotas",
            "rate=1,path=auth/token,role=r | Mount path \"auth/token\" does not support use with role-based quotas",
            "rate=1,path=sys/x,role=r | Quotas cannot contain both a path suffix and a role. If a role is provided, path must be a valid auth mount with a concept of roles",
            "rate=1,path=sys,inheritable=true | only namespace quotas can be configured as inheritable", "rate=1,inheritable=false | all global quotas must be inheritable",
            "rate=1,path=sys/../auth | path has a relative segment"})
    void what_is_wrong_is_told(String fields, String error) {
        var body = new java.util.LinkedHashMap<String, Object>();
        for (var field : fields.split(",")) body.put(field.split("=")[0], field.split("=")[1]);
        var answer = it.ask(it.root, Operation.WRITE, "sys/quotas/rate-limit/q", body, "127.0.0.1", Optional.empty());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.errors()).isEqualTo(List.of(error));
        assertThat(it.list(it.root, "sys/quotas/rate-limit").status()).isEqualTo(404);
    }

    @Test
    void two_quotas_on_the_same_are_one_too_many() {
        quota("a", "rate", 5);

        assertThat(it.write(it.root, "sys/quotas/rate-limit/b", "rate", 6).errors()).isEqualTo(List.of("quota rule with similar properties exists under the name \"a\""));
        quota("a", "rate", 6);
    }

    @Test
    void the_configuration_is_read_back_as_it_was_written_and_what_is_not_named_stays() {
        assertThat(it.read(it.root, "sys/quotas/config").part("data")).containsEntry("enable_rate_limit_audit_logging", false).containsEntry("enable_rate_limit_response_headers", false)
                .containsEntry("absolute_rate_limit_exempt_paths", List.of())
                .containsEntry("rate_limit_exempt_paths", List.of("sys/generate-recovery-token/attempt", "sys/generate-recovery-token/update", "sys/generate-root/attempt", "sys/generate-root/update",
                        "sys/health", "sys/seal-status", "sys/unseal"));
        assertThat(it.write(it.root, "sys/quotas/config", "rate_limit_exempt_paths", List.of("/sys/mounts/"), "enable_rate_limit_response_headers", true).status()).isEqualTo(204);
        it.write(it.root, "sys/quotas/config", "enable_rate_limit_audit_logging", true);

        assertThat(it.read(it.root, "sys/quotas/config").part("data")).isEqualTo(Map.of("enable_rate_limit_audit_logging", true, "enable_rate_limit_response_headers", true,
                "absolute_rate_limit_exempt_paths", List.of(), "rate_limit_exempt_paths", List.of("sys/mounts")));
    }

    // ---- counting ----

    @Test
    void a_client_has_its_rate_in_each_interval_and_no_other_clients() {
        quota("q", "rate", 3, "interval", "10s");

        assertThat(letIn("sys/mounts", "10.0.0.1")).isEqualTo(3);
        assertThat(letIn("sys/mounts", "10.0.0.2")).isEqualTo(3);
        it.clock.advance(Duration.ofSeconds(9));
        assertThat(letIn("sys/mounts", "10.0.0.1")).isZero();
        it.clock.advance(Duration.ofSeconds(1));
        assertThat(letIn("sys/mounts", "10.0.0.1")).isEqualTo(3);
    }

    @Test
    void who_is_refused_is_told_in_the_words_that_clients_know() {
        quota("q", "rate", 1, "interval", "1h");
        isLetIn("sys/mounts", "10.0.0.1");
        var answer = enter("sys/mounts", "10.0.0.1").refusal().orElseThrow();

        assertThat(answer.status()).isEqualTo(429);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo("{\"errors\":[\"request path \\\"sys/mounts\\\": rate limit quota exceeded\"]}");
        assertThat(answer.headers()).isEmpty();
    }

    @Test
    void headers_tell_a_client_where_it_stands_when_they_are_asked_for() {
        quota("q", "rate", 2, "interval", "10s");
        it.write(it.root, "sys/quotas/config", "enable_rate_limit_response_headers", true);

        assertThat(enter("sys/mounts", "10.0.0.1").headers()).isEqualTo(Map.of("X-Ratelimit-Limit", "2", "X-Ratelimit-Remaining", "1", "X-Ratelimit-Reset", "10"));
        it.clock.advance(Duration.ofSeconds(4));
        assertThat(enter("sys/mounts", "10.0.0.1").headers()).isEqualTo(Map.of("X-Ratelimit-Limit", "2", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "6"));
        assertThat(enter("sys/mounts", "10.0.0.1").refusal().orElseThrow().headers())
                .isEqualTo(Map.of("X-Ratelimit-Limit", "2", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "6", "Retry-After", "6"));
    }

    @Test
    void with_a_block_interval_a_client_that_went_over_waits_it_out() {
        quota("q", "rate", 2, "interval", "1s", "block_interval", "60s");
        it.write(it.root, "sys/quotas/config", "enable_rate_limit_response_headers", true);

        assertThat(letIn("sys/mounts", "10.0.0.1")).isEqualTo(2);
        it.clock.advance(Duration.ofSeconds(59));
        assertThat(enter("sys/mounts", "10.0.0.1").refusal().orElseThrow().headers()).containsEntry("Retry-After", "1");
        it.clock.advance(Duration.ofSeconds(1));
        assertThat(letIn("sys/mounts", "10.0.0.1")).isEqualTo(2);
    }

    @Test
    void all_share_one_count_when_it_is_grouped_by_none() {
        quota("q", "rate", 3, "interval", "10s", "group_by", "none");

        assertThat(letIn("sys/mounts", "10.0.0.1") + letIn("sys/mounts", "10.0.0.2")).isEqualTo(3);
    }

    @Test
    void addresses_of_one_ipv6_network_are_one_client() {
        quota("q", "rate", 3, "interval", "10s");

        assertThat(letIn("sys/mounts", "2001:db8:0:1::1") + letIn("sys/mounts", "2001:db8:0:1:ffff::2")).isEqualTo(3);
        assertThat(letIn("sys/mounts", "2001:db8:0:2::1")).isEqualTo(3);
    }

    @Test
    void a_clock_that_is_set_back_keeps_nobody_out_for_long() {
        quota("q", "rate", 3, "interval", "10s");
        letIn("sys/mounts", "10.0.0.1");
        it.clock.advance(Duration.ofDays(-2));

        assertThat(letIn("sys/mounts", "10.0.0.1")).isEqualTo(3);
    }

    // ---- which quota counts ----

    @Test
    void the_most_specific_quota_alone_counts() {
        it.write(it.root, "sys/mounts/kv", "type", "toy");
        quota("global", "rate", 2, "interval", "1h");
        quota("mount", "rate", 3, "interval", "1h", "path", "kv/");
        quota("prefix", "rate", 4, "interval", "1h", "path", "kv/data/*");
        quota("longer", "rate", 5, "interval", "1h", "path", "kv/data/te*");
        quota("exact", "rate", 6, "interval", "1h", "path", "kv/data/team/one");

        assertThat(letIn("sys/mounts", "a")).isEqualTo(2);
        assertThat(letIn("kv/other", "a")).isEqualTo(3);
        assertThat(letIn("kv/data/x", "a")).isEqualTo(4);
        assertThat(letIn("kv/data/team/two", "a")).isEqualTo(5);
        assertThat(letIn("kv/data/team/one", "a")).isEqualTo(6);
        assertThat(letIn("kv", "b")).isEqualTo(3);
        assertThat(letIn("kvother/x", "b")).isEqualTo(2);
    }

    @Test
    void exempt_paths_are_not_counted() {
        quota("q", "rate", 1, "interval", "1h");
        assertThat(letIn("sys/health", "a")).isEqualTo(20);
        it.write(it.root, "sys/quotas/config", "rate_limit_exempt_paths", List.of("sys/mounts", "sys/pol*"));

        assertThat(letIn("sys/mounts", "a")).isEqualTo(20);
        assertThat(letIn("sys/policies/acl", "a")).isEqualTo(20);
        assertThat(letIn("sys/health", "a")).isEqualTo(1);
    }

    @Test
    void a_quota_of_a_role_counts_its_logins_alone_in_every_spelling() {
        it.write(it.root, "sys/auth/door", "type", "door");
        quota("role", "rate", 2, "interval", "1h", "path", "auth/door", "role", "web");
        quota("mount", "rate", 4, "interval", "1h", "path", "auth/door");

        assertThat(it.read(it.root, "sys/quotas/rate-limit/role").part("data")).containsEntry("role", "web").containsEntry("path", "auth/door/");
        int web = 0;
        for (var role : List.of("web", "WEB", " web", "web", "ｗｅｂ")) if (login(role) == 204) web++;
        assertThat(web).isEqualTo(2);
        int others = 0;
        for (int i = 0; i < 6; i++) if (login("other" + i) == 204) others++;
        assertThat(others).isEqualTo(4);
    }

    @Test
    void a_quota_of_a_name_in_the_path_counts_every_spelling_of_it() {
        it.write(it.root, "sys/auth/names", "type", "names");
        quota("alice", "rate", 2, "interval", "1h", "path", "auth/names", "role", "alice");

        int alice = 0;
        for (var name : List.of("alice", "Alice", "ALICE", "alice")) if (it.write("", "auth/names/login/" + name, "role", "other").status() != 429) alice++;
        assertThat(alice).isEqualTo(2);
        assertThat(it.write("", "auth/names/login/bob").status()).isEqualTo(204);
    }

    @Test
    void who_is_over_the_limits_of_every_role_is_refused_before_its_body_is_read() {
        it.write(it.root, "sys/auth/door", "type", "door");
        quota("role", "rate", 2, "interval", "1h", "path", "auth/door", "role", "web");
        quota("mount", "rate", 4, "interval", "1h", "path", "auth/door");

        assertThat(letIn("auth/door/login", "10.0.0.1")).isEqualTo(6);
        assertThat(letIn("auth/door/config", "10.0.0.2")).isEqualTo(4);
    }

    private int login(String role) {
        return it.write("", "auth/door/login", "role", role).status();
    }

    // ---- what lasts ----

    @Test
    void a_change_counts_at_once_and_leaves_other_counts_alone() {
        it.write(it.root, "sys/mounts/kv", "type", "toy");
        quota("q", "rate", 3, "interval", "1h");
        quota("k", "rate", 3, "interval", "1h", "path", "kv");
        assertThat(letIn("sys/mounts", "a")).isEqualTo(3);
        assertThat(letIn("kv/x", "a")).isEqualTo(3);
        quota("q", "rate", 4, "interval", "1h");

        assertThat(letIn("sys/mounts", "a")).isEqualTo(4);
        assertThat(letIn("kv/x", "a")).isZero();
        it.delete(it.root, "sys/quotas/rate-limit/q");
        assertThat(letIn("sys/mounts", "a")).isEqualTo(20);
    }

    @Test
    void quotas_survive_a_restart() {
        quota("q", "rate", 3, "interval", "1h");
        try (var again = it.restarted()) {
            assertThat(again.read(it.root, "sys/quotas/rate-limit/q").part("data")).containsEntry("rate", 3L);
            for (int i = 0; i < 3; i++) again.server.enter(new RequestHead(Operation.READ, new RequestPath("sys/mounts"), new Peer("a", 1, List.of())));
            assertThat(again.server.enter(new RequestHead(Operation.READ, new RequestPath("sys/mounts"), new Peer("a", 1, List.of()))).refusal()).isPresent();
        }
    }

    @Test
    void what_another_server_on_the_same_store_changed_counts_here_when_it_is_looked_for() {
        try (var store = new watchword.storage.MemoryStorage()) {
            var here = new RateLimits(new java.security.SecureRandom(), it.clock, _ -> {});
            var head = new RequestHead(Operation.READ, new RequestPath("sys/mounts"), new Peer("a", 1, List.of()));
            here.refresh(store);
            var there = new RateLimits(new java.security.SecureRandom(), it.clock, _ -> {});
            store.update(tx -> {
                there.rows.put(tx, "q", new QuotaRow("", "", "", false, 1L, Duration.ofHours(1), Duration.ZERO, true, "ip"));
                there.changed(tx);
            });
            for (int i = 0; i < 3; i++) assertThat(here.enter(head, (_, _) -> watchword.core.request.Response.empty(500)).refusal()).isEmpty();
            here.refresh(store);

            assertThat(here.enter(head, (_, _) -> watchword.core.request.Response.empty(500)).refusal()).isEmpty();
            assertThat(here.enter(head, (_, _) -> watchword.core.request.Response.empty(500)).refusal()).isPresent();
        }
    }

    @Test
    void quotas_go_with_their_mount() {
        it.write(it.root, "sys/mounts/kv", "type", "toy");
        quota("q", "rate", 3, "interval", "1h", "path", "kv/x");
        assertThat(it.write(it.root, "sys/remount", "from", "kv", "to", "moved").status()).isEqualTo(200);

        assertThat(it.read(it.root, "sys/quotas/rate-limit/q").part("data")).containsEntry("path", "moved/x");
        assertThat(letIn("moved/x", "a")).isEqualTo(3);
        assertThat(letIn("kv/x", "a")).isEqualTo(20);
        it.delete(it.root, "sys/mounts/moved");
        assertThat(it.read(it.root, "sys/quotas/rate-limit/q").status()).isEqualTo(404);
        assertThat(letIn("moved/x", "b")).isEqualTo(20);
    }

    @Test
    void a_sealed_server_counts_nothing() {
        quota("q", "rate", 1, "interval", "1h");
        it.server.seal();

        assertThat(letIn("sys/unseal", "a")).isEqualTo(20);
    }

    @Test
    void quotas_need_a_policy() {
        it.policy("p", "path \"sys/quotas/rate-limit/*\" { capabilities = [\"read\"] }");
        var token = it.token("p");

        assertThat(it.write(token, "sys/quotas/rate-limit/q", "rate", 1).status()).isEqualTo(403);
        assertThat(it.read(token, "sys/quotas/rate-limit/q").status()).isEqualTo(404);
    }
}
