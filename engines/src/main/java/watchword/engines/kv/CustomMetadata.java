package watchword.engines.kv;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Problem;

/** The pairs that clients keep beside a secret: at most 64, a name of at most 128 bytes, a value of at most 512, all printable. */
final class CustomMetadata {
    private static final int MOST_PAIRS = 64;
    private static final int MOST_NAME_BYTES = 128;
    private static final int MOST_VALUE_BYTES = 512;
    private static final String PREFIX = "custom_metadata validation failed: ";

    private CustomMetadata() {}

    /** @throws Problem.ProblemException 400 that tells all that is wrong, and no value */
    static Map<String, String> of(Map<String, ?> pairs) {
        if (pairs.size() > MOST_PAIRS) {
            throw invalid(List.of("payload must contain at most " + MOST_PAIRS + " keys, provided " + pairs.size()));
        }
        var texts = new LinkedHashMap<String, String>();
        var wrong = new ArrayList<String>();
        pairs.forEach((name, value) -> {
            if (value instanceof Map || value instanceof List) {
                throw new Problem.Invalid(PREFIX + "value for key " + quoted(name) + " must be a string").asException();
            }
            texts.put(name, text(value));
            check(name, text(value), wrong);
        });
        if (!wrong.isEmpty()) throw invalid(wrong);
        return texts;
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Boolean truth -> truth ? "1" : "0";
            default -> value.toString();
        };
    }

    private static void check(String name, String value, List<String> wrong) {
        var key = "key " + quoted(name);
        int nameBytes = bytes(name);
        int valueBytes = bytes(value);
        if (nameBytes == 0 || nameBytes > MOST_NAME_BYTES) {
            wrong.add("length of " + key + " is " + nameBytes + " but must be 0 < len(key) <= " + MOST_NAME_BYTES);
        }
        if (valueBytes == 0 || valueBytes > MOST_VALUE_BYTES) {
            wrong.add("length of value for " + key + " is " + valueBytes + " but must be 0 < len(value) <= " + MOST_VALUE_BYTES);
        }
        if (!name.codePoints().allMatch(CustomMetadata::isPrintable)) wrong.add(key + " contains unprintable characters");
        if (!value.codePoints().allMatch(CustomMetadata::isPrintable)) wrong.add("value for " + key + " contains unprintable characters");
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean isPrintable(int c) {
        if (c == ' ') return true;
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** A client's name on one short line, whatever it holds. */
    private static String quoted(String name) {
        var text = new StringBuilder("\"");
        name.codePoints().limit(MOST_NAME_BYTES).forEach(c -> {
            if (c == '"' || c == '\\') text.append('\\');
            if (isPrintable(c)) text.appendCodePoint(c);
            else text.append(String.format("\\u%04x", c));
        });
        return text.append('"').toString();
    }

    /** One paragraph with all errors, in the form that clients of the field print. */
    private static Problem.ProblemException invalid(List<String> wrong) {
        var text = new StringBuilder(wrong.size() == 1 ? "1 error" : wrong.size() + " errors").append(" occurred:\n");
        for (var each : wrong) text.append("\t* ").append(PREFIX).append(each).append('\n');
        return new Problem.Invalid(text.append('\n').toString()).asException();
    }
}
