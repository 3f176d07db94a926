package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;

/** Number 75 of the vulnerability list; and the compiled form against a slow one that is obviously right. */
class AclTest {

    private static Acl acl(String... rules) {
        var text = new StringBuilder();
        for (var rule : rules) text.append("path \"").append(rule.split(" ")[0]).append("\" { capabilities = [\"").append(rule.split(" ")[1].replace(",", "\",\"")).append("\"] }\n");
        return Acl.of(List.of(AclPolicy.parse("p", text.toString())), false);
    }

    private static boolean allows(Acl acl, Capability wanted, String path) {
        return acl.decide(wanted, path, Map.of(), Optional.empty()) instanceof Decision.Allow;
    }

    @Test
    void the_most_specific_rule_wins_for_every_verb() {
        var acl = acl("kv/* read,list,scan,patch,update,create,delete", "kv/restricted/* deny", "kv/restricted/open/* read,list", "kv/exact deny");
        for (var verb : Capability.values()) {
            if (verb == Capability.SUDO || verb == Capability.DENY) continue;
            assertThat(allows(acl, verb, "kv/a")).as(verb + " kv/a").isTrue();
            assertThat(allows(acl, verb, "kv/exact")).as(verb + " kv/exact").isFalse();
            for (var path : List.of("kv/restricted/", "kv/restricted/x", "kv/restricted/x/", "kv/restricted/x/y", "kv/restricted/openx")) {
                assertThat(allows(acl, verb, path)).as(verb + " " + path).isFalse();
            }
        }
        assertThat(allows(acl, Capability.LIST, "kv/restricted/open/")).isTrue();
        assertThat(allows(acl, Capability.UPDATE, "kv/restricted/open/x")).isFalse();
    }

    @Test
    void deny_wins_over_another_policy_on_the_same_path() {
        var acl = Acl.of(List.of(AclPolicy.parse("a", "path \"x\" { capabilities = [\"read\"] }"), AclPolicy.parse("b", "path \"x\" { capabilities = [\"deny\"] }")), false);
        assertThat(allows(acl, Capability.READ, "x")).isFalse();
    }

    @Test
    void parameters_are_required_allowed_and_denied() {
        var acl = Acl.of(List.of(AclPolicy.parse("p", """
                path "r" { capabilities = ["update"] required_parameters = ["a"] }
                path "al" { capabilities = ["update"] allowed_parameters = { "a" = ["1", "2*"] "b" = [] } }
                path "de" { capabilities = ["update"] denied_parameters = { "x" = [] "y" = ["bad*"] } }
                """)), false);
        assertThat(decide(acl, "r", Map.of("b", "1"))).isFalse();
        assertThat(decide(acl, "r", Map.of("a", "1"))).isTrue();
        assertThat(decide(acl, "al", Map.of("a", "25"))).isTrue();
        assertThat(decide(acl, "al", Map.of("a", "3"))).isFalse();
        assertThat(decide(acl, "al", Map.of("c", "1"))).isFalse();
        assertThat(decide(acl, "de", Map.of("x", "1"))).isFalse();
        assertThat(decide(acl, "de", Map.of("X", "1"))).isFalse();
        assertThat(decide(acl, "de", Map.of("y", "badly"))).isFalse();
        assertThat(decide(acl, "de", Map.of("y", "good"))).isTrue();
    }

    private static boolean decide(Acl acl, String path, Map<String, Object> body) {
        return acl.decide(Capability.UPDATE, path, body, Optional.empty()) instanceof Decision.Allow;
    }

    @Test
    void the_compiled_form_decides_as_the_slow_one() {
        Property.holds(20_000, random -> {
            var rules = new ArrayList<String>();
            for (int i = random.nextInt(1, 7); i > 0; i--) rules.add(pattern(random) + " " + (random.nextInt(4) == 0 ? "deny" : random.nextBoolean() ? "read" : "list,update"));
            var acl = acl(rules.toArray(String[]::new));
            for (int i = 0; i < 5; i++) {
                var path = path(random);
                var verb = List.of(Capability.READ, Capability.LIST, Capability.UPDATE).get(random.nextInt(3));
                assertThat(allows(acl, verb, path)).as(verb + " " + path + " under " + rules).isEqualTo(slowly(rules, verb, path));
            }
        });
    }

    private static String pattern(RandomGenerator random) {
        var text = path(random);
        if (random.nextInt(3) == 0) text = text.replaceFirst("(^|/)[ab](/|$)", "$1+$2");
        return random.nextBoolean() && !text.endsWith("+") ? text + "*" : text;
    }

    private static String path(RandomGenerator random) {
        var segments = new ArrayList<String>();
        for (int i = random.nextInt(1, 4); i > 0; i--) segments.add(List.of("a", "b", "ab").get(random.nextInt(3)));
        return String.join("/", segments) + (random.nextInt(4) == 0 ? "/" : "");
    }

    /** The documented rules, one after the other, with no thought for speed. */
    private static boolean slowly(List<String> rules, Capability verb, String path) {
        var merged = new HashMap<String, List<String>>();
        for (var rule : rules) merged.computeIfAbsent(rule.split(" ")[0], _ -> new ArrayList<>()).addAll(List.of(rule.split(" ")[1].split(",")));
        var found = Optional.ofNullable(isPattern(path) ? null : merged.get(path));
        if (found.isEmpty() && verb == Capability.LIST && path.endsWith("/")) found = Optional.ofNullable(merged.get(path.substring(0, path.length() - 1)));
        if (found.isEmpty()) {
            found = merged.keySet().stream().filter(AclTest::isPattern).filter(pattern -> matches(pattern, path)).min(SPECIFIC_FIRST).map(merged::get);
        }
        return found.filter(capabilities -> !capabilities.contains("deny") && capabilities.contains(verb.word())).isPresent();
    }

    private static boolean isPattern(String path) {
        return path.endsWith("*") || List.of(path.split("/")).contains("+");
    }

    private static boolean matches(String pattern, String path) {
        boolean prefix = pattern.endsWith("*");
        var wanted = (prefix ? pattern.substring(0, pattern.length() - 1) : pattern).split("/", -1);
        var given = path.split("/", -1);
        if (prefix ? given.length < wanted.length : given.length != wanted.length) return false;
        for (int i = 0; i < wanted.length; i++) {
            boolean last = i == wanted.length - 1;
            if (wanted[i].equals("+")) {
                if (given[i].isEmpty() && !(last && prefix)) return false;
            } else if (!(last && prefix ? given[i].startsWith(wanted[i]) : given[i].equals(wanted[i]))) return false;
        }
        return true;
    }

    private static final Comparator<String> SPECIFIC_FIRST = Comparator.<String>comparingInt(p -> -firstWildcard(p)).thenComparing(p -> p.endsWith("*"))
            .thenComparing(p -> p.chars().filter(c -> c == '+').count()).thenComparing(p -> -bare(p).length()).thenComparing(AclTest::bare);

    private static String bare(String pattern) {
        return pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
    }

    private static int firstWildcard(String pattern) {
        int plus = pattern.indexOf('+');
        return plus >= 0 ? plus : bare(pattern).length();
    }
}
