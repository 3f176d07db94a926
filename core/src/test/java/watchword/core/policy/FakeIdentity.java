package watchword.core.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An identity by its words. */
record FakeIdentity(String entityId, String entityName, Map<String, String> metadata, Map<String, Alias> aliases, List<Group> groups, List<String> policies)
        implements IdentityView {

    static FakeIdentity named(String id, String name) {
        return new FakeIdentity(id, name, Map.of(), Map.of(), List.of(), List.of());
    }

    FakeIdentity with(Map<String, String> metadata) {
        return new FakeIdentity(entityId, entityName, metadata, aliases, groups, policies);
    }

    FakeIdentity with(String mountAccessor, Alias alias) {
        var more = new HashMap<>(aliases);
        more.put(mountAccessor, alias);
        return new FakeIdentity(entityId, entityName, metadata, more, groups, policies);
    }

    FakeIdentity with(Group group) {
        return new FakeIdentity(entityId, entityName, metadata, aliases, List.of(group), policies);
    }

    FakeIdentity with(String... policies) {
        return new FakeIdentity(entityId, entityName, metadata, aliases, groups, List.of(policies));
    }

    @Override
    public Optional<Alias> alias(String mountAccessor) {
        return Optional.ofNullable(aliases.get(mountAccessor));
    }

    @Override
    public Optional<Group> groupById(String id) {
        return groups.stream().filter(group -> group.id().equals(id)).findFirst();
    }

    @Override
    public Optional<Group> groupByName(String name) {
        return groups.stream().filter(group -> group.name().equals(name)).findFirst();
    }

    @Override
    public Object stamp() {
        return this;
    }
}
