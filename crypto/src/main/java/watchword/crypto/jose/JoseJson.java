package watchword.crypto.jose;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import watchword.sdk.JsonNumber;

/**
 * Reads the JSON of tokens, key sets and what else identity providers answer: one object, each name in it once, numbers finite, depth and
 * count bounded. Integers of 64 bits are {@link Long}, other numbers {@link JsonNumber}. Any thread.
 */
public final class JoseJson {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 20;
    /** Members and elements in one document. */
    private static final int MAX_VALUES = 10_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).maxStringLength(MAX_BYTES).maxNameLength(1024).maxNumberLength(100).build())
            .build();

    private final JsonParser parser;
    private int left = MAX_VALUES;

    private JoseJson(JsonParser parser) {
        this.parser = parser;
    }

    /** @throws JwtException for anything but one object within the bounds */
    public static Map<String, @Nullable Object> object(byte[] text) throws JwtException {
        if (text.length > MAX_BYTES) throw new JwtException("JSON that is too long");
        requireUtf8(text);
        try (var parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) throw new JwtException("not a JSON object");
            var object = new JoseJson(parser).object();
            if (parser.nextToken() != null) throw new JwtException("something after a JSON object");
            return object;
        } catch (IOException | NumberFormatException malformed) {
            throw new JwtException("not JSON, or deeper, longer or with a name twice");
        }
    }

    private static void requireUtf8(byte[] text) throws JwtException {
        // The parser would take a zero among the first bytes for another encoding.
        for (int i = 0; i < Math.min(4, text.length); i++) {
            if (text[i] == 0) throw new JwtException("not a JSON object");
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
        } catch (CharacterCodingException notUtf8) {
            throw new JwtException("not UTF-8");
        }
    }

    private Map<String, @Nullable Object> object() throws IOException, JwtException {
        var map = new LinkedHashMap<String, @Nullable Object>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            map.put(name, value());
        }
        return Collections.unmodifiableMap(map);
    }

    private List<@Nullable Object> array() throws IOException, JwtException {
        var list = new ArrayList<@Nullable Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) list.add(value());
        return Collections.unmodifiableList(list);
    }

    private @Nullable Object value() throws IOException, JwtException {
        if (--left < 0) throw new JwtException("JSON with too many values");
        return switch (parser.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case null, default -> throw new JwtException("not JSON");
        };
    }

    private Number number() throws IOException, JwtException {
        var text = parser.getText();
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER && !text.equals("-0")) {
            return parser.getLongValue();
        }
        if (!Double.isFinite(Double.parseDouble(text))) throw new JwtException("a number that is not finite");
        return new JsonNumber(text);
    }
}
