package watchword.core.policy.suite;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.core.policy.Acl;
import watchword.core.policy.Decision;
import watchword.core.policy.Explanation;
import watchword.core.policy.IdentityView;
import watchword.core.policy.Question;

/**
 * One line of a suite.
 *
 * @param as policies that the caller has; all of the suite's when it is empty
 * @param allowed what is expected
 * @param by policy that is expected to give it, or to hold the rule that refuses it
 * @param at the moment; empty for now
 */
record Case(String name, List<String> as, Question question, boolean allowed, Optional<String> by, Optional<Instant> at, int line) {

    /**
     * @param rule path of the rule that decided
     * @param problem what was not as expected; empty when it was
     */
    record Outcome(Case of, boolean allowed, String rule, String problem) {
        boolean passed() {
            return problem.isEmpty();
        }
    }

    /** @param acl of the policies that the caller has, for the identity at the moment */
    Outcome run(Acl acl, List<Acl.Named> policies, IdentityView identity, Instant moment) {
        return switch (question.answeredBy(acl)) {
            case Decision.Allow allow when allowed && by.map(allow.policies()::contains).orElse(true) -> new Outcome(this, true, allow.rule(), "");
            case Decision.Deny deny when !allowed && by.isEmpty() -> new Outcome(this, false, deny.rule(), "");
            case Decision.Allow allow -> new Outcome(this, true, allow.rule(), problem(Explanation.of(question, acl, policies, identity, moment)));
            case Decision.Deny deny -> new Outcome(this, false, deny.rule(), problem(Explanation.of(question, acl, policies, identity, moment)));
        };
    }

    private String problem(Explanation told) {
        if (told.allowed() != allowed) return (told.allowed() ? "allowed" : "denied") + ", " + because(told);
        if (by.isEmpty()) return "";
        var givers = told.decision() instanceof Decision.Allow allow ? allow.policies() : told.deciding().stream().map(Explanation.Source::policy).distinct().toList();
        if (givers.contains(by.get())) return "";
        return (told.allowed() ? "allowed" : "denied") + " as expected, but not by " + by.get() + ": " + because(told);
    }

    private static String because(Explanation told) {
        if (told.deciding().isEmpty()) return told.others().isEmpty() ? "as no rule covers the path" : "as no rule counts; " + told.others().getFirst().source().policy() + " line "
                + told.others().getFirst().source().line() + ": " + told.others().getFirst().why();
        var text = new StringBuilder("by ");
        for (var source : told.deciding()) {
            text.append(text.length() > 3 ? " and " : "").append(source.policy()).append(" line ").append(source.line()).append(" (").append(source.path()).append(')');
        }
        for (var refusal : told.refusals()) text.append(text.indexOf(": ") < 0 ? ": " : "; ").append(refusal.text());
        return text.toString();
    }
}
