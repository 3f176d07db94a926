package watchword.core.hcl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;

/** A parsed document: a list of items in their written order. Any thread. */
public final class Hcl {
    private Hcl() {}

    /** Line and column, from 1; 0:0 for a document that was JSON. */
    public record Position(int line, int column) {
        public static final Position NONE = new Position(0, 0);

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
        if (text.length() > Parser.MAX_CHARS) throw new SyntaxException(Position.NONE, "document is too long");
        var trimmed = text.stripLeading();
        return trimmed.startsWith("{") ? parseJson(text) : new Parser(text).document();
    }

    private static Value.Body parseJson(String text) throws SyntaxException {
        try {
            var tree = Json.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            if (tree instanceof Map<?, ?> map) return body(map);
            throw new SyntaxException(Position.NONE, "not an object");
        } catch (Json.MalformedException malformed) {
            throw new SyntaxException(Position.NONE, String.valueOf(malformed.getMessage()));
        }
    }

    /** In JSON a block's labels are nested keys: {@code {"path": {"secret/*": {...}}}}; readers of blocks accept both. */
    private static Value.Body body(Map<?, ?> map) {
        var items = new ArrayList<Item>();
        map.forEach((key, value) -> {
            if (value != null) items.add(new Item(key.toString(), List.of(), value(value), Position.NONE));
        });
        return new Value.Body(List.copyOf(items), Position.NONE);
    }

    private static Value value(Object tree) {
        return switch (tree) {
            case String text -> new Value.Text(text, Position.NONE);
            case Boolean truth -> new Value.Bool(truth, Position.NONE);
            case Map<?, ?> map -> body(map);
            case List<?> list -> new Value.Items(list.stream().<Value>map(each -> each == null ? new Value.Text("", Position.NONE) : value(each)).toList(), Position.NONE);
            default -> new Value.Number(tree.toString(), Position.NONE);
        };
    }

    /**
     * Blocks of a key with exactly one label, whichever way they were written: {@code path "x" { }}, or JSON's nested object or list of
     * objects.
     */
    public static List<Item> labeled(Value.Body body, String key) {
        var found = new ArrayList<Item>();
        for (var item : body.all(key)) {
            if (!item.labels().isEmpty()) found.add(item);
            else unnest(key, item.value(), found);
        }
        return found;
    }

    private static void unnest(String key, @Nullable Value value, List<Item> found) {
        switch (value) {
            case Value.Body body -> body.items().forEach(inner -> {
                if (inner.value() instanceof Value.Items list) list.values().forEach(each -> found.add(new Item(key, List.of(inner.key()), each, inner.at())));
                else found.add(new Item(key, List.of(inner.key()), inner.value(), inner.at()));
            });
            case Value.Items list -> list.values().forEach(each -> unnest(key, each, found));
            case null, default -> {}
        }
    }
}
