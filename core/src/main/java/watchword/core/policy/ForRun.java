package watchword.core.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An identity, and the run that a token of it is for. */
record ForRun(IdentityView identity, String run) implements IdentityView {

    static IdentityView of(IdentityView identity, String run) {
        return run.isEmpty() ? identity : new ForRun(identity, run);
    }

    @Override
    public String entityId() {
        return identity.entityId();
    }

    @Override
    public boolean isOrWas(String id) {
        return identity.isOrWas(id);
    }

    @Override
    public String entityName() {
        return identity.entityName();
    }

    @Override
    public Map<String, String> metadata() {
        return identity.metadata();
    }

    @Override
    public Optional<Alias> alias(String mountAccessor) {
        return identity.alias(mountAccessor);
    }

    @Override
    public Optional<Group> groupById(String id) {
        return identity.groupById(id);
    }

    @Override
    public Optional<Group> groupByName(String name) {
        return identity.groupByName(name);
    }

    @Override
    public List<Group> groups() {
        return identity.groups();
    }

    @Override
    public List<String> policies() {
        return identity.policies();
    }

    @Override
    public Object stamp() {
        return identity.stamp();
    }
}
