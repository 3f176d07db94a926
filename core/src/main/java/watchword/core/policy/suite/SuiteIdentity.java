package watchword.core.policy.suite;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.core.hcl.Hcl;
import watchword.core.hcl.Hcl.Value;
import watchword.core.policy.IdentityView;

/**
 * An identity as a suite describes it.
 *
 * @param aliases by the accessor of their mount
 * @param named its groups by their name
 */
record SuiteIdentity(String entityId, String entityName, Map<String, String> metadata, Map<String, Alias> aliases, Map<String, Group> named) implements IdentityView {

    static SuiteIdentity of(Value.Body body) throws Suite.BrokenException, Hcl.SyntaxException {
        Suite.requireKeys(body, Set.of("id", "name", "metadata", "alias", "group"), "identity: ");
        var aliases = new HashMap<String, Alias>();
        for (var item : Hcl.labeled(body, "alias")) {
            var alias = Suite.body(item.value(), "alias");
            Suite.requireKeys(alias, Set.of("id", "name", "metadata", "custom_metadata"), "alias: ");
            aliases.put(item.labels().getFirst(), new Alias(text(alias, "id"), text(alias, "name"), texts(alias, "metadata"), texts(alias, "custom_metadata")));
        }
        var groups = new HashMap<String, Group>();
        for (var item : Hcl.labeled(body, "group")) {
            var group = Suite.body(item.value(), "group");
            Suite.requireKeys(group, Set.of("id", "metadata"), "group: ");
            groups.put(item.labels().getFirst(), new Group(text(group, "id"), item.labels().getFirst(), texts(group, "metadata")));
        }
        return new SuiteIdentity(text(body, "id"), text(body, "name"), texts(body, "metadata"), Map.copyOf(aliases), Map.copyOf(groups));
    }

    private static String text(Value.Body body, String key) throws Suite.BrokenException {
        var value = body.find(key);
        return value.isEmpty() ? "" : Suite.text(value.get());
    }

    private static Map<String, String> texts(Value.Body body, String key) throws Suite.BrokenException {
        var value = body.find(key);
        if (value.isEmpty()) return Map.of();
        var texts = new HashMap<String, String>();
        for (var item : Suite.body(value.get(), key).items()) texts.put(item.key(), Suite.text(item.value()));
        return Map.copyOf(texts);
    }

    @Override
    public Optional<Alias> alias(String mountAccessor) {
        return Optional.ofNullable(aliases.get(mountAccessor));
    }

    @Override
    public Optional<Group> groupById(String id) {
        return named.values().stream().filter(group -> !id.isEmpty() && group.id().equals(id)).findFirst();
    }

    @Override
    public Optional<Group> groupByName(String name) {
        return Optional.ofNullable(named.get(name));
    }

    @Override
    public List<Group> groups() {
        return List.copyOf(named.values());
    }

    @Override
    public List<String> policies() {
        return List.of();
    }

    @Override
    public Object stamp() {
        return this;
    }
}
