package watchword.client;

import java.util.Iterator;
import java.util.Map;

/** {@link Json} into text: on one line, or indented by two spaces. Members keep their order. Any thread. */
public final class JsonWriter {
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder text = new StringBuilder();
    private final boolean indented;

    private JsonWriter(boolean indented) {
        this.indented = indented;
    }

    public static String compact(Json value) {
        return write(value, false);
    }

    public static String pretty(Json value) {
        return write(value, true);
    }

    /** A text as a JSON string, quotes included. */
    public static String quoted(String value) {
        var writer = new JsonWriter(false);
        writer.string(value);
        return writer.text.toString();
    }

    private static String write(Json value, boolean indented) {
        var writer = new JsonWriter(indented);
        writer.value(value, 0);
        return writer.text.toString();
    }

    // Tests of type in a row and not a pattern switch: its first use costs a command more time than all of its output.
    private void value(Json value, int depth) {
        if (value instanceof Json.Str string) string(string.value());
        else if (value instanceof Json.Num number) text.append(number.text());
        else if (value instanceof Json.Bool bool) text.append(bool.value());
        else if (value instanceof Json.Obj object) object(object.members(), depth);
        else if (value instanceof Json.Arr list) list(list.items().iterator(), depth);
        else text.append("null");
    }

    private void object(Map<String, Json> members, int depth) {
        text.append('{');
        boolean first = true;
        for (var member : members.entrySet()) {
            if (!first) text.append(',');
            first = false;
            newLine(depth + 1);
            string(member.getKey());
            text.append(indented ? ": " : ":");
            value(member.getValue(), depth + 1);
        }
        if (!first) newLine(depth);
        text.append('}');
    }

    private void list(Iterator<Json> items, int depth) {
        text.append('[');
        boolean any = items.hasNext();
        while (items.hasNext()) {
            newLine(depth + 1);
            value(items.next(), depth + 1);
            if (items.hasNext()) text.append(',');
        }
        if (any) newLine(depth);
        text.append(']');
    }

    private void newLine(int depth) {
        if (indented) text.append('\n').append("  ".repeat(depth));
    }

    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> character(c);
            }
        }
        text.append('"');
    }

    private void character(char c) {
        if (c >= 0x20) text.append(c);
        else text.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
    }
}
