package watchword.core.opa;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.json.Json;
import watchword.core.mount.EngineCatalog;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;

/**
 * What OPA policies do to requests, and how they are set. Numbers 156 (the policy is told the path and parameters that the handler gets),
 * 159 (nothing of a request is in the address) and 160 (no decision refuses) of the vulnerability list.
 */
class OpaApiTest {
    private static final String ALLOW = "{\"result\":true}";
    private static final String DENY = "{\"decision_id\":\"d-1\",\"result\":{\"allow\":false,\"reasons\":[\"not on a Friday\"]}}";

    private final List<Outbound.Ask> asked = new ArrayList<>();
    private Supplier<Outbound.Answer> answer = () -> answer(200, ALLOW);
    private final TestServer server = TestServer.start(EngineCatalog.builder().engine("safe", (context, mount) -> new SafeEngine()).build(), this::send);
    private String token = "";

    private Outbound.Answer send(Outbound.Ask ask) {
        boolean inTransaction = StackWalker.getInstance().walk(frames -> frames.anyMatch(frame -> frame.getClassName().startsWith("watchword.storage.")));
        assertThat(inTransaction).as("asked in a transaction").isFalse();
        asked.add(ask);
        return answer.get();
    }

    private static Outbound.Answer answer(int status, String body) {
        return new Outbound.Answer(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    @BeforeEach
    void prepare() {
        assertThat(server.write(server.root, "sys/mounts/safe", "type", "safe").status()).isEqualTo(204);
        server.policy("user", "path \"safe/*\" { capabilities = [\"create\", \"read\", \"update\", \"list\"] }\npath \"safe/forbidden\" { capabilities = [\"deny\"] }");
        token = server.token("user");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void guard(Object... more) {
        assertThat(set(more).errors()).isEmpty();
    }

    private TestServer.Answered set(Object... more) {
        var fields = new LinkedHashMap<String, Object>(Map.of("paths", List.of("safe/*"), "url", "http://opa.test:8181/"));
        fields.putAll(TestServer.fields(more));
        fields.values().removeIf(""::equals);
        return server.ask(server.root, Operation.WRITE, "sys/policies/opa/" + NAME, fields, "127.0.0.1", Optional.empty());
    }

    private static final String NAME = "friday";

    @SuppressWarnings("unchecked")
    private Map<String, Object> input() {
        return (Map<String, Object>) Objects.requireNonNull(((Map<String, Object>) Objects.requireNonNull(Json.parseTrusted(asked.getLast().body()))).get("input"));
    }

    private Map<?, ?> input(String part) {
        return (Map<?, ?>) Objects.requireNonNull(input().get(part));
    }

    // ---- decisions ----

    @Test
    void without_a_policy_nothing_is_asked() {
        assertThat(server.write(token, "safe/a", "word", "x").status()).isEqualTo(204);
        assertThat(asked).isEmpty();
    }

    @Test
    void what_the_acl_allows_an_opa_policy_may_refuse_with_its_reasons() {
        guard();
        assertThat(server.write(token, "safe/a", "word", "x").status()).isEqualTo(204);
        answer = () -> answer(200, DENY);
        var refused = server.read(token, "safe/a");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body().get("errors")).isEqualTo(List.of("1 error occurred:\n\t* permission denied\n\n", "policy \"friday\": not on a Friday"));
        answer = () -> answer(200, "{\"result\":false}");
        assertThat(server.read(token, "safe/a").body().get("errors")).isEqualTo(List.of("1 error occurred:\n\t* permission denied\n\n"));
    }

    @Test
    void what_the_acl_refuses_is_not_asked_and_nobody_learns_of_the_policy() {
        var before = server.read(token, "safe/forbidden");
        guard();
        answer = () -> answer(200, DENY);
        assertThat(server.read(token, "safe/forbidden")).isEqualTo(before);
        assertThat(server.read("no-token", "safe/a").status()).isEqualTo(403);
        assertThat(asked).isEmpty();
    }

    @Test
    void only_what_is_guarded_is_asked() {
        guard("paths", List.of("safe/a", "safe/+/deep/*"), "operations", List.of("read", "list"));
        server.write(token, "safe/a", "word", "x");
        server.read(token, "safe/b");
        assertThat(asked).isEmpty();
        server.read(token, "safe/a");
        server.list(token, "safe");
        assertThat(asked).hasSize(1);
    }

    @Test
    void root_is_guarded_when_the_policy_says_so_and_always_has_a_way_back() {
        answer = () -> answer(200, DENY);
        guard("paths", List.of("*"));
        assertThat(server.read(server.root, "safe/a").status()).isEqualTo(404);
        guard("paths", List.of("*"), "root", true);
        assertThat(server.read(server.root, "safe/a").status()).isEqualTo(403);
        assertThat(server.delete(server.root, "sys/policies/opa/friday").status()).isEqualTo(204);
        assertThat(server.read(server.root, "safe/a").status()).isEqualTo(404);
    }

    @Test
    void the_root_s_policies_guard_what_is_of_the_root() {
        guard("paths", List.of("*"), "root", true);
        server.write(server.root, "sys/namespaces/team");
        asked.clear();
        answer = () -> answer(200, DENY);
        var team = server.in("team/");
        assertThat(team.write(server.root, "sys/mounts/safe", "type", "safe").status()).isEqualTo(204);
        assertThat(team.list(server.root, "sys/policies/opa").errors()).isEqualTo(List.of("operation only available in root namespace"));
        assertThat(asked).isEmpty();
        assertThat(server.read(server.root, "safe/a").status()).isEqualTo(403);
    }

    @Test
    void advice_refuses_nothing() {
        guard("enforcement", "advise");
        answer = () -> answer(200, DENY);
        assertThat(server.write(token, "safe/a", "word", "x").status()).isEqualTo(204);
        assertThat(asked).hasSize(1);
    }

    @Test
    void no_answer_refuses_unless_the_policy_says_otherwise_and_says_why() {
        List<Supplier<Outbound.Answer>> none = List.of(
                () -> {
                    throw new Problem.Upstream("opa.test: no answer in time").asException();
                },
                () -> answer(500, ALLOW), () -> answer(302, ALLOW), () -> answer(200, "garbage"), () -> answer(200, ""), () -> answer(200, "[true]"));
        for (var each : none) {
            answer = each;
            guard("fail_mode", "closed");
            var refused = server.write(token, "safe/a", "word", "x");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.errors().getFirst().toString()).startsWith("policy \"friday\" gave no answer, so nothing was done: ").doesNotContain("garbage");
            guard("fail_mode", "open");
            assertThat(server.write(token, "safe/a", "word", "x").status()).isEqualTo(204);
        }
        assertThat(set("fail_mode", "open").body().get("warnings")).asString().contains("refuses nothing");
    }

    @Test
    void what_is_no_decision_refuses_whatever_the_mode() {
        for (var mode : List.of("closed", "open")) {
            guard("fail_mode", mode);
            for (var body : List.of("{}", "{\"result\":null}", "{\"result\":\"true\"}", "{\"result\":1}", "{\"result\":{}}", "{\"result\":{\"allow\":\"yes\"}}", "{\"result\":[true]}", "{\"result\":{\"reasons\":[]}}")) {
                answer = () -> answer(200, body);
                assertThat(server.write(token, "safe/a", "word", "x").status()).as(mode + " " + body).isEqualTo(403);
            }
        }
    }

    @Test
    void every_policy_is_asked_until_one_refuses() {
        guard();
        server.write(server.root, "sys/policies/opa/monday", "paths", List.of("safe/*"), "url", "http://other.test");
        server.read(token, "safe/a");
        assertThat(asked.stream().map(ask -> ask.to().getHost())).containsExactly("opa.test", "other.test");
        asked.clear();
        answer = () -> answer(200, DENY);
        server.read(token, "safe/a");
        assertThat(asked).hasSize(1);
    }

    @Test
    void what_changes_while_a_policy_is_asked_is_not_done_by_the_wrong_answer() {
        guard("operations", List.of("create"));
        answer = () -> {
            server.write(server.root, "safe/a", "word", "first");
            return answer(200, ALLOW);
        };
        assertThat(server.write(token, "safe/a", "word", "second").errors().toString()).contains("changed meanwhile");
        assertThat(server.read(token, "safe/a").data("word")).isEqualTo("first");
    }

    // ---- what a policy is told ----

    @Test
    void a_policy_is_told_who_asks_what_and_of_what() {
        guard();
        server.write(server.root, "safe/a", "word", "x", "notes", Map.of("classification", "restricted"));
        var deployer = server.write(server.root, "auth/token/create", "policies", List.of("user"), "ttl", "1h", "meta", Map.of("ref", "refs/heads/main"), "display_name", "ci").token();
        server.write(deployer, "safe/a", "word", "y", "ttl", "1h30m", "groups", "a, b");
        assertThat(input("request").get("path")).isEqualTo("safe/a");
        assertThat(input("request").get("operation")).isEqualTo("write");
        assertThat(input("request").get("capability")).isEqualTo("update");
        assertThat((Map<?, ?>) input("request").get("parameters")).extracting("ttl", "groups", "name").containsExactly(5400L, List.of("a", "b"), "a");
        assertThat((Map<?, ?>) input("caller")).extracting("policies", "display_name", "token_type", "auth_path").containsExactly(List.of("default", "user"), "token-ci", "service", "auth/token/create");
        assertThat(input("caller").get("metadata")).isEqualTo(Map.of("ref", "refs/heads/main"));
        assertThat((Map<?, ?>) input("target")).extracting("mount", "mount_type", "metadata").containsExactly("safe/", "safe", Map.of("classification", "restricted"));
        assertThat(input("time").get("rfc3339")).isEqualTo(server.clock.instant().toString());
        assertThat(input().get("remote_address")).isEqualTo("127.0.0.1");
        server.list(token, "safe");
        assertThat((Map<?, ?>) input("request")).extracting("path", "operation").containsExactly("safe/", "list");
    }

    @Test
    void secrets_and_what_may_hold_some_are_masked() {
        guard();
        server.ask(token, Operation.WRITE, "safe/a", TestServer.fields("word", "hunter2", "data", Map.of("password", "hunter2", "list", List.of(Map.of("k", "hunter2"))), "any", "hunter2", "unknown", "hunter2"),
                "127.0.0.1", Optional.empty());
        assertThat(new String(asked.getLast().body(), StandardCharsets.UTF_8)).doesNotContain("hunter2").doesNotContain(token);
        assertThat((Map<?, ?>) input("request").get("parameters")).extracting("word", "data", "any").containsExactly("***", Map.of("password", "***", "list", List.of(Map.of("k", "***"))), "***");
    }

    @Test
    void an_acl_policy_is_told_as_it_will_be_understood() {
        server.policy("author", "path \"sys/policies/acl/*\" { capabilities = [\"update\", \"patch\"] }");
        var author = server.token("author");
        guard("paths", List.of("sys/policies/acl/*"));
        var text = "path \"\\u0073ecret/*\" { capabilities = [\"read\"] }";
        for (var each : List.of(text, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)), "{\"path\":{\"secret/*\":{\"capabilities\":[\"read\"]}}}")) {
            server.write(author, "sys/policies/acl/new", "policy", each);
            assertThat(input("request").get("policy")).as(each).isEqualTo(List.of(Map.of("path", "secret/*", "capabilities", List.of("read"))));
        }
        server.write(author, "sys/policies/acl/new", "policy", "path {");
        assertThat(input("request").containsKey("policy")).isFalse();
        server.ask(author, Operation.PATCH, "sys/policies/acl/new", Map.of("cas_required", true), "127.0.0.1", Optional.empty());
        assertThat(input("request").get("policy")).isEqualTo(List.of());
    }

    @Test
    void nothing_of_a_request_is_in_the_address() {
        guard("url", "https://opa.test/base/", "entrypoint", "acme/allow", "token", "opa-token", "timeout", "250ms");
        for (var odd : List.of("safe/x\"]", "safe/[_]", "safe/../y", "safe/data.acme", "safe/%2f")) server.read(token, odd);
        assertThat(asked).isNotEmpty().allSatisfy(ask -> {
            assertThat(ask.to()).hasToString("https://opa.test/base/v1/data/acme/allow");
            assertThat(ask.headers()).containsEntry("Authorization", "Bearer opa-token");
            assertThat(ask.timeout()).isEqualTo(Duration.ofMillis(250));
        });
    }

    @Test
    void a_decision_holds_as_long_as_it_may_for_the_same_question() {
        guard("cache_ttl", "10s");
        server.read(token, "safe/a");
        server.clock.advance(Duration.ofSeconds(9));
        server.read(token, "safe/a");
        assertThat(asked).hasSize(1);
        server.read(token, "safe/b");
        server.read(server.token("user", "another"), "safe/a");
        assertThat(asked).hasSize(3);
        server.clock.advance(Duration.ofSeconds(2));
        server.read(token, "safe/a");
        assertThat(asked).hasSize(4);
        guard("cache_ttl", "10s");
        server.read(token, "safe/a");
        assertThat(asked).as("after the policy was written anew").hasSize(5);
        answer = () -> answer(500, "");
        server.clock.advance(Duration.ofSeconds(11));
        server.read(token, "safe/a");
        answer = () -> answer(200, ALLOW);
        assertThat(server.read(token, "safe/a").status()).as("no answer is not kept").isEqualTo(404);
    }

    // ---- bundles ----

    private static String base64(byte[] bundle) {
        return Base64.getEncoder().encodeToString(bundle);
    }

    @Test
    void a_bundle_decides_here() {
        assertThat(set("url", "", "bundle", base64(Bundles.starter()), "paths", List.of("safe/*", "sys/policies/acl/*"), "timeout", "10s").errors()).isEmpty();
        server.policy("author", "path \"sys/policies/acl/*\" { capabilities = [\"create\", \"update\"] }");
        assertThat(server.write(token, "safe/a", "word", "x").status()).isEqualTo(204);
        var refused = server.write(server.token("author"), "sys/policies/acl/all", "policy", "path \"*\" { capabilities = [\"read\"] }");
        assertThat(refused.errors().toString()).contains("policy \"friday\": an ACL policy must not have a path of wildcards alone");
        assertThat(server.read(server.root, "sys/policies/acl/all").status()).isEqualTo(404);
        var shown = server.read(server.root, "sys/policies/opa/friday").part("data");
        assertThat(shown).containsEntry("kind", "bundle").containsEntry("entrypoint", "watchword/decision").containsEntry("timeout", 10L).doesNotContainKey("bundle");
        assertThat(String.valueOf(shown.get("bundle_digest"))).hasSize(64);
        assertThat(set("url", "", "operations", List.of("read")).errors()).as("the bundle is kept").isEmpty();
        assertThat(server.read(server.root, "sys/policies/opa/friday").part("data")).containsEntry("bundle_digest", String.valueOf(shown.get("bundle_digest")));
        assertThat(asked).isEmpty();
    }

    @Test
    void a_bundle_is_there_after_a_restart_and_gone_when_it_is_deleted() {
        assertThat(set("url", "", "bundle", base64(Bundles.odd()), "entrypoint", "odd/many", "paths", List.of("sys/mounts"), "timeout", "10s").errors()).isEmpty();
        server.policy("look", "path \"sys/mounts\" { capabilities = [\"read\"] }");
        var looker = server.token("look");
        var again = server.restarted();
        assertThat(again.read(looker, "sys/mounts").errors().toString()).contains("reason 1 of");
        assertThat(again.delete(server.root, "sys/policies/opa/friday").status()).isEqualTo(204);
        assertThat(again.read(looker, "sys/mounts").status()).isEqualTo(200);
        assertThat(again.list(server.root, "sys/policies/opa").part("data").get("keys")).isIn(List.of(), null);
    }

    @Test
    void a_bundle_that_cannot_be_used_is_refused_with_the_reason() {
        assertThat(set("url", "", "bundle", base64(Bundles.unprovided())).errors().toString()).contains("http.send");
        assertThat(set("url", "", "bundle", base64(Bundles.odd())).errors().toString()).contains("no such entry point").contains("odd/many");
        assertThat(set("url", "", "bundle", base64("no bundle".getBytes(StandardCharsets.UTF_8))).errors().toString()).contains("bundle: ");
        assertThat(server.read(server.root, "sys/policies/opa/friday").status()).isEqualTo(404);
    }

    // ---- settings ----

    @Test
    void the_servers_token_is_never_shown_and_goes_to_the_address_it_was_given_for() {
        guard("token", "opa-token");
        var shown = server.read(server.root, "sys/policies/opa/friday");
        assertThat(shown.body().toString()).doesNotContain("opa-token");
        assertThat(shown.part("data")).containsEntry("token_set", true);
        guard("timeout", "2s");
        server.read(token, "safe/a");
        assertThat(asked.getLast().headers()).containsEntry("Authorization", "Bearer opa-token");
        guard("url", "http://elsewhere.test");
        server.read(token, "safe/a");
        assertThat(asked.getLast().headers()).doesNotContainKey("Authorization");
    }

    @Test
    void settings_that_mean_nothing_are_refused() {
        var wrong = List.<Object[]>of(
                new Object[] {"paths", List.of()}, new Object[] {"paths", List.of("a*b")}, new Object[] {"paths", List.of("{{identity.entity.id}}")}, new Object[] {"operations", List.of("sudo")},
                new Object[] {"operations", List.of("write")}, new Object[] {"url", "ftp://opa.test"}, new Object[] {"url", "http://user@opa.test"}, new Object[] {"url", "http://opa.test?x"},
                new Object[] {"url", "no address"}, new Object[] {"entrypoint", "../x"}, new Object[] {"entrypoint", "a?b"}, new Object[] {"timeout", "11s"}, new Object[] {"timeout", "-1s"},
                new Object[] {"cache_ttl", "61s"}, new Object[] {"fail_mode", "ajar"}, new Object[] {"enforcement", "perhaps"}, new Object[] {"url", ""}, new Object[] {"bundle", "AAAA"});
        for (var each : wrong) assertThat(set(each).status()).as("%s %s", each).isEqualTo(400);
        assertThat(server.write(server.root, "sys/policies/opa/Upper", "paths", List.of("a"), "url", "http://opa.test").status()).isEqualTo(400);
    }

    @Test
    void only_with_sudo_is_one_set_or_deleted() {
        server.policy("half", "path \"sys/policies/opa/*\" { capabilities = [\"read\", \"create\", \"update\", \"delete\"] }");
        var half = server.token("half");
        guard();
        assertThat(server.read(half, "sys/policies/opa/friday").status()).isEqualTo(200);
        assertThat(server.delete(half, "sys/policies/opa/friday").status()).isEqualTo(403);
        assertThat(server.write(half, "sys/policies/opa/friday", "paths", List.of("safe/*"), "url", "http://opa.test").status()).isEqualTo(403);
    }
}
