package watchword.core.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import watchword.sdk.Problem;

/**
 * Which entries a device takes: comparisons of {@code mount_type}, {@code mount_point}, {@code operation}, {@code path} or
 * {@code namespace} with {@code ==}, {@code !=} or {@code matches} (a beginning), joined by {@code and} or {@code or}. An empty filter
 * takes all.
 */
record Filter(String text, Predicate<AuditEntry> test) {
    static final Filter ALL = new Filter("", _ -> true);

    boolean takes(AuditEntry entry) {
        return test.test(entry);
    }

    static Filter parse(String text) {
        if (text.isBlank()) return ALL;
        var alternatives = new ArrayList<Predicate<AuditEntry>>();
        for (var alternative : split(text, "or")) {
            var all = split(alternative, "and").stream().map(Filter::comparison).toList();
            alternatives.add(entry -> all.stream().allMatch(each -> each.test(entry)));
        }
        return new Filter(text, entry -> alternatives.stream().anyMatch(each -> each.test(entry)));
    }

    private static List<String> split(String text, String word) {
        return List.of(text.trim().split("\\s+" + word + "\\s+"));
    }

    private static Predicate<AuditEntry> comparison(String text) {
        var parts = text.trim().split("\\s+", 3);
        if (parts.length != 3) throw invalid(text);
        var value = parts[2].length() > 1 && parts[2].startsWith("\"") && parts[2].endsWith("\"") ? parts[2].substring(1, parts[2].length() - 1) : parts[2];
        var name = parts[0];
        if (!List.of("mount_type", "mount_point", "operation", "path", "namespace").contains(name)) throw invalid(text);
        return switch (parts[1]) {
            case "==" -> entry -> field(entry, name).equals(value);
            case "!=" -> entry -> !field(entry, name).equals(value);
            case "matches" -> entry -> field(entry, name).startsWith(value);
            default -> throw invalid(text);
        };
    }

    private static String field(AuditEntry entry, String name) {
        return switch (name) {
            case "mount_type" -> entry.mount().map(m -> m.type()).orElse("");
            case "mount_point" -> entry.mount().map(m -> m.path()).orElse("");
            case "operation" -> LineFormat.operation(entry.request());
            case "path" -> entry.request().path().text();
            default -> "";
        };
    }

    private static Problem.ProblemException invalid(String text) {
        return new Problem.Invalid("filter: cannot read \"" + text + "\"; write, for example, mount_type == kv and operation != list").asException();
    }
}
