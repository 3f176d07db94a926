package watchword.core.identity;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An entity as it is stored, with all that a request of one of its tokens needs to know of it.
 *
 * @param name as it was written; upper and lower case are the same name
 * @param aliases at most one of each mount
 * @param groups ids of those it is in directly
 * @param merged ids of the entities that were merged into it, and into those
 * @param claimed whether it ever had an alias, and so was somebody
 */
record EntityRow(String id, String name, Map<String, String> metadata, List<String> policies, boolean disabled, Instant created, Instant updated, List<AliasRow> aliases, List<String> groups,
        List<String> merged, boolean claimed) implements Identity {

    @Override
    public List<AliasRow> allAliases() {
        return aliases;
    }

    @Override
    public List<String> memberOf() {
        return groups;
    }

    static EntityRow fresh(String id, String name, Instant now) {
        return new EntityRow(id, name, Map.of(), List.of(), false, now, now, List.of(), List.of(), List.of(), false);
    }

    Optional<AliasRow> alias(String mountAccessor) {
        return aliases.stream().filter(alias -> alias.isOf(mountAccessor)).findFirst();
    }

    Optional<AliasRow> aliasById(String aliasId) {
        return aliases.stream().filter(alias -> alias.id().equals(aliasId)).findFirst();
    }

    EntityRow changed(String newName, Map<String, String> newMetadata, List<String> newPolicies, boolean nowDisabled, Instant now) {
        return new EntityRow(id, newName, newMetadata, newPolicies, nowDisabled, created, now, aliases, groups, merged, claimed);
    }

    /** With this alias, in the place of the one with its id. */
    EntityRow with(AliasRow alias, Instant now) {
        var all = Stream.concat(aliases.stream().filter(each -> !each.id().equals(alias.id())), Stream.of(alias)).toList();
        return new EntityRow(id, name, metadata, policies, disabled, created, now, all, groups, merged, true);
    }

    EntityRow withoutAlias(String aliasId, Instant now) {
        return new EntityRow(id, name, metadata, policies, disabled, created, now, aliases.stream().filter(each -> !each.id().equals(aliasId)).toList(), groups, merged, claimed);
    }

    EntityRow in(List<String> newGroups) {
        return new EntityRow(id, name, metadata, policies, disabled, created, updated, aliases, List.copyOf(newGroups), merged, claimed);
    }

    EntityRow inAlso(String groupId) {
        return groups.contains(groupId) ? this : in(Stream.concat(groups.stream(), Stream.of(groupId)).toList());
    }

    EntityRow notIn(String groupId) {
        return groups.contains(groupId) ? in(groups.stream().filter(each -> !each.equals(groupId)).toList()) : this;
    }

    EntityRow absorbing(EntityRow other, Instant now) {
        var all = new ArrayList<>(merged);
        all.addAll(other.merged());
        all.add(other.id());
        var both = Stream.concat(groups.stream(), other.groups().stream()).distinct().toList();
        return new EntityRow(id, name, metadata, policies, disabled, created, now, aliases, both, List.copyOf(all), claimed || other.claimed());
    }
}
