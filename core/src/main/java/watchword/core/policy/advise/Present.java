package watchword.core.policy.advise;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import watchword.core.policy.Acl;
import watchword.core.policy.AclPolicy;
import watchword.core.policy.AclPolicy.Fate;
import watchword.core.policy.AclPolicy.Statement;
import watchword.core.policy.Decision;
import watchword.core.policy.IdentityView;
import watchword.core.policy.Pattern;
import watchword.core.policy.Permissions;
import watchword.core.policy.Question;
import watchword.core.policy.Rule;
import watchword.core.policy.TemplatedPath;

/**
 * The policies that are to be narrowed. A log has names of parameters and no values, so which rule decides is judged by capabilities alone;
 * what a rule asks for besides is carried over as it is. Immutable.
 */
final class Present {
    private final List<Acl.Named> policies;
    private final Acl byCapability;
    private final Map<String, Rule> rules = new HashMap<>();
    private final List<Templated> templates = new ArrayList<>();

    /** A statement whose path is another for each identity. */
    record Templated(Acl.Named policy, Statement statement, java.util.regex.Pattern shape) {
        static Templated of(Acl.Named policy, Statement statement) {
            var any = policy.policy().allowances().slashes() ? ".+" : "[^/]+";
            var shape = statement.path().parts().stream().map(part -> part instanceof TemplatedPath.Part.Literal literal ? java.util.regex.Pattern.quote(literal.text()) : any).collect(Collectors.joining());
            return new Templated(policy, statement, java.util.regex.Pattern.compile(shape, java.util.regex.Pattern.DOTALL));
        }
    }

    Present(List<Acl.Named> policies, Instant now) {
        this.policies = policies;
        this.byCapability = Acl.of(policies.stream().map(Present::free).toList(), false, IdentityView.NOBODY, now);
        for (var rule : Acl.of(policies, false, IdentityView.NOBODY, now).rules()) rules.put(rule.path(), rule);
        for (var named : policies) {
            for (var statement : named.policy().statements()) {
                boolean counts = !(statement.fate(IdentityView.NOBODY, named.policy().allowances(), now) instanceof Fate.Ended);
                if (statement.path().isTemplated() && counts) templates.add(Templated.of(named, statement));
            }
        }
    }

    private static Acl.Named free(Acl.Named named) {
        var free = named.policy().statements().stream()
                .map(each -> new Statement(each.path(), Permissions.of(each.permissions().bits()), each.expires(), each.line())).toList();
        return new Acl.Named(named.name(), new AclPolicy(free, named.policy().allowances(), List.of()));
    }

    /** Whether there is none: then a log alone tells what is needed. */
    boolean isEmpty() {
        return policies.isEmpty();
    }

    List<Acl.Named> policies() {
        return policies;
    }

    /** The rule that gives what was asked; empty when the policies refuse it, or there are none. */
    Optional<Rule> giving(Question question) {
        if (!(question.answeredBy(byCapability) instanceof Decision.Allow allow)) return Optional.empty();
        return Optional.ofNullable(rules.get(allow.rule()));
    }

    /** The templated statement that a rule of the log was made of. */
    Optional<Templated> template(String rule) {
        if (rules.containsKey(rule)) return Optional.empty();
        return templates.stream().filter(each -> each.shape().matcher(rule).matches()).findFirst();
    }

    Permissions permissions(String rule) {
        var known = rules.get(rule);
        return known == null ? Permissions.of(0) : known.permissions();
    }

    /** The first end of the statements on a path. */
    Optional<Instant> end(String rule) {
        return policies.stream().flatMap(named -> named.policy().statements().stream()).filter(each -> each.path().text().equals(rule))
                .flatMap(each -> each.expires().stream()).min(Instant::compareTo);
    }

    /** Why a rule in the place of many paths that one rule decides would give more than that one does; empty if it would not. */
    String obstacle(String pattern, boolean folder, String rule) {
        // A rule on a folder is written with its slash, or without.
        var forms = folder ? List.of(shape(pattern), shape(pattern.substring(0, pattern.length() - 1))) : List.of(shape(pattern));
        if (forms.stream().noneMatch(form -> form.isWithin(shape(rule)))) return "it reaches beyond " + rule;
        for (var other : rules.keySet()) {
            if (decidesBefore(other, rule) && forms.stream().anyMatch(shape(other)::meets)) return other + " lies among them";
        }
        return "";
    }

    /** Rules that decide before one of these on some of the paths of a pattern. */
    List<Rule> within(String pattern, Collection<String> others) {
        return rules.values().stream().filter(each -> others.stream().anyMatch(other -> decidesBefore(each.path(), other)) && shape(each.path()).meets(shape(pattern))).toList();
    }

    private static Pattern shape(String path) {
        return Pattern.of(path);
    }

    static boolean decidesBefore(String rule, String other) {
        if (rule.equals(other)) return false;
        if (!Pattern.is(rule)) return true;
        return Pattern.is(other) && Pattern.MOST_SPECIFIC_FIRST.compare(Pattern.of(rule), Pattern.of(other)) < 0;
    }
}
