package watchword.core.audit.filter;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads an {@link Expression} by recursive descent. One use. */
final class ExpressionParser {
    private static final int MAX_LENGTH = 8192;
    private static final int MAX_DEPTH = 50;

    private final String text;
    private final Predicate<String> isName;
    private int at;
    private int depth;
    private Token token;

    /** @param quoted whether it stood in quotes, and so is never a word of the language */
    private record Token(String text, boolean quoted) {
        boolean is(String word) {
            return !quoted && text.equals(word);
        }

        boolean isEnd() {
            return !quoted && text.isEmpty();
        }
    }

    ExpressionParser(String text, Predicate<String> isName) {
        if (text.length() > MAX_LENGTH) throw new IllegalArgumentException("longer than " + MAX_LENGTH + " characters");
        this.text = text;
        this.isName = isName;
        this.token = read();
    }

    Expression parse() {
        var whole = either();
        if (!token.isEnd()) throw expected("and, or, or the end");
        return whole;
    }

    private Expression either() {
        var expression = both();
        while (take("or")) expression = new Expression.Either(expression, both());
        return expression;
    }

    private Expression both() {
        var expression = not();
        while (take("and")) expression = new Expression.Both(expression, not());
        return expression;
    }

    private Expression not() {
        if (++depth > MAX_DEPTH) throw new IllegalArgumentException("nested too deeply");
        try {
            if (take("not")) return new Expression.Not(not());
            if (!take("(")) return comparison();
            var inner = either();
            if (!take(")")) throw expected(")");
            return inner;
        } finally {
            depth--;
        }
    }

    private Expression comparison() {
        var left = operand("a name");
        if (take("==")) return new Expression.Equals(name(left), operand("a value").text());
        if (take("!=")) return new Expression.Not(new Expression.Equals(name(left), operand("a value").text()));
        if (take("is")) {
            boolean negated = take("not");
            if (!take("empty")) throw expected("empty");
            return negated(negated, new Expression.IsEmpty(name(left)));
        }
        boolean negated = take("not");
        if (take("in")) return negated(negated, new Expression.Contains(name(operand("a name")), left.text()));
        if (take("contains")) return negated(negated, new Expression.Contains(name(left), operand("a value").text()));
        if (take("matches")) return negated(negated, new Expression.Matches(name(left), pattern(operand("a pattern").text())));
        throw expected("==, !=, is empty, contains, matches or in");
    }

    private static Expression negated(boolean negated, Expression expression) {
        return negated ? new Expression.Not(expression) : expression;
    }

    private String name(Token token) {
        if (!isName.test(token.text())) throw new IllegalArgumentException("there is no \"" + token.text() + "\" to compare");
        return token.text();
    }

    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException wrong) {
            throw new IllegalArgumentException("not a regular expression: " + wrong.getDescription(), wrong);
        }
    }

    private Token operand(String what) {
        var operand = token;
        if (operand.isEnd() || (!operand.quoted() && !isWordCharacter(operand.text().charAt(0)))) throw expected(what);
        token = read();
        return operand;
    }

    private boolean take(String word) {
        if (!token.is(word)) return false;
        token = read();
        return true;
    }

    private IllegalArgumentException expected(String what) {
        return new IllegalArgumentException("expected " + what + (token.isEnd() ? " at the end" : ", not \"" + token.text() + "\""));
    }

    // ---- tokens ----

    private static boolean isWordCharacter(char c) {
        return Character.isLetterOrDigit(c) || "_-./*:+@~".indexOf(c) >= 0;
    }

    private Token read() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
        if (at == text.length()) return new Token("", false);
        char c = text.charAt(at);
        if (c == '"' || c == '`') return quoted(c);
        int start = at;
        if (c == '(' || c == ')') at++;
        else if (text.startsWith("==", at) || text.startsWith("!=", at)) at += 2;
        else while (at < text.length() && isWordCharacter(text.charAt(at))) at++;
        if (at == start) throw new IllegalArgumentException("cannot read '" + c + "'");
        return new Token(text.substring(start, at), false);
    }

    private Token quoted(char quote) {
        var value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == quote) {
                at++;
                return new Token(value.toString(), true);
            }
            if (c == '\\' && quote == '"' && at + 1 < text.length()) value.append(escaped(text.charAt(++at)));
            else value.append(c);
        }
        throw new IllegalArgumentException("a quote is not closed");
    }

    private static String escaped(char c) {
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case '"', '\\', '/' -> String.valueOf(c);
            default -> "\\" + c;
        };
    }
}
