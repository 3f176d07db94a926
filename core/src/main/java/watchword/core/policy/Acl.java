package watchword.core.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Policies compiled for decisions. Immutable; a decision takes no lock, allocates next to nothing, and finds the most specific rule: an
 * exact path before any pattern, and among patterns the one that comes first in the field's order.
 *
 * <p>That order is fixed when the rules are known: later first wildcard, then {@code +} rules before prefixes, fewer {@code +}, longer,
 * alphabetical. So the patterns are sorted once, kept by their first segment, and the first that matches decides.
 */
public final class Acl {

    /** A pattern: literal segments, {@code +} for any one, and {@code *} at the end for any rest. */
    private record Pattern(String text, String body, boolean prefix, boolean segments, int firstWildcard, int plusses, String[] parts, Permissions permissions) {

        static Pattern of(String path, Permissions permissions) {
            boolean prefix = path.endsWith("*");
            var body = prefix ? path.substring(0, path.length() - 1) : path;
            int plus = body.indexOf('+');
            boolean segments = hasPlusSegment(body);
            int plusses = 0;
            var parts = body.split("/", -1);
            for (var part : parts) if (part.equals("+")) plusses++;
            return new Pattern(path, body, prefix, segments, segments ? plus : body.length(), plusses, parts, permissions);
        }

        static boolean hasPlusSegment(String body) {
            return body.equals("+") || body.startsWith("+/") || body.endsWith("/+") || body.contains("/+/");
        }

        boolean matches(String path) {
            if (!segments) return path.startsWith(body);
            int from = 0;
            for (int i = 0; i < parts.length; i++) {
                if (from > path.length()) return false;
                int slash = path.indexOf('/', from);
                int to = slash < 0 ? path.length() : slash;
                boolean last = i == parts.length - 1;
                if (!parts[i].equals("+")) {
                    boolean same = last && prefix ? path.startsWith(parts[i], from) : to - from == parts[i].length() && path.startsWith(parts[i], from);
                    if (!same) return false;
                } else if (to == from && !(last && prefix)) {
                    return false;
                }
                if (last) return prefix || slash < 0;
                from = to + 1;
            }
            return false;
        }

        /** Whether a path below {@code mount} could match. */
        boolean reaches(String mount) {
            if (!segments) return body.startsWith(mount) || prefix && mount.startsWith(body);
            var wanted = mount.split("/");
            for (int i = 0; i < wanted.length && i < parts.length; i++) {
                boolean last = i == parts.length - 1;
                if (!parts[i].equals("+") && !(last && prefix ? wanted[i].startsWith(parts[i]) : wanted[i].equals(parts[i]))) return false;
            }
            return parts.length > wanted.length || prefix;
        }
    }

    private static final Comparator<Pattern> PRECEDENCE = Comparator.comparingInt(Pattern::firstWildcard).reversed()
            .thenComparing(Pattern::prefix)
            .thenComparing(Pattern::plusses)
            .thenComparing(Comparator.comparingInt((Pattern p) -> p.body().length()).reversed())
            .thenComparing(Pattern::body);

    private final boolean root;
    private final Map<String, Permissions> exact = new HashMap<>();
    private final Map<String, List<Pattern>> byFirstSegment = new HashMap<>();
    private final List<Pattern> anywhere;
    private final List<Pattern> all;

    private Acl(boolean root, Map<String, Permissions> rules) {
        this.root = root;
        var patterns = new ArrayList<Pattern>();
        rules.forEach((path, permissions) -> {
            if (path.endsWith("*") || Pattern.hasPlusSegment(path)) patterns.add(Pattern.of(path, permissions));
            else exact.put(path, permissions);
        });
        patterns.sort(PRECEDENCE);
        this.all = List.copyOf(patterns);
        this.anywhere = all.stream().filter(p -> firstSegment(p) == null).toList();
        for (var pattern : all) {
            var segment = firstSegment(pattern);
            if (segment != null) byFirstSegment.computeIfAbsent(segment, this::candidates);
        }
    }

    private List<Pattern> candidates(String segment) {
        return all.stream().filter(p -> firstSegment(p) == null || segment.equals(firstSegment(p))).toList();
    }

    /** The literal first segment of whatever the pattern matches; null when that is not fixed. */
    private static @Nullable String firstSegment(Pattern pattern) {
        int slash = pattern.body().indexOf('/');
        if (slash < 0) return null;
        var segment = pattern.body().substring(0, slash);
        return segment.equals("+") ? null : segment;
    }

    static final Acl NOTHING = new Acl(false, Map.of());

    /** Merges policies: statements on the same path add up. */
    static Acl of(List<AclPolicy> policies, boolean root) {
        var rules = new HashMap<String, Permissions>();
        for (var policy : policies) {
            for (var rule : policy.rules()) {
                if (!rule.path().contains("{{")) rules.merge(rule.path(), rule.permissions(), Permissions::merge);
            }
        }
        return new Acl(root, rules);
    }

    public Decision decide(Capability wanted, String path, Map<String, Object> body, Optional<Duration> wrapTtl) {
        if (root) return new Decision.Allow(true, "root");
        boolean folder = wanted == Capability.LIST || wanted == Capability.SCAN;
        var permissions = exact.get(path);
        if (permissions == null && folder && path.endsWith("/")) permissions = exact.get(path.substring(0, path.length() - 1));
        var rule = path;
        if (permissions == null) {
            var pattern = first(path);
            if (pattern == null) return new Decision.Deny("");
            permissions = pattern.permissions();
            rule = pattern.text();
        }
        boolean takesParameters = wanted != Capability.DELETE && !folder;
        return permissions.has(wanted) && permissions.allowsWrapping(wrapTtl) && (!takesParameters || permissions.allowsParameters(body))
                ? new Decision.Allow(permissions.has(Capability.SUDO), rule)
                : new Decision.Deny(rule);
    }

    private @Nullable Pattern first(String path) {
        int slash = path.indexOf('/');
        var candidates = slash < 0 ? anywhere : byFirstSegment.getOrDefault(path.substring(0, slash), anywhere);
        for (var pattern : candidates) {
            if (pattern.matches(path)) return pattern;
        }
        return null;
    }

    /** What the caller has on a path, for {@code sys/capabilities}. */
    public List<String> capabilities(String path) {
        if (root) return List.of("root");
        var permissions = exact.get(path);
        if (permissions == null && path.endsWith("/")) permissions = exact.get(path.substring(0, path.length() - 1));
        if (permissions == null) {
            var pattern = first(path);
            if (pattern != null) permissions = pattern.permissions();
        }
        if (permissions == null || permissions.denies() || permissions.bits() == 0) return List.of("deny");
        Set<Capability> has = EnumSet.noneOf(Capability.class);
        for (var each : Capability.values()) if (permissions.has(each)) has.add(each);
        return has.stream().map(Capability::word).sorted().toList();
    }

    /** Whether the caller has anything at all at or below a mount, {@code path} with its trailing slash. */
    public boolean reaches(String path) {
        if (root) return true;
        return exact.entrySet().stream().anyMatch(e -> gives(e.getValue()) && (e.getKey() + "/").startsWith(path))
                || all.stream().anyMatch(p -> gives(p.permissions()) && p.reaches(path));
    }

    private static boolean gives(Permissions permissions) {
        return !permissions.denies() && permissions.bits() != 0;
    }

    public boolean isRoot() {
        return root;
    }
}
