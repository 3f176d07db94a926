package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.core.policy.SlowAcl.Said;
import watchword.testkit.Property;

/** The compiled policies against the documented order, on random policies and paths of few letters, so that they meet. */
class AclPropertyTest {
    private static final String[] SEGMENTS = {"a", "b", "ab", "abc", "", "é", "+a", "a+"};

    private static String segment(RandomGenerator random) {
        return SEGMENTS[random.nextInt(random.nextInt(5) == 0 ? SEGMENTS.length : 4)];
    }

    static String rulePath(RandomGenerator random) {
        var segments = new ArrayList<String>();
        for (int i = random.nextInt(4); i >= 0; i--) segments.add(random.nextInt(3) == 0 ? "+" : segment(random));
        var path = String.join("/", segments) + (random.nextInt(4) == 0 ? "/" : "");
        if (random.nextInt(2) == 0 && !path.endsWith("+")) path += "*";
        return path.replaceAll("^/+", "");
    }

    static String askedPath(RandomGenerator random) {
        var segments = new ArrayList<String>();
        for (int i = random.nextInt(5); i >= 0; i--) segments.add(segment(random));
        return String.join("/", segments) + (random.nextInt(3) == 0 ? "/" : "");
    }

    private static List<Said> statements(RandomGenerator random) {
        var said = new ArrayList<Said>();
        for (int i = 1 + random.nextInt(12); i > 0; i--) {
            int bits = random.nextInt(6) == 0 ? Capability.DENY.bit() : random.nextInt(1 << Capability.values().length) & ~Capability.DENY.bit();
            said.add(new Said(rulePath(random), bits));
        }
        return said;
    }

    /** Spread over up to three policies, whose order must not matter. */
    private static Acl compiled(List<Said> said, RandomGenerator random) {
        var texts = new String[] {"", "", ""};
        for (var each : said) {
            var words = Capability.words(each.bits()).toArray(String[]::new);
            texts[random.nextInt(3)] += each.bits() == 0 ? Acls.path(each.path()) : Acls.path(each.path(), words);
        }
        return Acls.acl(texts);
    }

    @Test
    void the_most_specific_rule_decides_for_every_operation() {
        Property.holds(20_000, random -> {
            var said = statements(random);
            var slow = new SlowAcl(said);
            var acl = compiled(said, random);
            for (int i = 0; i < 8; i++) {
                var path = askedPath(random);
                for (var wanted : Capability.values()) {
                    if (wanted == Capability.DENY || wanted == Capability.SUDO) continue;
                    var rule = decider(slow, wanted, path);
                    assertThat(Acls.rule(acl, wanted, path)).as("%s %s by %s", wanted, path, said).isEqualTo(rule.orElse(""));
                    assertThat(Acls.allows(acl, wanted, path)).as("%s %s by %s", wanted, path, said).isEqualTo(slow.allows(wanted, rule));
                }
            }
        });
    }

    /** Of a path with a slash that is no folder's, the one without it decides where it refuses. */
    private static Optional<String> decider(SlowAcl slow, Capability wanted, String path) {
        var rule = slow.decider(path, wanted.isOfFolders());
        if (wanted.isOfFolders() || !path.endsWith("/") || !slow.allows(wanted, rule)) return rule;
        var bare = slow.decider(path.substring(0, path.length() - 1), false);
        return bare.isPresent() && !slow.allows(wanted, bare) ? bare : rule;
    }

    @Test
    void capabilities_tell_what_decisions_do() {
        Property.holds(5_000, random -> {
            var said = statements(random);
            var acl = compiled(said, random);
            for (int i = 0; i < 8; i++) {
                var path = askedPath(random) + "/";
                var told = acl.capabilities(path);
                for (var folder : List.of(Capability.LIST, Capability.SCAN)) {
                    assertThat(told.contains(folder.word())).as("%s %s by %s", folder, path, said).isEqualTo(Acls.allows(acl, folder, path));
                }
            }
        });
    }

    @Test
    void what_can_be_done_below_a_mount_reaches_it() {
        Property.holds(10_000, random -> {
            var said = statements(random);
            var acl = compiled(said, random);
            var mount = "a/" + (random.nextBoolean() ? "ab/" : "");
            for (int i = 0; i < 20; i++) {
                var path = mount + askedPath(random);
                if (Acls.allows(acl, Capability.READ, path)) assertThat(acl.reaches(mount)).as("%s reaches %s by %s", path, mount, said).isTrue();
            }
        });
    }

    @Test
    void a_deny_cannot_be_gone_round_by_more_policies() {
        Property.holds(5_000, random -> {
            var said = new ArrayList<>(statements(random));
            var path = askedPath(random);
            var denied = new SlowAcl(said).decider(path, false);
            if (denied.isEmpty()) return;
            said.add(new Said(denied.get(), Capability.DENY.bit()));
            var acl = compiled(said, random);
            for (var wanted : Capability.values()) {
                if (!wanted.isOfFolders()) assertThat(Acls.allows(acl, wanted, path)).as("%s %s by %s", wanted, path, said).isFalse();
            }
        });
    }
}
