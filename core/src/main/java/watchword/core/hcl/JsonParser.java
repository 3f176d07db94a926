package watchword.core.hcl;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Position;
import watchword.core.hcl.Hcl.SyntaxException;
import watchword.core.hcl.Hcl.Value;

/** Reads JSON (RFC 8259) into the tree that HCL gives, with positions, within the same bounds. An object's null members are left out. */
final class JsonParser {
    private final Cursor cursor;
    private final Budget budget = new Budget();

    JsonParser(Cursor cursor) {
        this.cursor = cursor;
    }

    Value.Body document() throws SyntaxException {
        skipSpace();
        var body = object(0);
        skipSpace();
        if (!cursor.isAtEnd()) throw cursor.wrong("unexpected text after the object");
        return body;
    }

    private Value.Body object(int depth) throws SyntaxException {
        var start = cursor.here();
        budget.enter(depth, start);
        expect('{', "object expected LBRACE");
        var items = new ArrayList<Item>();
        var names = new HashSet<String>();
        skipSpace();
        if (cursor.took('}')) return new Value.Body(List.of(), start);
        do {
            skipSpace();
            var at = cursor.here();
            if (cursor.peek() != '"') throw cursor.wrong(cursor.isAtEnd() ? "object expected closing RBRACE got: EOF" : "expected: STRING");
            var name = string();
            if (!names.add(name)) throw Budget.twice(name, at);
            skipSpace();
            expect(':', "expected: COLON");
            skipSpace();
            if (!tookNull()) items.add(new Item(name, List.of(), value(depth + 1), at));
            skipSpace();
        } while (cursor.took(','));
        expect('}', "object expected closing RBRACE");
        return new Value.Body(List.copyOf(items), start);
    }

    private void expect(char c, String otherwise) throws SyntaxException {
        if (!cursor.took(c)) throw cursor.wrong(cursor.isAtEnd() ? otherwise + " got: EOF" : otherwise);
    }

    private Value value(int depth) throws SyntaxException {
        var at = cursor.here();
        budget.enter(depth, at);
        budget.count(at);
        return switch (cursor.peek()) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> new Value.Text(string(), at);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(at);
            default -> {
                var word = word();
                if (!word.equals("true") && !word.equals("false")) throw new SyntaxException(at, "illegal character");
                yield new Value.Bool(word.equals("true"), at);
            }
        };
    }

    private Value list(int depth) throws SyntaxException {
        var start = cursor.here();
        cursor.next();
        var values = new ArrayList<Value>();
        skipSpace();
        if (cursor.took(']')) return new Value.Items(List.of(), start);
        do {
            skipSpace();
            values.add(value(depth + 1));
            skipSpace();
        } while (cursor.took(','));
        expect(']', "error parsing list, expected comma or list end");
        return new Value.Items(List.copyOf(values), start);
    }

    private boolean tookNull() throws SyntaxException {
        if (cursor.peek() != 'n') return false;
        var at = cursor.here();
        if (!word().equals("null")) throw new SyntaxException(at, "illegal character");
        return true;
    }

    private String word() {
        int from = cursor.offset();
        while (cursor.peek() >= 'a' && cursor.peek() <= 'z') cursor.next();
        return cursor.since(from);
    }

    private Value number(Position at) throws SyntaxException {
        int from = cursor.offset();
        while ((cursor.peek() >= '0' && cursor.peek() <= '9') || (cursor.peek() != Cursor.END && "+-.eE".indexOf(cursor.peek()) >= 0)) cursor.next();
        var text = cursor.since(from);
        if (text.length() > 400 || !text.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?")) throw new SyntaxException(at, "illegal number");
        return new Value.Number(text, at);
    }

    private String string() throws SyntaxException {
        var start = cursor.here();
        cursor.next();
        var read = new StringBuilder();
        while (!cursor.isAtEnd()) {
            char c = cursor.next();
            if (c == '"') return paired(read, start);
            if (c < ' ') throw new SyntaxException(start, "control character in a string");
            if (c == '\\') read.append(escape());
            else read.append(c);
        }
        throw new SyntaxException(start, "literal not terminated");
    }

    private char escape() throws SyntaxException {
        if (cursor.isAtEnd()) throw cursor.wrong("literal not terminated");
        var at = cursor.here();
        char c = cursor.next();
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '"', '\\', '/' -> c;
            case 'u' -> (char) cursor.hexadecimal(4);
            default -> throw new SyntaxException(at, "illegal char escape");
        };
    }

    /** JSON escapes half characters one by one; in the end each must have its other half. */
    private static String paired(StringBuilder read, Position start) throws SyntaxException {
        var text = read.toString();
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw new SyntaxException(start, "illegal char escape");
        }
        return text;
    }

    private void skipSpace() {
        while (cursor.peek() == ' ' || cursor.peek() == '\t' || cursor.peek() == '\n' || cursor.peek() == '\r') cursor.next();
    }
}
