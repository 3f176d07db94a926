package watchword.core.hcl;

import java.util.ArrayList;
import java.util.List;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Position;
import watchword.core.hcl.Hcl.SyntaxException;
import watchword.core.hcl.Hcl.Value;

/** A recursive descent over the characters, bounded in length, depth and number of values. */
final class Parser {
    static final int MAX_CHARS = 4 << 20;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_VALUES = 200_000;

    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;
    private int values;

    Parser(String text) {
        this.text = text;
    }

    Value.Body document() throws SyntaxException {
        var start = here();
        var items = items(0, true);
        return new Value.Body(items, start);
    }

    private List<Item> items(int depth, boolean top) throws SyntaxException {
        if (depth > MAX_DEPTH) throw wrong("nested too deep");
        var items = new ArrayList<Item>();
        while (true) {
            skipSpace();
            if (at == text.length()) {
                if (top) return List.copyOf(items);
                throw new SyntaxException(new Position(line, at - lineStart + 2), "object expected closing RBRACE got: EOF");
            }
            if (text.charAt(at) == '}') {
                if (top) throw wrong("unexpected token while parsing: RBRACE");
                next();
                return List.copyOf(items);
            }
            items.add(item(depth));
            skipSpace();
            if (at < text.length() && text.charAt(at) == ',') next();
        }
    }

    private Item item(int depth) throws SyntaxException {
        if (++values > MAX_VALUES) throw wrong("document has too many values");
        var start = here();
        var key = key();
        var labels = new ArrayList<String>();
        while (true) {
            skipSpace();
            if (at == text.length()) throw wrong("key '" + shown(key) + "' expected start of object ('{') or assignment ('=')");
            switch (text.charAt(at)) {
                case '=' -> {
                    next();
                    if (!labels.isEmpty()) throw wrong("nested object expected: LBRACE got: ASSIGN");
                    return new Item(key, List.of(), value(depth), start);
                }
                case '{' -> {
                    var bodyStart = here();
                    next();
                    return new Item(key, List.copyOf(labels), new Value.Body(items(depth + 1, false), bodyStart), start);
                }
                default -> labels.add(key());
            }
        }
    }

    private String key() throws SyntaxException {
        char c = text.charAt(at);
        if (c == '"') return quoted();
        if (!isWordStart(c)) throw wrong("illegal character");
        int start = at;
        while (at < text.length() && isWord(text.charAt(at))) next();
        return text.substring(start, at);
    }

    private Value value(int depth) throws SyntaxException {
        if (depth > MAX_DEPTH) throw wrong("nested too deep");
        if (++values > MAX_VALUES) throw wrong("document has too many values");
        skipSpace();
        if (at == text.length()) throw wrong("unexpected end of file");
        var start = here();
        char c = text.charAt(at);
        if (c == '"') return new Value.Text(quoted(), start);
        if (c == '[') return list(depth, start);
        if (c == '{') {
            next();
            return new Value.Body(items(depth + 1, false), start);
        }
        if (text.startsWith("<<", at)) return new Value.Text(heredoc(), start);
        if (c == '-' || c == '+' || c == '.' || isDigit(c)) return number(start);
        int from = at;
        while (at < text.length() && isWord(text.charAt(at))) next();
        return switch (text.substring(from, at)) {
            case "true" -> new Value.Bool(true, start);
            case "false" -> new Value.Bool(false, start);
            case "" -> throw wrong("illegal character");
            default -> throw new SyntaxException(start, "Unknown token: " + start + " IDENT " + shown(text.substring(from, at)));
        };
    }

    private Value number(Position start) {
        int from = at;
        while (at < text.length() && (isWord(text.charAt(at)) || text.charAt(at) == '.' || text.charAt(at) == '-' || text.charAt(at) == '+')) next();
        return new Value.Number(text.substring(from, at), start);
    }

    private Value list(int depth, Position start) throws SyntaxException {
        next();
        var list = new ArrayList<Value>();
        while (true) {
            skipSpace();
            if (at == text.length()) throw wrong("error parsing list, unexpected EOF");
            if (text.charAt(at) == ']') {
                next();
                return new Value.Items(List.copyOf(list), start);
            }
            list.add(value(depth + 1));
            skipSpace();
            if (at < text.length() && text.charAt(at) == ',') next();
            else if (at < text.length() && text.charAt(at) != ']') throw wrong("error parsing list, expected comma or list end");
        }
    }

    private String quoted() throws SyntaxException {
        var start = here();
        next();
        var read = new StringBuilder();
        int braces = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"' && braces == 0) {
                next();
                return read.toString();
            }
            if (c == '\n' && braces == 0) throw new SyntaxException(start, "literal not terminated");
            if (c == '$' && text.startsWith("${", at)) braces++;
            if (c == '}' && braces > 0) braces--;
            if (c == '\\') read.append(escape());
            else read.append(c);
            next();
        }
        throw new SyntaxException(start, "literal not terminated");
    }

    /** Stands on the last character of the escape when it returns. */
    private String escape() throws SyntaxException {
        next();
        if (at == text.length()) throw wrong("literal not terminated");
        char c = text.charAt(at);
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case '"', '\\', '/' -> String.valueOf(c);
            case 'u' -> unicode(4);
            case 'U' -> unicode(8);
            default -> throw wrong("illegal char escape");
        };
    }

    private String unicode(int digits) throws SyntaxException {
        if (at + digits >= text.length()) throw wrong("illegal char escape");
        try {
            int code = Integer.parseInt(text.substring(at + 1, at + 1 + digits), 16);
            at += digits;
            return Character.toString(code);
        } catch (IllegalArgumentException notACharacter) {
            throw wrong("illegal char escape");
        }
    }

    private String heredoc() throws SyntaxException {
        var start = here();
        at += 2;
        boolean indented = at < text.length() && text.charAt(at) == '-';
        if (indented) at++;
        int from = at;
        while (at < text.length() && isWord(text.charAt(at))) next();
        var anchor = text.substring(from, at);
        if (anchor.isEmpty() || at == text.length() || text.charAt(at) != '\n' && !text.startsWith("\r\n", at)) throw new SyntaxException(start, "heredoc anchor not found");
        skipLine();
        var lines = new ArrayList<String>();
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            var each = text.substring(at, end < 0 ? text.length() : end);
            if (each.strip().equals(anchor)) {
                at += each.length();
                return join(lines, indented);
            }
            lines.add(each);
            at += each.length();
            skipLine();
        }
        throw new SyntaxException(start, "heredoc not terminated");
    }

    private static String join(List<String> lines, boolean indented) {
        int indent = indented ? lines.stream().filter(l -> !l.isBlank()).mapToInt(l -> l.length() - l.stripLeading().length()).min().orElse(0) : 0;
        var text = new StringBuilder();
        for (var each : lines) text.append(each.length() >= indent ? each.substring(indent) : each.stripLeading()).append('\n');
        return text.toString();
    }

    private void skipSpace() throws SyntaxException {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#' || text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) throw wrong("comment not terminated");
                while (at < end + 2) next();
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\uFEFF') {
                next();
            } else {
                return;
            }
        }
    }

    private void skipLine() {
        int end = text.indexOf('\n', at);
        if (end < 0) {
            at = text.length();
            return;
        }
        at = end;
        next();
    }

    private void next() {
        if (text.charAt(at) == '\n') {
            line++;
            lineStart = at + 1;
        }
        at++;
    }

    private Position here() {
        return new Position(line, at - lineStart + 1);
    }

    private SyntaxException wrong(String message) {
        return new SyntaxException(here(), message);
    }

    private static String shown(String word) {
        return word.length() > 40 ? word.substring(0, 40) : word;
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
