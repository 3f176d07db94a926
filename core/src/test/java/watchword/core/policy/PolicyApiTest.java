package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.TestServer.Answered;
import watchword.sdk.Route.Operation;

/** {@code sys/policies} and {@code sys/capabilities} as clients see them. */
class PolicyApiTest {
    private static final String READ = "path \"secret/*\" { capabilities = [\"read\"] }";
    private final TestServer it = TestServer.start();

    @AfterEach
    void close() {
        it.close();
    }

    private Answered patch(String path, Object... pairs) {
        return it.ask(it.root, Operation.PATCH, path, TestServer.fields(pairs), "127.0.0.1", Optional.empty());
    }

    @Test
    void a_policy_is_written_read_listed_and_deleted() {
        assertThat(it.write(it.root, "sys/policies/acl/p1", "policy", READ).status()).isEqualTo(204);

        assertThat(it.read(it.root, "sys/policies/acl/p1").part("data")).containsEntry("policy", READ).containsEntry("version", 1L).containsEntry("name", "p1")
                .containsEntry("cas_required", false).doesNotContainKeys("rules", "expiration");
        assertThat(it.read(it.root, "sys/policy/p1").body()).containsEntry("rules", READ).doesNotContainKey("policy");
        assertThat(it.list(it.root, "sys/policies/acl/").part("data")).isEqualTo(Map.of("keys", List.of("default", "p1", "root")));
        assertThat(it.read(it.root, "sys/policy").body()).containsEntry("policies", List.of("default", "p1", "root"));
        assertThat(it.delete(it.root, "sys/policies/acl/p1").status()).isEqualTo(204);
        assertThat(it.read(it.root, "sys/policies/acl/p1").status()).isEqualTo(404);
        assertThat(it.delete(it.root, "sys/policies/acl/p1").status()).isEqualTo(204);
    }

    @Test
    void names_are_one_whatever_their_case_and_the_writer_is_told() {
        var answer = it.write(it.root, "sys/policies/acl/P2", "policy", READ);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).containsEntry("warnings", List.of("policy name was converted to p2"));
        assertThat(it.read(it.root, "sys/policies/acl/p2").data("policy")).isEqualTo(READ);
        assertThat(it.read(it.root, "sys/policies/acl/P2").data("name")).isEqualTo("p2");
    }

    @Test
    void a_rule_on_a_policy_holds_for_every_spelling_of_its_name() {
        it.policy("admin", READ);
        it.policy("operator", """
                              path "sys/policies/*" { capabilities = ["create", "read", "update", "patch", "delete", "list"] }
                              path "sys/policy/*" { capabilities = ["create", "read", "update", "delete", "list"] }
                              path "sys/policies/acl/admin*" { capabilities = ["deny"] }
                              path "sys/policies/detailed/acl/admin*" { capabilities = ["deny"] }
                              path "sys/policy/admin" { capabilities = ["deny"] }\
                              """);
        var operator = it.token("operator");
        for (var name : List.of("admin", "Admin", "ADMIN", " admin", "admin ", "ａdmin", "ad\uFE0Fmin", "admin/")) {
            for (var at : List.of("sys/policies/acl/", "sys/policy/")) {
                assertThat(it.read(operator, at + name).status()).as(name).isEqualTo(403);
                assertThat(it.write(operator, at + name, "policy", "path \"x\" {}").status()).as(name).isEqualTo(403);
                assertThat(it.delete(operator, at + name).status()).as(name).isEqualTo(403);
            }
            assertThat(it.ask(operator, Operation.PATCH, "sys/policies/acl/" + name, TestServer.fields("policy", READ), "127.0.0.1", Optional.empty()).status()).isEqualTo(403);
            assertThat(it.list(operator, "sys/policies/acl/" + name).status()).as(name).isEqualTo(403);
            assertThat(it.list(operator, "sys/policies/detailed/acl/" + name).status()).as(name).isEqualTo(403);
        }
        assertThat(it.read(it.root, "sys/policies/acl/admin").data("version")).isEqualTo("1");
        assertThat(it.write(operator, "sys/policies/acl/Other", "policy", READ).status()).isEqualTo(200);
        assertThat(it.read(operator, "sys/policies/acl/OTHER").data("policy")).isEqualTo(READ);
        assertThat(it.write(it.root, "sys/policies/acl/x/", "policy", READ).status()).isEqualTo(400);
    }

    @Test
    void names_may_have_folders_and_are_listed_by_how_they_begin() {
        for (var name : List.of("team/a", "team/b", "other")) it.policy(name, READ);

        assertThat(it.read(it.root, "sys/policies/acl/team/a").data("policy")).isEqualTo(READ);
        assertThat(it.list(it.root, "sys/policies/acl/team/").part("data")).containsEntry("keys", List.of("team/a", "team/b"));
        assertThat(it.list(it.root, "sys/policies/acl/none/").status()).isEqualTo(404);
        assertThat(it.list(it.root, "sys/policies/detailed/acl/").part("data")).extractingByKey("key_info").asString().contains(READ);
    }

    @Test
    void base64_is_as_good_as_plain_text() {
        it.policy("b", "cGF0aCAic2VjcmV0LyoiIHsgY2FwYWJpbGl0aWVzID0gWyJyZWFkIl0gfQ==");

        assertThat(it.read(it.root, "sys/policies/acl/b").data("policy")).isEqualTo(READ);
    }

    @Test
    void what_is_wrong_is_told_and_the_policies_of_the_server_stay() {
        assertThat(it.write(it.root, "sys/policies/acl/x").errors()).isEqualTo(List.of("'policy' parameter not supplied or empty"));
        assertThat(it.write(it.root, "sys/policies/acl/x", "policy", "path {").errors()).isEqualTo(List.of("failed to parse policy: At 1:8: object expected closing RBRACE got: EOF"));
        for (var root : List.of("root", "ROOT", "ｒｏｏｔ", "response-wrapping")) {
            assertThat(it.write(it.root, "sys/policies/acl/" + root, "policy", READ).status()).isEqualTo(400);
            assertThat(it.delete(it.root, "sys/policies/acl/" + root).status()).isEqualTo(400);
        }
        assertThat(it.write(it.root, "sys/policies/acl/root", "policy", READ).errors()).isEqualTo(List.of("cannot update \"root\" policy"));
        assertThat(it.delete(it.root, "sys/policies/acl/root").errors()).isEqualTo(List.of("cannot delete \"root\" policy"));
        assertThat(it.delete(it.root, "sys/policies/acl/default").errors()).isEqualTo(List.of("cannot delete default policy"));
        assertThat(it.read(it.root, "sys/policies/acl/root").part("data")).containsEntry("policy", "").containsEntry("version", 0L).doesNotContainKey("modified");
    }

    @Test
    void a_write_that_names_the_version_it_replaces_is_refused_when_it_is_another() {
        assertThat(it.write(it.root, "sys/policies/acl/p", "policy", READ, "cas", -1).status()).isEqualTo(204);
        assertThat(it.write(it.root, "sys/policies/acl/p", "policy", READ, "cas", -1).errors()).isEqualTo(List.of("check-and-set parameter set to -1 on existing entry"));
        assertThat(it.write(it.root, "sys/policies/acl/p", "policy", READ, "cas", 2).errors()).isEqualTo(List.of("check-and-set parameter did not match the current version"));
        assertThat(it.write(it.root, "sys/policies/acl/p", "policy", READ, "cas", 1, "cas_required", true).status()).isEqualTo(204);
        assertThat(it.write(it.root, "sys/policies/acl/p", "policy", READ).errors()).isEqualTo(List.of("check-and-set parameter required for this call"));
        assertThat(it.read(it.root, "sys/policies/acl/p").part("data")).containsEntry("version", 2L).containsEntry("cas_required", true);
    }

    @Test
    void a_patch_changes_what_it_names() {
        it.write(it.root, "sys/policies/acl/p", "policy", READ, "allow_slashes_in_identity_templates", true);

        assertThat(patch("sys/policies/acl/p", "allow_wildcards_in_identity_templates", true).status()).isEqualTo(204);
        assertThat(it.read(it.root, "sys/policies/acl/p").part("data")).containsEntry("policy", READ).containsEntry("version", 2L)
                .containsEntry("allow_slashes_in_identity_templates", true).containsEntry("allow_wildcards_in_identity_templates", true);
        assertThat(patch("sys/policies/acl/p", "policy", "path {").status()).isEqualTo(400);
        assertThat(patch("sys/policies/acl/p", "cas", 1).status()).isEqualTo(400);
        assertThat(patch("sys/policies/acl/none", "policy", READ).errors()).isEqualTo(List.of("policy not found"));
    }

    @Test
    void a_policy_holds_until_its_time_is_over() {
        it.write(it.root, "sys/policies/acl/p", "policy", "path \"sys/policies/acl/p\" { capabilities = [\"read\"] }", "ttl", "10m");
        var token = it.token("p");
        assertThat(it.read(token, "sys/policies/acl/p").data("expiration")).isEqualTo("2030-01-01T00:10:00Z");

        it.clock.advance(Duration.ofMinutes(10));

        assertThat(it.read(token, "sys/policies/acl/p").status()).isEqualTo(403);
        assertThat(it.read(it.root, "sys/policies/acl/p").status()).isEqualTo(404);
        assertThat(it.write(it.root, "sys/policies/acl/p", "policy", READ, "expiration", "2029-01-01T00:00:00Z").errors())
                .isEqualTo(List.of("refusing to update policy as expiration time has already elapsed"));
        assertThat(it.write(it.root, "sys/policies/acl/p", "policy", READ, "expiration", "2031-01-01T00:00:00Z", "ttl", "1h").errors())
                .isEqualTo(List.of("cannot supply both 'expiration' and 'ttl' for policies"));
    }

    @Test
    void a_changed_policy_holds_for_tokens_that_exist() {
        it.policy("p", "path \"cubbyhole/*\" { capabilities = [\"deny\"] }");
        var token = it.token("p", "default");
        assertThat(it.write(token, "cubbyhole/a", "k", "v").status()).isEqualTo(403);

        it.policy("p", "path \"other\" { capabilities = [\"deny\"] }");
        assertThat(it.write(token, "cubbyhole/a", "k", "v").status()).isEqualTo(204);

        it.delete(it.root, "sys/policies/acl/p");
        it.policy("default", "path \"cubbyhole/*\" { capabilities = [\"read\"] }");
        assertThat(it.write(token, "cubbyhole/a", "k", "v").status()).isEqualTo(403);
        assertThat(it.read(token, "cubbyhole/a").data("k")).isEqualTo("v");
    }

    @Test
    void a_page_is_as_long_as_the_policy_says_for_who_names_no_limit_or_the_highest() {
        it.policy("p", "path \"sys/leases/*\" { capabilities = [\"list\", \"sudo\"] pagination_limit = 2 }\npath \"toy/*\" { capabilities = [\"read\"] }");
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        var token = it.token("p");
        for (int i = 0; i < 4; i++) it.read(token, "toy/creds/r");
        var path = "sys/leases/lookup/toy/creds/r/";

        assertThat(it.list(it.root, path).part("data").get("keys")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST).hasSize(4);
        for (var body : List.of(Map.<String, Object>of(), Map.<String, Object>of("limit", "max"), Map.<String, Object>of("limit", "2"))) {
            var answer = it.ask(token, Operation.LIST, path, body, "127.0.0.1", Optional.empty());
            assertThat(answer.part("data").get("keys")).as("%s", body).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST).hasSize(2);
        }
        assertThat(it.ask(token, Operation.LIST, path, Map.of("limit", "3"), "127.0.0.1", Optional.empty()).status()).isEqualTo(403);
        assertThat(it.ask(token, Operation.LIST, path, Map.of("limit", "0"), "127.0.0.1", Optional.empty()).status()).isEqualTo(403);
    }

    // ---- capabilities ----

    @Test
    void a_token_can_ask_what_it_may_do() {
        it.policy("p", "path \"a/*\" { capabilities = [\"read\", \"list\"] }\npath \"a/no\" { capabilities = [\"deny\"] }");
        var token = it.token("p", "default");

        var answer = it.write(token, "sys/capabilities-self", "paths", List.of("a/b", "a/no", "/a/c", "none"));
        assertThat(answer.part("data")).isEqualTo(Map.of("a/b", List.of("list", "read"), "a/no", List.of("deny"), "/a/c", List.of("list", "read"), "none", List.of("deny")));
        assertThat(answer.body()).containsEntry("a/b", List.of("list", "read"));
        assertThat(it.write(token, "sys/capabilities-self", "path", "a/b").part("data")).containsEntry("capabilities", List.of("list", "read"));
        assertThat(it.write(token, "sys/capabilities-self").errors()).isEqualTo(List.of("paths must be supplied"));
        assertThat(it.write(it.root, "sys/capabilities-self", "path", "a/b").part("data")).containsEntry("capabilities", List.of("root"));
    }

    @Test
    void an_operator_can_ask_for_another_token_by_itself_or_its_accessor() {
        it.policy("p", READ);
        var token = it.token("p");
        var accessor = String.valueOf(it.read(token, "auth/token/lookup-self").part("data").get("accessor"));

        assertThat(it.write(it.root, "sys/capabilities", "token", token, "path", "secret/a").part("data")).containsEntry("capabilities", List.of("read"));
        assertThat(it.write(it.root, "sys/capabilities-accessor", "accessor", accessor, "path", "secret/a").part("data")).containsEntry("capabilities", List.of("read"));
        assertThat(it.write(it.root, "sys/capabilities", "token", "nope", "path", "secret/a").status()).isEqualTo(400);
        assertThat(it.write(it.root, "sys/capabilities-accessor", "accessor", "nope", "path", "secret/a").status()).isEqualTo(400);
        assertThat(it.write(token, "sys/capabilities", "token", it.root, "path", "secret/a").status()).isEqualTo(403);
        it.clock.advance(Duration.ofHours(1));
        assertThat(it.write(it.root, "sys/capabilities-accessor", "accessor", accessor, "path", "secret/a").status()).isEqualTo(400);
    }

    @Test
    void a_user_interface_can_ask_for_all_of_it() {
        it.policy("p", "path \"a\" { capabilities = [\"read\"] }\npath \"b/*\" { capabilities = [\"list\"] }");

        var data = it.read(it.token("p", "default"), "sys/internal/ui/resultant-acl").part("data");

        assertThat(data).containsEntry("root", false);
        assertThat(data.get("exact_paths")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP).containsEntry("a", Map.of("capabilities", List.of("read")));
        assertThat(data.get("glob_paths")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP).containsEntry("b/", Map.of("capabilities", List.of("list")));
        assertThat(it.read(it.root, "sys/internal/ui/resultant-acl").part("data")).containsEntry("root", true);
    }

    // ---- password policies ----

    @Test
    void a_password_policy_is_written_and_makes_passwords() {
        var text = "length = 20\nrule \"charset\" { charset = \"abcde\" min-chars = 1 }\nrule \"charset\" { charset = \"01234\" min-chars = 1 }";
        assertThat(it.list(it.root, "sys/policies/password/").status()).isEqualTo(404);
        assertThat(it.write(it.root, "sys/policies/password/db", "policy", text).status()).isEqualTo(204);

        assertThat(it.read(it.root, "sys/policies/password/db").part("data")).isEqualTo(Map.of("policy", text));
        assertThat(it.list(it.root, "sys/policies/password/").part("data")).isEqualTo(Map.of("keys", List.of("db")));
        var made = String.valueOf(it.read(it.root, "sys/policies/password/db/generate").data("password"));
        assertThat(made).matches("[a-e0-4]{20}").isNotEqualTo(it.read(it.root, "sys/policies/password/db/generate").data("password"));
        assertThat(it.delete(it.root, "sys/policies/password/db").status()).isEqualTo(204);
        assertThat(it.read(it.root, "sys/policies/password/db/generate").errors()).isEqualTo(List.of("policy does not exist"));
        assertThat(it.write(it.root, "sys/policies/password/db").errors()).isEqualTo(List.of("missing policy"));
        assertThat(it.write(it.root, "sys/policies/password/db", "policy", "length = 20").status()).isEqualTo(400);
    }
}
