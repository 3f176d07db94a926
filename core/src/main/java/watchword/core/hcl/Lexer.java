package watchword.core.hcl;

import java.util.ArrayList;
import java.util.List;
import watchword.core.hcl.Hcl.Position;
import watchword.core.hcl.Hcl.SyntaxException;
import watchword.core.hcl.Token.Kind;

/** Splits HCL into tokens; comments and white space lie between them. One thread. */
final class Lexer {
    private final Cursor cursor;

    Lexer(Cursor cursor) {
        this.cursor = cursor;
    }

    Token next() throws SyntaxException {
        skipSpace();
        var at = cursor.here();
        if (cursor.isAtEnd()) return new Token(Kind.EOF, "", at);
        char c = cursor.peek();
        if (isWordStart(c)) return word(at);
        if (isDigit(c) || (c == '-' && isDigit(cursor.peekSecond()))) return number(at);
        if (c == '"') return new Token(Kind.STRING, quoted(), at);
        if (c == '<' && cursor.peekSecond() == '<') return new Token(Kind.HEREDOC, heredoc(), at);
        cursor.next();
        return new Token(punctuation(c), String.valueOf(c), at);
    }

    private static Kind punctuation(char c) {
        return switch (c) {
            case '{' -> Kind.LBRACE;
            case '}' -> Kind.RBRACE;
            case '[' -> Kind.LBRACK;
            case ']' -> Kind.RBRACK;
            case ',' -> Kind.COMMA;
            case '=' -> Kind.ASSIGN;
            case '+' -> Kind.ADD;
            case '-' -> Kind.SUB;
            case '.' -> Kind.PERIOD;
            default -> Kind.ILLEGAL;
        };
    }

    private void skipSpace() throws SyntaxException {
        while (true) {
            char c = cursor.peek();
            if (c == '#' || (c == '/' && cursor.peekSecond() == '/')) {
                cursor.skipToLineEnd();
            } else if (c == '/' && cursor.peekSecond() == '*') {
                var start = cursor.here();
                cursor.next();
                cursor.next();
                if (!cursor.skipPast("*/")) throw new SyntaxException(start, "comment not terminated");
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                cursor.next();
            } else {
                return;
            }
        }
    }

    private Token word(Position at) {
        int from = cursor.offset();
        while (isWord(cursor.peek())) cursor.next();
        var word = cursor.since(from);
        return new Token(word.equals("true") || word.equals("false") ? Kind.BOOL : Kind.IDENT, word, at);
    }

    private Token number(Position at) throws SyntaxException {
        int from = cursor.offset();
        cursor.took('-');
        while (isWord(cursor.peek()) || ((cursor.peek() == '+' || cursor.peek() == '-') && isExponent(cursor.since(from)))) cursor.next();
        var text = cursor.since(from);
        if (text.length() > 400) throw new SyntaxException(at, "number is too long");
        if (text.matches("-?(\\d+|0[xX][0-9a-fA-F]+)")) return new Token(Kind.NUMBER, text, at);
        if (text.matches("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?")) return new Token(Kind.FLOAT, text, at);
        throw new SyntaxException(at, "illegal number");
    }

    private static boolean isExponent(String number) {
        return (number.endsWith("e") || number.endsWith("E")) && !number.contains("x") && !number.contains("X");
    }

    private String quoted() throws SyntaxException {
        var start = cursor.here();
        cursor.next();
        var read = new StringBuilder();
        int braces = 0;
        while (!cursor.isAtEnd()) {
            char c = cursor.peek();
            if (braces == 0 && c == '\n') break;
            cursor.next();
            if (braces == 0 && c == '"') return read.toString();
            if ((c == '$' && cursor.peek() == '{') || (braces > 0 && c == '{')) braces++;
            if (braces > 0 && c == '}') braces--;
            if (braces == 0 && c == '\\') {
                read.append(escape());
                continue;
            }
            read.append(c);
            if (c == '$' && braces > 0 && cursor.peek() == '{') read.append(cursor.next());
        }
        throw new SyntaxException(start, "literal not terminated");
    }

    private String escape() throws SyntaxException {
        if (cursor.isAtEnd()) throw cursor.wrong("literal not terminated");
        var at = cursor.here();
        char c = cursor.next();
        return switch (c) {
            case 'a' -> "\007";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case 'v' -> "\013";
            case '"', '\\' -> String.valueOf(c);
            case 'x' -> character(at, cursor.hexadecimal(2));
            case 'u' -> character(at, cursor.hexadecimal(4));
            case 'U' -> character(at, cursor.hexadecimal(8));
            default -> throw new SyntaxException(at, "illegal char escape");
        };
    }

    private static String character(Position at, int code) throws SyntaxException {
        boolean half = code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE;
        if (half || !Character.isValidCodePoint(code)) throw new SyntaxException(at, "illegal char escape");
        return Character.toString(code);
    }

    private String heredoc() throws SyntaxException {
        var start = cursor.here();
        cursor.next();
        cursor.next();
        boolean indented = cursor.took('-');
        var anchor = cursor.restOfLine().stripTrailing();
        if (anchor.isEmpty() || !anchor.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || c == '_')) {
            throw new SyntaxException(start, "invalid heredoc anchor");
        }
        var lines = new ArrayList<String>();
        while (!cursor.isAtEnd()) {
            int from = cursor.offset();
            cursor.skipToLineEnd();
            var line = cursor.since(from);
            if (line.strip().equals(anchor)) return joined(lines, indented);
            lines.add(line);
            if (!cursor.isAtEnd()) cursor.next();
        }
        throw new SyntaxException(start, "heredoc not terminated");
    }

    private static String joined(List<String> lines, boolean indented) {
        int indent = indented ? lines.stream().filter(l -> !l.isBlank()).mapToInt(l -> l.length() - l.stripLeading().length()).min().orElse(0) : 0;
        var text = new StringBuilder();
        for (var line : lines) text.append(line.length() >= indent ? line.substring(indent) : line.stripLeading()).append('\n');
        return text.toString();
    }

    private static boolean isWordStart(char c) {
        return Character.isLetter(c) || c == '_';
    }

    private static boolean isWord(char c) {
        return isWordStart(c) || Character.isDigit(c) || c == '-' || c == '.';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
