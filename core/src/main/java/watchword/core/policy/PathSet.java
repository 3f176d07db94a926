package watchword.core.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import watchword.sdk.Problem;

/**
 * Paths written as rules have them, with {@code +} and {@code *}, and nothing said of what may be done there. A path is among them in either
 * form, with a slash at its end and without: what is guarded is not had by a slash. Immutable.
 */
public final class PathSet {
    /** No request has a longer path. */
    private static final int MAX_PATH = 2048;

    private final Set<String> exact = new HashSet<>();
    private final PrefixRules prefixes;
    private final SegmentRules segments;

    private PathSet(List<String> paths) {
        for (var path : paths) if (!Pattern.is(path)) exact.add(path);
        var patterns = paths.stream().filter(Pattern::is).map(Pattern::of).toList();
        var withPluses = patterns.stream().filter(pattern -> pattern.pluses() > 0).toList();
        var without = patterns.stream().filter(pattern -> pattern.pluses() == 0).toList();
        this.prefixes = new PrefixRules(without, IntStream.range(0, without.size()).toArray());
        this.segments = new SegmentRules(withPluses, IntStream.range(0, withPluses.size()).toArray());
    }

    public static PathSet of(List<String> paths) {
        return new PathSet(paths);
    }

    /** @return the path without a slash before it. @throws Problem.ProblemException 400 for one that no rule could have */
    public static String requirePath(String path) {
        var plain = path.startsWith("/") ? path.substring(1) : path;
        if (plain.isEmpty() || plain.length() > MAX_PATH || plain.contains("+*") || plain.contains("{{") || plain.indexOf('*') >= 0 && plain.indexOf('*') < plain.length() - 1) {
            throw new Problem.Invalid("paths: a path is written as in an ACL policy, without templates").asException();
        }
        return plain;
    }

    public boolean has(String path) {
        if (exact.contains(path) || matches(path, path.length())) return true;
        if (!path.endsWith("/")) return false;
        return exact.contains(path.substring(0, path.length() - 1)) || matches(path, path.length() - 1);
    }

    private boolean matches(String path, int end) {
        return prefixes.find(path, end) != PrefixRules.NONE || segments.find(path, end) != SegmentRules.NONE;
    }
}
