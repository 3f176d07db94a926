package watchword.core.policy.advise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.core.policy.Acl;
import watchword.core.policy.Capability;
import watchword.core.policy.Decision;
import watchword.core.policy.IdentityView;
import watchword.core.policy.PolicyParser;
import watchword.core.policy.Question;
import watchword.core.policy.TemplatedPath;
import watchword.testkit.Property;

/** The two laws of advice, on random policies and uses of few letters: all that was used is allowed, and nothing that was refused is. */
class AdvicePropertyTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final List<Capability> ASKED = List.of(Capability.CREATE, Capability.READ, Capability.UPDATE, Capability.DELETE, Capability.LIST, Capability.SCAN, Capability.PATCH);
    private static final String[] SEGMENTS = {"a", "b", "c", "ab", "d"};

    private static String segment(RandomGenerator random) {
        return SEGMENTS[random.nextInt(SEGMENTS.length)];
    }

    private static String path(RandomGenerator random, boolean pattern) {
        var segments = new ArrayList<String>(List.of("m"));
        for (int i = random.nextInt(3); i >= 0; i--) segments.add(pattern && random.nextInt(3) == 0 ? "+" : segment(random));
        var path = String.join("/", segments) + (random.nextInt(4) == 0 ? "/" : "");
        return pattern && random.nextInt(2) == 0 && !path.endsWith("+") ? path + "*" : path;
    }

    private static Acl.Named policy(RandomGenerator random) {
        var text = new StringBuilder();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            int bits = random.nextInt(6) == 0 ? Capability.DENY.bit() : random.nextInt(1, 1 << Capability.values().length) & ~Capability.DENY.bit();
            text.append("path \"").append(path(random, true)).append("\" { capabilities = [\"").append(String.join("\", \"", Capability.words(bits))).append("\"] }\n");
        }
        return new Acl.Named("p", PolicyParser.parse(text.toString(), TemplatedPath.Allowances.NONE));
    }

    private static Question question(RandomGenerator random) {
        return Question.typed(ASKED.get(random.nextInt(ASKED.size())), path(random, false), Map.of(), Optional.empty());
    }

    private static LoggedRequest line(Question question, Decision.Allow allow) {
        return new LoggedRequest(NOW, "e1", "", "", List.of(), Map.of(), allow.rule(), List.of("p"), false, question.wanted(), "m/", question.path(), "root", false);
    }

    private static Replay proven(List<LoggedRequest> lines, Selection selection, Present present, Usage usage, Proposal proposal) {
        try {
            return Advice.proven(lines::forEach, selection, present, usage, proposal);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Test
    void all_that_was_used_is_allowed_and_nothing_that_the_present_policy_refuses() {
        var generalized = new AtomicInteger();
        var selection = new Selection(List.of("e1"), List.of(), List.of(), List.of(), List.of(), "root", Optional.empty(), Optional.empty(), false);
        Property.holds(3_000, random -> {
            var named = policy(random);
            var acl = Acl.of(List.of(named), false, IdentityView.NOBODY, NOW);
            boolean known = random.nextInt(4) > 0;
            var present = new Present(known ? List.of(named) : List.of(), NOW);
            var told = random.nextInt(3) == 0 ? List.of(path(random, true)).stream().filter(watchword.core.policy.Pattern::is).toList() : List.<String>of();
            var usage = new Usage(selection, present, told);
            var lines = new ArrayList<LoggedRequest>();
            for (int i = random.nextInt(60); i > 0; i--) {
                var question = question(random);
                if (question.answeredBy(acl) instanceof Decision.Allow allow) lines.add(line(question, allow));
            }
            lines.forEach(usage::add);
            var proposal = Proposal.of(usage, present, new Siblings(random.nextInt(2, 4), present, told));
            var replay = proven(lines, selection, present, usage, proposal);

            assertThat(replay.lines()).isEqualTo(lines.size());
            assertThat(replay.refusedPaths()).as("refused by %s", proposal.text()).isEmpty();
            var written = Acl.of(List.of(new Acl.Named("new", PolicyParser.parse(proposal.text(), TemplatedPath.Allowances.NONE))), false, IdentityView.NOBODY, NOW);
            for (var line : lines) assertThat(line.question().answeredBy(written)).as("%s by %s", line.question(), proposal.text()).isInstanceOf(Decision.Allow.class);
            if (proposal.text().contains("siblings")) generalized.incrementAndGet();
            boolean mayGiveMore = proposal.notes().stream().anyMatch(note -> note.contains("gives more than the present policy"));
            if (!known || mayGiveMore) return;
            for (int i = 0; i < 60; i++) {
                var question = question(random);
                if (question.answeredBy(written) instanceof Decision.Allow) {
                    assertThat(question.answeredBy(acl)).as("%s is new with %s for %s", question, proposal.text(), named).isInstanceOf(Decision.Allow.class);
                }
            }
        });
        assertThat(generalized).hasValueGreaterThan(100);
    }
}
