package watchword.core.hcl;

import watchword.core.hcl.Hcl.Position;
import watchword.core.hcl.Hcl.SyntaxException;

/** A place in a text, and the characters from there. */
final class Cursor {
    /** What {@link #peek} gives behind the last character; the text itself holds none. */
    static final char END = '\0';

    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;

    /** @throws SyntaxException when the text has a NUL, or half a character */
    Cursor(String text) throws SyntaxException {
        this.text = text;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
            if (c == END || (Character.isSurrogate(c) && !pair)) {
                while (at < i) next();
                throw wrong(c == END ? "unexpected null character (0x00)" : "invalid unicode character");
            }
            if (pair) i++;
        }
        if (text.startsWith("\uFEFF")) {
            at = 1;
            lineStart = 1;
        }
    }

    boolean isAtEnd() {
        return at == text.length();
    }

    char peek() {
        return at < text.length() ? text.charAt(at) : END;
    }

    char peekSecond() {
        return at + 1 < text.length() ? text.charAt(at + 1) : END;
    }

    char next() {
        char c = text.charAt(at);
        if (c == '\n') {
            line++;
            lineStart = at + 1;
        }
        at++;
        return c;
    }

    /** Takes {@code c} if it is next. */
    boolean took(char c) {
        if (peek() != c || isAtEnd()) return false;
        next();
        return true;
    }

    int offset() {
        return at;
    }

    String since(int offset) {
        return text.substring(offset, at);
    }

    /** The rest of the line without its end, which is taken as well. */
    String restOfLine() {
        int end = text.indexOf('\n', at);
        var rest = text.substring(at, end < 0 ? text.length() : end);
        at += rest.length();
        if (!isAtEnd()) next();
        return rest;
    }

    /** Leaves the line's end in place. */
    void skipToLineEnd() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    /** @return whether {@code marker} was found; if not, all of the text is taken */
    boolean skipPast(String marker) {
        int end = text.indexOf(marker, at);
        int to = end < 0 ? text.length() : end + marker.length();
        while (at < to) next();
        return end >= 0;
    }

    Position here() {
        return new Position(line, at - lineStart + 1);
    }

    SyntaxException wrong(String message) {
        return new SyntaxException(here(), message);
    }

    /** A character by its code in hexadecimal digits, which are next. */
    int hexadecimal(int digits) throws SyntaxException {
        int code = 0;
        for (int i = 0; i < digits; i++) {
            int digit = isAtEnd() ? -1 : Character.digit(peek(), 16);
            if (digit < 0 || peek() > 'f' || code > 0x10FFFF >> 4) throw wrong("illegal char escape");
            code = code << 4 | digit;
            next();
        }
        return code;
    }
}
