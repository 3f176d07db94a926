package watchword.core.identity;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/**
 * {@code identity/group-alias}. Whom a name put into a group the name keeps there: when the group loses it, nobody is in the group until
 * they log in again.
 */
final class GroupAliasRoutes {
    private final IdentityStore identities;

    GroupAliasRoutes(IdentityStore identities) {
        this.identities = identities;
    }

    record Set(
            @Doc("Id of the alias to change; a new one is made when not given.") Optional<String> id,
            @Doc("Name that the auth mount has for the group, exactly as its logins tell it.") String name,
            @Doc("Accessor of the auth mount.") String mountAccessor,
            @Doc("Id of the external group; a new one is made when not given.") String canonicalId) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.write("group-alias", Set.class, AliasRoutes.Made.class, this::set, "Create an alias of a group, or change the one with an id."),
                Route.list("group-alias/id", Page.class, Listed.class, call -> identities.groups.listAliases(call, (store, alias, owner) -> AliasInfo.whole(identities, store, alias, owner)), "List the aliases of groups."),
                Route.read("group-alias/id/{id}", AliasRoutes.ById.class, AliasRoutes.Shown.class, this::read, "Read an alias of a group."),
                Route.write("group-alias/id/{id}", Set.class, AliasRoutes.Made.class, this::set, "Change an alias of a group."),
                Route.delete("group-alias/id/{id}", AliasRoutes.ById.class, None.class, this::delete, "Delete an alias of a group; nobody is in the group then."));
    }

    // ---- telling ----

    private Reply<AliasRoutes.Shown> read(Call.Read<AliasRoutes.ById> call) {
        var group = identities.groups.withAliasId(call.store(), call.input().id()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(AliasRoutes.Shown.of(identities, call.store(), group.alias().orElseThrow(), group.id()));
    }

    // ---- changing ----

    private Reply<AliasRoutes.Made> set(Call.Change<Set> call) {
        var store = call.store();
        var in = call.input();
        var before = in.id().map(id -> {
            if (id.isEmpty()) throw new Problem.Invalid("empty group alias ID").asException();
            return identities.groups.withAliasId(store, id).orElseThrow(() -> new Problem.Invalid("invalid group alias ID").asException());
        });
        if (in.name().isEmpty()) throw new Problem.Invalid("missing alias name").asException();
        if (in.mountAccessor().isEmpty()) throw new Problem.Invalid("missing mount_accessor").asException();
        var alias = before.flatMap(GroupRow::alias);
        boolean same = alias.map(each -> each.name().equals(in.name()) && each.isOf(in.mountAccessor())).orElse(false);
        boolean stays = before.isPresent() && (in.canonicalId().isEmpty() || in.canonicalId().equals(before.get().id()));
        if (same && stays) return Reply.nothing();

        var to = stays ? before.get() : target(call);
        var mount = requireMount(store, in);
        if (!same && identities.groups.withAlias(store, mount.accessor(), in.name()).isPresent()) {
            throw new Problem.Invalid("combination of mount and group alias name is already in use").asException();
        }
        var standing = Standing.of(identities, store, call);
        standing.requireSudoFor(standing.isIn(to) || before.map(standing::isIn).orElse(false));
        standing.requireHolding(identities.given(store, to), "the group");
        before.filter(group -> !group.id().equals(to.id())).ifPresent(group -> release(call, group));
        identities.emptyOut(store, to.id());
        var named = alias.map(old -> old.changed(Index.requireName(in.name()), mount.accessor(), old.customMetadata(), false, call.now()))
                .orElseGet(() -> identities.newAlias(mount, in.name(), Map.of(), call.now()));
        identities.groups.save(store, to.with(Optional.of(named), call.now()));
        return Reply.of(new AliasRoutes.Made(to.id(), named.id()));
    }

    private GroupRow target(Call.Change<Set> call) {
        var store = call.store();
        var id = call.input().canonicalId();
        if (id.isEmpty()) {
            var name = identities.freeName("group_", text -> identities.groups.named(store, text).isPresent());
            return GroupRow.fresh(identities.mounts.newUuid(), name, GroupRow.Type.EXTERNAL, call.now());
        }
        var group = identities.groups.get(store, id).orElseThrow(() -> new Problem.Invalid("invalid group ID given in 'canonical_id'").asException());
        if (!group.isExternal()) throw new Problem.Invalid("alias can't be set on an internal group").asException();
        return group;
    }

    private MountEntry requireMount(Storage.Reader store, Set in) {
        var mount = identities.requireMount(store, in.mountAccessor());
        if (mount.local()) throw new Problem.Invalid("mount accessor \"" + mount.accessor() + "\" is a local mount").asException();
        return mount;
    }

    private void release(Call.Change<?> call, GroupRow group) {
        identities.emptyOut(call.store(), group.id());
        identities.groups.save(call.store(), group.with(Optional.empty(), call.now()));
    }

    private Reply<None> delete(Call.Change<AliasRoutes.ById> call) {
        identities.groups.withAliasId(call.store(), call.input().id()).ifPresent(group -> {
            var standing = Standing.of(identities, call.store(), call);
            standing.requireSudoFor(standing.isIn(group));
            release(call, group);
        });
        return Reply.nothing();
    }
}
