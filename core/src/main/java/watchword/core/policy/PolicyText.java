package watchword.core.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import watchword.core.hcl.Hcl;
import watchword.sdk.Problem;

/** Statements as the text that {@link PolicyParser} reads, and what such a text says to those who judge whether it may be written. */
public final class PolicyText {
    private PolicyText() {}

    /**
     * As it will be understood, however it is written.
     *
     * @param text HCL or JSON, plain or as base64. @return each path with its capabilities; nothing when the text cannot be read
     */
    public static Optional<List<Map<String, Object>>> statements(String text) {
        try {
            return Optional.of(PolicyParser.parse(Hcl.decoded(text), TemplatedPath.Allowances.NONE).statements().stream()
                    .map(each -> Map.<String, Object>of("path", each.path().text(), "capabilities", Capability.words(each.permissions().bits()))).toList());
        } catch (Problem.ProblemException unreadable) {
            return Optional.empty();
        }
    }

    /** A {@code path} block, with a line end. */
    public static String block(String path, Permissions permissions, Optional<Instant> expires) {
        var lines = new ArrayList<String>();
        lines.add("capabilities = [" + texts(permissions.denies() ? List.of(Capability.DENY.word()) : given(permissions)) + "]");
        var parameters = permissions.parameters();
        if (!parameters.required().isEmpty()) lines.add("required_parameters = [" + texts(new TreeSet<>(parameters.required())) + "]");
        values("allowed_parameters", parameters.allowed(), lines);
        values("denied_parameters", parameters.denied(), lines);
        time("min_wrapping_ttl", permissions.minWrap(), lines);
        time("max_wrapping_ttl", permissions.maxWrap(), lines);
        if (permissions.pageLimit() > 0) lines.add("pagination_limit = " + permissions.pageLimit());
        if (!permissions.eventTypes().isEmpty()) lines.add("subscribe_event_types = [" + texts(new TreeSet<>(permissions.eventTypes())) + "]");
        control(permissions.control(), lines);
        expires.ifPresent(at -> lines.add("expiration = " + quoted(at.toString())));
        return "path " + quoted(path) + " {\n" + lines.stream().map(line -> "  " + line + "\n").collect(Collectors.joining()) + "}\n";
    }

    private static void control(ControlGroup control, List<String> lines) {
        if (!control.factors().isEmpty()) {
            lines.add("control_group {");
            if (!control.ttl().isZero()) lines.add("  ttl = " + quoted(control.ttl().toSeconds() + "s"));
            for (var factor : control.factors()) {
                lines.add("  factor " + quoted(factor.name()) + " {");
                if (factor.capabilities() != 0) lines.add("    controlled_capabilities = [" + texts(Capability.words(factor.capabilities())) + "]");
                lines.add("    identity {");
                if (!factor.groupNames().isEmpty()) lines.add("      group_names = [" + texts(factor.groupNames()) + "]");
                if (!factor.groupIds().isEmpty()) lines.add("      group_ids = [" + texts(factor.groupIds()) + "]");
                lines.add("      approvals = " + factor.approvals());
                lines.add("    }");
                lines.add("  }");
            }
            lines.add("}");
        }
        control.breakGlass().ifPresent(most -> lines.add("break_glass { max_ttl = " + quoted(most.toSeconds() + "s") + " }"));
    }

    private static List<String> given(Permissions permissions) {
        return permissions.bits() == 0 ? List.of() : Capability.words(permissions.bits());
    }

    private static void values(String key, Map<String, List<Object>> parameters, List<String> lines) {
        if (parameters.isEmpty()) return;
        lines.add(key + " = {");
        new TreeMap<>(parameters).forEach((name, values) -> lines.add("  " + quoted(name) + " = " + value(values)));
        lines.add("}");
    }

    private static void time(String key, Duration time, List<String> lines) {
        if (!time.isZero()) lines.add(key + " = " + quoted(time.toSeconds() + "s"));
    }

    private static String texts(Collection<String> texts) {
        return texts.stream().map(PolicyText::quoted).collect(Collectors.joining(", "));
    }

    private static String value(@Nullable Object value) {
        return switch (value) {
            case null -> "\"\"";
            case String text -> quoted(text);
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            case List<?> list -> "[" + list.stream().map(PolicyText::value).collect(Collectors.joining(", ")) + "]";
            case Map<?, ?> map -> map.entrySet().stream().map(entry -> quoted(String.valueOf(entry.getKey())) + " = " + value(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
            default -> quoted(value.toString());
        };
    }

    /** No character is left that could end the text, the line, or begin an interpolation. */
    public static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') quoted.append('\\').appendCodePoint(c);
            else if (c == '$' || Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) quoted.append(escaped(c));
            else quoted.appendCodePoint(c);
        });
        return quoted.append('"').toString();
    }

    private static String escaped(int c) {
        return c > 0xFFFF ? String.format("\\U%08x", c) : String.format("\\u%04x", c);
    }
}
