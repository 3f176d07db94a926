package watchword.core.identity;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.namespace.NamespaceStore;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Page;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code identity/entity-alias}. A write never merges entities, whatever it names: it moves one alias, or is refused. */
final class AliasRoutes {
    private final IdentityStore identities;

    AliasRoutes(IdentityStore identities) {
        this.identities = identities;
    }

    record Set(
            @Doc("Id of the alias to change; without it, mount_accessor and name say which.") Optional<String> id,
            @Doc("Name that the auth mount has for the entity, exactly as its logins tell it.") Optional<String> name,
            @Doc("Id of the entity; a new one is made when not given.") Optional<String> canonicalId,
            @Doc("Older name of canonical_id.") Optional<String> entityId,
            @Doc("Accessor of the auth mount.") Optional<String> mountAccessor,
            @Doc("What to keep with it, for templates in policies; replaces what there was.") Optional<Map<String, String>> customMetadata) {

        String owner() {
            return canonicalId.filter(text -> !text.isEmpty()).or(() -> entityId).orElse("");
        }
    }

    record ById(@Doc("Id of the alias.") String id) {}

    record Made(@Doc("Id of its entity or group.") String canonicalId, @Doc("Id of the alias.") String id) {}

    record Shown(
            @Doc("Entity or group that it names.") String canonicalId,
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
            @Doc("The name.") String name,
            @Doc("Namespace it is in.") String namespaceId) {

        static Shown of(IdentityStore identities, Storage.Reader store, AliasRow alias, String owner) {
            var mount = identities.mounts.byAccessor(store, alias.mountAccessor());
            return new Shown(owner, alias.created(), alias.customMetadata(), alias.id(), alias.updated(), alias.local(), alias.mergedFrom(), alias.metadata(), alias.mountAccessor(),
                    mount.map(entry -> entry.path()), mount.map(entry -> entry.type()), alias.name(), NamespaceStore.idOf(store));
        }
    }

    List<Route<?, ?>> routes() {
        return List.of(
                Route.write("entity-alias", Set.class, Made.class, this::set, "Create an alias, or change the one with an id or name."),
                Route.list("entity-alias/id", Page.class, Listed.class, call -> identities.entities.listAliases(call, (store, alias, owner) -> AliasInfo.whole(identities, store, alias, owner)), "List the aliases of entities."),
                Route.read("entity-alias/id/{id}", ById.class, Shown.class, this::read, "Read an alias."),
                Route.write("entity-alias/id/{id}", Set.class, Made.class, this::set, "Change an alias; what is not sent stays."),
                Route.delete("entity-alias/id/{id}", ById.class, None.class, this::delete, "Delete an alias."));
    }

    // ---- telling ----

    private Reply<Shown> read(Call.Read<ById> call) {
        var entity = identities.entities.withAliasId(call.store(), call.input().id()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(Shown.of(identities, call.store(), entity.aliasById(call.input().id()).orElseThrow(), entity.id()));
    }

    // ---- changing ----

    private Reply<Made> set(Call.Change<Set> call) {
        var in = call.input();
        var store = call.store();
        in.customMetadata().ifPresent(Metadata::requireCustom);
        var name = in.name().orElse("");
        var accessor = in.mountAccessor().orElse("");
        var id = in.id().orElse("");
        if (!id.isEmpty()) {
            var owner = identities.entities.withAliasId(store, id).orElseThrow(() -> new Problem.Invalid("invalid alias ID provided").asException());
            return change(call, owner, owner.aliasById(id).orElseThrow());
        }
        if (accessor.isEmpty() || name.isEmpty()) throw new Problem.Invalid("'id' or 'mount_accessor' and 'name' must be provided").asException();
        identities.requireMount(store, accessor);
        var owner = identities.entities.withAlias(store, accessor, name);
        return owner.isPresent() ? change(call, owner.get(), owner.get().alias(accessor).orElseThrow()) : create(call, name, accessor);
    }

    private Reply<Made> create(Call.Change<Set> call, String name, String accessor) {
        var store = call.store();
        var id = call.input().owner();
        var known = id.isEmpty() ? Optional.<EntityRow>empty()
                : Optional.of(identities.entities.get(store, id).orElseThrow(() -> new Problem.Invalid("invalid canonical ID").asException()));
        var entity = known.orElseGet(() -> identities.newEntity(store, call.now()));
        if (entity.alias(accessor).isPresent()) throw new Problem.Invalid("Alias already exists for requested entity and mount accessor").asException();
        Standing.of(identities, store, call).requirePlaceOf(identities, store, entity);
        var alias = identities.newAlias(identities.requireMount(store, accessor), name, call.input().customMetadata().orElse(Map.of()), call.now());
        identities.entities.save(store, entity.with(alias, call.now()));
        return Reply.of(new Made(entity.id(), alias.id()));
    }

    private Reply<Made> change(Call.Change<Set> call, EntityRow owner, AliasRow alias) {
        var store = call.store();
        var in = call.input();
        var name = in.name().filter(text -> !text.isEmpty()).orElse(alias.name());
        var accessor = in.mountAccessor().filter(text -> !text.isEmpty()).orElse(alias.mountAccessor());
        boolean renamed = !name.equals(alias.name()) || !accessor.equals(alias.mountAccessor());
        boolean moved = !in.owner().isEmpty() && !in.owner().equals(owner.id());
        var custom = in.customMetadata().orElse(alias.customMetadata());
        if (!renamed && !moved && custom.equals(alias.customMetadata())) return Reply.nothing();

        var mount = identities.requireMount(store, accessor);
        if (moved && (mount.local() || alias.local())) throw new Problem.Invalid("local aliases can't be moved between entities").asException();
        var standing = Standing.of(identities, store, call);
        standing.requireSudoFor(standing.isSelf(owner));
        if (renamed) {
            if (identities.entities.withAlias(store, accessor, name).isPresent()) throw new Problem.Invalid("alias with combination of mount accessor and name already exists").asException();
            if (!moved) {
                if (!accessor.equals(alias.mountAccessor()) && owner.alias(accessor).isPresent()) {
                    throw new Problem.Invalid("Alias cannot be updated as the entity already has an alias for the given 'mount_accessor' ").asException();
                }
                standing.requirePlaceOf(identities, store, owner);
            }
        }
        var changed = alias.changed(Index.requireName(name), accessor, custom, mount.local(), call.now());
        if (!moved) {
            identities.entities.save(store, owner.with(changed, call.now()));
            return Reply.of(new Made(owner.id(), alias.id()));
        }
        var to = identities.entities.get(store, in.owner()).orElseThrow(() -> new Problem.Invalid("given 'canonical_id' is not associated with an entity").asException());
        if (to.alias(accessor).isPresent()) throw new Problem.Invalid("Alias cannot be updated as the given entity already has an alias for this mount ").asException();
        standing.requirePlaceOf(identities, store, to);
        identities.entities.save(store, owner.withoutAlias(alias.id(), call.now()));
        identities.entities.save(store, to.with(changed, call.now()));
        return Reply.of(new Made(to.id(), alias.id()));
    }

    private Reply<None> delete(Call.Change<ById> call) {
        identities.entities.withAliasId(call.store(), call.input().id()).ifPresent(entity -> {
            var standing = Standing.of(identities, call.store(), call);
            standing.requireSudoFor(standing.isSelf(entity));
            identities.entities.save(call.store(), entity.withoutAlias(call.input().id(), call.now()));
        });
        return Reply.nothing();
    }
}
