package watchword.core.policy.advise;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import watchword.core.policy.Acl;
import watchword.core.policy.AclPolicy;
import watchword.core.policy.Capability;
import watchword.core.policy.Decision;
import watchword.core.policy.IdentityView;
import watchword.core.policy.Permissions;
import watchword.core.policy.PolicyParser;
import watchword.core.policy.PolicyText;
import watchword.core.policy.Question;
import watchword.core.policy.Rule;
import watchword.core.policy.TemplatedPath;

/** The policy that is proposed. It gives what was used and, where the present policy is known, nothing that that one refuses. */
final class Proposal {
    private final Map<String, Part> parts = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * One {@code path} block.
     *
     * @param remark why it is there
     */
    record Part(String path, Permissions permissions, Optional<Instant> expires, String remark, Optional<Use> use) {
        Part plus(Permissions more) {
            return new Part(path, permissions.merge(more), expires, remark, use);
        }
    }

    private Proposal() {}

    static Proposal of(Usage usage, Present present, Siblings siblings) {
        var proposal = new Proposal();
        var uses = usage.uses();
        for (var use : siblings.generalized(uses)) proposal.add(use, present);
        usage.byTemplate().forEach((template, bits) -> proposal.add(new Part(template.statement().path().text(), template.statement().permissions().withBits(bits),
                template.statement().expires(), "templated, as it is in " + template.policy().name(), Optional.empty())));
        usage.toldFor().forEach((pattern, rules) -> proposal.keepWithin(pattern, rules, usage, present));
        proposal.repair(uses, present);
        proposal.notes.addAll(siblings.refused());
        return proposal;
    }

    private void add(Use use, Present present) {
        add(new Part(use.path(), permissions(use, present), present.end(use.rule()), remark(use), Optional.of(use)));
    }

    private void add(Part part) {
        parts.merge(part.path(), part, (a, b) -> a.plus(b.permissions()));
    }

    private static Permissions permissions(Use use, Present present) {
        return use.rule().isEmpty() ? Permissions.of(use.bits()) : present.permissions(use.rule()).withBits(use.bits());
    }

    private static String remark(Use use) {
        var asked = use.requests() + (use.requests() == 1 ? " request" : " requests") + ", last at " + use.last();
        if (use.why().isEmpty()) return asked;
        var sample = use.sample().isEmpty() ? "" : ": " + String.join(", ", use.sample()) + (use.paths() > use.sample().size() ? " and " + (use.paths() - use.sample().size()) + " more" : "");
        return use.why() + sample + "; " + asked;
    }

    /** What the present policy says otherwise of some paths of a pattern that was told still holds. */
    private void keepWithin(String pattern, TreeSet<String> rules, Usage usage, Present present) {
        for (var rule : rules) {
            if (rule.isEmpty()) continue;
            var obstacle = present.obstacle(pattern, false, rule);
            if (obstacle.startsWith("it reaches")) notes.add(pattern + " gives more than the present policy: " + obstacle);
        }
        if (rules.contains("")) return;
        var given = parts.get(pattern);
        for (var other : present.within(pattern, rules)) {
            if (parts.containsKey(other.path()) || given == null) continue;
            if (!Present.decidesBefore(other.path(), pattern)) {
                notes.add(pattern + " gives more than the present policy: it decides before " + other.path());
                continue;
            }
            int wanted = given.permissions().bits() | usage.byRule().getOrDefault(other.path(), 0);
            int bits = other.permissions().gives() ? other.permissions().bits() & wanted : 0;
            add(new Part(other.path(), bits == 0 ? Permissions.of(Capability.DENY.bit()) : other.permissions().withBits(bits), present.end(other.path()),
                    "kept, since it decides before " + pattern, Optional.empty()));
        }
    }

    /**
     * A rule decides alone on its path and on the folder of that name, so what was used of both must be in it; and a path with a slash is
     * not had where a rule refuses the one without.
     */
    void repair(List<Use> uses, Present present) {
        for (int round = 0; round < 5; round++) {
            var acl = acl();
            boolean changed = false;
            for (var use : uses) {
                for (var wanted : Capability.values()) {
                    if (wanted == Capability.SUDO || !wanted.isIn(use.bits())) continue;
                    var question = Question.of(wanted, use.path()).withSudo(Capability.SUDO.isIn(use.bits()));
                    if (!Usage.isNameable(use.path()) || question.answeredBy(acl) instanceof Decision.Allow) continue;
                    add(new Part(missingAt(use, question.decidedBy(acl)), permissions(use, present), present.end(use.rule()), remark(use), Optional.of(use)));
                    changed = true;
                }
            }
            if (!changed) return;
        }
    }

    private String missingAt(Use use, @Nullable Rule decider) {
        var path = use.path();
        var own = parts.get(path);
        boolean byBare = decider != null && path.endsWith("/")
                && (path.equals(decider.path() + "/") || (!use.folder() && own != null && (own.permissions().bits() & use.bits()) == use.bits()));
        return byBare ? path.substring(0, path.length() - 1) : path;
    }

    /** As decisions are made by it, what it asks for besides capabilities left aside: a log does not tell whether that was met. */
    Acl acl() {
        var statements = parts.values().stream().filter(part -> !part.path().contains("{{")).map(part -> statement(part.path(), Permissions.of(part.permissions().bits()))).toList();
        return Acl.of(List.of(new Acl.Named("proposed", new AclPolicy(statements, TemplatedPath.Allowances.NONE, List.of()))), false, IdentityView.NOBODY, Instant.EPOCH);
    }

    private static AclPolicy.Statement statement(String path, Permissions permissions) {
        var read = PolicyParser.parse(PolicyText.block(path, Permissions.of(0), Optional.empty()), TemplatedPath.Allowances.NONE).statements().getFirst();
        return new AclPolicy.Statement(read.path(), permissions, Optional.empty(), 1);
    }

    List<Part> parts() {
        return List.copyOf(parts.values());
    }

    List<String> notes() {
        return notes;
    }

    /** With a remark above each block. */
    String text() {
        var text = new StringBuilder();
        for (var part : parts.values()) {
            if (!text.isEmpty()) text.append('\n');
            text.append("# ").append(oneLine(part.remark())).append('\n').append(PolicyText.block(part.path(), part.permissions(), part.expires()));
        }
        return text.toString();
    }

    /** Paths in a remark are a client's words: none may end it. */
    static String oneLine(String remark) {
        var line = new StringBuilder();
        remark.codePoints().limit(2_000).forEach(c -> line.appendCodePoint(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029 ? '?' : c));
        return line.toString();
    }
}
