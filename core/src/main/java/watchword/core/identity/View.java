package watchword.core.identity;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.core.policy.IdentityView;
import watchword.sdk.Policies;

/** What policies may know of one entity, and the very rows that tell it. */
final class View implements IdentityView {
    private final EntityRow entity;
    private final List<GroupRow> groups;
    private final List<String> policies;
    private final Stamp stamp;

    /** @param groups all that it is in, directly or by another */
    View(EntityRow entity, List<GroupRow> groups) {
        this.entity = entity;
        this.groups = groups;
        this.policies = canonical(Stream.concat(entity.policies().stream(), groups.stream().flatMap(group -> group.policies().stream())));
        this.stamp = new Stamp(entity, groups);
    }

    private record Stamp(EntityRow entity, List<GroupRow> groups) {}

    /** In their one form, and none that an identity cannot give. */
    static List<String> canonical(Stream<String> names) {
        return Policies.withoutRoot(names.toList());
    }

    boolean isOf(EntityRow row) {
        return entity == row || entity.equals(row);
    }

    /** All that it is in, as they are stored. */
    List<GroupRow> groupRows() {
        return groups;
    }

    @Override
    public List<Group> groups() {
        return groups.stream().map(row -> new Group(row.id(), row.name(), row.metadata())).toList();
    }

    @Override
    public String entityId() {
        return entity.id();
    }

    @Override
    public boolean isOrWas(String id) {
        return entity.id().equals(id) || entity.merged().contains(id);
    }

    @Override
    public String entityName() {
        return entity.name();
    }

    @Override
    public Map<String, String> metadata() {
        return entity.metadata();
    }

    @Override
    public Optional<Alias> alias(String mountAccessor) {
        return entity.alias(mountAccessor).map(alias -> new Alias(alias.id(), alias.name(), alias.metadata(), alias.customMetadata()));
    }

    @Override
    public Optional<Group> groupById(String id) {
        return groups.stream().filter(group -> group.id().equals(id)).findFirst().map(View::shown);
    }

    @Override
    public Optional<Group> groupByName(String name) {
        return groups.stream().filter(group -> group.name().equals(name)).findFirst().map(View::shown);
    }

    private static Group shown(GroupRow group) {
        return new Group(group.id(), group.name(), group.metadata());
    }

    @Override
    public List<String> policies() {
        return policies;
    }

    @Override
    public Object stamp() {
        return stamp;
    }
}
