package watchword.core.identity;

import java.util.List;
import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.Storage;

/** Entities in the store. Saving one keeps true, in the same transaction, every row by which it is found. */
final class EntityTable {
    private static final String MEMBERS = "core/identity/member/";
    private static final byte[] NOTHING = new byte[0];

    private final Rows<EntityRow> rows = new Rows<>("core/identity/entity/", EntityRow.class);
    private final Rows<Merged> merged = new Rows<>("core/identity/merged/", Merged.class);
    private final Index names = new Index("core/identity/entity-name/");
    private final AliasIndex aliases = new AliasIndex("core/identity/entity-alias");

    /** @param into the entity that one was merged into; always one that is there, never one that was merged itself */
    record Merged(String into) {}

    Optional<EntityRow> get(Storage.Reader store, String id) {
        return Index.isId(id) ? rows.get(store, id) : Optional.empty();
    }

    /** The entity of that id, or the one that it was merged into. */
    Optional<EntityRow> current(Storage.Reader store, String id) {
        var row = get(store, id);
        return row.isPresent() || !Index.isId(id) ? row : merged.get(store, id).flatMap(to -> rows.get(store, to.into()));
    }

    Optional<EntityRow> named(Storage.Reader store, String name) {
        return names.find(store, Index.canonical(name)).flatMap(id -> rows.get(store, id));
    }

    Optional<EntityRow> withAlias(Storage.Reader store, String accessor, String name) {
        return aliases.ownerOf(store, accessor, name).flatMap(id -> rows.get(store, id));
    }

    Optional<EntityRow> withAliasId(Storage.Reader store, String aliasId) {
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

    /** Entities with an alias on a mount, a page of them. */
    List<String> withAliasOn(Storage.Reader store, String accessor, int limit) {
        return aliases.ownersOf(store, accessor, limit);
    }

    /** Ids of the entities that are in a group directly. */
    List<String> members(Storage.Reader store, String groupId, int limit) {
        return store.list(MEMBERS + groupId + "/", "", limit);
    }

    void save(Storage.Writer store, EntityRow row) {
        var before = rows.get(store, row.id());
        before.map(EntityRow::name).filter(old -> !Index.canonical(old).equals(Index.canonical(row.name()))).ifPresent(old -> names.delete(store, Index.canonical(old)));
        if (!before.map(EntityRow::name).equals(Optional.of(row.name()))) names.put(store, Index.canonical(row.name()), new Index.Ref(row.id(), row.name()));
        aliases.replace(store, row.id(), before.map(EntityRow::aliases).orElse(List.of()), row.aliases());
        replaceMemberships(store, row.id(), before.map(EntityRow::groups).orElse(List.of()), row.groups());
        rows.put(store, row.id(), row);
    }

    void delete(Storage.Writer store, EntityRow row) {
        names.delete(store, Index.canonical(row.name()));
        aliases.replace(store, row.id(), row.aliases(), List.of());
        replaceMemberships(store, row.id(), row.groups(), List.of());
        row.merged().forEach(old -> merged.delete(store, old));
        rows.delete(store, row.id());
    }

    /** What was merged into an entity that is going is from now on merged into this one. */
    void redirect(Storage.Writer store, EntityRow into) {
        into.merged().forEach(old -> merged.put(store, old, new Merged(into.id())));
    }

    private static void replaceMemberships(Storage.Writer store, String id, List<String> before, List<String> after) {
        before.stream().filter(group -> !after.contains(group)).forEach(group -> store.delete(MEMBERS + group + "/" + id));
        after.stream().filter(group -> !before.contains(group)).forEach(group -> store.put(MEMBERS + group + "/" + id, NOTHING));
    }
}
