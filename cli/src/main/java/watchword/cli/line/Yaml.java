package watchword.cli.line;

import java.util.List;
import watchword.client.Json;
import watchword.client.JsonWriter;

/** {@link Json} as YAML 1.2 in block style. A text that YAML could take for something else is quoted as in JSON, which YAML reads too. */
public final class Yaml {
    private static final List<String> WORDS = List.of("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~");

    private final StringBuilder text = new StringBuilder();

    private Yaml() {}

    public static String write(Json value) {
        var yaml = new Yaml();
        yaml.value(value, 0);
        return yaml.text.toString();
    }

    private void value(Json value, int depth) {
        if (value instanceof Json.Obj object && !object.isEmpty()) {
            for (var member : object.members().entrySet()) {
                text.append("  ".repeat(depth)).append(scalar(member.getKey())).append(':');
                child(member.getValue(), depth);
            }
        } else if (value instanceof Json.Arr list && !list.items().isEmpty()) {
            for (var item : list.items()) {
                text.append("  ".repeat(depth)).append('-');
                child(item, depth);
            }
        } else {
            text.append(value instanceof Json.Str string ? scalar(string.value()) : JsonWriter.compact(value)).append('\n');
        }
    }

    private void child(Json value, int depth) {
        boolean nested = (value instanceof Json.Obj object && !object.isEmpty()) || (value instanceof Json.Arr list && !list.items().isEmpty());
        text.append(nested ? '\n' : ' ');
        value(value, nested ? depth + 1 : 0);
    }

    private static String scalar(String value) {
        return isPlain(value) ? value : JsonWriter.quoted(value);
    }

    /** Only what no reader can take for anything but a text. */
    private static boolean isPlain(String value) {
        if (value.isEmpty() || WORDS.contains(value.toLowerCase(java.util.Locale.ROOT))) return false;
        if (!isLetter(value.charAt(0)) && value.charAt(0) != '_') return false;
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isLetter(c) && !(c >= '0' && c <= '9') && "_-./".indexOf(c) < 0) return false;
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
