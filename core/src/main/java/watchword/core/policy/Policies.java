package watchword.core.policy;

import java.text.Normalizer;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import watchword.sdk.Problem;

/**
 * Names of policies in their one form: NFKC, lower case, no space around, each once, sorted. The only place that decides who may be given
 * {@code root}: every field that takes policies goes through here when it is written, and what an identity adds does when it is read.
 */
public final class Policies {
    public static final String ROOT = "root";
    public static final String DEFAULT = "default";

    /** Characters of a name. */
    private static final int MAX_NAME = 512;

    private Policies() {}

    /** @throws Problem.ProblemException when {@code root} is among them, in any spelling, or one is no name */
    public static List<String> canonical(Collection<String> names) {
        var canonical = canonicalWithRoot(names);
        if (canonical.contains(ROOT)) throw new Problem.Invalid("the root policy cannot be assigned").asException();
        return canonical;
    }

    /** For the two callers that check for {@code root} themselves: making a child of a root token, and the rules of a token role. */
    public static List<String> canonicalWithRoot(Collection<String> names) {
        var canonical = canonicalOfAny(names);
        if (canonical.contains(DefaultPolicy.WRAPPING_NAME)) {
            // Whoever has it looks like a wrapping token, and could show forged contents as wrapped by another path.
            throw new Problem.Invalid("cannot assign policy \"" + DefaultPolicy.WRAPPING_NAME + "\"").asException();
        }
        return canonical;
    }

    /** Names that are not given to anybody. */
    static List<String> canonicalOfAny(Collection<String> names) {
        var sorted = new TreeSet<String>();
        for (var name : names) {
            var canonical = name(name);
            if (canonical.length() > MAX_NAME) throw new Problem.Invalid("a policy name is longer than " + MAX_NAME + " characters").asException();
            if (!canonical.isEmpty()) sorted.add(canonical);
        }
        return List.copyOf(sorted);
    }

    /** What is left without those that nobody can be given, in any spelling: for names that were stored by someone who may not give them. */
    static List<String> withoutRoot(Collection<String> names) {
        return canonicalOfAny(names).stream().filter(name -> !name.equals(ROOT) && !name.equals(DefaultPolicy.WRAPPING_NAME)).toList();
    }

    /** Of the names that a child shall have, those that its parent lacks. Both in canonical form. */
    public static List<String> exceeding(Collection<String> child, Collection<String> parent) {
        Set<String> has = new HashSet<>(parent);
        return has.contains(ROOT) ? List.of() : child.stream().filter(name -> !has.contains(name)).toList();
    }

    /** One name in its form; what cannot be seen is removed, so that no other spelling of a name looks like it. */
    public static String name(String name) {
        if (isPlain(name)) return name;
        var form = name;
        // Lower case can undo the normal form, and removing what is unseen can bring two parts of one character together.
        for (int i = 0; i < 4; i++) {
            var next = once(form);
            if (next.equals(form)) break;
            form = next;
        }
        return form;
    }

    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c >= 0x7f || (c >= 'A' && c <= 'Z')) return false;
        }
        return true;
    }

    private static String once(String name) {
        var visible = new StringBuilder();
        Normalizer.normalize(name, Normalizer.Form.NFKC).codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT && !isIgnorable(c))
                .forEach(visible::appendCodePoint);
        return strip(visible.toString()).toLowerCase(Locale.ROOT);
    }

    /** Variation selectors and fillers, which show as nothing but are not of the general category for that. */
    private static boolean isIgnorable(int c) {
        return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c <= 0xE0FFF) || c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || (c >= 0x180B && c <= 0x180F)
                || c == 0x17B4 || c == 0x17B5 || c == 0x2065 || (Character.isSurrogate((char) c) && c <= 0xFFFF);
    }

    private static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) start++;
        while (end > start && isSpace(text.charAt(end - 1))) end--;
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** As the field prints a list. */
    public static String shown(List<String> names) {
        return "[" + String.join(" ", names.stream().map(name -> '"' + name + '"').toList()) + "]";
    }
}
