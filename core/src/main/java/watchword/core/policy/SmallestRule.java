package watchword.core.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The least that must be written for something refused to be allowed.
 *
 * <p>A rule on a path decides alone there, so one that gave only what is missing would take away what a wider rule gives. It therefore
 * repeats what the deciding rule gives and asks for, and each proposal is tried before it is made.
 *
 * @param text a {@code path} block
 * @param replaces whether the statements on this path must go: they refuse whatever is added
 */
public record SmallestRule(String text, boolean replaces) {

    /** @param acl which refuses; empty where no rule can name the path */
    static Optional<SmallestRule> allowing(Question question, Acl acl, List<Acl.Named> policies, IdentityView identity, Instant now) {
        var path = question.path();
        if (Pattern.is(path) || path.contains("{{") || path.contains("}}")) return Optional.empty();
        var rule = question.decidedBy(acl);
        var added = Permissions.of(question.bits());
        var tries = new ArrayList<SmallestRule>();
        if (rule == null || rule.path().equals(path)) tries.add(new SmallestRule(PolicyText.block(path, added, Optional.empty()), false));
        if (rule != null) {
            var whole = rule.permissions().admitting(question);
            var at = isSame(rule.path(), path) ? rule.path() : path;
            tries.add(new SmallestRule(PolicyText.block(at, whole, Optional.empty()), at.equals(rule.path())));
        }
        return tries.stream().filter(each -> each.works(question, policies, identity, now)).findFirst();
    }

    /** With or without its slash, the path that is asked for. */
    private static boolean isSame(String rule, String path) {
        return rule.equals(path) || path.equals(rule + "/");
    }

    private boolean works(Question question, List<Acl.Named> policies, IdentityView identity, Instant now) {
        var own = PolicyParser.parse(text, TemplatedPath.Allowances.NONE);
        var path = own.statements().getFirst().path().text();
        var all = new ArrayList<Acl.Named>();
        for (var named : policies) all.add(replaces ? without(named, path, identity, now) : named);
        all.add(new Acl.Named("", own));
        return question.answeredBy(Acl.of(all, false, identity, now)) instanceof Decision.Allow;
    }

    private static Acl.Named without(Acl.Named named, String path, IdentityView identity, Instant now) {
        var policy = named.policy();
        var left = policy.statements().stream().filter(each -> !isOn(path, each.fate(identity, policy.allowances(), now))).toList();
        return new Acl.Named(named.name(), new AclPolicy(left, policy.allowances(), List.of()));
    }

    private static boolean isOn(String path, AclPolicy.Fate fate) {
        return fate instanceof AclPolicy.Fate.Holds holds && holds.path().equals(path);
    }
}
