package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static watchword.core.policy.Acls.allows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.sdk.Glob;
import watchword.sdk.JsonNumber;
import watchword.testkit.Property;

class ParametersTest {

    private static boolean takes(String parameters, Map<String, Object> body) {
        return allows(Acls.acl("path \"a\" { capabilities = [\"update\"]\n" + parameters + "\n}"), Capability.UPDATE, "a", body);
    }

    private static boolean takes(String parameters, String name, Object value) {
        return takes(parameters, Map.of(name, value));
    }

    @Test
    void what_is_required_must_be_there_under_its_own_name() {
        assertThat(takes("required_parameters = [\"Name\", \"id\"]", Map.of("name", "x", "id", 1L))).isTrue();
        assertThat(takes("required_parameters = [\"name\", \"id\"]", Map.of("name", "x"))).isFalse();
        assertThat(takes("required_parameters = [\"name\"]", Map.of("NAME", "x"))).isFalse();
        assertThat(takes("required_parameters = [\"name\"]", Map.of())).isFalse();
    }

    @Test
    void only_what_is_allowed_may_be_there_unless_any_name_is() {
        var some = "allowed_parameters = { \"a\" = [\"1\", \"2*\"] \"b\" = [] }";
        assertThat(takes(some, "a", "1")).isTrue();
        assertThat(takes(some, "a", "25")).isTrue();
        assertThat(takes(some, "A", "1")).isTrue();
        assertThat(takes(some, "a", "3")).isFalse();
        assertThat(takes(some, "b", "any")).isTrue();
        assertThat(takes(some, "c", "1")).isFalse();
        assertThat(takes(some, Map.of("a", "1", "c", "1"))).isFalse();
        assertThat(takes(some, Map.of())).isTrue();

        var any = "allowed_parameters = { \"a\" = [\"1\"] \"*\" = [] }";
        assertThat(takes(any, "c", "1")).isTrue();
        assertThat(takes(any, "a", "2")).isFalse();
    }

    @Test
    void what_is_denied_may_not_be_there_and_a_star_denies_every_name() {
        assertThat(takes("denied_parameters = { \"x\" = [] }", "x", "1")).isFalse();
        assertThat(takes("denied_parameters = { \"x\" = [] }", "X", "1")).isFalse();
        assertThat(takes("denied_parameters = { \"x\" = [] }", "y", "1")).isTrue();
        assertThat(takes("denied_parameters = { \"x\" = [\"admin\", \"root*\"] }", "x", "rooted")).isFalse();
        assertThat(takes("denied_parameters = { \"x\" = [\"admin\"] }", "x", "user")).isTrue();
        assertThat(takes("denied_parameters = { \"*\" = [] }", "y", "1")).isFalse();
        assertThat(takes("denied_parameters = { \"*\" = [] }", Map.of())).isTrue();
        assertThat(takes("denied_parameters = { \"a\" = [\"1\"] }\nallowed_parameters = { \"a\" = [] }", "a", "1")).isFalse();
    }

    @Test
    void a_glob_is_a_star_at_either_end() {
        assertThat(Glob.atEnds("foo-*", "foo-bar")).isTrue();
        assertThat(Glob.atEnds("*-bar", "foo-bar")).isTrue();
        assertThat(Glob.atEnds("*o-b*", "foo-bar")).isTrue();
        assertThat(Glob.atEnds("f*r", "foo-bar")).isFalse();
        assertThat(Glob.atEnds("*", "foo")).isFalse();
        assertThat(Glob.atEnds("*", "*")).isTrue();
        assertThat(Glob.atEnds("**", "foo")).isTrue();
        assertThat(Glob.atEnds("", "")).isTrue();
    }

    @Test
    void an_allowed_value_is_allowed_in_its_own_form_alone() {
        assertThat(takes("allowed_parameters = { \"n\" = [5] }", "n", 5L)).isTrue();
        assertThat(takes("allowed_parameters = { \"n\" = [5] }", "n", new JsonNumber("5.0"))).isTrue();
        assertThat(takes("allowed_parameters = { \"n\" = [5] }", "n", "5")).isFalse();
        assertThat(takes("allowed_parameters = { \"n\" = [\"5\"] }", "n", 5L)).isFalse();
        assertThat(takes("allowed_parameters = { \"n\" = [true] }", "n", true)).isTrue();
        assertThat(takes("allowed_parameters = { \"n\" = [[\"a\", 1]] }", "n", List.of("a", 1L))).isTrue();
        assertThat(takes("allowed_parameters = { \"n\" = [\"a\"] }", "n", List.of("a"))).isFalse();
        assertThat(takes("allowed_parameters = { \"n\" = [\"a\", \"b\"] }", "n", "a,b")).isFalse();
    }

    @Test
    void a_denied_value_is_denied_in_every_form_that_decoding_takes_for_it() {
        for (var form : new Object[] {"admin", " admin ", "user,admin", "user, admin", List.of("user", "admin"), List.of("user,admin")}) {
            assertThat(takes("denied_parameters = { \"p\" = [\"admin\"] }", "p", form)).as("%s", form).isFalse();
        }
        for (var form : new Object[] {5L, new JsonNumber("5.0"), "5", " 5", "5.0", List.of(5L)}) {
            assertThat(takes("denied_parameters = { \"p\" = [5] }", "p", form)).as("%s", form).isFalse();
        }
        assertThat(takes("denied_parameters = { \"p\" = [\"5\"] }", "p", 5L)).isFalse();
        for (var form : new Object[] {false, "false", "FALSE", "f", "0", 0L}) {
            assertThat(takes("denied_parameters = { \"p\" = [false] }", "p", form)).as("%s", form).isFalse();
        }
        for (var form : new Object[] {true, "true", "1", 1L}) assertThat(takes("denied_parameters = { \"p\" = [false] }", "p", form)).as("%s", form).isTrue();
        assertThat(takes("denied_parameters = { \"p\" = [\"*\"] }", "p", "anything")).isFalse();
    }

    @Test
    void an_allowed_glob_takes_a_list_in_one_text_only_with_all_of_its_parts() {
        assertThat(takes("allowed_parameters = { \"p\" = [\"dev-*\"] }", "p", "dev-a")).isTrue();
        assertThat(takes("allowed_parameters = { \"p\" = [\"dev-*\"] }", "p", "dev-a, dev-b")).isTrue();
        for (var form : List.of("dev-a,admin", "dev-a, admin", "dev-a,", "dev-,,admin")) {
            assertThat(takes("allowed_parameters = { \"p\" = [\"dev-*\"] }", "p", form)).as(form).isFalse();
        }
        assertThat(takes("allowed_parameters = { \"p\" = [\"*-dev\"] }", "p", "admin,a-dev")).isFalse();
    }

    @Test
    void a_denied_name_is_denied_in_every_spelling_that_is_one_name_to_the_server() {
        for (var form : new Object[] {"Admin", "ADMIN", List.of("x", "Admin"), "x,ADMIN", "\uFF41dmin", "ad\u200Bmin"}) {
            assertThat(takes("denied_parameters = { \"p\" = [\"admin\"] }", "p", form)).as("%s", form).isFalse();
            assertThat(takes("denied_parameters = { \"p\" = [\"Adm*\"] }", "p", form)).as("%s", form).isFalse();
        }
    }

    @Test
    void a_denied_number_truth_or_time_is_denied_in_all_that_decodes_to_it() {
        for (var form : new Object[] {"", " ", false, 0L, "0"}) assertThat(takes("denied_parameters = { \"p\" = [0] }", "p", form)).as("%s", form).isFalse();
        assertThat(takes("denied_parameters = { \"p\" = [1] }", "p", true)).isFalse();
        assertThat(takes("denied_parameters = { \"p\" = [1] }", "p", false)).isTrue();
        for (var form : new Object[] {2L, -1L, "true", 1L}) assertThat(takes("denied_parameters = { \"p\" = [true] }", "p", form)).as("%s", form).isFalse();
        assertThat(takes("denied_parameters = { \"p\" = [true] }", "p", 0L)).isTrue();
        for (var form : new Object[] {360_000L, "360000", "6000m", "100.0h", "+100h", "99h60m"}) {
            assertThat(takes("denied_parameters = { \"p\" = [\"100h\"] }", "p", form)).as("%s", form).isFalse();
        }
        assertThat(takes("denied_parameters = { \"p\" = [\"100h\"] }", "p", "99h")).isTrue();
    }

    @Test
    @SuppressWarnings("NullAway") // JSON null
    void null_is_a_name_without_a_value() {
        var body = new HashMap<String, Object>();
        body.put("a", null);
        assertThat(takes("denied_parameters = { \"a\" = [] }", body)).isFalse();
        assertThat(takes("denied_parameters = { \"a\" = [\"x\"] }", body)).isTrue();
        assertThat(takes("allowed_parameters = { \"a\" = [\"x\"] }", body)).isFalse();
        assertThat(takes("allowed_parameters = { \"a\" = [] }", body)).isTrue();
        assertThat(takes("required_parameters = [\"a\"]", body)).isFalse();
    }

    @Test
    void statements_on_one_path_add_up_their_values_and_any_value_goes_above_some() {
        var one = "path \"a\" { capabilities = [\"update\"] allowed_parameters = { \"x\" = [\"1\"] } required_parameters = [\"x\"] }";
        var two = "path \"a\" { capabilities = [\"update\"] allowed_parameters = { \"x\" = [\"2\"] \"y\" = [] } required_parameters = [\"y\"] }";
        var any = "path \"a\" { capabilities = [\"update\"] allowed_parameters = { \"x\" = [] } }";
        var both = Acls.acl(one, two);

        assertThat(allows(both, Capability.UPDATE, "a", Map.of("x", "2", "y", "z"))).isTrue();
        assertThat(allows(both, Capability.UPDATE, "a", Map.of("x", "2"))).isFalse();
        assertThat(allows(both, Capability.UPDATE, "a", Map.of("x", "3", "y", "z"))).isFalse();
        assertThat(allows(Acls.acl(one, any), Capability.UPDATE, "a", Map.of("x", "3"))).isTrue();
        assertThat(allows(Acls.acl(one, Acls.path("a", "update")), Capability.UPDATE, "a", Map.of("z", "3"))).isFalse();
    }

    @Test
    void whatever_is_denied_or_missing_is_refused_whatever_else_is_there() {
        Property.holds(10_000, random -> {
            var values = new Object[] {"a", "b", "ab", 1L, true, List.of("a"), "a,b"};
            var body = new LinkedHashMap<String, Object>();
            for (int i = random.nextInt(4); i > 0; i--) body.put(List.of("x", "y", "z").get(random.nextInt(3)), values[random.nextInt(values.length)]);
            var denied = new ArrayList<Object>();
            for (int i = random.nextInt(3); i > 0; i--) denied.add(values[random.nextInt(values.length)]);
            var rules = new Parameters(random.nextBoolean() ? java.util.Set.of("y") : java.util.Set.of(), Map.of(), Map.of("x", denied));

            boolean allowed = rules.allow(body);

            if (!rules.required().isEmpty() && !body.containsKey("y")) assertThat(allowed).isFalse();
            if (body.containsKey("x") && (denied.isEmpty() || denied.contains(body.get("x")))) assertThat(allowed).as("%s by %s", body, denied).isFalse();
            if (!body.containsKey("x") && (rules.required().isEmpty() || body.containsKey("y"))) assertThat(allowed).isTrue();
        });
    }
}
