package watchword.core.hcl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A parsed document: a list of items in their written order. Any thread. */
public final class Hcl {
    private Hcl() {}

    /** Line and column, from 1; a column is a {@code char}. */
    public record Position(int line, int column) {

        @Override
        public String toString() {
            return line + ":" + column;
        }
    }

    /** A value with its place. */
    public sealed interface Value {
        Position at();

        record Text(String text, Position at) implements Value {}

        record Number(String text, Position at) implements Value {}

        record Bool(boolean value, Position at) implements Value {}

        record Items(List<Value> values, Position at) implements Value {}

        record Body(List<Item> items, Position at) implements Value {
            public Optional<Value> find(String key) {
                return items.stream().filter(item -> item.key().equals(key) && item.labels().isEmpty()).map(Item::value).reduce((_, last) -> last);
            }

            /** Every block or attribute with this key. */
            public List<Item> all(String key) {
                return items.stream().filter(item -> item.key().equals(key)).toList();
            }
        }
    }

    /** {@code key = value} or {@code key "label" ... { }}. */
    public record Item(String key, List<String> labels, Value value, Position at) {}

    /** Text that cannot be read. The message begins with the place, as the field's tools print it. */
    public static final class SyntaxException extends Exception {
        private final Position at;

        SyntaxException(Position at, String message) {
            super("At " + at + ": " + message, null, false, false);
            this.at = at;
        }

        public Position at() {
            return at;
        }
    }

    /** Reads HCL, or JSON when the first character is a brace. */
    public static Value.Body parse(String text) throws SyntaxException {
        if (text.length() > Budget.MAX_CHARS) throw new SyntaxException(new Position(1, 1), "the document is longer than " + Budget.MAX_CHARS + " characters");
        var cursor = new Cursor(text);
        return isJson(text) ? new JsonParser(cursor).document() : new Parser(cursor).document();
    }

    /** A document as a client sends it in a field: plain, or as base64 so that no shell touches it. */
    public static String decoded(String text) {
        if (!text.chars().allMatch(c -> c == '+' || c == '/' || c == '=' || c == '\n' || c == '\r' || (c < 0x80 && Character.isLetterOrDigit(c)))) return text;
        try {
            var decoded = Base64.getMimeDecoder().decode(text);
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(decoded)).toString();
        } catch (IllegalArgumentException | CharacterCodingException plain) {
            return text;
        }
    }

    private static boolean isJson(String text) {
        int at = text.startsWith("\uFEFF") ? 1 : 0;
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
        return at < text.length() && text.charAt(at) == '{';
    }

    /**
     * Blocks of a key that have labels, whichever way they were written: {@code path "x" { }}, or as JSON has them, an object of objects or
     * of lists of objects.
     *
     * @throws SyntaxException when one has no label
     */
    public static List<Item> labeled(Value.Body body, String key) throws SyntaxException {
        var found = new ArrayList<Item>();
        for (var item : body.all(key)) {
            if (!item.labels().isEmpty()) found.add(item);
            else unnest(key, item.value(), found);
        }
        return found;
    }

    private static void unnest(String key, Value value, List<Item> found) throws SyntaxException {
        switch (value) {
            case Value.Body body -> {
                for (var inner : body.items()) {
                    if (inner.value() instanceof Value.Items list) list.values().forEach(each -> found.add(new Item(key, List.of(inner.key()), each, inner.at())));
                    else found.add(new Item(key, List.of(inner.key()), inner.value(), inner.at()));
                }
            }
            case Value.Items list -> {
                for (var each : list.values()) unnest(key, each, found);
            }
            case Value.Text _, Value.Number _, Value.Bool _ -> throw new SyntaxException(value.at(), key + " must be a block with a label");
        }
    }
}
