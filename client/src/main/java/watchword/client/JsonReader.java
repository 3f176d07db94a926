package watchword.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.JsonTokenId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/** Text into {@link Json}. Depth and sizes are bounded by the parser. Any thread. */
public final class JsonReader {
    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonReader() {}

    /** What was read is not JSON. The message tells where, and nothing of what was there. */
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1;

        private MalformedException(String message) {
            super(message, null, false, false);
        }
    }

    public static Json read(byte[] utf8) throws MalformedException {
        try (var parser = FACTORY.createParser(utf8)) {
            return document(parser);
        } catch (IOException notJson) {
            throw malformed(notJson);
        }
    }

    public static Json read(String text) throws MalformedException {
        try (var parser = FACTORY.createParser(text)) {
            return document(parser);
        } catch (IOException notJson) {
            throw malformed(notJson);
        }
    }

    private static MalformedException malformed(IOException problem) {
        if (problem instanceof JsonProcessingException at && at.getLocation() != null) {
            return new MalformedException("not JSON at line " + at.getLocation().getLineNr() + ", column "
                    + at.getLocation().getColumnNr());
        }
        return new MalformedException("not JSON");
    }

    private static Json document(JsonParser parser) throws IOException, MalformedException {
        if (parser.nextToken() == null) throw new MalformedException("not JSON: empty");
        var value = value(parser);
        if (parser.nextToken() != null) throw new MalformedException("not JSON: something follows the first value");
        return value;
    }

    private static Json value(JsonParser parser) throws IOException {
        return switch (parser.currentTokenId()) {
            case JsonTokenId.ID_START_OBJECT -> object(parser);
            case JsonTokenId.ID_START_ARRAY -> list(parser);
            case JsonTokenId.ID_NUMBER_INT, JsonTokenId.ID_NUMBER_FLOAT -> new Json.Num(parser.getText());
            case JsonTokenId.ID_TRUE -> new Json.Bool(true);
            case JsonTokenId.ID_FALSE -> new Json.Bool(false);
            case JsonTokenId.ID_NULL -> Json.Null.NULL;
            default -> new Json.Str(parser.getText());
        };
    }

    private static Json object(JsonParser parser) throws IOException {
        var members = new LinkedHashMap<String, Json>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            members.put(name, value(parser));
        }
        return new Json.Obj(members);
    }

    private static Json list(JsonParser parser) throws IOException {
        var items = new ArrayList<Json>();
        while (parser.nextToken() != JsonToken.END_ARRAY) items.add(value(parser));
        return new Json.Arr(items);
    }
}
