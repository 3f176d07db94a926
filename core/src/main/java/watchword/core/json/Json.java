package watchword.core.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.sdk.JsonCodec;
import watchword.sdk.JsonNumber;
import watchword.sdk.Secret;

/**
 * Parses and writes JSON (RFC 8259). Objects are maps in their written order, integers of 64 bits are {@link Long}, other numbers
 * {@link JsonNumber}. Any thread.
 */
public final class Json {
    /** Nesting of objects and arrays. */
    public static final int MAX_DEPTH = 100;
    /** Members and elements in one document. */
    public static final int MAX_VALUES = 20_000;
    /** Characters in one string. */
    public static final int MAX_STRING = 8 << 20;
    private static final int FIRST_BYTES = 1024;

    /** Buffers are kept for all threads together: a request has a thread of its own, so one kept for that would be used once. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .maxNameLength(4096)
                    .maxNumberLength(400)
                    .build())
            .build();
    /** For what we wrote ourselves: no duplicate check, no bound on values. */
    private static final JsonFactory TRUSTED = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH + 20).maxStringLength(Integer.MAX_VALUE).build())
            .build();

    /** For engines, which do not know this class. */
    public static final JsonCodec CODEC = new JsonCodec() {
        @Override
        public Optional<Object> read(byte[] text) {
            try {
                return Optional.ofNullable(parse(text));
            } catch (MalformedException malformed) {
                return Optional.empty();
            }
        }

        @Override
        public byte[] write(Object tree) {
            return Json.write(tree);
        }
    };

    private Json() {}

    /** Text that is not JSON, or more of it than we take. The message holds no part of a value. */
    public static final class MalformedException extends Exception {
        MalformedException(String message) {
            super(message, null, false, false);
        }
    }

    /** Parses text from outside: strict UTF-8, no duplicate names, nothing after the value. */
    public static @Nullable Object parse(byte[] text) throws MalformedException {
        requireUtf8(text);
        try (var parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) throw new MalformedException("EOF");
            var value = new TreeBuilder(parser, MAX_VALUES).value();
            if (parser.nextToken() != null) throw new MalformedException("invalid character after top-level value");
            return value;
        } catch (StreamConstraintsException tooMuch) {
            throw new MalformedException("the document is too deep, or has a name, string or number that is too long");
        } catch (JsonParseException malformed) {
            throw new MalformedException(explain(malformed, text));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Parses what {@link #write} wrote. */
    public static @Nullable Object parseTrusted(byte[] text) {
        try (var parser = TRUSTED.createParser(text)) {
            parser.nextToken();
            return new TreeBuilder(parser, Integer.MAX_VALUE).value();
        } catch (IOException | MalformedException broken) {
            throw new IllegalStateException("a stored document is not JSON");
        }
    }

    private static void requireUtf8(byte[] text) throws MalformedException {
        // The parser would take a zero among the first bytes for another encoding.
        for (int i = 0; i < Math.min(4, text.length); i++) {
            if (text[i] == 0) throw new MalformedException("invalid character looking for beginning of value");
        }
        try {
            for (byte b : text) {
                if (b < 0) {
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
                    return;
                }
            }
        } catch (CharacterCodingException notUtf8) {
            throw new MalformedException("invalid UTF-8 in string");
        }
    }

    private static String explain(JsonParseException malformed, byte[] text) {
        if (malformed.getOriginalMessage().startsWith("Duplicate field")) return "duplicate name in object";
        if (malformed.getOriginalMessage().startsWith("Unexpected end-of-input")) return "unexpected EOF";
        int at = (int) malformed.getLocation().getByteOffset();
        if (at < 0 || at >= text.length || text[at] < 0x20 || text[at] > 0x7e) return "invalid character looking for beginning of value";
        return "invalid character '" + (char) text[at] + "' looking for beginning of value";
    }

    /** Writes a tree of maps, collections, strings, numbers, booleans, nulls and secrets (which are revealed: an answer needs them). */
    public static byte[] write(@Nullable Object value) {
        try (var out = new ByteArrayBuilder(FIRST_BYTES)) {
            write(value, out);
            return out.toByteArray();
        }
    }

    /** The same, with every character beyond ASCII escaped: for lines that any reader must take as one. */
    public static byte[] writeAscii(@Nullable Object value) {
        try (var out = new ByteArrayBuilder(FIRST_BYTES);
                var generator = FACTORY.createGenerator(out)) {
            generator.setHighestNonEscapedChar(0x7e);
            write(value, generator);
            generator.flush();
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    public static void write(@Nullable Object value, OutputStream out) {
        try (var generator = FACTORY.createGenerator(out)) {
            write(value, generator);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void write(@Nullable Object value, JsonGenerator to) throws IOException {
        switch (value) {
            case null -> to.writeNull();
            case String text -> to.writeString(text);
            case Long number -> to.writeNumber(number);
            case Integer number -> to.writeNumber(number);
            case Boolean truth -> to.writeBoolean(truth);
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
                for (var element : list) write(element, to);
                to.writeEndArray();
            }
            case Secret secret -> to.writeString(secret.reveal());
            case Number number -> to.writeNumber(number.toString());
            default -> throw new IllegalStateException("not a JSON value: " + value.getClass().getName());
        }
    }

    /** Builds the tree, counting as it goes. */
    private static final class TreeBuilder {
        private final JsonParser parser;
        private int left;

        TreeBuilder(JsonParser parser, int maxValues) {
            this.parser = parser;
            this.left = maxValues;
        }

        @Nullable Object value() throws IOException, MalformedException {
            if (--left < 0) throw new MalformedException("the document has more than " + MAX_VALUES + " values");
            return switch (parser.currentToken()) {
                case START_OBJECT -> object();
                case START_ARRAY -> array();
                case VALUE_STRING -> whole(parser.getText());
                case VALUE_NUMBER_INT -> integer();
                case VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getText());
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NULL -> null;
                default -> throw new MalformedException("invalid character looking for beginning of value");
            };
        }

        /** Half a character has no bytes: it would be stored, hashed and compared as another one. */
        private static String whole(String text) throws MalformedException {
            for (int i = 0; i < text.length(); i++) {
                if (!Character.isSurrogate(text.charAt(i))) continue;
                boolean pair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!pair) throw new MalformedException("half of a character in string");
                i++;
            }
            return text;
        }

        private Number integer() throws IOException {
            return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getText().equals("-0")
                    ? new JsonNumber(parser.getText())
                    : Long.valueOf(parser.getLongValue());
        }

        private Map<String, @Nullable Object> object() throws IOException, MalformedException {
            var map = new LinkedHashMap<String, @Nullable Object>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                parser.nextToken();
                map.put(name, value());
            }
            return map;
        }

        private List<@Nullable Object> array() throws IOException, MalformedException {
            var list = new ArrayList<@Nullable Object>();
            while (parser.nextToken() != JsonToken.END_ARRAY) list.add(value());
            return list;
        }
    }
}
