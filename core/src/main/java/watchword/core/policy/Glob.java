package watchword.core.policy;

import java.util.List;

/**
 * Texts with {@code *} for any text: the only place that matches them, in time that grows with their number and not with all ways to
 * divide a text among them. Rules of policies are not globs: see {@link Pattern}.
 */
public final class Glob {
    private Glob() {}

    /** {@code *} stands for any text, anywhere. Parts between stars are looked for from left to right: the first place of each is as good as any. */
    public static boolean anywhere(String glob, String text) {
        int star = glob.indexOf('*');
        if (star < 0) return glob.equals(text);
        int last = glob.lastIndexOf('*');
        var end = glob.substring(last + 1);
        if (!text.startsWith(glob.substring(0, star)) || text.length() < star + end.length() || !text.endsWith(end)) return false;
        int at = star;
        int most = text.length() - end.length();
        for (var part : last == star ? List.<String>of() : List.of(glob.substring(star + 1, last).split("\\*", -1))) {
            int found = text.indexOf(part, at);
            if (found < 0 || found + part.length() > most) return false;
            at = found + part.length();
        }
        return true;
    }

    /** {@code *} at either end, or both, stands for any text; elsewhere, and alone, it is itself. */
    static boolean atEnds(String glob, String text) {
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
