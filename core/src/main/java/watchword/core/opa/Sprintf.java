package watchword.core.opa;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import watchword.sdk.JsonNumber;

/** Rego's {@code sprintf} for what sentences are made of: {@code %s}, {@code %v}, {@code %d} and {@code %%}. Of anything else it has no value. */
final class Sprintf {
    private Sprintf() {}

    static @Nullable String of(@Nullable Object format, @Nullable Object arguments) {
        if (!(format instanceof String text) || !(arguments instanceof List<?> values)) return null;
        var out = new StringBuilder();
        int next = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            if (++i == text.length()) return null;
            if (text.charAt(i) == '%') {
                out.append('%');
                continue;
            }
            if (next == values.size()) return null;
            var written = written(text.charAt(i), values.get(next++));
            if (written == null) return null;
            out.append(written);
        }
        return next == values.size() ? out.toString() : null;
    }

    private static @Nullable String written(char verb, @Nullable Object value) {
        return switch (verb) {
            case 'v' -> plain(value);
            case 's' -> value instanceof Number || value instanceof Boolean ? null : plain(value);
            case 'd' -> value instanceof Long number ? number.toString() : null;
            default -> null;
        };
    }

    private static String plain(@Nullable Object value) {
        return value instanceof String text ? text : nested(value);
    }

    /** As Rego writes terms. */
    private static String nested(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> quoted(text);
            case JsonNumber number -> number.toString();
            case List<?> list -> list.stream().map(Sprintf::nested).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map -> map.entrySet().stream().map(each -> nested(each.getKey()) + ": " + nested(each.getValue())).collect(Collectors.joining(", ", "{", "}"));
            default -> value.toString();
        };
    }

    private static String quoted(String text) {
        return new String(watchword.core.json.Json.write(text), java.nio.charset.StandardCharsets.UTF_8);
    }
}
