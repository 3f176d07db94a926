package watchword.core.policy.advise;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Policies;

/**
 * Whose requests count, and of which time. Several conditions must all hold; of several values of one, any.
 *
 * @param roles of the auth method, as the token's metadata tells it
 * @param accessors as they stand in the log
 * @param policies that gave what was asked
 * @param namespace id of the namespace that the policy is for
 * @param withDefault whether what the default policy gives counts
 */
record Selection(List<String> entities, List<String> roles, List<String> displayNames, List<String> policies, List<String> accessors, String namespace,
        Optional<Instant> since, Optional<Instant> until, boolean withDefault) {
    static final String ROOT_NAMESPACE = "root";

    private static final List<String> ROLE = List.of("role", "role_name");

    /** Whether it is anybody's in particular. */
    boolean isOfSomebody() {
        return !(entities.isEmpty() && roles.isEmpty() && displayNames.isEmpty() && policies.isEmpty() && accessors.isEmpty());
    }

    boolean takes(LoggedRequest line) {
        if (since.isPresent() && line.time().isBefore(since.get()) || until.isPresent() && !line.time().isBefore(until.get())) return false;
        return (line.namespace().isEmpty() ? ROOT_NAMESPACE : line.namespace()).equals(namespace) && any(entities, line.entityId()) && any(displayNames, line.displayName())
                && any(accessors, line.accessor()) && (policies.isEmpty() || line.granting().stream().anyMatch(policies::contains))
                && (roles.isEmpty() || ROLE.stream().anyMatch(name -> roles.contains(line.metadata().getOrDefault(name, ""))));
    }

    private static boolean any(List<String> wanted, String value) {
        return wanted.isEmpty() || wanted.contains(value);
    }

    /** What tokens may do by the policy that they all have needs no other one. */
    boolean isByDefault(LoggedRequest line) {
        return !withDefault && !policies.contains(Policies.DEFAULT) && line.granting().contains(Policies.DEFAULT);
    }
}
