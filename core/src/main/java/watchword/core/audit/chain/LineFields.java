package watchword.core.audit.chain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Looks into a line without reading the whole of it. */
final class LineFields {
    private static final JsonFactory JSON = new JsonFactory();
    private static final byte[] TIME = "{\"time\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TYPE = "\",\"type\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_TIME = 40;

    private LineFields() {}

    /** Whether a line, which begins with its time and type as ours all do, is of a type. */
    static boolean isOfType(byte[] bytes, int from, int to, String type) {
        if (!startsWith(bytes, from, to, TIME)) return false;
        int quote = from + TIME.length;
        while (quote < to && quote < from + LONGEST_TIME && bytes[quote] != '"') quote++;
        return startsWith(bytes, quote, to, TYPE) && isWord(bytes, quote + TYPE.length, to, type);
    }

    /** Whether a line is of a type that there is. */
    static boolean isOfKnownType(byte[] bytes, int from, int to) {
        return isOfType(bytes, from, to, "request") || isOfType(bytes, from, to, "response") || isOfType(bytes, from, to, Checkpoint.TYPE)
                || isOfType(bytes, from, to, Mark.TYPE);
    }

    private static boolean isWord(byte[] bytes, int from, int to, String word) {
        if (from + word.length() >= to || bytes[from + word.length()] != '"') return false;
        for (int i = 0; i < word.length(); i++) if (bytes[from + i] != word.charAt(i)) return false;
        return true;
    }

    private static boolean startsWith(byte[] bytes, int from, int to, byte[] what) {
        if (from + what.length > to) return false;
        for (int i = 0; i < what.length; i++) if (bytes[from + i] != what[i]) return false;
        return true;
    }

    /** The texts and numbers at the top level; empty when the line is no flat object. */
    static Map<String, String> flat(byte[] bytes, int from, int to) {
        var fields = new HashMap<String, String>();
        try (var parser = JSON.createParser(bytes, from, to - from)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) return Map.of();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                if (!parser.nextToken().isScalarValue()) return Map.of();
                fields.put(name, parser.getText());
            }
            return fields;
        } catch (IOException malformed) {
            return Map.of();
        }
    }

    static long number(Map<String, String> fields, String name) {
        try {
            return Long.parseLong(fields.getOrDefault(name, "-1"));
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }
}
