package watchword.core.identity;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.Storage;

/** Groups in the store. Saving one keeps true, in the same transaction, every row by which it is found. */
final class GroupTable {
    private static final String BELOW = "core/identity/subgroup/";
    private static final byte[] NOTHING = new byte[0];

    private final Rows<GroupRow> rows = new Rows<>("core/identity/group/", GroupRow.class);
    private final Index names = new Index("core/identity/group-name/");
    private final AliasIndex aliases = new AliasIndex("core/identity/group-alias");

    Optional<GroupRow> get(Storage.Reader store, String id) {
        return Index.isId(id) ? rows.get(store, id) : Optional.empty();
    }

    Optional<GroupRow> named(Storage.Reader store, String name) {
        return names.find(store, Index.canonical(name)).flatMap(id -> rows.get(store, id));
    }

    Optional<GroupRow> withAlias(Storage.Reader store, String accessor, String name) {
        return aliases.ownerOf(store, accessor, name).flatMap(id -> rows.get(store, id));
    }

    Optional<GroupRow> withAliasId(Storage.Reader store, String aliasId) {
        return aliases.ownerOf(store, aliasId).flatMap(id -> rows.get(store, id));
    }

    List<String> ids(Storage.Reader store, String after, int limit) {
        return rows.names(store, "", after, limit);
    }

    List<String> names(Storage.Reader store, String after, int limit) {
        return names.page(store, Index.canonical(after), limit).stream().map(Index.Ref::name).toList();
    }

    List<AliasIndex.Found> aliases(Storage.Reader store, String after, int limit) {
        return aliases.page(store, after, limit);
    }

    List<String> withAliasOn(Storage.Reader store, String accessor, int limit) {
        return aliases.ownersOf(store, accessor, limit);
    }

    /** Ids of the groups that are members of one directly. */
    List<String> members(Storage.Reader store, String groupId, int limit) {
        return store.list(BELOW + groupId + "/", "", limit);
    }

    /** These groups, then all that they are in by others, each once. A point read for each. */
    List<GroupRow> withParents(Storage.Reader store, Collection<String> ids) {
        if (ids.isEmpty()) return List.of();
        var seen = new HashSet<String>(ids);
        var open = new ArrayDeque<String>(seen.size() == ids.size() ? ids : seen);
        var all = new ArrayList<GroupRow>();
        while (!open.isEmpty()) {
            rows.get(store, open.remove()).ifPresent(group -> {
                all.add(group);
                group.parents().stream().filter(seen::add).forEach(open::add);
            });
        }
        return List.copyOf(all);
    }

    void save(Storage.Writer store, GroupRow row) {
        var before = rows.get(store, row.id());
        before.map(GroupRow::name).filter(old -> !Index.canonical(old).equals(Index.canonical(row.name()))).ifPresent(old -> names.delete(store, Index.canonical(old)));
        if (!before.map(GroupRow::name).equals(Optional.of(row.name()))) names.put(store, Index.canonical(row.name()), new Index.Ref(row.id(), row.name()));
        aliases.replace(store, row.id(), before.flatMap(GroupRow::alias).stream().toList(), row.alias().stream().toList());
        replaceParents(store, row.id(), before.map(GroupRow::parents).orElse(List.of()), row.parents());
        rows.put(store, row.id(), row);
    }

    /** Deletes a group that nobody is in any more. */
    void delete(Storage.Writer store, GroupRow row) {
        names.delete(store, Index.canonical(row.name()));
        aliases.replace(store, row.id(), row.alias().stream().toList(), List.of());
        replaceParents(store, row.id(), row.parents(), List.of());
        rows.delete(store, row.id());
    }

    private static void replaceParents(Storage.Writer store, String id, List<String> before, List<String> after) {
        before.stream().filter(parent -> !after.contains(parent)).forEach(parent -> store.delete(BELOW + parent + "/" + id));
        after.stream().filter(parent -> !before.contains(parent)).forEach(parent -> store.put(BELOW + parent + "/" + id, NOTHING));
    }
}
