package watchword.core.mount;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Every mount, found by path. Immutable: a change makes a new table. One row of the store, so that a request sees all of it or none. */
final class MountTable {

    /** The table as it is stored. */
    record Row(List<MountEntry> entries) {}

    private final List<MountEntry> entries;
    private final Map<String, MountEntry> byPath = new HashMap<>();

    MountTable(List<MountEntry> entries) {
        this.entries = entries.stream().sorted(Comparator.comparing(MountEntry::path)).toList();
        for (var entry : this.entries) byPath.put(entry.path(), entry);
    }

    List<MountEntry> entries() {
        return entries;
    }

    Optional<MountEntry> at(String path) {
        return Optional.ofNullable(byPath.get(path));
    }

    /** The mount with the longest path that {@code path} is at or below; {@code path} may lack the mount's trailing slash. */
    @Nullable MountEntry covering(String path) {
        if (!path.endsWith("/")) {
            var exact = byPath.get(path.concat("/"));
            if (exact != null) return exact;
        }
        for (int slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
            var found = byPath.get(path.substring(0, slash + 1));
            if (found != null) return found;
            if (slash == 0) break;
        }
        return null;
    }

    /** A mount that a new one at {@code path} would hide, or that would hide it. */
    Optional<MountEntry> conflicting(String path) {
        return entries.stream().filter(e -> e.path().startsWith(path) || path.startsWith(e.path())).findFirst();
    }

    MountTable with(MountEntry entry) {
        var changed = new ArrayList<>(entries);
        changed.removeIf(e -> e.uuid().equals(entry.uuid()));
        changed.add(entry);
        return new MountTable(changed);
    }

    MountTable without(MountEntry entry) {
        return new MountTable(entries.stream().filter(e -> !e.uuid().equals(entry.uuid())).toList());
    }
}
