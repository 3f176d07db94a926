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
record Pattern(String text, List<String> segments, boolean isPrefix, int firstWildcard, int pluses) {
    private static final String PLUS = "+";

    /**
     * The field's order, the pattern that decides first: whose first wildcard comes later; without {@code *} at the end; with fewer
     * {@code +}; the longer; the alphabetically greater.
     */
    static final Comparator<Pattern> MOST_SPECIFIC_FIRST = Comparator.comparingInt(Pattern::firstWildcard).reversed()
            .thenComparing(Pattern::isPrefix)
            .thenComparingInt(Pattern::pluses)
            .thenComparing((a, b) -> Integer.compare(b.bytes().length, a.bytes().length))
            .thenComparing((a, b) -> Arrays.compareUnsigned(b.bytes(), a.bytes()));

    static boolean is(String path) {
        return path.endsWith("*") || Arrays.asList(path.split("/", -1)).contains(PLUS);
    }

    static Pattern of(String path) {
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

    private boolean matchesStart(String[] has, int count) {
        for (int i = 0; i < count; i++) {
            if (!isPlus(segments.get(i)) && !segments.get(i).equals(has[i])) return false;
        }
        return true;
    }
}
