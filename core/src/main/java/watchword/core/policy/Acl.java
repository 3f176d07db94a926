package watchword.core.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import watchword.core.policy.AclPolicy.Fate;
import watchword.sdk.Policies;

/**
 * Policies compiled for decisions. Immutable; a decision takes no lock and makes no objects. The most specific rule decides alone, for every
 * operation: the exact path before any pattern, and among patterns the first in {@link Pattern#MOST_SPECIFIC_FIRST}.
 *
 * <p>A list is of a folder, {@code a/b/}, and rules are written with and without the slash at the end. So a list looks for the most specific
 * rule on both forms of its path; the form with the slash is the more specific of two exact paths.
 *
 * <p>Policies of a namespace go for those below it too, whose paths then begin with their names. A rule reaches into one of them only if
 * it names it, or is on everything of a namespace above it: {@code team/secret/*} and {@code team/*} and {@code *} reach into {@code team},
 * {@code +/secret/*} and {@code te*} do not. So no wildcard that was written for mounts opens a namespace that is made later.
 */
public final class Acl {
    static final Acl NOTHING = new Acl(false, List.of(), Instant.MAX, List.of());

    private final boolean root;
    /** Path of the namespace that is asked, from the one whose policies these are. */
    private final String below;
    private final Instant until;
    private final List<String> voided;
    private final Map<String, Rule> exact;
    /** By the path with a slash at its end: rules on the path without it. */
    private final Map<String, Rule> exactOfFolder;
    private final List<Pattern> patterns;
    /** In the order of the patterns. */
    private final Rule[] ranked;
    private final PrefixRules prefixes;
    private final SegmentRules segments;

    private Acl(boolean root, Collection<Rule> rules, Instant until, List<String> voided) {
        this.root = root;
        this.below = "";
        this.until = until;
        this.voided = voided;
        this.exact = new HashMap<>();
        this.exactOfFolder = new HashMap<>();
        this.patterns = new ArrayList<>();
        var byPattern = new HashMap<String, Rule>();
        for (var rule : rules) {
            if (Pattern.is(rule.path())) {
                patterns.add(Pattern.of(rule.path()));
                byPattern.put(rule.path(), rule);
            } else {
                exact.put(rule.path(), rule);
                exactOfFolder.put(rule.path() + "/", rule);
            }
        }
        patterns.sort(Pattern.MOST_SPECIFIC_FIRST);
        this.ranked = patterns.stream().map(pattern -> byPattern.get(pattern.text())).toArray(Rule[]::new);
        this.prefixes = new PrefixRules(ofPluses(false), ranksOf(false));
        this.segments = new SegmentRules(ofPluses(true), ranksOf(true));
    }

    private Acl(Acl of, String below) {
        this.root = of.root;
        this.below = below;
        this.until = of.until;
        this.voided = of.voided;
        this.exact = of.exact;
        this.exactOfFolder = of.exactOfFolder;
        this.patterns = of.patterns;
        this.ranked = of.ranked;
        this.prefixes = of.prefixes;
        this.segments = of.segments;
    }

    /** The same for what is in a namespace below, with paths as they are there. */
    Acl below(String namespace) {
        return namespace.isEmpty() ? this : new Acl(this, namespace);
    }

    private List<Pattern> ofPluses(boolean with) {
        return patterns.stream().filter(pattern -> pattern.pluses() > 0 == with).toList();
    }

    private int[] ranksOf(boolean withPluses) {
        return java.util.stream.IntStream.range(0, patterns.size()).filter(i -> patterns.get(i).pluses() > 0 == withPluses).toArray();
    }

    /** A policy under its name. */
    public record Named(String name, AclPolicy policy) {}

    /**
     * Merges policies for one identity at one moment. Statements on the same path add up; those that have ended are left out, and so are
     * those whose path the identity makes void.
     */
    public static Acl of(List<Named> policies, boolean root, IdentityView identity, Instant now) {
        var gathered = new LinkedHashMap<String, Rule.Gathered>();
        var voided = new ArrayList<String>();
        var until = Instant.MAX;
        for (var named : policies) {
            for (var statement : named.policy().statements()) {
                switch (statement.fate(identity, named.policy().allowances(), now)) {
                    case Fate.Ended _ -> {
                        continue;
                    }
                    case Fate.Void _ -> voided.add(statement.path().text());
                    case Fate.Holds(var path) -> {
                        var before = gathered.get(path);
                        if (before == null) gathered.put(path, new Rule.Gathered(path, statement.permissions(), named.name()));
                        else before.add(statement.permissions(), named.name());
                    }
                }
                var end = statement.expires().orElse(Instant.MAX);
                if (end.isBefore(until)) until = end;
            }
        }
        return new Acl(root, gathered.values().stream().map(Rule.Gathered::rule).toList(), until, List.copyOf(voided));
    }

    /** When it is to be compiled anew, since a statement ends. */
    Instant until() {
        return until;
    }

    /** Paths of templated statements that the identity made void, as written. */
    List<String> voided() {
        return voided;
    }

    /**
     * @param path of a list or scan with its trailing slash
     * @param body the request's object, or its query parameters
     */
    public Decision decide(Capability wanted, String path, Map<String, Object> body, Optional<Duration> wrapTtl) {
        if (root) return Decision.Allow.ROOT;
        var rule = decider(wanted, path, body, wrapTtl);
        return rule == null ? Decision.Deny.UNCOVERED : rule.decide(wanted, body, wrapTtl);
    }

    /**
     * For a path that is sent in one of several spellings.
     *
     * @param meant the path as it will be taken: what the rule on it refuses is refused, and what it asks for is asked, unless the rule on the
     *     path as it was sent is the more specific of the two
     */
    public Decision decide(Capability wanted, String path, String meant, Map<String, Object> body, Optional<Duration> wrapTtl) {
        var decision = decide(wanted, path, body, wrapTtl);
        if (root || meant.equals(path) || !(decision instanceof Decision.Allow allow)) return decision;
        var sent = decider(wanted, path, body, wrapTtl);
        var taken = decider(wanted, meant, body, wrapTtl);
        if (sent == null || taken == null || isMoreSpecific(sent.path(), taken.path())) return decision;
        var decided = taken.decide(wanted, body, wrapTtl);
        return decided instanceof Decision.Allow other ? other.with(ControlGroup.both(allow.consent(), other.consent())) : decided;
    }

    private static boolean isMoreSpecific(String rule, String other) {
        if (!Pattern.is(rule) || !Pattern.is(other)) return !Pattern.is(rule) && Pattern.is(other);
        return Pattern.MOST_SPECIFIC_FIRST.compare(Pattern.of(rule), Pattern.of(other)) < 0;
    }

    /**
     * The rule that decides; null when none covers the path. Some routes take a name with a slash after it for the name, so what a rule on
     * the name refuses, or has others approve, is not had by a slash.
     */
    public @Nullable Rule decider(Capability wanted, String path, Map<String, Object> body, Optional<Duration> wrapTtl) {
        var rule = rule(path, wanted.isOfFolders());
        if (rule == null || wanted.isOfFolders() || !path.endsWith("/") || !rule.permissions().allows(wanted, body, wrapTtl)) return rule;
        var bare = rule(path.substring(0, path.length() - 1), false);
        if (bare == null || !bare.permissions().allows(wanted, body, wrapTtl)) return bare == null ? rule : bare;
        return bare.permissions().control().asksNothing() || isMoreSpecific(rule.path(), bare.path()) ? rule : bare;
    }

    /** Whether the caller may hear of an event of this type at this path. */
    public boolean hears(String path, String eventType) {
        if (root) return true;
        var rule = rule(path, false);
        return rule != null && rule.permissions().hears(eventType);
    }

    /** Whether a rule on a path, or with a pattern, is about a path that is asked for. */
    static boolean covers(String rule, String path, boolean folder) {
        var alone = new Rule.Gathered(rule, Permissions.NOTHING, "").rule();
        return new Acl(false, List.of(alone), Instant.MAX, List.of()).rule(path, folder) != null;
    }

    /** Every rule: exact paths, then patterns, the most specific first. */
    public List<Rule> rules() {
        var all = new ArrayList<>(exact.values());
        all.sort(Comparator.comparing(Rule::path));
        all.addAll(List.of(ranked));
        return all;
    }

    /** @param path in the namespace that is asked */
    private @Nullable Rule rule(String path, boolean folder) {
        if (below.isEmpty()) return anyRule(path, folder);
        var rule = anyRule(below + path, folder);
        return rule != null && rule.reachesInto(below) ? rule : null;
    }

    private @Nullable Rule anyRule(String path, boolean folder) {
        var rule = exact.get(path);
        if (rule == null && folder) rule = exactOfFolder.get(path);
        if (rule != null) return rule;
        int rank = rank(path, path.length());
        if (folder && path.endsWith("/")) rank = Math.min(rank, rank(path, path.length() - 1));
        return rank == PrefixRules.NONE ? null : ranked[rank];
    }

    private int rank(String path, int end) {
        return Math.min(prefixes.find(path, end), segments.find(path, end));
    }

    /** What the caller has on a path, for {@code sys/capabilities}: as for a list, so that a folder tells what can be done with it. */
    public List<String> capabilities(String path) {
        if (root) return List.of(Policies.ROOT);
        var rule = rule(path, true);
        return Capability.words(rule == null ? 0 : rule.permissions().bits());
    }

    /** Whether the caller has anything at all at or below a mount, {@code path} with its trailing slash. */
    public boolean reaches(String path) {
        if (root) return true;
        var at = rule(path, true);
        if (at != null && at.permissions().gives()) return true;
        var whole = below + path;
        for (var rule : exact.values()) {
            if (rule.permissions().gives() && rule.path().startsWith(whole)) return true;
        }
        boolean covered = false;
        for (int i = 0; i < ranked.length; i++) {
            // Of the patterns that cover the whole mount, the first leaves nothing to the others.
            boolean covers = patterns.get(i).covers(whole);
            boolean counts = (covers ? !covered : patterns.get(i).reachesInto(whole)) && ranked[i].reachesInto(below);
            if (counts && ranked[i].permissions().gives()) return true;
            covered |= covers;
        }
        return false;
    }

    /** Everything the caller has, for {@code sys/internal/ui/resultant-acl}. */
    Resultant resultant() {
        var paths = new TreeMap<String, Object>();
        exact.forEach((path, rule) -> paths.put(path, Map.of("capabilities", Capability.words(rule.permissions().bits()))));
        var globs = new TreeMap<String, Object>();
        for (int i = 0; i < ranked.length; i++) {
            var pattern = patterns.get(i);
            globs.put(pattern.pluses() > 0 ? pattern.text() : pattern.body(), Map.of("capabilities", Capability.words(ranked[i].permissions().bits())));
        }
        return new Resultant(root, paths, globs);
    }

    /** @param globPaths prefixes without their {@code *}, and patterns with {@code +} as they are */
    record Resultant(boolean root, Map<String, Object> exactPaths, Map<String, Object> globPaths) {}

    public boolean isRoot() {
        return root;
    }
}
