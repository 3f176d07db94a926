package watchword.core.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.TestServer;
import watchword.sdk.Glob;
import watchword.core.TestServer.Answered;

/** What a role narrows stays narrow, whatever the caller asks for. */
class TokenRoleTest {
    private final TestServer it = TestServer.start();
    private String maker = "";

    @BeforeEach
    void someone_who_may_use_every_role() {
        it.policy("maker", "path \"auth/token/create/*\" { capabilities = [\"update\"] }");
        maker = it.token("maker");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private void role(Object... pairs) {
        assertThat(it.write(it.root, "auth/token/roles/r", pairs).status()).isEqualTo(204);
    }

    private Answered made(Object... pairs) {
        return it.write(maker, "auth/token/create/r", pairs);
    }

    @Test
    void a_role_does_not_let_its_caller_leave_the_tree() {
        role("allowed_policies", List.of("default"));
        assertThat(made("no_parent", true).errors()).isEqualTo(List.of("root or sudo privileges required to create orphan token"));

        var child = made().token();
        it.write(it.root, "auth/token/revoke", "token", maker);
        assertThat(it.read(child, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    @Test
    void a_role_of_orphans_makes_orphans() {
        role("allowed_policies", List.of("default"), "orphan", true);
        assertThat(made("no_parent", true).part("auth")).containsEntry("orphan", true);
        assertThat(made().part("auth")).containsEntry("orphan", true);
    }

    @Test
    void the_uses_of_a_role_are_the_most_that_its_tokens_have() {
        role("allowed_policies", List.of("default"), "token_num_uses", 2);
        assertThat(made().part("auth")).containsEntry("num_uses", 2L);
        assertThat(made("num_uses", 9).part("auth")).containsEntry("num_uses", 2L);
        assertThat(made("num_uses", 1).part("auth")).containsEntry("num_uses", 1L);
        assertThat(made("type", "batch").errors()).isEqualTo(List.of("batch tokens cannot have \"num_uses\" set"));

        var token = made().token();
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(200);
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(200);
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    @Test
    void a_role_whose_tokens_cannot_be_renewed_makes_none_that_can() {
        role("allowed_policies", List.of("default"), "renewable", false);
        assertThat(made("renewable", true).part("auth")).containsEntry("renewable", false);
        assertThat(it.write(made().token(), "auth/token/renew-self").errors()).isEqualTo(List.of("lease is not renewable"));
    }

    @Test
    void a_role_that_disallows_the_default_policy_does_not_add_it() {
        for (var field : List.of("disallowed_policies", "disallowed_policies_glob")) {
            role("allowed_policies", List.of("maker"), "disallowed_policies", List.of(), "disallowed_policies_glob", List.of());
            assertThat(made().part("auth")).containsEntry("policies", List.of("default", "maker"));
            role(field, List.of("default"));
            assertThat(made().part("auth")).as(field).containsEntry("policies", List.of("maker"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"token_period", "period", "token_explicit_max_ttl", "explicit_max_ttl", "token_num_uses"})
    void a_bound_below_zero_is_refused_and_does_not_mean_none(String field) {
        assertThat(it.write(it.root, "auth/token/roles/r", field, -1).status()).isEqualTo(400);
        assertThat(it.read(it.root, "auth/token/roles/r").status()).isEqualTo(404);
        assertThat(it.write(it.root, "auth/token/roles/r", field, 1).status()).isEqualTo(204);
    }

    @Test
    void a_name_with_many_stars_is_matched_in_the_time_of_one() {
        assertThat(Glob.matches("*a".repeat(200) + "b", "a".repeat(512))).isFalse();
        assertThat(Glob.matches("*a".repeat(200) + "*b", "a".repeat(511) + "b")).isTrue();
        assertThat(Glob.matches("team-*-read", "team-x-read")).isTrue();
        assertThat(Glob.matches("team-*-read", "team-read")).isFalse();
        assertThat(Glob.matches("a*a", "a")).isFalse();
        assertThat(Glob.matches("*", "")).isTrue();
        assertThat(Glob.matches("", "x")).isFalse();
        assertThat(Glob.matches("x*", "x")).isTrue();
        assertThat(Glob.matches("x", "xy")).isFalse();
    }
}
