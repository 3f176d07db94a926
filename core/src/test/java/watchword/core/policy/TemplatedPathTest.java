package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static watchword.core.policy.Acls.allows;
import static watchword.core.policy.Acls.path;
import static watchword.core.policy.Capability.READ;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.policy.IdentityView.Alias;
import watchword.core.policy.IdentityView.Group;
import watchword.core.policy.TemplatedPath.Allowances;
import watchword.testkit.Property;

/** Numbers 73 and 74 of the vulnerability list, and what templates stand for. */
class TemplatedPathTest {
    private static final FakeIdentity ALICE = FakeIdentity.named("e1", "alice")
            .with(Map.of("team", "red", "a.b", "dotted"))
            .with("auth_jwt_1", new Alias("al1", "alice", Map.of("job", "train"), Map.of("floor", "3")))
            .with("auth_jwt_2", new Alias("al2", "alice", Map.of("job", "serve"), Map.of()))
            .with(new Group("g1", "ops", Map.of("env", "prod")));

    private static boolean reads(IdentityView identity, Allowances allowances, String rule, String path) {
        return allows(Acls.acl(identity, allowances, path(rule, "read")), READ, path);
    }

    @ParameterizedTest
    @CsvSource({
        "identity.entity.id, e1",
        "identity.entity.name, alice",
        "identity.entity.metadata.team, red",
        "identity.entity.metadata.a.b, dotted",
        "identity.entity.aliases.auth_jwt_1.id, al1",
        "identity.entity.aliases.auth_jwt_1.name, alice",
        "identity.entity.aliases.auth_jwt_1.metadata.job, train",
        "identity.entity.aliases.auth_jwt_2.metadata.job, serve",
        "identity.entity.aliases.auth_jwt_1.custom_metadata.floor, 3",
        "identity.groups.ids.g1.name, ops",
        "identity.groups.names.ops.id, g1",
        "identity.groups.ids.g1.metadata.env, prod",
        "identity.groups.names.ops.metadata.env, prod"
    })
    void a_template_stands_for_what_the_identity_tells(String template, String value) {
        for (var rule : new String[] {"kv/{{" + template + "}}/x", "kv/{{ " + template + " }}/*"}) {
            assertThat(reads(ALICE, Allowances.NONE, rule, "kv/" + value + "/x")).isTrue();
            assertThat(reads(ALICE, Allowances.NONE, rule, "kv/other/x")).isFalse();
            assertThat(reads(IdentityView.NOBODY, Allowances.NONE, rule, "kv/" + value + "/x")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity.entity.nam", "identity.entity.metadata", "identity.entity.metadata.none", "identity.entity.aliases.none.name", "identity.entity.aliases.auth_jwt_1",
            "identity.groups.ids.none.name", "identity.groups.names.ops", "identity.groups.names.ops.none", "token.id", "", "identity.entity.aliases..name"})
    void without_a_value_the_rule_is_void(String template) {
        var acl = Acls.acl(ALICE, Allowances.NONE, path("kv/{{" + template + "}}/*", "read") + path("kv/{{" + template + "}}", "read"));

        for (var path : new String[] {"kv/", "kv//x", "kv/{{" + template + "}}/x", "kv/{{" + template + "}}", "kv/null/x"}) assertThat(allows(acl, READ, path)).as(path).isFalse();
        assertThat(acl.voided()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "+", "a*", "a+b", "a/b", "..", ".", "a,b", "/", "a/", "/a", "a\u0000", "a\u200b", "a\nb", "a\u2028", "a\ud800", ""})
    void a_value_that_could_widen_its_rule_makes_it_void(String value) {
        var hostile = FakeIdentity.named("e1", value);
        var acl = Acls.acl(hostile, Allowances.NONE, path("kv/{{identity.entity.name}}/*", "read") + path("home/{{identity.entity.name}}", "read") + path("kv/shared/*", "read"));

        for (var path : new String[] {"kv/victim/x", "kv/a/b/x", "home/victim", "kv/" + value + "/x", "home/" + value}) assertThat(allows(acl, READ, path)).as(path).isFalse();
        assertThat(allows(acl, READ, "kv/shared/x")).isTrue();
        assertThat(acl.voided()).containsExactly("kv/{{identity.entity.name}}/*", "home/{{identity.entity.name}}");
    }

    @Test
    void a_policy_may_take_wildcards_or_slashes_from_values_and_then_nothing_else() {
        var wildcards = new Allowances(true, false);
        var slashes = new Allowances(false, true);
        var rule = "kv/{{identity.entity.name}}";

        assertThat(reads(FakeIdentity.named("e1", "+"), wildcards, rule, "kv/victim")).isTrue();
        assertThat(reads(FakeIdentity.named("e1", "a*"), wildcards, rule, "kv/a/b")).isTrue();
        assertThat(reads(FakeIdentity.named("e1", "a/b"), wildcards, rule, "kv/a/b")).isFalse();
        assertThat(reads(FakeIdentity.named("e1", "a/b"), slashes, rule, "kv/a/b")).isTrue();
        assertThat(reads(FakeIdentity.named("e1", "a/*"), slashes, rule, "kv/a/b")).isFalse();
        for (var value : new String[] {"a/..", "../a", "a//b", "a/./b"}) assertThat(reads(FakeIdentity.named("e1", value), slashes, rule, "kv/" + value)).as(value).isFalse();
        assertThat(reads(FakeIdentity.named("e1", "+"), wildcards, "kv/{{identity.entity.name}}*", "kv/x")).isFalse();
    }

    @Test
    void a_value_is_not_a_template_itself() {
        var nested = FakeIdentity.named("e1", "{{identity.entity.id}}");

        assertThat(reads(nested, Allowances.NONE, "kv/{{identity.entity.name}}", "kv/e1")).isFalse();
        assertThat(reads(nested, Allowances.NONE, "kv/{{identity.entity.name}}", "kv/{{identity.entity.id}}")).isTrue();
    }

    @Test
    void aliases_of_one_name_on_two_mounts_do_not_see_each_other() {
        assertThat(reads(ALICE, Allowances.NONE, "kv/{{identity.entity.aliases.auth_jwt_2.metadata.job}}", "kv/train")).isFalse();
        assertThat(reads(ALICE, Allowances.NONE, "kv/{{identity.entity.aliases.auth_jwt_2.custom_metadata.floor}}", "kv/3")).isFalse();
    }

    @Test
    void whatever_the_value_a_rule_never_leaves_the_folder_of_its_text() {
        Property.holds(20_000, random -> {
            var letters = "ab/*+.,{}\u0000é ";
            var value = new StringBuilder();
            for (int i = random.nextInt(6); i > 0; i--) value.append(letters.charAt(random.nextInt(letters.length())));
            var acl = Acls.acl(FakeIdentity.named("e1", value.toString()), new Allowances(false, random.nextBoolean()), path("home/{{identity.entity.name}}/own", "read"));

            for (var path : new String[] {"home/victim/own", "home/x/y/own", "other", "home/own", "home//own"}) {
                boolean isOwn = path.equals("home/" + value + "/own");
                assertThat(allows(acl, READ, path) && !isOwn).as("%s for %s", path, value).isFalse();
            }
        });
    }
}
