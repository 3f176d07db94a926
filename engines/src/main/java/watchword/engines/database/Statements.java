package watchword.engines.database;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.JsonCodec;
import watchword.sdk.Problem;

/**
 * What an operator wrote to be run in a database, taken apart once: single statements, with the places where a name, a password or a time
 * goes. What goes there is quoted as the place asks for, so that it is a name or a text and never a piece of a statement.
 */
final class Statements {
    private static final int MAX_STATEMENTS = 256;

    /**
     * How a database writes names and texts.
     *
     * @param nameQuote around a name
     * @param backslashes whether a backslash in a text stands for more than itself
     * @param doubleQuotesAreTexts rather than names
     * @param dollars whether a text may stand between {@code $tag$}s
     */
    record Dialect(char nameQuote, boolean backslashes, boolean doubleQuotesAreTexts, boolean dollars) {
        static final Dialect POSTGRESQL = new Dialect('"', false, false, true);
        static final Dialect MYSQL = new Dialect('`', true, true, false);

        String name(String value) {
            return nameQuote + value.replace(String.valueOf(nameQuote), String.valueOf(nameQuote).repeat(2)) + nameQuote;
        }

        String text(String value) {
            return "'" + doubled(value, '\'', backslashes) + "'";
        }
    }

    /** What goes into a place. */
    record Value(String text, boolean isName) {
        static Value name(String text) {
            return new Value(text, true);
        }

        static Value text(String text) {
            return new Value(text, false);
        }
    }

    /** A part of a statement. */
    private sealed interface Piece {
        record Written(String text) implements Piece {}

        /**
         * A place for a value.
         *
         * @param quote around it; 0 for none
         * @param backslashes whether they stand for more than themselves here
         * @param inDollars whether all this is within a text between dollars
         */
        record Place(String name, char quote, boolean backslashes, boolean inDollars) implements Piece {}
    }

    /** One statement. */
    record Statement(Dialect dialect, List<Piece> pieces) {
        /** @throws Problem.ProblemException for a value that has no place in a statement */
        String with(Map<String, Value> values) {
            var sql = new StringBuilder();
            for (var piece : pieces) {
                switch (piece) {
                    case Piece.Written written -> sql.append(written.text());
                    case Piece.Place place -> {
                        var value = values.get(place.name());
                        sql.append(value == null ? "{{" + place.name() + "}}" : quoted(place, value));
                    }
                }
            }
            return sql.toString();
        }

        private String quoted(Piece.Place place, Value value) {
            var text = value.text();
            if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) throw unfit(place, "a character that cannot be seen");
            if (place.inDollars() && text.indexOf('$') >= 0) throw unfit(place, "a dollar, and goes into a text between dollars");
            if (place.quote() != 0) return doubled(text, place.quote(), place.backslashes());
            return value.isName() ? dialect.name(text) : dialect.text(text);
        }

        private static Problem.ProblemException unfit(Piece.Place place, String why) {
            return new Problem.Invalid("what is to be put in place of {{" + place.name() + "}} has " + why).asException();
        }
    }

    private static String doubled(String value, char quote, boolean backslashes) {
        var safe = value.replace(String.valueOf(quote), String.valueOf(quote).repeat(2));
        return backslashes ? safe.replace("\\", "\\\\") : safe;
    }

    private static final List<String> PLACES = List.of("name", "username", "password", "expiration");

    private final Dialect dialect;
    private final String text;
    private final List<Statement> found = new ArrayList<>();
    private final StringBuilder written = new StringBuilder();
    private List<Piece> pieces = new ArrayList<>();

    private Statements(Dialect dialect, String text) {
        this.dialect = dialect;
        this.text = text;
    }

    /** @param given each a text with semicolons between its statements, a JSON array of texts as text, or one of these as base64 */
    static List<Statement> parse(Dialect dialect, List<String> given, JsonCodec json) {
        var all = new ArrayList<Statement>();
        for (var each : given) {
            for (var text : texts(each.strip(), json)) all.addAll(new Statements(dialect, text).take());
        }
        if (all.size() > MAX_STATEMENTS) throw new Problem.Invalid("more than " + MAX_STATEMENTS + " statements").asException();
        return List.copyOf(all);
    }

    /** The text, or the texts of the array that it is. */
    static List<String> texts(String given, JsonCodec json) {
        return list(given, json).or(() -> decoded(given).map(List::of)).orElse(List.of(given));
    }

    /** The texts of the array that it is, plain or as base64; empty when it is none. */
    static Optional<List<String>> list(String given, JsonCodec json) {
        return array(given, json).or(() -> decoded(given).flatMap(plain -> array(plain, json)));
    }

    private static Optional<List<String>> array(String text, JsonCodec json) {
        if (!text.startsWith("[")) return Optional.empty();
        return json.read(text.getBytes(StandardCharsets.UTF_8)).flatMap(tree -> tree instanceof List<?> list && list.stream().allMatch(String.class::isInstance)
                ? Optional.of(list.stream().map(String.class::cast).toList()) : Optional.empty());
    }

    private static Optional<String> decoded(String text) {
        if (text.isEmpty()) return Optional.empty();
        try {
            return Optional.of(new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private List<Statement> take() {
        read(0, text.length(), false);
        end();
        return found;
    }

    /** Reads from {@code at} to {@code end}; within dollars a semicolon ends nothing. */
    private void read(int at, int end, boolean inDollars) {
        while (at < end) {
            char c = text.charAt(at);
            int next;
            if (c == ';' && !inDollars) {
                end();
                next = at + 1;
            } else if (c == '\'') {
                next = quoted(at, end, '\'', dialect.backslashes() || isEscaping(at), inDollars);
            } else if (c == '"') {
                next = quoted(at, end, '"', dialect.backslashes() && dialect.doubleQuotesAreTexts(), inDollars);
            } else if (c == '`' && dialect.nameQuote() == '`') {
                next = quoted(at, end, '`', false, inDollars);
            } else if (comment(at, end) > at) {
                next = comment(at, end);
                written.append(text, at, next);
            } else if (c == '$' && dialect.dollars() && !inDollars && !tag(at).isEmpty()) {
                next = dollars(at, end);
            } else {
                next = place(at, end, (char) 0, false, inDollars);
                if (next == at) written.append(text, at, ++next);
            }
            at = next;
        }
    }

    private void end() {
        flush();
        boolean empty = pieces.stream().allMatch(piece -> piece instanceof Piece.Written(String only) && only.isBlank());
        if (!empty) found.add(new Statement(dialect, List.copyOf(pieces)));
        pieces = new ArrayList<>();
    }

    private void flush() {
        if (!written.isEmpty()) pieces.add(new Piece.Written(written.toString()));
        written.setLength(0);
    }

    /** {@code E'...'} of PostgreSQL. */
    private boolean isEscaping(int quote) {
        if (dialect.nameQuote() != '"' || quote == 0 || Character.toLowerCase(text.charAt(quote - 1)) != 'e') return false;
        return quote == 1 || !Character.isJavaIdentifierPart(text.charAt(quote - 2));
    }

    /** @return where it goes on behind the quotes */
    private int quoted(int at, int end, char quote, boolean backslashes, boolean inDollars) {
        written.append(quote);
        for (int i = at + 1; i < end; ) {
            char c = text.charAt(i);
            if (backslashes && c == '\\' && i + 1 < end) {
                written.append(text, i, i + 2);
                i += 2;
            } else if (c == quote && i + 1 < end && text.charAt(i + 1) == quote) {
                written.append(quote).append(quote);
                i += 2;
            } else if (c == quote) {
                written.append(quote);
                return i + 1;
            } else {
                int next = place(i, end, quote, backslashes, inDollars);
                if (next == i) written.append(text, i, ++next);
                i = next;
            }
        }
        return end;
    }

    /** @return behind the place that is here; {@code at} when there is none */
    private int place(int at, int end, char quote, boolean backslashes, boolean inDollars) {
        if (!text.startsWith("{{", at)) return at;
        for (var name : PLACES) {
            int behind = at + name.length() + 4;
            if (behind <= end && text.startsWith(name + "}}", at + 2)) {
                flush();
                pieces.add(new Piece.Place(name, quote, backslashes, inDollars));
                return behind;
            }
        }
        return at;
    }

    /** @return behind the comment that is here; {@code at} when there is none. Nothing is put into comments. */
    private int comment(int at, int end) {
        boolean line = dialect.dollars() ? text.startsWith("--", at) : text.charAt(at) == '#' || (text.startsWith("--", at) && (at + 2 >= end || text.charAt(at + 2) <= ' '));
        if (line) {
            int newline = text.indexOf('\n', at);
            return newline < 0 || newline >= end ? end : newline + 1;
        }
        if (!text.startsWith("/*", at) || (text.startsWith("/*!", at) && !dialect.dollars())) return at;
        int depth = 0;
        for (int i = at; i + 1 < end; i++) {
            if (text.startsWith("/*", i) && (depth == 0 || dialect.dollars())) {
                depth++;
                i++;
            } else if (text.startsWith("*/", i)) {
                i++;
                if (--depth == 0) return i + 1;
            }
        }
        return end;
    }

    /** {@code $$} or {@code $name$} that begins here, or nothing. */
    private String tag(int at) {
        if (at > 0 && Character.isJavaIdentifierPart(text.charAt(at - 1))) return "";
        int close = text.indexOf('$', at + 1);
        if (close < 0) return "";
        for (int i = at + 1; i < close; i++) {
            char c = text.charAt(i);
            if (!(Character.isLetter(c) || c == '_' || (i > at + 1 && Character.isDigit(c)))) return "";
        }
        return text.substring(at, close + 1);
    }

    private int dollars(int at, int end) {
        var tag = tag(at);
        int body = at + tag.length();
        int close = text.indexOf(tag, body);
        if (close < 0 || close > end) close = end;
        written.append(tag);
        read(body, close, true);
        written.append(text, close, Math.min(end, close + tag.length()));
        return Math.min(end, close + tag.length());
    }
}
