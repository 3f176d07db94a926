package watchword.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.sdk.Route.Operation;

/** Logins have an entity, and their tokens what it gives; no longer than it gives it. */
class IdentityLoginTest {
    private final Directory it = new Directory();

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void a_first_login_makes_an_entity_and_the_next_one_finds_it() {
        it.user("one", "ada", "known", Map.of("email", "ada@x"));
        var auth = it.login("one", "ada").part("auth");
        var id = String.valueOf(auth.get("entity_id"));
        var shown = it.data("entity/id/" + id);
        assertThat(String.valueOf(shown.get("name"))).matches("entity_[0-9a-f]{8}");
        assertThat(it.write("lookup/entity", "alias_name", "ada", "alias_mount_accessor", it.one).part("data")).isEqualTo(shown);
        assertThat(it.text("entity/id/" + id, "aliases")).contains("email=ada@x", "name=ada", it.one);

        it.user("one", "ada", "known", Map.of("email", "countess@x"));
        assertThat(it.entityOf(it.token("one", "ada"))).isEqualTo(id);
        assertThat(it.text("entity/id/" + id, "aliases")).contains("countess@x").doesNotContain("ada@x");
        it.user("two", "ada");
        assertThat(it.entityOf(it.token("two", "ada"))).as("the same name on another mount is somebody else").isNotEqualTo(id);
    }

    @Test
    void which_names_are_the_same_is_for_the_method_to_say() {
        it.user("one", "ada");
        it.user("one", "Ada");
        assertThat(it.entityOf(it.token("one", "ada"))).isNotEqualTo(it.entityOf(it.token("one", "Ada")));
        it.user("one", "*");
        it.user("one", "a+b");
        assertThat(it.entityOf(it.token("one", "*"))).isNotEqualTo(it.entityOf(it.token("one", "a+b")));
    }

    /** Numbers 3, 72 and 73: who is called the same but for case is somebody else, and gets nobody's place by it. */
    @Test
    void nobody_becomes_another_by_the_case_of_a_name() {
        it.server.policy("manages", "path \"identity/*\" { capabilities = [\"create\", \"read\", \"update\"] }");
        it.server.policy("home", "path \"sys/policies/acl/{{identity.entity.aliases." + it.one + ".name}}\" { capabilities = [\"read\"] }");
        it.user("one", "ada", "token_policies", "home");
        it.user("one", "Ada", "token_policies", "home");
        var id = it.entityOf(it.token("one", "ada"));
        it.write("entity/id/" + id, "name", "ada", "policies", "own");
        var other = it.token("one", "Ada");
        assertThat(it.policiesOf(other)).as("of the same policies on the same mount").isEmpty();
        assertThat(it.server.read(other, "sys/policies/acl/ada").status()).as("a template has the name as it is").isEqualTo(403);

        var operator = it.server.write(it.root, "auth/token/create", "policies", "manages").token();
        for (var name : List.of("Ada", "ADA")) {
            assertThat(it.server.write(operator, "identity/entity-alias", "name", name, "mount_accessor", it.one, "canonical_id", id).status()).as(name).isIn(400, 403);
        }
        assertThat(it.write("entity/name/ADA", "metadata", Map.of("a", "b")).status()).as("entities have one name in all spellings").isEqualTo(204);
        assertThat(it.data("entity/id/" + id)).containsEntry("metadata", Map.of("a", "b"));
        assertThat(it.entityOf(it.token("one", "ada"))).isEqualTo(id);
        assertThat(it.entityOf(it.token("one", "Ada"))).isNotEqualTo(id);
    }

    @Test
    void an_entity_that_waits_for_its_login_gives_what_it_has() {
        var id = it.entity("ada", "own");
        it.group("team", "policies", "team", "member_entity_ids", List.of(id));
        it.alias("ada", it.one, id);
        it.user("one", "ada", "token_policies", "trainer");
        var auth = it.login("one", "ada").part("auth");
        assertThat(auth).containsEntry("entity_id", id).containsEntry("identity_policies", List.of("own", "team")).containsEntry("token_policies", List.of("default", "trainer"))
                .containsEntry("policies", List.of("default", "own", "team", "trainer"));
    }

    @Test
    void what_an_entity_gives_decides_and_is_told() {
        it.server.policy("reads", "path \"sys/policies/acl/*\" { capabilities = [\"read\"] }");
        it.user("one", "ada");
        var token = it.token("one", "ada");
        assertThat(it.server.read(token, "sys/policies/acl/default").status()).isEqualTo(403);
        it.write("entity/id/" + it.entityOf(token), "policies", "reads");
        assertThat(it.server.read(token, "sys/policies/acl/default").status()).isEqualTo(200);
        assertThat(it.server.write(token, "sys/capabilities-self", "path", "sys/policies/acl/x").part("data")).containsEntry("capabilities", List.of("read"));
        var accessor = it.server.read(token, "auth/token/lookup-self").data("accessor");
        assertThat(it.server.write(it.root, "sys/capabilities-accessor", "accessor", accessor, "path", "sys/policies/acl/x").part("data")).containsEntry("capabilities", List.of("read"));
        assertThat(it.server.write(it.root, "sys/capabilities", "token", token, "path", "sys/policies/acl/x").part("data")).containsEntry("capabilities", List.of("read"));
        assertThat(it.policiesOf(token)).isEqualTo(List.of("reads"));

        var child = it.server.write(it.root, "sys/policies/acl/makes", "policy", "path \"auth/token/create\" { capabilities = [\"update\"] }");
        assertThat(child.status()).isEqualTo(204);
        it.write("entity/id/" + it.entityOf(token), "policies", "reads,makes");
        var made = it.server.write(token, "auth/token/create", "policies", "default").part("auth");
        assertThat(made).containsEntry("entity_id", it.entityOf(token)).containsEntry("identity_policies", List.of("makes", "reads"));
        assertThat(it.server.write(token, "auth/token/create", "policies", "other").status()).as("a child gets what its parent has, and no more").isEqualTo(400);
    }

    /** Numbers 46 and 77 of the vulnerability list. */
    @Test
    void what_an_identity_gives_cannot_be_kept_in_a_child_for_when_it_gives_it_no_more() {
        it.server.policy("makes", "path \"auth/token/create*\" { capabilities = [\"update\"] }");
        it.server.write(it.root, "auth/token/roles/any", "orphan", true);
        it.user("one", "ada", "token_policies", "makes");
        var token = it.token("one", "ada");
        var team = it.group("team", "policies", "team", "member_entity_ids", List.of(it.entityOf(token)));
        assertThat(it.policiesOf(token)).isEqualTo(List.of("team"));
        assertThat(it.server.write(token, "auth/token/create", "policies", "team").errors()).isEqualTo(List.of("child policies must be subset of parent"));
        assertThat(it.server.write(token, "auth/token/create/any", "policies", "team").status()).as("a role that lists no policies gives none").isEqualTo(400);
        assertThat(it.server.write(token, "auth/token/create/any", "policies", "makes").status()).isEqualTo(200);
        var child = it.server.write(token, "auth/token/create", "policies", "makes").token();
        assertThat(it.policiesOf(child)).isEqualTo(List.of("team"));
        it.write("group/id/" + team, "member_entity_ids", List.of());
        assertThat(it.policiesOf(child)).isEmpty();
    }

    // ---- external groups ----

    @Test
    void a_login_tells_the_external_groups_of_its_mount_and_of_no_other() {
        var dev = it.group("dev", "type", "external", "policies", "dev");
        var devOfTwo = it.group("dev-two", "type", "external", "policies", "two");
        var inner = it.entity("inner");
        it.made("group-alias", "name", "dev", "mount_accessor", it.one, "canonical_id", dev);
        it.made("group-alias", "name", "dev", "mount_accessor", it.two, "canonical_id", devOfTwo);
        it.group("all", "policies", "all", "member_group_ids", List.of(dev));
        it.user("one", "ada", "groups", "dev,nobody-knows,Dev");
        var token = it.token("one", "ada");
        assertThat(it.policiesOf(token)).isEqualTo(List.of("all", "dev"));
        assertThat(it.data("group/id/" + dev)).containsEntry("member_entity_ids", List.of(it.entityOf(token)));

        var id = it.entityOf(token);
        var hand = it.group("hand", "policies", "hand", "member_entity_ids", List.of(id, inner));
        it.alias("ada", it.two, id);
        it.user("two", "ada", "groups", "dev");
        it.token("two", "ada");
        assertThat(it.data("entity/id/" + id).get("direct_group_ids")).isEqualTo(List.of(dev, hand, devOfTwo));
        it.user("one", "ada", "groups", "");
        it.token("one", "ada");
        assertThat(it.data("entity/id/" + id).get("direct_group_ids")).as("two still says so, and an operator").isEqualTo(List.of(hand, devOfTwo));
    }

    /** Number 77 of the vulnerability list. */
    @Test
    void who_left_a_group_at_its_source_has_nothing_of_it_after_a_renewal_either() {
        var dev = it.group("dev", "type", "external", "policies", "dev");
        it.made("group-alias", "name", "dev", "mount_accessor", it.one, "canonical_id", dev);
        it.user("one", "ada", "groups", "dev", "token_ttl", "10m");
        var token = it.token("one", "ada");
        assertThat(it.policiesOf(token)).isEqualTo(List.of("dev"));
        it.user("one", "ada", "groups", "", "token_ttl", "10m");
        it.server.clock.advance(Duration.ofMinutes(5));
        assertThat(it.server.write(token, "auth/token/renew-self").part("auth")).doesNotContainKey("identity_policies");
        assertThat(it.policiesOf(token)).isEmpty();
    }

    /** Number 77 of the vulnerability list. */
    @Test
    void who_is_taken_out_of_a_group_has_nothing_of_it_at_the_next_request() {
        it.user("one", "ada");
        var token = it.token("one", "ada");
        var low = it.group("low", "member_entity_ids", List.of(it.entityOf(token)));
        var top = it.group("top", "policies", "top", "member_group_ids", List.of(low));
        Runnable nothing = () -> assertThat(it.policiesOf(token)).isEmpty();
        Runnable top1 = () -> assertThat(it.policiesOf(token)).isEqualTo(List.of("top"));
        top1.run();
        it.write("group/id/" + low, "member_entity_ids", List.of());
        nothing.run();
        it.write("group/id/" + low, "member_entity_ids", List.of(it.entityOf(token)));
        top1.run();
        it.write("group/id/" + top, "member_group_ids", List.of());
        nothing.run();
        it.write("group/id/" + top, "member_group_ids", List.of(low));
        top1.run();
        it.write("group/id/" + top, "policies", List.of());
        nothing.run();
        it.write("group/id/" + top, "policies", "top");
        top1.run();
        it.server.delete(it.root, "identity/group/id/" + top);
        nothing.run();
    }

    /** Number 77 of the vulnerability list. */
    @Test
    void a_group_that_loses_its_name_loses_who_was_in_it_by_it() {
        var dev = it.group("dev", "type", "external", "policies", "dev");
        var alias = it.made("group-alias", "name", "dev", "mount_accessor", it.one, "canonical_id", dev);
        it.user("one", "ada", "groups", "dev");
        var token = it.token("one", "ada");
        it.write("group-alias/id/" + alias, "name", "ops", "mount_accessor", it.one);
        assertThat(it.policiesOf(token)).isEmpty();
        it.write("group-alias/id/" + alias, "name", "dev", "mount_accessor", it.one);
        assertThat(it.policiesOf(it.token("one", "ada"))).isEqualTo(List.of("dev"));
        it.server.delete(it.root, "identity/group-alias/id/" + alias);
        assertThat(it.policiesOf(token)).isEmpty();
    }

    // ---- disabled and gone ----

    /** Number 47 of the vulnerability list. */
    @Test
    void a_disabled_entity_is_refused_on_every_way_in_and_good_again_when_enabled() {
        it.server.policy("makes", "path \"auth/token/*\" { capabilities = [\"update\"] }\npath \"sys/wrapping/*\" { capabilities = [\"update\"] }");
        it.user("one", "ada", "token_policies", "makes");
        var token = it.token("one", "ada");
        var id = it.entityOf(token);
        var child = it.server.write(token, "auth/token/create", "policies", "default").token();
        it.user("one", "bat", "token_type", "batch");
        var batch = it.token("one", "bat");
        var wrapped = it.server.ask("", Operation.WRITE, "auth/one/login/ada", Map.of("password", "pw"), "127.0.0.1", Optional.of(Duration.ofMinutes(1)));
        var wrapping = String.valueOf(wrapped.part("wrap_info").get("token"));
        var accessor = it.server.read(token, "auth/token/lookup-self").data("accessor");
        it.alias("ada", it.two, id);
        it.user("two", "ada");

        it.write("entity/id/" + id, "disabled", true);
        it.write("entity/id/" + it.entityOf(batch), "disabled", true);

        for (var each : List.of(token, child, batch)) {
            assertThat(it.server.read(each, "auth/token/lookup-self").errors()).isEqualTo(List.of("permission denied"));
            assertThat(it.server.write(each, "auth/token/renew-self").status()).isEqualTo(403);
            assertThat(it.server.write(each, "sys/wrapping/wrap", "a", "b").status()).isEqualTo(403);
            assertThat(it.server.write(it.root, "auth/token/lookup", "token", each).status()).isEqualTo(403);
            assertThat(it.server.write(it.root, "auth/token/renew", "token", each).status()).isEqualTo(403);
            assertThat(it.server.write(it.root, "sys/capabilities", "token", each, "path", "x").status()).isEqualTo(400);
        }
        assertThat(it.server.write(it.root, "auth/token/renew-accessor", "accessor", accessor).status()).isEqualTo(403);
        assertThat(it.login("one", "ada").errors()).isEqualTo(List.of("permission denied"));
        assertThat(it.login("one", "ada").status()).isEqualTo(403);
        assertThat(it.login("two", "ada").status()).as("by its other alias").isEqualTo(403);
        assertThat(it.status(it.server.write(wrapping, "sys/wrapping/unwrap").token())).as("unwrapped, it is of no use").isEqualTo(403);

        it.write("entity/id/" + id, "disabled", false);
        assertThat(it.status(token)).isEqualTo(200);
        assertThat(it.status(child)).isEqualTo(200);
        assertThat(it.status(it.token("two", "ada"))).isEqualTo(200);
    }

    /** Number 87 of the vulnerability list. */
    @Test
    void a_deleted_entity_s_tokens_are_good_for_nothing_and_its_id_is_nobody_s_again() {
        it.user("one", "ada");
        var token = it.token("one", "ada");
        var id = it.entityOf(token);
        it.server.delete(it.root, "identity/entity/id/" + id);
        assertThat(it.status(token)).isEqualTo(403);
        var next = it.token("one", "ada");
        assertThat(it.entityOf(next)).isNotEqualTo(id);
        assertThat(it.status(token)).isEqualTo(403);
        assertThat(it.read("entity/id/" + id).status()).isEqualTo(404);
    }

    @Test
    void the_aliases_of_a_mount_go_with_it() {
        var dev = it.group("dev", "type", "external", "policies", "dev");
        var groupAlias = it.made("group-alias", "name", "dev", "mount_accessor", it.one, "canonical_id", dev);
        it.user("one", "ada", "groups", "dev");
        it.user("two", "ada");
        var id = it.entityOf(it.token("one", "ada"));
        it.alias("ada", it.two, id);
        assertThat(it.server.delete(it.root, "sys/auth/one").status()).isEqualTo(204);
        assertThat(it.text("entity/id/" + id, "aliases")).contains(it.two).doesNotContain(it.one);
        assertThat(it.write("lookup/entity", "alias_name", "ada", "alias_mount_accessor", it.one).status()).isEqualTo(204);
        assertThat(it.read("group-alias/id/" + groupAlias).status()).isEqualTo(404);
        assertThat(it.data("group/id/" + dev)).containsEntry("alias", Map.of()).containsEntry("member_entity_ids", null);
        assertThat(it.policiesOf(it.token("two", "ada"))).isEmpty();
    }

    @Test
    void the_aliases_of_a_mount_that_moves_stay() {
        it.user("one", "ada");
        var id = it.entityOf(it.token("one", "ada"));
        assertThat(it.server.write(it.root, "sys/remount", "from", "auth/one", "to", "auth/three").status()).isEqualTo(200);
        assertThat(it.entityOf(it.token("three", "ada"))).isEqualTo(id);
        assertThat(it.text("entity/id/" + id, "aliases")).contains("auth/three/");
    }

    // ---- templates ----

    /** Number 73 of the vulnerability list. */
    @Test
    void each_template_sees_the_alias_of_its_own_mount() {
        it.server.policy("home", "path \"sys/policies/acl/{{identity.entity.aliases." + it.one + ".metadata.home}}\" { capabilities = [\"read\"] }\n"
                + "path \"sys/policies/password/{{identity.entity.aliases." + it.two + ".metadata.home}}\" { capabilities = [\"read\"] }");
        it.user("one", "ada", "known", Map.of("home", "left"), "token_policies", "home");
        it.user("two", "ada", "known", Map.of("home", "right"), "token_policies", "home");
        var token = it.token("one", "ada");
        it.alias("ada", it.two, it.entityOf(token));
        it.token("two", "ada");
        assertThat(capabilities(token, "sys/policies/acl/left")).isEqualTo(List.of("read"));
        assertThat(capabilities(token, "sys/policies/acl/right")).isEqualTo(List.of("deny"));
        assertThat(capabilities(token, "sys/policies/password/right")).isEqualTo(List.of("read"));
        assertThat(capabilities(token, "sys/policies/password/left")).isEqualTo(List.of("deny"));
    }

    /** Number 74 of the vulnerability list. */
    @Test
    void a_name_that_would_widen_a_template_makes_it_void() {
        it.server.policy("home", "path \"home/{{identity.entity.aliases." + it.one + ".name}}/x\" { capabilities = [\"read\"] }\n"
                + "path \"team/{{identity.entity.metadata.team}}/x\" { capabilities = [\"read\"] }\npath \"desk/{{identity.entity.name}}/x\" { capabilities = [\"read\"] }");
        for (var name : List.of("*", "+", "a,b", "..", "a*", "%2f")) {
            it.user("one", "u", "token_policies", "home");
            var id = it.made("entity", "name", name, "metadata", Map.of("team", name));
            var alias = it.alias("u", it.one, id);
            assertThat(it.write("entity-alias/id/" + alias, "name", "u").status()).isEqualTo(204);
            var token = it.token("one", "u");
            for (var place : List.of("team/ops/x", "desk/ops/x", "team/x", "desk/x", "team/a/x", "desk/b/x")) assertThat(capabilities(token, place)).as("%s at %s", name, place).isEqualTo(List.of("deny"));
            assertThat(capabilities(token, "home/u/x")).isEqualTo(List.of("read"));
            it.server.delete(it.root, "identity/entity/id/" + id);
        }
        for (var name : List.of("*", "+", "a,b")) {
            it.user("one", name, "token_policies", "home");
            assertThat(capabilities(it.token("one", name), "home/ops/x")).as(name).isEqualTo(List.of("deny"));
        }
    }

    private Object capabilities(String token, String path) {
        return it.server.write(token, "sys/capabilities-self", "path", path).part("data").getOrDefault("capabilities", List.of());
    }

    // ---- tokens for an alias ----

    @Test
    void a_role_lets_tokens_be_made_for_the_aliases_that_it_lists() {
        it.server.policy("makes", "path \"auth/token/create/*\" { capabilities = [\"update\"] }");
        it.server.write(it.root, "auth/token/roles/r", "allowed_entity_aliases", "svc-*,One", "allowed_policies", "default");
        it.server.write(it.root, "auth/token/roles/none", "allowed_policies", "default");
        var maker = it.server.token("makes");
        var made = it.server.write(maker, "auth/token/create/r", "entity_alias", "svc-train");
        var id = String.valueOf(made.part("auth").get("entity_id"));
        assertThat(it.text("entity/id/" + id, "aliases")).contains("svc-train", "auth/token/");
        assertThat(it.server.write(maker, "auth/token/create/r", "entity_alias", "svc-train").part("auth")).containsEntry("entity_id", id);
        assertThat(it.server.write(maker, "auth/token/create/r", "entity_alias", "One").status()).isEqualTo(200);
        assertThat(it.server.write(maker, "auth/token/create/r", "entity_alias", "two").errors()).isEqualTo(List.of("invalid 'entity_alias' value"));
        assertThat(it.server.write(maker, "auth/token/create/none", "entity_alias", "svc-train").errors()).isEqualTo(List.of("invalid 'entity_alias' value"));
        assertThat(it.server.write(it.root, "auth/token/create", "entity_alias", "svc-train").errors()).isEqualTo(List.of("'entity_alias' is only allowed in combination with token role"));
        it.write("entity/id/" + id, "policies", "svc");
        assertThat(it.server.write(maker, "auth/token/create/r", "entity_alias", "svc-train").part("auth")).containsEntry("identity_policies", List.of("svc"));
        it.write("entity/id/" + id, "disabled", true);
        assertThat(it.server.write(maker, "auth/token/create/r", "entity_alias", "svc-train").status()).isEqualTo(403);
        assertThat(it.status(made.token())).isEqualTo(403);
    }

    @Test
    void what_a_login_tells_is_bounded() {
        it.user("one", "ada", "known", Map.of("k", "v".repeat(16_384)));
        assertThat(it.login("one", "ada").status()).isEqualTo(400);
        assertThat(it.server.list(it.root, "identity/entity/id").status()).isEqualTo(404);
        var long1 = "x".repeat(513);
        it.user("one", long1);
        assertThat(it.login("one", long1).status()).isEqualTo(400);
    }
}
