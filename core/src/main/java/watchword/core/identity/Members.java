package watchword.core.identity;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/** Makes the members of an internal group those that a request names. */
final class Members {
    private final IdentityStore identities;
    private final Storage.Writer store;
    private final GroupRow group;
    private final Standing standing;
    private final Instant now;

    Members(IdentityStore identities, Storage.Writer store, GroupRow group, Standing standing, Instant now) {
        this.identities = identities;
        this.store = store;
        this.group = group;
        this.standing = standing;
        this.now = now;
    }

    void makeEntities(List<String> wanted) {
        var before = new HashSet<>(identities.entities.members(store, group.id(), Integer.MAX_VALUE));
        var added = wanted.stream().distinct().filter(id -> !before.contains(id)).map(this::requireEntity).toList();
        before.removeAll(wanted);
        requireStanding(added, before);
        added.forEach(entity -> identities.entities.save(store, entity.inAlso(group.id())));
        before.forEach(id -> identities.entities.get(store, id).ifPresent(entity -> identities.entities.save(store, entity.notIn(group.id()))));
    }

    private EntityRow requireEntity(String id) {
        return identities.entities.get(store, id).orElseThrow(() -> new Problem.Invalid("invalid entity ID \"" + Metadata.shown(id) + "\"").asException());
    }

    void makeGroups(List<String> wanted) {
        var before = new HashSet<>(identities.groups.members(store, group.id(), Integer.MAX_VALUE));
        var added = wanted.stream().distinct().filter(id -> !before.contains(id)).map(this::requireGroup).toList();
        before.removeAll(wanted);
        requireStanding(added, before);
        before.forEach(id -> identities.groups.get(store, id).ifPresent(member -> identities.groups.save(store, member.notBelow(group.id(), now))));
        added.forEach(this::add);
    }

    private GroupRow requireGroup(String id) {
        return identities.groups.get(store, id).orElseThrow(() -> new Problem.Invalid("invalid member group ID \"" + Metadata.shown(id) + "\"").asException());
    }

    /** It must not be what the group is in itself. */
    private void add(GroupRow member) {
        if (member.id().equals(group.id())) throw new Problem.Invalid("member group ID \"" + group.id() + "\" is same as the ID of the group").asException();
        var above = identities.groups.withParents(store, group.parents());
        if (above.stream().anyMatch(each -> each.id().equals(member.id()))) {
            throw new Problem.Invalid("cyclic relationship detected for member group ID \"" + member.id() + "\"").asException();
        }
        identities.groups.save(store, member.below(group.id(), now));
    }

    private void requireStanding(Collection<?> added, Collection<?> removed) {
        standing.requireSudoFor(standing.isIn(group) && !removed.isEmpty());
        if (!added.isEmpty()) standing.requireHolding(identities.given(store, group), "the group");
    }
}
