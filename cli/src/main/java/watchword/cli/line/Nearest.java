package watchword.cli.line;

import java.util.List;
import java.util.Optional;

/** Finds the word that was probably meant. */
public final class Nearest {
    private static final int FARTHEST = 3;

    private Nearest() {}

    /** The known word with the fewest letters to change, unless that is more than about a third of them. */
    public static Optional<String> to(String word, List<String> known) {
        var best = Optional.<String>empty();
        int least = Math.min(FARTHEST, Math.max(1, (word.length() + 2) / 3)) + 1;
        for (var each : known) {
            int distance = each.startsWith(word) && !word.isEmpty() ? 1 : distance(word, each);
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
