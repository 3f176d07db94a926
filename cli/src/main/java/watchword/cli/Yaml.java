package watchword.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import watchword.client.JsonText;

/** Writes YAML 1.2: block style, strings quoted as JSON, which YAML reads too. */
final class Yaml {
    private Yaml() {}

    static String write(@Nullable Object tree) {
        var text = new StringBuilder();
        write(tree, "", text);
        return text.toString();
    }

    private static void write(@Nullable Object tree, String indent, StringBuilder text) {
        switch (tree) {
            case Map<?, ?> map when !map.isEmpty() -> map.forEach((key, value) -> {
                text.append(indent).append(key(key.toString())).append(':');
                child(value, indent, text);
            });
            case List<?> list when !list.isEmpty() -> list.forEach(value -> {
                text.append(indent).append('-');
                child(value, indent, text);
            });
            case null, default -> text.append(JsonText.write(tree, false)).append('\n');
        }
    }

    private static void child(@Nullable Object value, String indent, StringBuilder text) {
        boolean nested = value instanceof Map<?, ?> map && !map.isEmpty() || value instanceof List<?> list && !list.isEmpty();
        if (nested) text.append('\n');
        else text.append(' ');
        write(value, nested ? indent + "  " : "", text);
    }

    private static String key(String key) {
        return key.matches("[A-Za-z_][A-Za-z0-9_/-]*") ? key : JsonText.write(key, false);
    }
}
