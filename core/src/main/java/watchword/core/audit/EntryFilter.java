package watchword.core.audit;

import java.util.Optional;
import java.util.Set;
import watchword.core.audit.filter.Expression;

/** Which entries a device takes, by {@code mount_point}, {@code mount_type}, {@code namespace}, {@code operation} and {@code path}. */
record EntryFilter(Optional<Expression> condition) {
    static final EntryFilter ALL = new EntryFilter(Optional.empty());

    private static final Set<String> NAMES = Set.of("mount_point", "mount_type", "namespace", "operation", "path");

    /** @throws IllegalArgumentException telling what is wrong with it */
    static EntryFilter parse(String text) {
        return text.isBlank() ? ALL : new EntryFilter(Optional.of(Expression.parse(text, NAMES::contains)));
    }

    boolean takesAll() {
        return condition.isEmpty();
    }

    boolean takes(AuditEntry entry) {
        return condition.isEmpty() || condition.get().matches(name -> value(entry, name));
    }

    private static String value(AuditEntry entry, String name) {
        return switch (name) {
            case "mount_point" -> entry.mount().map(mount -> mount.path()).orElse("");
            case "mount_type" -> entry.mount().map(mount -> mount.type()).orElse("");
            case "operation" -> entry.operation();
            case "path" -> entry.request().path().text();
            default -> entry.namespace().path(); // the root namespace has no name
        };
    }
}
