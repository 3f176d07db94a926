package watchword.core.policy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A rule's path with wildcards: {@code +} is any one segment, an empty one too, and {@code *} at the end is any rest.
 *
 * @param text as written
 * @param segments of the text before the {@code *}
 * @param isPrefix whether it ends in {@code *}
 * @param firstWildcard where the first {@code +} segment or the {@code *} is
 */
public record Pattern(String text, List<String> segments, boolean isPrefix, int firstWildcard, int pluses) {
    private static final String PLUS = "+";

    /** Why one pattern decides before another, the field's order: the first of these in which they differ. */
    private enum Reason {
        FIRST_WILDCARD("its first wildcard comes later", Comparator.comparingInt(Pattern::firstWildcard).reversed()),
        NO_STAR("it has no * at its end", Comparator.comparing(Pattern::isPrefix)),
        FEWER_PLUSES("it has fewer +", Comparator.comparingInt(Pattern::pluses)),
        LONGER("it is longer", (a, b) -> Integer.compare(b.bytes().length, a.bytes().length)),
        GREATER("it is as long, and comes later in the alphabet", (a, b) -> Arrays.compareUnsigned(b.bytes(), a.bytes()));

        private final String words;
        private final Comparator<Pattern> order;

        Reason(String words, Comparator<Pattern> order) {
            this.words = words;
            this.order = order;
        }
    }

    private static final List<Reason> REASONS = List.of(Reason.values());

    /** The pattern that decides comes first. */
    public static final Comparator<Pattern> MOST_SPECIFIC_FIRST = (a, b) -> {
        for (int i = 0; i < REASONS.size(); i++) {
            int order = REASONS.get(i).order.compare(a, b);
            if (order != 0) return order;
        }
        return 0;
    };

    /** Why this pattern decides before another one; empty if it does not. */
    String before(Pattern other) {
        for (var reason : REASONS) {
            int order = reason.order.compare(this, other);
            if (order != 0) return order < 0 ? reason.words : "";
        }
        return "";
    }

    public static boolean is(String path) {
        return path.endsWith("*") || Arrays.asList(path.split("/", -1)).contains(PLUS);
    }

    public static Pattern of(String path) {
        boolean prefix = path.endsWith("*");
        var body = prefix ? path.substring(0, path.length() - 1) : path;
        var segments = List.of(body.split("/", -1));
        int first = body.length();
        int pluses = 0;
        for (int i = segments.size() - 1, end = body.length(); i >= 0; i--) {
            int start = end - segments.get(i).length();
            if (segments.get(i).equals(PLUS)) {
                first = start;
                pluses++;
            }
            end = start - 1;
        }
        return new Pattern(path, segments, prefix, first, pluses);
    }

    private byte[] bytes() {
        return body().getBytes(StandardCharsets.UTF_8);
    }

    /** The text before the {@code *}. */
    String body() {
        return isPrefix ? text.substring(0, text.length() - 1) : text;
    }

    static boolean isPlus(String segment) {
        return segment.equals(PLUS);
    }

    /** Whether it matches every path below a folder, {@code folder} with its trailing slash. */
    boolean covers(String folder) {
        if (!isPrefix) return false;
        if (pluses == 0) return folder.startsWith(body());
        var has = folder.split("/", -1);
        int last = segments.size() - 1;
        return last < has.length && matchesStart(has, last) && has[last].startsWith(segments.get(last));
    }

    /** Whether it could match a path below a folder, though not every one. */
    boolean reachesInto(String folder) {
        if (pluses == 0) return body().startsWith(folder);
        var has = folder.substring(0, folder.length() - 1).split("/", -1);
        return segments.size() > has.length && matchesStart(has, has.length);
    }

    /** Whether every path that it matches is matched by another one, too. */
    public boolean isWithin(Pattern other) {
        int last = other.segments.size() - 1;
        if (other.isPrefix ? segments.size() <= last : isPrefix || segments.size() != last + 1) return false;
        for (int i = 0; i < (other.isPrefix ? last : last + 1); i++) {
            boolean open = isPrefix && i == segments.size() - 1;
            if (open || !(isPlus(other.segments.get(i)) || other.segments.get(i).equals(segments.get(i)))) return false;
        }
        if (!other.isPrefix) return true;
        var start = other.segments.get(last);
        return start.isEmpty() || (!isPlus(segments.get(last)) && segments.get(last).startsWith(start));
    }

    /** Whether there may be a path that both match. */
    public boolean meets(Pattern other) {
        for (int i = 0; ; i++) {
            boolean ends = i == segments.size();
            boolean otherEnds = i == other.segments.size();
            if (ends || otherEnds) return ends && otherEnds;
            boolean open = isPrefix && i == segments.size() - 1;
            boolean otherOpen = other.isPrefix && i == other.segments.size() - 1;
            var here = segments.get(i);
            var there = other.segments.get(i);
            if (open || otherOpen) {
                if (open && otherOpen) return here.startsWith(there) || there.startsWith(here);
                return open ? isPlus(there) || there.startsWith(here) : isPlus(here) || here.startsWith(there);
            }
            if (!isPlus(here) && !isPlus(there) && !here.equals(there)) return false;
        }
    }

    private boolean matchesStart(String[] has, int count) {
        for (int i = 0; i < count; i++) {
            if (!isPlus(segments.get(i)) && !segments.get(i).equals(has[i])) return false;
        }
        return true;
    }
}
