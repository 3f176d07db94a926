package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;

/** Paths are guarded as rules have them, and not got round by a slash. */
class PathSetTest {
    @Test
    void a_path_is_among_them_by_itself_by_a_segment_or_by_its_beginning() {
        var set = PathSet.of(List.of("a/b", "kv/+/x", "team/*", "sec*"));
        for (var path : List.of("a/b", "kv/1/x", "team/", "team/a/b", "secret", "sec")) assertThat(set.has(path)).as(path).isTrue();
        for (var path : List.of("a", "a/b/c", "kv/1/2/x", "kv/x", "team", "se", "")) assertThat(set.has(path)).as(path).isFalse();
    }

    @Test
    void a_slash_at_the_end_makes_no_difference() {
        var set = PathSet.of(List.of("a/b", "kv/+/x", "team*"));
        for (var path : List.of("a/b/", "kv/1/x/", "team/")) assertThat(set.has(path)).as(path).isTrue();
        assertThat(PathSet.of(List.of("a/")).has("a")).isFalse();
    }

    /** As an ACL with the same paths would have it. */
    @Test
    void whatever_a_rule_covers_is_among_them() {
        Property.holds(500, random -> {
            var parts = List.of("a", "b", "+", "ab");
            var path = new StringBuilder();
            for (int i = random.nextInt(4); i >= 0; i--) path.append(parts.get(random.nextInt(parts.size()))).append(i > 0 ? "/" : "");
            var pattern = path + (random.nextBoolean() && !path.toString().endsWith("+") ? "*" : "");
            var asked = new StringBuilder();
            for (int i = random.nextInt(5); i >= 0; i--) asked.append(List.of("a", "b", "ab", "abc").get(random.nextInt(4))).append(i > 0 ? "/" : "");
            boolean covered = Acls.allows(Acls.acl(Acls.path(pattern, "read")), Capability.READ, asked.toString());
            assertThat(PathSet.of(List.of(pattern)).has(asked.toString())).as("%s of %s", asked, pattern).isEqualTo(covered);
        });
    }
}
