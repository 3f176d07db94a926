package watchword.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON to maps, lists, strings, booleans and numbers, and back. A number keeps its text ({@link NumberText}). */
public final class JsonText {
    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonText() {}

    /** A number as it was written. */
    public record NumberText(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    /** @throws IOException when it is not JSON */
    public static @Nullable Object parse(String text) throws IOException {
        try (var parser = FACTORY.createParser(text)) {
            parser.nextToken();
            return value(parser);
        }
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        var token = parser.currentToken();
        if (token == null) return null;
        return switch (token) {
            case START_OBJECT -> {
                var map = new LinkedHashMap<String, @Nullable Object>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    var name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                var list = new ArrayList<@Nullable Object>();
                while (parser.nextToken() != JsonToken.END_ARRAY) list.add(value(parser));
                yield list;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new NumberText(parser.getText());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }

    public static String write(@Nullable Object tree, boolean pretty) {
        var text = new StringWriter();
        try (var generator = FACTORY.createGenerator(text)) {
            if (pretty) generator.setPrettyPrinter(new com.fasterxml.jackson.core.util.DefaultPrettyPrinter());
            write(tree, generator);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static void write(@Nullable Object tree, JsonGenerator to) throws IOException {
        switch (tree) {
            case null -> to.writeNull();
            case Map<?, ?> map -> {
                to.writeStartObject();
                for (var entry : map.entrySet()) {
                    to.writeFieldName(entry.getKey().toString());
                    write(entry.getValue(), to);
                }
                to.writeEndObject();
            }
            case Collection<?> list -> {
                to.writeStartArray();
                for (var each : list) write(each, to);
                to.writeEndArray();
            }
            case Boolean truth -> to.writeBoolean(truth);
            case NumberText number -> to.writeNumber(number.text());
            case Number number -> to.writeNumber(number.toString());
            default -> to.writeString(tree.toString());
        }
    }

    /** A list of what should be texts. */
    public static List<String> texts(@Nullable Object tree) {
        if (!(tree instanceof List<?> list)) return List.of();
        return list.stream().map(String::valueOf).toList();
    }
}
