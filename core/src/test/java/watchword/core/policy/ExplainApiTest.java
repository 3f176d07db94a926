package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.TestServer.Answered;

/** {@code sys/policies/explain} as clients see it. */
class ExplainApiTest {
    private static final String MAY_ASK = "path \"sys/policies/explain\" { capabilities = [\"update\"] }\n";
    private final TestServer it = TestServer.start();

    @BeforeEach
    void policies() {
        it.policy("explainer", MAY_ASK);
        it.policy("trainer", """
                # datasets
                path "secret/data/*" {
                  capabilities = ["read"]
                }

                path "secret/data/models/*" {
                  capabilities = ["create", "update", "read"]
                  required_parameters = ["owner"]
                  denied_parameters = { "public" = ["true"] }
                }
                path "secret/data/old/*" {
                  capabilities = ["update"]
                  expiration = "2030-01-01T00:00:01Z"
                }
                path "secret/data/homes/{{identity.entity.name}}/*" { capabilities = ["update"] }
                """);
        it.clock.advance(java.time.Duration.ofMinutes(1));
    }

    @AfterEach
    void close() {
        it.close();
    }

    private Map<String, Object> told(String token, Object... pairs) {
        var answer = it.write(token, "sys/policies/explain", pairs);
        assertThat(answer.status()).as("%s", answer.errors()).isEqualTo(200);
        return answer.part("data");
    }

    private Answered ask(String token, Object... pairs) {
        return it.write(token, "sys/policies/explain", pairs);
    }

    @Test
    void it_tells_the_rule_its_line_and_why_others_do_not_count() {
        var told = told(it.token("explainer", "trainer"), "path", "secret/data/models/bert", "operation", "read");

        assertThat(told).containsEntry("allowed", false).containsEntry("rule", "secret/data/models/*").containsEntry("capabilities", List.of("create", "read", "update"));
        assertThat(told.get("decided_by")).isEqualTo(List.of(Map.of("policy", "trainer", "path", "secret/data/models/*", "line", 6L)));
        assertThat(told.get("refusals")).isEqualTo(List.of(Map.of("cause", "required", "name", "owner", "text", "the parameter owner is required")));
        assertThat(told.get("passed_over")).isEqualTo(List.of(Map.of("policy", "trainer", "path", "secret/data/*", "line", 2L,
                "why", "\"secret/data/models/*\" is more specific: its first wildcard comes later")));
    }

    @Test
    void it_names_each_parameter_in_the_way() {
        var told = told(it.token("explainer", "trainer"), "path", "/secret/data/models/bert", "operation", "update", "parameters", Map.of("public", true, "x", 1L));

        assertThat(String.valueOf(told.get("refusals"))).contains("the parameter owner is required").contains("the parameter public, or its value, is denied");
        assertThat(String.valueOf(told.get("smallest_rule"))).contains("path \"secret/data/models/bert\"").contains("\"create\", \"read\", \"update\"").doesNotContain("denied_parameters");
        assertThat(told).containsEntry("replaces", false);
    }

    @Test
    void ended_and_void_statements_are_told_as_such() {
        var token = it.token("explainer", "trainer");

        assertThat(String.valueOf(told(token, "path", "secret/data/old/x", "operation", "update").get("passed_over"))).contains("it ended at 2030-01-01T00:00:01Z").contains("line=11");
        assertThat(String.valueOf(told(token, "path", "secret/data/homes/alice/x", "operation", "update").get("passed_over"))).contains("its template has no value for this identity");
    }

    @Test
    void the_smallest_rule_written_as_it_is_told_allows_it() {
        var token = it.token("explainer", "trainer", "extra");
        assertThat(it.write(it.root, "sys/mounts/secret/data", "type", "toy").status()).isEqualTo(204);
        assertThat(it.delete(token, "secret/data/notes").status()).isEqualTo(403);

        var rule = String.valueOf(told(token, "path", "secret/data/notes", "operation", "delete").get("smallest_rule"));
        it.policy("extra", rule);

        assertThat(rule).isEqualTo("path \"secret/data/notes\" {\n  capabilities = [\"delete\", \"read\"]\n}\n");
        assertThat(it.delete(token, "secret/data/notes").status()).isNotEqualTo(403);
        assertThat(told(token, "path", "secret/data/notes", "operation", "delete")).containsEntry("allowed", true).containsEntry("granting_policies", List.of("extra"));
    }

    @Test
    void a_root_protected_path_needs_sudo_and_an_open_one_nothing() {
        it.policy("auditor", "path \"sys/audit\" { capabilities = [\"read\"] }");
        var token = it.token("explainer", "auditor");

        var told = told(token, "path", "sys/audit", "operation", "read");
        assertThat(told).containsEntry("allowed", false).containsEntry("guard", "sudo").containsEntry("capabilities", List.of("read"));
        assertThat(String.valueOf(told.get("refusals"))).contains("root-protected");
        assertThat(String.valueOf(told.get("smallest_rule"))).contains("\"read\", \"sudo\"");
        assertThat(it.read(token, "sys/audit").status()).isEqualTo(403);
        assertThat(told(token, "path", "sys/health", "operation", "read")).containsEntry("guard", "no_route");
        assertThat(told(token, "path", "nowhere/x", "operation", "read")).containsEntry("guard", "no_route").containsEntry("rule", "");
        assertThat(told(it.root, "path", "sys/audit", "operation", "read")).containsEntry("allowed", true).containsEntry("rule", "root");
    }

    @Test
    void it_needs_a_policy_of_its_own_and_sudo_for_the_tokens_entities_and_policies_of_others() {
        var other = it.write(it.root, "auth/token/create", "policies", List.of("trainer"));
        var accessor = String.valueOf(other.part("auth").get("accessor"));
        var own = it.token("explainer");
        var question = new Object[] {"path", "secret/data/x", "operation", "read"};

        assertThat(ask(it.token("trainer"), question).status()).isEqualTo(403);
        assertThat(ask(own, question).status()).isEqualTo(200);
        assertThat(ask(own, with(question, "token", own)).status()).isEqualTo(200);
        assertThat(ask(own, with(question, "policies", "explainer,default")).status()).isEqualTo(200);
        assertThat(ask(own, with(question, "token", other.token())).status()).isEqualTo(403);
        assertThat(ask(own, with(question, "token", "no such token")).status()).isEqualTo(403);
        assertThat(ask(own, with(question, "accessor", accessor)).status()).isEqualTo(403);
        assertThat(ask(own, with(question, "entity_id", "e1")).status()).isEqualTo(403);
        assertThat(ask(own, with(question, "policies", "trainer")).status()).isEqualTo(403);
        assertThat(ask(own, with(question, "policies", "no-such-policy")).status()).isEqualTo(403);

        it.policy("reader", "path \"sys/policies/acl/trainer\" { capabilities = [\"read\"] }");
        assertThat(told(it.token("explainer", "reader"), with(question, "policies", "Trainer"))).containsEntry("allowed", true).containsEntry("policies", List.of("trainer"));

        it.policy("chief", "path \"sys/policies/explain\" { capabilities = [\"update\", \"sudo\"] }");
        var chief = it.token("chief");
        assertThat(told(chief, with(question, "token", other.token()))).containsEntry("allowed", true).containsEntry("policies", List.of("default", "trainer"));
        assertThat(told(chief, with(question, "accessor", accessor))).containsEntry("allowed", true);
        assertThat(told(chief, with(question, "policies", "none,trainer"))).containsEntry("missing_policies", List.of("none"));
        assertThat(ask(chief, with(question, "entity_id", "e1")).errors().toString()).contains("invalid entity");
        assertThat(ask(chief, with(question, "token", "no such token")).errors().toString()).contains("invalid token");
        assertThat(ask(chief, with(with(question, "accessor", accessor), "token", other.token())).status()).isEqualTo(400);
    }

    private static Object[] with(Object[] pairs, Object... more) {
        var all = new Object[pairs.length + more.length];
        System.arraycopy(pairs, 0, all, 0, pairs.length);
        System.arraycopy(more, 0, all, pairs.length, more.length);
        return all;
    }

    @Test
    void what_cannot_be_asked_is_refused_with_advice() {
        assertThat(ask(it.root, "operation", "read").status()).isEqualTo(400);
        assertThat(ask(it.root, "path", "x", "operation", "write").errors().toString()).contains("a write needs create where nothing is yet, else update");
        assertThat(ask(it.root, "path", "x", "operation", "sudo").status()).isEqualTo(400);
        assertThat(ask(it.root, "path", "a/../b", "operation", "read").status()).isEqualTo(400);
    }
}
