package watchword.core.hcl;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Position;
import watchword.core.hcl.Hcl.SyntaxException;
import watchword.core.hcl.Hcl.Value;
import watchword.core.hcl.Token.Kind;

/** Reads HCL by recursive descent, bounded in depth and number of values. Its errors are worded as the field's tools word them. */
final class Parser {
    private final Lexer lexer;
    private final Budget budget = new Budget();
    private Token token;

    Parser(Cursor cursor) throws SyntaxException {
        this.lexer = new Lexer(cursor);
        this.token = lexer.next();
    }

    Value.Body document() throws SyntaxException {
        var start = token.at();
        var items = items(0);
        if (token.kind() != Kind.EOF) throw keyExpected(0);
        return new Value.Body(items, start);
    }

    private void advance() throws SyntaxException {
        token = lexer.next();
    }

    /** Up to a closing brace or the end, which is left for the caller to judge. */
    private List<Item> items(int depth) throws SyntaxException {
        budget.enter(depth, token.at());
        var items = new ArrayList<Item>();
        var assigned = new HashSet<String>();
        while (token.kind() != Kind.RBRACE && token.kind() != Kind.EOF) {
            items.add(item(depth, assigned));
            if (token.kind() == Kind.COMMA) advance();
        }
        return List.copyOf(items);
    }

    private Item item(int depth, Set<String> assigned) throws SyntaxException {
        var start = token.at();
        budget.count(start);
        var keys = keys();
        var labels = List.copyOf(keys.subList(1, keys.size()));
        if (token.kind() == Kind.LBRACE) return new Item(keys.getFirst(), labels, body(depth), start);
        if (!labels.isEmpty()) throw new SyntaxException(token.at(), "nested object expected: LBRACE got: ASSIGN");
        if (!assigned.add(keys.getFirst())) throw Budget.twice(keys.getFirst(), start);
        advance();
        return new Item(keys.getFirst(), labels, value(depth), start);
    }

    /** Ends at an equals sign or an opening brace. */
    private List<String> keys() throws SyntaxException {
        var keys = new ArrayList<String>();
        while (token.kind() == Kind.IDENT || token.kind() == Kind.BOOL || token.kind() == Kind.STRING) {
            keys.add(token.text());
            budget.count(token.at());
            advance();
        }
        if (keys.isEmpty()) throw keyExpected(0);
        return switch (token.kind()) {
            case ASSIGN, LBRACE -> keys;
            case EOF, RBRACE -> throw new SyntaxException(token.at(),
                    "key '" + Token.shown(String.join(" ", keys)) + "' expected start of object ('{') or assignment ('=')");
            default -> throw keyExpected(keys.size());
        };
    }

    private SyntaxException keyExpected(int keysBefore) {
        return new SyntaxException(token.at(), switch (token.kind()) {
            case ILLEGAL -> "illegal character";
            case ASSIGN -> "no object keys found!";
            case LBRACE -> "expected: IDENT | STRING got: LBRACE";
            case RBRACE -> "unexpected token while parsing: RBRACE";
            default -> "expected: IDENT | STRING" + (keysBefore >= 0 ? " | ASSIGN | LBRACE got: " : " got: ") + token.kind();
        });
    }

    private Value.Body body(int depth) throws SyntaxException {
        var start = token.at();
        advance();
        var items = items(depth + 1);
        if (token.kind() == Kind.EOF) {
            // The field's tools count the end of the text as a column of its own.
            throw new SyntaxException(new Position(token.at().line(), token.at().column() + 1), "object expected closing RBRACE got: EOF");
        }
        advance();
        return new Value.Body(items, start);
    }

    private Value value(int depth) throws SyntaxException {
        budget.enter(depth, token.at());
        budget.count(token.at());
        var first = token;
        return switch (first.kind()) {
            case STRING, HEREDOC -> then(new Value.Text(first.text(), first.at()));
            case NUMBER, FLOAT -> then(new Value.Number(first.text(), first.at()));
            case BOOL -> then(new Value.Bool(first.text().equals("true"), first.at()));
            case LBRACE -> body(depth);
            case LBRACK -> list(depth);
            case EOF -> throw new SyntaxException(first.at(), "EOF token found");
            default -> throw new SyntaxException(first.at(), "Unknown token: " + first.at() + " " + first.kind() + " " + first.shown());
        };
    }

    private Value then(Value value) throws SyntaxException {
        advance();
        return value;
    }

    private Value list(int depth) throws SyntaxException {
        var start = token.at();
        advance();
        var values = new ArrayList<Value>();
        boolean needsComma = false;
        while (token.kind() != Kind.RBRACK) {
            if (token.kind() == Kind.COMMA) {
                needsComma = false;
                advance();
                continue;
            }
            if (needsComma) throw new SyntaxException(token.at(), "error parsing list, expected comma or list end, got: " + token.kind());
            values.add(element(depth));
            needsComma = true;
        }
        advance();
        return new Value.Items(List.copyOf(values), start);
    }

    private Value element(int depth) throws SyntaxException {
        return switch (token.kind()) {
            case STRING, HEREDOC, NUMBER, FLOAT, BOOL, LBRACE, LBRACK -> value(depth + 1);
            default -> throw new SyntaxException(token.at(), "unexpected token while parsing list: " + token.kind());
        };
    }
}
