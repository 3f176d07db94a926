package watchword.core.identity;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import watchword.core.namespace.NamespaceStore;
import watchword.core.token.TokenCaller;
import watchword.sdk.Call;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * What a caller may change of identities without sudo on the path: it gives nobody what it does not have itself, gives nobody another's
 * place, and leaves alone what its own policies come from. So who may write identities gains nothing by it.
 *
 * @param self the caller's entity; empty for none
 * @param ownGroups ids of all that it is in
 */
record Standing(boolean sudo, List<String> policies, String self, Set<String> ownGroups) {

    static Standing of(IdentityStore identities, Storage.Reader store, Call<?> call) {
        if (!(call.caller() instanceof TokenCaller caller)) throw new Problem.Denied().asException();
        if (caller.sudo()) return new Standing(true, caller.policies(), caller.entityId(), Set.of());
        // In another namespace policies of the same names are others, and it holds none of those.
        if (!caller.namespaceId().equals(NamespaceStore.idOf(store))) return new Standing(false, List.of(), "", Set.of());
        var entity = identities.entities.current(store, caller.entityId());
        var groups = new HashSet<String>();
        entity.ifPresent(row -> identities.groupsOf(store, row).forEach(group -> groups.add(group.id())));
        return new Standing(false, caller.policies(), entity.map(EntityRow::id).orElse(""), groups);
    }

    boolean isSelf(EntityRow entity) {
        return entity.id().equals(self);
    }

    boolean isIn(GroupRow group) {
        return ownGroups.contains(group.id());
    }

    /** For policies that are asked for by name. */
    void requireHolding(Collection<String> given) {
        var beyond = sudo ? List.<String>of() : Policies.exceeding(given, policies);
        if (!beyond.isEmpty()) throw new Problem.Denied("policies that the caller lacks can be given only with sudo on this path: " + Policies.shown(beyond)).asException();
    }

    /** For policies that something gives, which the caller may not know. */
    void requireHolding(Collection<String> given, String by) {
        if (!sudo && !Policies.exceeding(given, policies).isEmpty()) throw new Problem.Denied(by + " gives policies that the caller lacks; this needs sudo on this path").asException();
    }

    /** For a change of the caller's own entity, of its aliases and groups. */
    void requireSudoFor(boolean own) {
        if (own && !sudo) throw new Problem.Denied("the caller's own policies come from this; changing it needs sudo on this path").asException();
    }

    /** For who logs in by an alias to become an entity. */
    void requirePlaceOf(IdentityStore identities, Storage.Reader store, EntityRow entity) {
        if (sudo) return;
        requireSudoFor(isSelf(entity));
        if (entity.claimed()) throw new Problem.Denied("the entity is somebody's already; another alias for it needs sudo on this path").asException();
        requireHolding(identities.given(store, entity), "the entity");
    }
}
