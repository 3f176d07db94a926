package watchword.core.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import watchword.core.policy.AclPolicy.Fate;
import watchword.core.policy.AclPolicy.Statement;
import watchword.sdk.Policies;

/**
 * A decision with its reasons. The verdict is the decision itself, of the very set that decides for requests; what is told besides is found
 * by asking the same rules.
 *
 * @param rule the path of the rule that decided; empty when none covers the path
 * @param deciding the statements on that path, which count together
 * @param capabilities all that the rule gives
 * @param refusals what in the rule is in the way
 * @param others statements that might have been thought to count, and why they do not
 * @param smallest the least to write so that it is allowed; empty when it is, or when no one rule can do it: on a path that looks like a pattern, or
 *     with a slash at its end that is no folder's
 */
public record Explanation(
        Decision decision, String rule, List<Source> deciding, List<String> capabilities, List<Refusal> refusals, List<Other> others, Optional<SmallestRule> smallest) {

    /** Where something is written. @param path as it is written, with its templates */
    public record Source(String policy, String path, int line) {
        static Source of(Acl.Named named, Statement statement) {
            return new Source(named.name(), statement.path().text(), statement.line());
        }
    }

    public record Other(Source source, String why) {}

    public boolean allowed() {
        return decision instanceof Decision.Allow;
    }

    /**
     * @param acl of these policies, for this identity
     * @param policies with their texts, which an {@link Acl} does not keep
     */
    public static Explanation of(Question question, Acl acl, List<Acl.Named> policies, IdentityView identity, Instant now) {
        var decision = question.answeredBy(acl);
        if (acl.isRoot()) return new Explanation(decision, Policies.ROOT, List.of(), List.of(Policies.ROOT), List.of(), List.of(), Optional.empty());
        var path = switch (decision) {
            case Decision.Allow allow -> allow.rule();
            case Decision.Deny deny -> deny.rule();
        };
        var rule = question.decidedBy(acl);
        var found = new Findings(question, path, rule != null);
        for (var named : policies) {
            for (var statement : named.policy().statements()) found.look(named, statement, statement.fate(identity, named.policy().allowances(), now));
        }
        var refusals = new ArrayList<Refusal>();
        if (rule != null) rule.permissions().allows(question.wanted(), question.body(), question.wrapTtl(), (cause, name) -> refusals.add(new Refusal(cause, name)));
        if (rule != null && question.sudo() && !rule.permissions().has(Capability.SUDO)) refusals.add(new Refusal(Refusal.Cause.SUDO, ""));
        var smallest = decision instanceof Decision.Allow ? Optional.<SmallestRule>empty() : SmallestRule.allowing(question, acl, policies, identity, now);
        return new Explanation(decision, path, List.copyOf(found.deciding), Capability.words(rule == null ? 0 : rule.permissions().bits()), List.copyOf(refusals),
                List.copyOf(found.others), smallest);
    }

    /** Which statements decide, and why the others do not. */
    private static final class Findings {
        /** A reader has seen enough; one that asks about a generated policy would get thousands. */
        private static final int MAX_OTHERS = 100;

        private final Question question;
        private final String decider;
        private final boolean decided;
        private final List<Source> deciding = new ArrayList<>();
        private final List<Other> others = new ArrayList<>();

        Findings(Question question, String decider, boolean decided) {
            this.question = question;
            this.decider = decider;
            this.decided = decided;
        }

        void look(Acl.Named named, Statement statement, Fate fate) {
            switch (fate) {
                case Fate.Holds(var path) when decided && path.equals(decider) -> deciding.add(Source.of(named, statement));
                case Fate.Holds(var path) -> {
                    if (isAbout(path)) note(named, statement, loses(path));
                }
                case Fate.Ended _ -> {
                    if (couldBeAbout(statement.path())) note(named, statement, "it ended at " + statement.expires().map(Objects::toString).orElse(""));
                }
                case Fate.Void _ -> {
                    if (couldBeAbout(statement.path())) note(named, statement, "its template has no value for this identity, or one that would widen it, so it does not apply");
                }
            }
        }

        private void note(Acl.Named named, Statement statement, String why) {
            if (others.size() < MAX_OTHERS) others.add(new Other(Source.of(named, statement), why));
        }

        private boolean isAbout(String path) {
            return Acl.covers(path, question.path(), question.isOfFolder());
        }

        /** By the text before the first template. */
        private boolean couldBeAbout(TemplatedPath path) {
            int template = path.text().indexOf("{{");
            return template < 0 ? isAbout(path.text()) : question.path().startsWith(path.text().substring(0, template));
        }

        private String loses(String path) {
            if (!Pattern.is(decider) && Pattern.is(path)) return "an exact path decides before any pattern";
            var more = Pattern.is(decider) && Pattern.is(path) ? Pattern.of(decider).before(Pattern.of(path)) : "";
            if (!more.isEmpty()) return PolicyText.quoted(decider) + " is more specific: " + more;
            return question.isOfFolder() ? "for a folder, the path with its slash decides first" : "the path without its slash is refused, so this one is, too";
        }
    }
}
