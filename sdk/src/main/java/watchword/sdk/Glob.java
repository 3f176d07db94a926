package watchword.sdk;

/**
 * Texts with {@code *} for any text, an empty one too; everything else stands for itself, and case counts. The only place that matches
 * them. Rules of policies are not globs.
 */
public final class Glob {
    private Glob() {}

    /** {@code *} anywhere. Takes time in proportion to the lengths multiplied, at worst, whatever the pattern. */
    public static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') p++;
        return p == pattern.length();
    }

    /** {@code *} at either end, or both, stands for any text; elsewhere, and alone, it is itself. */
    public static boolean atEnds(String glob, String text) {
        if (glob.length() < 2) return glob.equals(text);
        boolean before = glob.startsWith("*");
        boolean after = glob.endsWith("*");
        if (before && after) return text.contains(glob.substring(1, glob.length() - 1));
        if (before) return text.endsWith(glob.substring(1));
        return after ? text.startsWith(glob.substring(0, glob.length() - 1)) : glob.equals(text);
    }

    /** {@code *} at the end stands for any text; elsewhere it is itself. */
    public static boolean atEnd(String glob, String text) {
        return glob.endsWith("*") ? text.startsWith(glob.substring(0, glob.length() - 1)) : glob.equals(text);
    }
}
