package watchword.core.hcl;

import watchword.core.hcl.Hcl.Position;

/**
 * A word of HCL.
 *
 * @param text of a string or heredoc: what it means; of anything else: as written
 */
record Token(Kind kind, String text, Position at) {

    /** By the names that the field's error messages have. */
    enum Kind {
        EOF,
        ILLEGAL,
        IDENT,
        NUMBER,
        FLOAT,
        BOOL,
        STRING,
        HEREDOC,
        LBRACE,
        RBRACE,
        LBRACK,
        RBRACK,
        COMMA,
        ASSIGN,
        ADD,
        SUB,
        PERIOD
    }

    /** For a message: neither long nor of more than one line. */
    String shown() {
        return shown(text);
    }

    static String shown(String text) {
        var plain = new StringBuilder();
        text.codePoints().limit(60).forEach(c -> plain.appendCodePoint(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c));
        return plain.toString();
    }
}
