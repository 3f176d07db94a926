package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;

/** What is explained is what is decided, on random policies with every kind of restriction, ended and templated statements among them. */
class ExplanationPropertyTest {
    private static final List<Capability> ASKED = List.of(Capability.CREATE, Capability.READ, Capability.UPDATE, Capability.DELETE, Capability.LIST, Capability.SCAN, Capability.PATCH);
    private static final String[] NAMES = {"a", "b", "C", "*", "limit"};
    private static final String[] VALUES = {"\"x\"", "\"x*\"", "\"\"", "5", "true", "[\"x\", \"y\"]"};
    private static final Object[] SENT = {"x", "xy", "5", 5L, true, "", "x,y", List.of("x"), Map.of("x", 1L)};
    private static final IdentityView ALICE = FakeIdentity.named("e1", "alice").with(Map.of("team", "a", "bad", "x/*"));

    private static String pick(String[] from, RandomGenerator random) {
        return from[random.nextInt(from.length)];
    }

    private static String values(String key, RandomGenerator random) {
        var text = new StringBuilder("  " + key + " = {\n");
        var names = new ArrayList<>(List.of(NAMES));
        for (int i = random.nextInt(3); i >= 0; i--) {
            text.append("    \"").append(names.remove(random.nextInt(names.size()))).append("\" = [");
            for (int j = random.nextInt(3); j > 0; j--) text.append(pick(VALUES, random)).append(", ");
            text.append("]\n");
        }
        return text.append("  }\n").toString();
    }

    private static String statement(RandomGenerator random) {
        int bits = random.nextInt(6) == 0 ? Capability.DENY.bit() : random.nextInt(1 << Capability.values().length) & ~Capability.DENY.bit();
        var path = switch (random.nextInt(8)) {
            case 0 -> "a/{{identity.entity.metadata.team}}/b";
            case 1 -> "a/{{identity.entity.metadata." + (random.nextBoolean() ? "bad" : "none") + "}}/b";
            default -> AclPropertyTest.rulePath(random);
        };
        var text = new StringBuilder("path \"" + path + "\" {\n");
        if (bits != 0) text.append("  capabilities = [\"").append(String.join("\", \"", Capability.words(bits))).append("\"]\n");
        if (random.nextInt(4) == 0) text.append("  required_parameters = [\"").append(pick(NAMES, random)).append("\"]\n");
        if (random.nextInt(4) == 0) text.append(values("allowed_parameters", random));
        if (random.nextInt(4) == 0) text.append(values("denied_parameters", random));
        if (random.nextInt(6) == 0) text.append("  min_wrapping_ttl = \"60s\"\n");
        if (random.nextInt(6) == 0) text.append("  max_wrapping_ttl = \"300s\"\n");
        if (random.nextInt(6) == 0) text.append("  pagination_limit = 10\n");
        if (random.nextInt(6) == 0) text.append("  expiration = \"").append(Acls.NOW.plusSeconds(random.nextInt(-9, 9))).append("\"\n");
        return text.append("}\n").toString();
    }

    private static List<Acl.Named> policies(RandomGenerator random) {
        var policies = new ArrayList<Acl.Named>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            var text = new StringBuilder();
            for (int j = 1 + random.nextInt(5); j > 0; j--) text.append(statement(random));
            policies.add(new Acl.Named("p" + i, PolicyParser.parse(text.toString(), TemplatedPath.Allowances.NONE)));
        }
        return policies;
    }

    private static Question question(RandomGenerator random) {
        var path = random.nextInt(6) == 0 ? "a/a/b" : AclPropertyTest.askedPath(random).replaceAll("^/+", "");
        var body = new HashMap<String, Object>();
        for (int i = random.nextInt(3); i > 0; i--) body.put(pick(NAMES, random), SENT[random.nextInt(SENT.length)]);
        Optional<Duration> wrap = random.nextInt(3) == 0 ? Optional.of(Duration.ofSeconds(random.nextInt(400))) : Optional.empty();
        return Question.typed(ASKED.get(random.nextInt(ASKED.size())), path, body, wrap).withSudo(random.nextInt(5) == 0);
    }

    @Test
    void the_verdict_is_the_decision_and_its_reasons_agree_with_it() {
        var allowed = new AtomicInteger();
        Property.holds(4_000, random -> {
            var policies = policies(random);
            var acl = Acl.of(policies, false, ALICE, Acls.NOW);
            for (int i = 0; i < 4; i++) {
                var question = question(random);
                var decision = acl.decide(question.wanted(), question.path(), question.body(), question.wrapTtl());
                boolean may = decision instanceof Decision.Allow allow && (allow.sudo() || !question.sudo());
                var told = Explanation.of(question, acl, policies, ALICE, Acls.NOW);

                assertThat(told.allowed()).as("%s", question).isEqualTo(may);
                boolean covered = !told.deciding().isEmpty();
                assertThat(told.allowed()).as("%s by %s", question, told).isEqualTo(covered && told.refusals().isEmpty());
                if (may) {
                    allowed.incrementAndGet();
                    assertThat(told.smallest()).isEmpty();
                }
                assertThat(told.rule()).isEqualTo(decision instanceof Decision.Allow allow ? allow.rule() : ((Decision.Deny) decision).rule());
                told.others().forEach(other -> assertThat(told.deciding()).doesNotContain(other.source()));
            }
        });
        assertThat(allowed).hasValueGreaterThan(500);
    }

    @Test
    void the_smallest_rule_allows_it_and_takes_nothing_away_on_its_path() {
        var proposed = new AtomicInteger();
        Property.holds(4_000, random -> {
            var policies = policies(random);
            var acl = Acl.of(policies, false, ALICE, Acls.NOW);
            var question = question(random);
            var told = Explanation.of(question, acl, policies, ALICE, Acls.NOW);
            if (told.smallest().isEmpty()) {
                assertThat(told.allowed() || Pattern.is(question.path()) || (question.path().endsWith("/") && !question.isOfFolder())).as("no rule for %s by %s", question, told).isTrue();
                return;
            }
            proposed.incrementAndGet();
            var added = PolicyParser.parse(told.smallest().get().text(), TemplatedPath.Allowances.NONE);
            var all = new ArrayList<>(policies);
            if (told.smallest().get().replaces()) all.replaceAll(named -> without(named, told.deciding()));
            all.add(new Acl.Named("new", added));
            var after = Acl.of(all, false, ALICE, Acls.NOW);

            assertThat(question.answeredBy(after)).as("%s with %s", question, told).isInstanceOf(Decision.Allow.class);
            for (var wanted : ASKED) {
                var other = new Question(wanted, question.path(), question.body(), question.wrapTtl(), false);
                if (wanted.isOfFolders() != question.isOfFolder()) continue;
                if (other.answeredBy(acl) instanceof Decision.Allow) assertThat(other.answeredBy(after)).as("%s after %s", other, told).isInstanceOf(Decision.Allow.class);
            }
        });
        assertThat(proposed).hasValueGreaterThan(500);
    }

    private static Acl.Named without(Acl.Named named, List<Explanation.Source> gone) {
        var left = named.policy().statements().stream().filter(each -> !gone.contains(Explanation.Source.of(named, each))).toList();
        return new Acl.Named(named.name(), new AclPolicy(left, named.policy().allowances(), List.of()));
    }

    @Test
    void a_proposed_text_means_what_it_was_made_of() {
        Property.holds(1_000, random -> {
            var policies = policies(random);
            for (var statement : policies.getFirst().policy().statements()) {
                var written = PolicyText.block(statement.path().text(), statement.permissions(), statement.expires());
                var read = PolicyParser.parse(written, TemplatedPath.Allowances.NONE).statements().getFirst();
                assertThat(read.path().text()).isEqualTo(statement.path().text());
                assertThat(read.permissions()).as(written).isEqualTo(statement.permissions());
                assertThat(read.expires()).isEqualTo(statement.expires());
            }
        });
    }

    @Test
    void any_path_is_written_so_that_it_is_read_back() {
        Property.holds(4_000, random -> {
            var path = new StringBuilder("a");
            var letters = "\"\\$%{}\n\t#/*+é\u202E\u0007\uD83D\uDE00'x";
            letters.codePoints().forEach(c -> {
                if (random.nextBoolean()) path.appendCodePoint(c);
            });
            if (path.toString().contains("+*") || path.toString().contains("{{") || path.toString().contains("}}")) return;
            var read = PolicyParser.parse(PolicyText.block(path.toString(), Permissions.of(Capability.READ.bit()), Optional.empty()), TemplatedPath.Allowances.NONE);
            assertThat(read.statements()).hasSize(1);
            assertThat(read.statements().getFirst().path().text()).isEqualTo(path.toString());
        });
    }
}
