package watchword.engines.kubernetes.secrets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import watchword.sdk.Reply.Revocation;

/**
 * What is made for one lease: an account with what it may, all of one name.
 *
 * @param kinds in the order in which they are made: the first owns the others, so that with it they go even if nobody else deletes them
 */
record Made(String namespace, String name, List<Kind> kinds) {
    private static final String KIND = "service_account";

    static Made of(Role role, String namespace, String name, boolean clusterRoleBinding) {
        var kinds = new ArrayList<Kind>();
        if (!role.generatedRoleRules().isEmpty()) kinds.add(role.isClusterWide() ? Kind.CLUSTER_ROLE : Kind.ROLE);
        kinds.add(clusterRoleBinding ? Kind.CLUSTER_ROLE_BINDING : Kind.ROLE_BINDING);
        kinds.add(Kind.SERVICE_ACCOUNT);
        return new Made(namespace, name, List.copyOf(kinds));
    }

    /** A token of an account that is not ours: there is nothing to remove. */
    static Made nothing(String namespace, String name) {
        return new Made(namespace, name, List.of());
    }

    Revocation revocation() {
        return new Revocation(KIND, Map.of("namespace", namespace, "name", name, "kinds", kinds.stream().map(Kind::name).collect(Collectors.joining(","))));
    }

    static Made of(Revocation revocation) {
        var handle = revocation.handle();
        return new Made(handle.getOrDefault("namespace", ""), handle.getOrDefault("name", ""),
                Stream.of(handle.getOrDefault("kinds", "").split(",")).filter(text -> !text.isEmpty()).map(Kind::valueOf).toList());
    }
}
