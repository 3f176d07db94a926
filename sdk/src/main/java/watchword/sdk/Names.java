package watchword.sdk;

import java.text.Normalizer;
import java.util.Locale;

/**
 * The one form of a name that people write: NFKC, lower case, no space around. What cannot be seen is removed, so that no other spelling
 * of a name looks like it. Whatever is looked up, counted, locked or bound by such a name goes by this form.
 */
public final class Names {
    private Names() {}

    /** One name in its form. */
    public static String canonical(String name) {
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
}
