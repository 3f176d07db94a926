package watchword.core.namespace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Every namespace, found by path and by id. Immutable: a change makes a new tree. One row of the store, so that a request sees all of it or none. */
public final class NamespaceTree {
    static final NamespaceTree ROOT_ALONE = new NamespaceTree(List.of());

    /** The tree as it is stored: all but the root. */
    record Row(List<Namespace> namespaces) {}

    private final List<Namespace> all;
    private final Map<String, Namespace> byPath = new HashMap<>();
    private final Map<String, Namespace> byId = new HashMap<>();

    NamespaceTree(List<Namespace> all) {
        this.all = all.stream().sorted(Comparator.comparing(Namespace::path)).toList();
        add(Namespace.ROOT);
        this.all.forEach(this::add);
    }

    private void add(Namespace each) {
        byPath.put(each.path(), each);
        byId.put(each.id(), each);
    }

    /** All but the root, by path. */
    public List<Namespace> all() {
        return all;
    }

    public Optional<Namespace> byId(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** @param path each name with its slash; empty for the root */
    public Optional<Namespace> at(String path) {
        return Optional.ofNullable(byPath.get(path));
    }

    /** The one whose name is the first segment of a path below {@code parent}. */
    public @Nullable Namespace childOn(Namespace parent, String path) {
        if (all.isEmpty()) return null;
        int slash = path.indexOf('/');
        return byPath.get(parent.path() + (slash < 0 ? path + "/" : path.substring(0, slash + 1)));
    }

    List<Namespace> children(Namespace parent) {
        return all.stream().filter(each -> each.parentPath().equals(parent.path())).toList();
    }

    List<Namespace> below(Namespace parent) {
        return all.stream().filter(each -> !each.equals(parent) && parent.holds(each)).toList();
    }

    /** What keeps a namespace from being asked: it or one above it is locked. */
    public Optional<Namespace> locking(Namespace asked) {
        for (var each = asked; !each.isRoot(); each = byPath.getOrDefault(each.parentPath(), Namespace.ROOT)) {
            if (each.locked()) return Optional.of(each);
        }
        return Optional.empty();
    }

    NamespaceTree with(Namespace one) {
        var changed = new ArrayList<>(without(one).all);
        changed.add(one);
        return new NamespaceTree(changed);
    }

    NamespaceTree without(Namespace one) {
        return new NamespaceTree(all.stream().filter(each -> !each.id().equals(one.id())).toList());
    }
}
