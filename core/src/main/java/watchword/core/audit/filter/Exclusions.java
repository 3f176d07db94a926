package watchword.core.audit.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fields that a device leaves out, each set with a condition on the entry as it would otherwise be written. Both name fields by JSON
 * pointers (RFC 6901), such as {@code /response/data}. Immutable.
 */
public final class Exclusions {
    public static final Exclusions NONE = new Exclusions(List.of());

    private static final JsonFactory JSON = new JsonFactory();
    /** Without these a line is no record. */
    private static final Set<String> KEPT = Set.of("", "/time", "/type", "/request", "/request/id");

    private final List<Exclusion> all;

    private record Exclusion(@Nullable Expression condition, Set<String> fields) {}

    private Exclusions(List<Exclusion> all) {
        this.all = all;
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /**
     * @param tree the option's value: a list of objects with {@code fields} and, if need be, {@code condition}
     * @throws IllegalArgumentException telling what is wrong with it
     */
    public static Exclusions of(@Nullable Object tree) {
        if (!(tree instanceof List<?> list) || list.isEmpty()) throw new IllegalArgumentException("must be a JSON array of objects");
        var all = new ArrayList<Exclusion>();
        for (var each : list) {
            if (!(each instanceof Map<?, ?> map)) throw new IllegalArgumentException("must be a JSON array of objects");
            for (var name : map.keySet()) {
                if (!"fields".equals(name) && !"condition".equals(name)) throw new IllegalArgumentException("there is no \"" + name + "\" in an exclusion");
            }
            all.add(new Exclusion(condition(map.get("condition")), fields(map.get("fields"))));
        }
        return new Exclusions(List.copyOf(all));
    }

    private static @Nullable Expression condition(@Nullable Object given) {
        return switch (given) {
            case null -> null;
            case String text when text.isBlank() -> null;
            case String text -> Expression.parse(text, name -> name.startsWith("/"));
            default -> throw new IllegalArgumentException("\"condition\" must be a string");
        };
    }

    private static Set<String> fields(@Nullable Object given) {
        if (!(given instanceof List<?> list) || list.isEmpty()) throw new IllegalArgumentException("\"fields\" must be a list of JSON pointers");
        return list.stream().map(each -> {
            if (!(each instanceof String pointer) || !pointer.startsWith("/")) throw new IllegalArgumentException("\"fields\" must be a list of JSON pointers");
            if (KEPT.contains(pointer)) throw new IllegalArgumentException(pointer + " cannot be left out");
            return pointer;
        }).collect(Collectors.toUnmodifiableSet());
    }

    /** The line without what is to be left out. Both are an object without its closing brace. */
    public byte[] apply(byte[] open) {
        var whole = Arrays.copyOf(open, open.length + 1);
        whole[open.length] = '}';
        try {
            var values = all.stream().anyMatch(each -> each.condition != null) ? values(whole) : Map.<String, Object>of();
            var fields = all.stream().filter(each -> each.condition == null || each.condition.matches(values::get))
                    .flatMap(each -> each.fields.stream()).collect(Collectors.toSet());
            return fields.isEmpty() ? open : without(whole, fields);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Every scalar by its pointer; those of a list also together, by the list's. */
    private static Map<String, Object> values(byte[] line) throws IOException {
        var values = new HashMap<String, Object>();
        try (var parser = JSON.createParser(line)) {
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (!token.isScalarValue() || token == JsonToken.VALUE_NULL) continue;
                values.put(pointer(parser), parser.getText());
                if (parser.getParsingContext().inArray()) elements(values, parser).add(parser.getText());
            }
        }
        return values;
    }

    @SuppressWarnings("unchecked") // only this method puts lists
    private static List<Object> elements(Map<String, Object> values, JsonParser parser) {
        var list = parser.getParsingContext().getParent().pathAsPointer().toString();
        return (List<Object>) values.computeIfAbsent(list, _ -> new ArrayList<Object>());
    }

    private static String pointer(JsonParser parser) {
        return parser.getParsingContext().pathAsPointer().toString();
    }

    private static byte[] without(byte[] line, Set<String> fields) throws IOException {
        var out = new ByteArrayOutputStream(line.length);
        try (var parser = JSON.createParser(line); var generator = JSON.createGenerator(out)) {
            generator.setHighestNonEscapedChar(0x7e);
            while (parser.nextToken() != null) copy(parser, generator, fields);
        }
        var text = out.toByteArray();
        return Arrays.copyOf(text, text.length - 1);
    }

    private static void copy(JsonParser from, JsonGenerator to, Set<String> fields) throws IOException {
        if (from.currentToken() == JsonToken.FIELD_NAME && fields.contains(pointer(from))) {
            from.nextToken();
            from.skipChildren();
            return;
        }
        to.copyCurrentEventExact(from);
    }
}
