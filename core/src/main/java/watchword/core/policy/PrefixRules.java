package watchword.core.policy;

import java.util.List;

/**
 * Finds the longest of many prefixes that a path begins with. Immutable.
 *
 * <p>One pass over the path makes the hash of each of its beginnings from that of the one before, and looks up those that are as long as
 * some prefix is: the cost goes by the path's length, whatever the number of prefixes.
 */
final class PrefixRules {
    static final int NONE = Integer.MAX_VALUE;

    private final TextTable prefixes;
    private final int[] ranks;
    /** How long prefixes are, shortest first. */
    private final int[] lengths;

    /** @param ranked patterns without {@code +}, with the rank of each at its index */
    PrefixRules(List<Pattern> ranked, int[] rankOf) {
        prefixes = new TextTable(ranked.stream().map(Pattern::body).toList());
        ranks = rankOf;
        lengths = ranked.stream().mapToInt(pattern -> pattern.body().length()).distinct().sorted().toArray();
    }

    /** The rank of the longest prefix of the path's first {@code end} characters; {@link #NONE} if there is none. */
    int find(String path, int end) {
        int longest = TextTable.ABSENT;
        long hash = 0;
        int hashed = 0;
        for (int length : lengths) {
            if (length > end) break;
            hash = TextTable.hash(hash, path, hashed, length);
            hashed = length;
            int found = prefixes.find(hash, path, 0, length);
            if (found != TextTable.ABSENT) longest = found;
        }
        return longest == TextTable.ABSENT ? NONE : ranks[longest];
    }
}
