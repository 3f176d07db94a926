package watchword.core.identity;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Storage;

/** From an alias, by its id or by its mount and name, to whom it names. */
final class AliasIndex {
    private final Index byId;
    private final Index byName;

    /** @param prefix without a trailing slash */
    AliasIndex(String prefix) {
        this.byId = new Index(prefix + "/id/");
        this.byName = new Index(prefix + "/of/");
    }

    /** @param owner id of whom it names */
    record Found(String aliasId, String owner) {}

    Optional<String> ownerOf(Storage.Reader store, String aliasId) {
        return Index.isId(aliasId) ? byId.find(store, aliasId) : Optional.empty();
    }

    Optional<String> ownerOf(Storage.Reader store, String accessor, String name) {
        return byName.find(store, key(accessor, name));
    }

    /** Those of one mount, a page of them, in an order of their own: as they are removed, the next page is the first again. */
    List<String> ownersOf(Storage.Reader store, String accessor, int limit) {
        return byName.below(store, accessor + "/", "", limit).stream().map(Index.Ref::id).toList();
    }

    /** In the order of the aliases' ids. */
    List<Found> page(Storage.Reader store, String after, int limit) {
        return byId.page(store, after, limit).stream().map(ref -> new Found(ref.name(), ref.id())).toList();
    }

    /** Makes the aliases of one owner these, who were those. */
    void replace(Storage.Writer store, String owner, Collection<AliasRow> before, Collection<AliasRow> after) {
        for (var old : before) {
            if (after.stream().noneMatch(each -> each.id().equals(old.id()))) byId.delete(store, old.id());
            if (after.stream().noneMatch(each -> key(each).equals(key(old)))) byName.delete(store, key(old));
        }
        for (var alias : after) {
            if (before.stream().noneMatch(each -> each.id().equals(alias.id()))) byId.put(store, alias.id(), new Index.Ref(owner, alias.id()));
            if (before.stream().noneMatch(each -> key(each).equals(key(alias)))) byName.put(store, key(alias), new Index.Ref(owner, alias.name()));
        }
    }

    private static String key(AliasRow alias) {
        return key(alias.mountAccessor(), alias.name());
    }

    private static String key(String accessor, String name) {
        return accessor + "/" + name;
    }
}
