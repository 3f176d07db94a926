package watchword.server.config;

import java.util.Collection;
import java.util.Optional;

/** Tells a misspelt name from one of somebody else. */
final class Likeness {
    private static final int FARTHEST = 2;

    private Likeness() {}

    /** The known name with the fewest letters to change: two at most, and less than half of the word. */
    static Optional<String> of(String word, Collection<String> known) {
        var best = Optional.<String>empty();
        int least = Math.min(FARTHEST, (word.length() - 1) / 2) + 1;
        for (var each : known) {
            int distance = distance(word, each);
            if (distance < least) {
                least = distance;
                best = Optional.of(each);
            }
        }
        return best;
    }

    /** Levenshtein's, row by row. */
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(Math.min(above, row[j - 1]) + 1, change);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
