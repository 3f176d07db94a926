package watchword.core.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What policies may know of the identity behind a token. Immutable: a view tells of one moment.
 *
 * <p>Texts come as they are stored, hostile ones too: {@link TemplatedPath} judges whether they may stand in a path.
 */
public interface IdentityView {

    /** Of a token without an entity. */
    IdentityView NOBODY = new Nobody();

    /** Empty for nobody. */
    String entityId();

    /** Whether it is the entity with this id, or one that was merged into it. */
    default boolean isOrWas(String id) {
        return entityId().equals(id);
    }

    String entityName();

    Map<String, String> metadata();

    /** The entity's alias on one auth mount, by the mount's accessor; never one of another mount, whatever its name. */
    Optional<Alias> alias(String mountAccessor);

    /** A group the entity is in, directly or by another group. */
    Optional<Group> groupById(String id);

    Optional<Group> groupByName(String name);

    /** Every group the entity is in, directly or by another group. */
    List<Group> groups();

    /** Policies that the entity and its groups add to the token's own. */
    List<String> policies();

    /** Equal to that of an earlier view of the same entity as long as nothing that this interface tells has changed. */
    Object stamp();

    record Alias(String id, String name, Map<String, String> metadata, Map<String, String> customMetadata) {}

    record Group(String id, String name, Map<String, String> metadata) {}

    /** Nobody's identity. */
    record Nobody() implements IdentityView {
        @Override
        public String entityId() {
            return "";
        }

        @Override
        public String entityName() {
            return "";
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }

        @Override
        public Optional<Alias> alias(String mountAccessor) {
            return Optional.empty();
        }

        @Override
        public Optional<Group> groupById(String id) {
            return Optional.empty();
        }

        @Override
        public Optional<Group> groupByName(String name) {
            return Optional.empty();
        }

        @Override
        public List<Group> groups() {
            return List.of();
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
}
