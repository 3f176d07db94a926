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
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** {@code identity/entity} and {@code lookup/entity}. */
final class EntityRoutes {
    private final IdentityStore identities;

    EntityRoutes(IdentityStore identities) {
        this.identities = identities;
    }

    record Set(
            @Doc("Id of the entity to change; without it, the name says which.") Optional<String> id,
            @Doc("Name of the entity; upper and lower case are the same. One is made when not given.") Optional<String> name,
            @Doc("What is known of it, for templates in policies; replaces what there was.") Optional<Map<String, String>> metadata,
            @Doc("Policies that its tokens have besides their own; those the caller lacks need sudo, and root cannot be one.") Optional<List<String>> policies,
            @Doc("Refuse its tokens and logins until it is enabled again.") Optional<Boolean> disabled) {}

    record ById(@Doc("Id of the entity.") String id) {}

    record ByName(@Doc("Name of the entity; upper and lower case are the same.") String name) {}

    record Batch(@Doc("Ids of the entities to delete; those that are not there are passed over.") List<String> entityIds) {}

    record Made(
            @Doc("Its aliases: null, as a new entity has none.") @OrNull List<String> aliases,
            @Doc("Its id.") String id,
            @Doc("Its name.") String name) {}

    record Shown(
            @Doc("Names that auth mounts have for it.") List<Aliased> aliases,
            @Doc("When it was made.") Instant creationTime,
            @Doc("Groups it is in directly.") List<String> directGroupIds,
            @Doc("Whether its tokens and logins are refused.") boolean disabled,
            @Doc("Groups it is in, directly or by another.") List<String> groupIds,
            @Doc("Its id.") String id,
            @Doc("Groups it is in by another alone.") List<String> inheritedGroupIds,
            @Doc("When it was last changed.") Instant lastUpdateTime,
            @Doc("Entities that were merged into it; null for none.") @OrNull List<String> mergedEntityIds,
            @Doc("What is known of it.") @OrNull Map<String, String> metadata,
            @Doc("Its name.") String name,
            @Doc("Namespace it is in.") String namespaceId,
            @Doc("Policies that its tokens have besides their own.") List<String> policies) {}

    record Aliased(
            @Doc("Entity that it names.") String canonicalId,
            @Doc("When it was made.") Instant creationTime,
            @Doc("What an operator says of it.") Map<String, String> customMetadata,
            @Doc("Its id.") String id,
            @Doc("When it was last changed.") Instant lastUpdateTime,
            @Doc("Whether its mount is local.") boolean local,
            @Doc("Entities that were merged away and had it; null for none.") @OrNull List<String> mergedFromCanonicalIds,
            @Doc("What its last login told.") @OrNull Map<String, String> metadata,
            @Doc("Accessor of the auth mount whose name it is.") String mountAccessor,
            @Doc("Path of that mount.") Optional<String> mountPath,
            @Doc("Type of that mount.") Optional<String> mountType,
            @Doc("The name.") String name) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.write("entity", Set.class, Made.class, this::set, "Create an entity, or change the one with an id or name."),
                Route.list("entity/id", Page.class, Listed.class, call -> identities.entities.listIds(call, this::info), "List the entities by id."),
                Route.read("entity/id/{id}", ById.class, Shown.class, call -> shown(call.store(), identities.entities.get(call.store(), call.input().id())), "Read an entity."),
                Route.write("entity/id/{id}", Set.class, Made.class, this::set, "Change an entity; what is not sent stays."),
                Route.delete("entity/id/{id}", ById.class, None.class, call -> delete(call, identities.entities.get(call.store(), call.input().id()).stream().toList()),
                        "Delete an entity; its tokens are good for nothing then."),
                Route.list("entity/name", Page.class, Listed.class, identities.entities::listNames, "List the entities by name."),
                Route.read("entity/name/{name*}", ByName.class, Shown.class, call -> shown(call.store(), identities.entities.named(call.store(), call.input().name())), "Read an entity by its name."),
                Route.write("entity/name/{name*}", Set.class, Made.class, this::set, "Create an entity with a name, or change it; what is not sent stays."),
                Route.delete("entity/name/{name*}", ByName.class, None.class, call -> delete(call, identities.entities.named(call.store(), call.input().name()).stream().toList()),
                        "Delete an entity by its name."),
                Route.write("entity/batch-delete", Batch.class, None.class, this::deleteAll, "Delete entities."),
                Route.write("entity/merge", Merge.Wanted.class, None.class, call -> new Merge(identities, call).run(),
                        "Merge entities into another, which gets their aliases, groups and tokens, but not their policies.").with(Trait.SUDO),
                Route.ask("lookup/entity", Query.class, Shown.class, this::lookup, "Read the entity with an id, a name or an alias."));
    }

    // ---- telling ----

    private Reply<Shown> shown(Storage.Reader store, Optional<EntityRow> found) {
        var row = found.orElseThrow(() -> new Problem.NotFound().asException());
        var all = identities.groupsOf(store, row).map(GroupRow::id).toList();
        var direct = all.stream().filter(row.groups()::contains).toList();
        var inherited = all.stream().filter(id -> !row.groups().contains(id)).toList();
        return Reply.of(new Shown(row.aliases().stream().map(alias -> shown(store, row, alias)).toList(), row.created(), direct, row.disabled(), all, row.id(), inherited, row.updated(), row.merged(),
                row.metadata(), row.name(), NamespaceStore.idOf(store), row.policies()));
    }

    private Aliased shown(Storage.Reader store, EntityRow row, AliasRow alias) {
        var mount = identities.mounts.byAccessor(store, alias.mountAccessor());
        return new Aliased(row.id(), alias.created(), alias.customMetadata(), alias.id(), alias.updated(), alias.local(), alias.mergedFrom(), alias.metadata(), alias.mountAccessor(),
                mount.map(each -> each.path()), mount.map(each -> each.type()), alias.name());
    }

    private Map<String, Object> info(Storage.Reader store, EntityRow row) {
        var info = new LinkedHashMap<String, Object>();
        info.put("name", row.name());
        if (!row.aliases().isEmpty()) info.put("aliases", row.aliases().stream().map(alias -> AliasInfo.named(identities, store, alias)).toList());
        return info;
    }

    private Reply<Shown> lookup(Call.Read<Query> call) {
        var found = identities.entities.asked(call.store(), call.input());
        return found.isEmpty() ? Reply.nothing() : shown(call.store(), found);
    }

    // ---- changing ----

    private Reply<Made> set(Call.Change<Set> call) {
        var store = call.store();
        var in = call.input();
        var name = in.name().filter(text -> !text.isEmpty());
        var byId = in.id().filter(text -> !text.isEmpty()).map(id -> identities.entities.get(store, id).orElseThrow(() -> new Problem.Invalid("entity not found from id").asException()));
        var byName = name.flatMap(text -> identities.entities.named(store, text));
        if (byId.isPresent() && byName.isPresent() && !byId.get().id().equals(byName.get().id())) throw new Problem.Invalid("entity name is already in use").asException();
        var known = byId.or(() -> byName);
        var before = known.orElseGet(() -> identities.newEntity(store, call.now()));
        var after = before.changed(name.map(Index::requireName).orElse(before.name()), in.metadata().map(map -> Metadata.require("entity", map)).orElse(before.metadata()),
                in.policies().map(Policies::canonical).orElse(before.policies()), in.disabled().orElse(before.disabled()), call.now());
        var standing = Standing.of(identities, store, call);
        standing.requireSudoFor(standing.isSelf(before));
        standing.requireHolding(after.policies().stream().filter(policy -> !before.policies().contains(policy)).toList());
        identities.entities.save(store, after);
        return known.isPresent() ? Reply.nothing() : Reply.of(new Made(List.of(), after.id(), after.name()));
    }

    private Reply<None> deleteAll(Call.Change<Batch> call) {
        if (call.input().entityIds().isEmpty()) throw new Problem.Invalid("missing entity ids to delete").asException();
        return delete(call, call.input().entityIds().stream().distinct().map(id -> identities.entities.get(call.store(), id)).flatMap(Optional::stream).toList());
    }

    private Reply<None> delete(Call.Change<?> call, List<EntityRow> rows) {
        var standing = Standing.of(identities, call.store(), call);
        rows.forEach(row -> {
            standing.requireSudoFor(standing.isSelf(row));
            identities.entities.delete(call.store(), row);
        });
        return Reply.nothing();
    }
}
