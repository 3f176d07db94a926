package watchword.core.identity;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.namespace.NamespaceStore;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Page;
import watchword.sdk.OrNull;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code identity/group} and {@code lookup/group}. */
final class GroupRoutes {
    private final IdentityStore identities;

    GroupRoutes(IdentityStore identities) {
        this.identities = identities;
    }

    record Set(
            @Doc("Id of the group to change; without it, the name says which.") Optional<String> id,
            @Doc("Name of the group; upper and lower case are the same. One is made when not given.") Optional<String> name,
            @Doc("`internal`, with members that are named here, or `external`, whose members the logins of an auth mount tell; cannot be changed.") Optional<String> type,
            @Doc("What is known of it, for templates in policies; replaces what there was.") Optional<Map<String, String>> metadata,
            @Doc("Policies of all that are in it; those the caller lacks need sudo, and root cannot be one.") Optional<List<String>> policies,
            @Doc("Groups that are in it; replaces those that were.") Optional<List<String>> memberGroupIds,
            @Doc("Entities that are in it; replaces those that were.") Optional<List<String>> memberEntityIds) {}

    record ById(@Doc("Id of the group.") String id) {}

    record ByName(@Doc("Name of the group; upper and lower case are the same.") String name) {}

    record Made(@Doc("Its id.") String id, @Doc("Its name.") String name) {}

    record Shown(
            @Doc("Name that an auth mount has for it; empty for none.") Map<String, Object> alias,
            @Doc("When it was made.") Instant creationTime,
            @Doc("Its id.") String id,
            @Doc("When it was last changed.") Instant lastUpdateTime,
            @Doc("Entities that are in it directly; null for none.") @OrNull List<String> memberEntityIds,
            @Doc("Groups that are in it directly; null for none.") @OrNull List<String> memberGroupIds,
            @Doc("What is known of it.") @OrNull Map<String, String> metadata,
            @Doc("How often it was written.") long modifyIndex,
            @Doc("Its name.") String name,
            @Doc("Namespace it is in.") String namespaceId,
            @Doc("Groups that it is in directly; null for none.") @OrNull List<String> parentGroupIds,
            @Doc("Policies of all that are in it; null for none.") @OrNull List<String> policies,
            @Doc("`internal` or `external`.") String type) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.write("group", Set.class, Made.class, this::set, "Create a group, or change the one with an id or name."),
                Route.list("group/id", Page.class, Listed.class, call -> identities.groups.listIds(call, this::info), "List the groups by id."),
                Route.read("group/id/{id}", ById.class, Shown.class, call -> shown(call.store(), identities.groups.get(call.store(), call.input().id())), "Read a group."),
                Route.write("group/id/{id}", Set.class, Made.class, this::set, "Change a group; what is not sent stays."),
                Route.delete("group/id/{id}", ById.class, None.class, call -> delete(call, identities.groups.get(call.store(), call.input().id())), "Delete a group."),
                Route.list("group/name", Page.class, Listed.class, identities.groups::listNames, "List the groups by name."),
                Route.read("group/name/{name*}", ByName.class, Shown.class, call -> shown(call.store(), identities.groups.named(call.store(), call.input().name())), "Read a group by its name."),
                Route.write("group/name/{name*}", Set.class, Made.class, this::set, "Create a group with a name, or change it; what is not sent stays."),
                Route.delete("group/name/{name*}", ByName.class, None.class, call -> delete(call, identities.groups.named(call.store(), call.input().name())), "Delete a group by its name."),
                Route.ask("lookup/group", Query.class, Shown.class, this::lookup, "Read the group with an id, a name or an alias."));
    }

    // ---- telling ----

    private Reply<Shown> shown(Storage.Reader store, Optional<GroupRow> found) {
        var row = found.orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(row.alias().map(alias -> aliasOf(store, row, alias)).orElse(Map.of()), row.created(), row.id(), row.updated(), entities(store, row.id()), groups(store, row.id()),
                row.metadata(), row.modifyIndex(), row.name(), NamespaceStore.idOf(store), row.parents(), row.policies(), row.type().word()));
    }

    private Map<String, Object> aliasOf(Storage.Reader store, GroupRow row, AliasRow alias) {
        var shown = new LinkedHashMap<>(AliasInfo.named(identities, store, alias));
        shown.put("canonical_id", row.id());
        shown.put("metadata", alias.metadata());
        shown.put("merged_from_canonical_ids", alias.mergedFrom());
        shown.put("creation_time", alias.created().toString());
        shown.put("last_update_time", alias.updated().toString());
        return shown;
    }

    private List<String> entities(Storage.Reader store, String id) {
        return Page.whole(identities.entities.members(store, id, Page.limit(0)), 0);
    }

    private List<String> groups(Storage.Reader store, String id) {
        return Page.whole(identities.groups.members(store, id, Page.limit(0)), 0);
    }

    private Map<String, Object> info(Storage.Reader store, GroupRow row) {
        var info = new LinkedHashMap<String, Object>();
        info.put("name", row.name());
        info.put("num_member_entities", (long) identities.entities.members(store, row.id(), Page.MOST).size());
        info.put("num_parent_groups", (long) row.parents().size());
        row.alias().ifPresent(alias -> info.put("alias", AliasInfo.named(identities, store, alias)));
        return info;
    }

    private Reply<Shown> lookup(Call.Read<Query> call) {
        var found = identities.groups.asked(call.store(), call.input());
        return found.isEmpty() ? Reply.nothing() : shown(call.store(), found);
    }

    // ---- changing ----

    private Reply<Made> set(Call.Change<Set> call) {
        var store = call.store();
        var in = call.input();
        var name = in.name().filter(text -> !text.isEmpty());
        var byId = in.id().filter(text -> !text.isEmpty()).map(id -> identities.groups.get(store, id).orElseThrow(() -> new Problem.Invalid("invalid group ID").asException()));
        var byName = name.flatMap(text -> identities.groups.named(store, text));
        if (byId.isPresent() && byName.isPresent() && !byId.get().id().equals(byName.get().id())) throw new Problem.Invalid("group name is already in use").asException();
        var known = byId.or(() -> byName);
        var type = type(in.type(), known);
        var before = known.orElseGet(() -> GroupRow.fresh(identities.mounts.newUuid(), identities.freeName("group_", text -> identities.groups.named(store, text).isPresent()), type, call.now()));
        var after = before.changed(name.map(Index::requireName).orElse(before.name()), type, in.policies().map(Policies::canonical).orElse(before.policies()),
                in.metadata().map(map -> Metadata.require("group", map)).orElse(before.metadata()), call.now());
        requireMembersOf(type, in);
        var standing = Standing.of(identities, store, call);
        boolean other = !after.name().equals(before.name()) || !after.metadata().equals(before.metadata()) || !after.policies().equals(before.policies());
        standing.requireSudoFor(standing.isIn(before) && other);
        standing.requireHolding(after.policies().stream().filter(policy -> !before.policies().contains(policy)).toList());
        identities.groups.save(store, after);
        var members = new Members(identities, store, after, standing, call.now());
        in.memberEntityIds().ifPresent(members::makeEntities);
        in.memberGroupIds().ifPresent(members::makeGroups);
        return known.isPresent() ? Reply.nothing() : Reply.of(new Made(after.id(), after.name()));
    }

    private static GroupRow.Type type(Optional<String> given, Optional<GroupRow> known) {
        var type = given.filter(text -> !text.isEmpty()).map(text -> switch (text) {
            case "internal" -> GroupRow.Type.INTERNAL;
            case "external" -> GroupRow.Type.EXTERNAL;
            default -> throw new Problem.Invalid("invalid group type \"" + Metadata.shown(text) + "\"").asException();
        });
        var before = known.map(GroupRow::type);
        if (type.isPresent() && before.isPresent() && type.get() != before.get()) throw new Problem.Invalid("group type cannot be changed").asException();
        return type.or(() -> before).orElse(GroupRow.Type.INTERNAL);
    }

    private static void requireMembersOf(GroupRow.Type type, Set in) {
        if (type == GroupRow.Type.INTERNAL) return;
        if (in.memberEntityIds().isPresent()) throw new Problem.Invalid("member entities can't be set manually for external groups").asException();
        if (in.memberGroupIds().isPresent()) throw new Problem.Invalid("member groups can't be set for external groups").asException();
    }

    private Reply<None> delete(Call.Change<?> call, Optional<GroupRow> found) {
        found.ifPresent(row -> {
            var standing = Standing.of(identities, call.store(), call);
            standing.requireSudoFor(standing.isIn(row));
            identities.deleteGroup(call.store(), row, call.now());
        });
        return Reply.nothing();
    }
}
