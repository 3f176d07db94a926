package watchword.core.policy;

import java.util.Arrays;
import java.util.List;

/**
 * Finds the longest of many prefixes that a path begins with. Immutable.
 *
 * <p>The prefixes lie sorted, each knowing the longest other one that it begins with itself. Whatever the path begins with is then the
 * last prefix not after the path, or one of those that it begins with.
 */
final class PrefixRules {
    static final int NONE = Integer.MAX_VALUE;

    private final String[] prefixes;
    private final int[] outer;
    private final int[] ranks;

    /** @param ranked patterns without {@code +}, with the rank of each at its index */
    PrefixRules(List<Pattern> ranked, int[] rankOf) {
        var order = new Integer[ranked.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> ranked.get(a).body().compareTo(ranked.get(b).body()));
        prefixes = new String[order.length];
        ranks = new int[order.length];
        outer = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            prefixes[i] = ranked.get(order[i]).body();
            ranks[i] = rankOf[order[i]];
            int candidate = i - 1;
            while (candidate >= 0 && !prefixes[i].startsWith(prefixes[candidate])) candidate = outer[candidate];
            outer[i] = candidate;
        }
    }

    /** The rank of the longest prefix of the path's first {@code end} characters; {@link #NONE} if there is none. */
    int find(String path, int end) {
        int low = 0;
        int high = prefixes.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (isAfter(prefixes[middle], path, end)) high = middle - 1;
            else low = middle + 1;
        }
        for (int i = high; i >= 0; i = outer[i]) {
            if (prefixes[i].length() <= end && path.startsWith(prefixes[i])) return ranks[i];
        }
        return NONE;
    }

    private static boolean isAfter(String prefix, String path, int end) {
        int common = Math.min(prefix.length(), end);
        for (int i = 0; i < common; i++) {
            int order = prefix.charAt(i) - path.charAt(i);
            if (order != 0) return order > 0;
        }
        return prefix.length() > end;
    }
}
