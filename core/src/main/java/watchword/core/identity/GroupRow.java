package watchword.core.identity;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A group as it is stored. Who is in it stands in their rows: an entity's groups, a group's parents.
 *
 * @param name as it was written; upper and lower case are the same name
 * @param parents ids of the groups that it is a member of
 * @param alias of an external group: the name whose bearers are in it
 * @param modifyIndex how often it was written
 */
record GroupRow(String id, String name, Type type, List<String> policies, Map<String, String> metadata, List<String> parents, Optional<AliasRow> alias, Instant created, Instant updated,
        long modifyIndex) implements Identity {

    @Override
    public List<AliasRow> allAliases() {
        return alias.stream().toList();
    }

    @Override
    public List<String> memberOf() {
        return parents;
    }

    /** Who says who is in it. */
    enum Type {
        /** An operator. */
        INTERNAL,
        /** The source of the logins of one mount. */
        EXTERNAL;

        String word() {
            return this == INTERNAL ? "internal" : "external";
        }
    }

    static GroupRow fresh(String id, String name, Type type, Instant now) {
        return new GroupRow(id, name, type, List.of(), Map.of(), List.of(), Optional.empty(), now, now, 0);
    }

    boolean isExternal() {
        return type == Type.EXTERNAL;
    }

    GroupRow changed(String newName, Type newType, List<String> newPolicies, Map<String, String> newMetadata, Instant now) {
        return new GroupRow(id, newName, newType, newPolicies, newMetadata, parents, alias, created, now, modifyIndex + 1);
    }

    GroupRow with(Optional<AliasRow> newAlias, Instant now) {
        return new GroupRow(id, name, type, policies, metadata, parents, newAlias, created, now, modifyIndex + 1);
    }

    GroupRow below(String parent, Instant now) {
        return new GroupRow(id, name, type, policies, metadata, Stream.concat(parents.stream(), Stream.of(parent)).distinct().toList(), alias, created, now, modifyIndex + 1);
    }

    GroupRow notBelow(String parent, Instant now) {
        return new GroupRow(id, name, type, policies, metadata, parents.stream().filter(each -> !each.equals(parent)).toList(), alias, created, now, modifyIndex + 1);
    }
}
