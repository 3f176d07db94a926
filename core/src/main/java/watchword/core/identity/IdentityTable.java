package watchword.core.identity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import watchword.core.wire.Rows;
import watchword.sdk.Call;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Storage;

/**
 * Identities of one kind in the store. Saving one keeps true, in the same transaction, every row by which it is found.
 *
 * <p>Rows: {@code core/identity/<kind>/} by id, {@code <kind>-name/}, {@code <kind>-alias}, and for each group the ids of the members of
 * this kind.
 */
sealed class IdentityTable<T extends Record & Identity> permits EntityTable, GroupTable {
    private static final byte[] NOTHING = new byte[0];

    final Rows<T> rows;
    private final Index names;
    private final AliasIndex aliases;
    private final String members;

    /** @param members begins the names of rows that tell who is in a group */
    IdentityTable(String kind, Class<T> type, String members) {
        this.rows = new Rows<>("core/identity/" + kind + "/", type);
        this.names = new Index("core/identity/" + kind + "-name/");
        this.aliases = new AliasIndex("core/identity/" + kind + "-alias");
        this.members = "core/identity/" + members + "/";
    }

    Optional<T> get(Storage.Reader store, String id) {
        return Index.isId(id) ? rows.get(store, id) : Optional.empty();
    }

    Optional<T> named(Storage.Reader store, String name) {
        return names.find(store, Index.canonical(name)).flatMap(id -> rows.get(store, id));
    }

    Optional<T> withAlias(Storage.Reader store, String accessor, String name) {
        return aliases.ownerOf(store, accessor, name).flatMap(id -> rows.get(store, id));
    }

    Optional<T> withAliasId(Storage.Reader store, String aliasId) {
        return aliases.ownerOf(store, aliasId).flatMap(id -> rows.get(store, id));
    }

    /** The one that a query names by its one way of naming. */
    Optional<T> asked(Storage.Reader store, Query query) {
        query.requireOne();
        return query.id().flatMap(id -> get(store, id))
                .or(() -> query.name().flatMap(name -> named(store, name)))
                .or(() -> query.aliasId().flatMap(id -> withAliasId(store, id)))
                .or(() -> query.aliasName().flatMap(name -> withAlias(store, query.aliasMountAccessor().orElse(""), name)));
    }

    List<String> ids(Storage.Reader store, String after, int limit) {
        return rows.names(store, "", after, limit);
    }

    /** The answer to a list by id. @param info what it tells of each */
    Reply<Listed> listIds(Call.Read<Page> call, BiFunction<Storage.Reader, T, Map<String, Object>> info) {
        var page = call.input();
        var ids = Page.whole(ids(call.store(), page.after(), Page.limit(page.limit())), page.limit());
        if (ids.isEmpty()) throw new Problem.NotFound().asException();
        var all = new LinkedHashMap<String, Object>();
        for (var id : ids) get(call.store(), id).ifPresent(row -> all.put(id, info.apply(call.store(), row)));
        return Reply.of(new Listed(ids, Optional.of(all)));
    }

    /** The answer to a list by name. */
    Reply<Listed> listNames(Call.Read<Page> call) {
        var page = call.input();
        var found = names.page(call.store(), Index.canonical(page.after()), Page.limit(page.limit())).stream().map(Index.Ref::name).toList();
        var whole = Page.whole(found, page.limit());
        if (whole.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Listed(whole, Optional.empty()));
    }

    /** The answer to a list of aliases, by their ids. @param info what it tells of each: an alias, and the id of whom it names */
    Reply<Listed> listAliases(Call.Read<Page> call, AliasInfo.Telling info) {
        var page = call.input();
        var found = Page.whole(aliases.page(call.store(), page.after(), Page.limit(page.limit())), page.limit());
        if (found.isEmpty()) throw new Problem.NotFound().asException();
        var all = new LinkedHashMap<String, Object>();
        for (var each : found) {
            get(call.store(), each.owner()).stream().flatMap(row -> row.allAliases().stream()).filter(alias -> alias.id().equals(each.aliasId()))
                    .forEach(alias -> all.put(alias.id(), info.of(call.store(), alias, each.owner())));
        }
        return Reply.of(new Listed(found.stream().map(AliasIndex.Found::aliasId).toList(), Optional.of(all)));
    }

    /** Those with an alias on a mount, a page of them. */
    List<String> withAliasOn(Storage.Reader store, String accessor, int limit) {
        return aliases.ownersOf(store, accessor, limit);
    }

    /** Ids of those that are in a group directly. */
    List<String> members(Storage.Reader store, String groupId, int limit) {
        return store.list(members + groupId + "/", "", limit);
    }

    void save(Storage.Writer store, T row) {
        var before = rows.get(store, row.id());
        before.map(Identity::name).filter(old -> !Index.canonical(old).equals(Index.canonical(row.name()))).ifPresent(old -> names.delete(store, Index.canonical(old)));
        if (!before.map(Identity::name).equals(Optional.of(row.name()))) names.put(store, Index.canonical(row.name()), new Index.Ref(row.id(), row.name()));
        aliases.replace(store, row.id(), before.map(Identity::allAliases).orElse(List.of()), row.allAliases());
        replaceMemberships(store, row.id(), before.map(Identity::memberOf).orElse(List.of()), row.memberOf());
        rows.put(store, row.id(), row);
    }

    void delete(Storage.Writer store, T row) {
        names.delete(store, Index.canonical(row.name()));
        aliases.replace(store, row.id(), row.allAliases(), List.of());
        replaceMemberships(store, row.id(), row.memberOf(), List.of());
        rows.delete(store, row.id());
    }

    private void replaceMemberships(Storage.Writer store, String id, List<String> before, List<String> after) {
        before.stream().filter(group -> !after.contains(group)).forEach(group -> store.delete(members + group + "/" + id));
        after.stream().filter(group -> !before.contains(group)).forEach(group -> store.put(members + group + "/" + id, NOTHING));
    }
}
