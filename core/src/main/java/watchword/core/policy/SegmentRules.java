package watchword.core.policy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the most specific of many patterns with {@code +}: a tree of segments, in which a path goes by its own text and by {@code +}. Immutable. */
final class SegmentRules {
    static final int NONE = PrefixRules.NONE;

    private final Node root;

    SegmentRules(List<Pattern> ranked, int[] rankOf) {
        var growing = new Growing();
        for (int i = 0; i < ranked.size(); i++) growing.add(ranked.get(i), rankOf[i]);
        this.root = new Node(growing);
    }

    /** The rank of the most specific pattern that matches the path's first {@code end} characters. */
    int find(String path, int end) {
        return root.find(path, 0, end, NONE);
    }

    private static final class Node {
        private final TextTable words;
        private final Node[] children;
        private final @Nullable Node plus;
        private final int here;
        /** Patterns that end in this segment with {@code *}: the text before it, and their ranks. */
        private final String[] starts;
        private final int[] startRanks;
        private final int best;

        Node(Growing from) {
            this.words = new TextTable(List.copyOf(from.children.keySet()));
            this.children = from.children.values().stream().map(Node::new).toArray(Node[]::new);
            this.plus = from.plus == null ? null : new Node(from.plus);
            this.here = from.here;
            this.starts = from.starts.keySet().toArray(String[]::new);
            this.startRanks = from.starts.values().stream().mapToInt(Integer::intValue).toArray();
            int least = here;
            for (int rank : startRanks) least = Math.min(least, rank);
            for (var child : children) least = Math.min(least, child.best);
            this.best = plus == null ? least : Math.min(least, plus.best);
        }

        int find(String path, int from, int end, int found) {
            if (best >= found) return found;
            if (from > end) return Math.min(here, found);
            int slash = path.indexOf('/', from);
            int to = slash < 0 || slash > end ? end : slash;
            for (int i = 0; i < starts.length; i++) {
                if (startRanks[i] < found && from + starts[i].length() <= to && path.startsWith(starts[i], from)) found = startRanks[i];
            }
            int child = words.find(TextTable.hash(0, path, from, to), path, from, to);
            if (child != TextTable.ABSENT) found = children[child].find(path, to + 1, end, found);
            return plus == null ? found : plus.find(path, to + 1, end, found);
        }
    }

    private static final class Growing {
        private final Map<String, Growing> children = new TreeMap<>();
        private final Map<String, Integer> starts = new TreeMap<>();
        private @Nullable Growing plus;
        private int here = NONE;

        void add(Pattern pattern, int rank) {
            var at = this;
            var segments = pattern.segments();
            for (int i = 0; i < segments.size(); i++) {
                var segment = segments.get(i);
                if (i == segments.size() - 1 && pattern.isPrefix()) {
                    at.starts.put(segment, rank);
                    return;
                }
                at = Pattern.isPlus(segment) ? at.plus() : at.children.computeIfAbsent(segment, _ -> new Growing());
            }
            at.here = rank;
        }

        private Growing plus() {
            if (plus == null) plus = new Growing();
            return plus;
        }
    }
}
