package watchword.engines.kubernetes.secrets;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Name;
import watchword.sdk.OrNull;

/** What may be asked for, and where; of account, role and rules exactly one is set. */
record Role(
        @Doc("Labels of namespaces that count besides those named.") @Name("allowed_kubernetes_namespace_selector") String namespaceSelector,
        @OrNull @Doc("Namespaces for which credentials may be asked; * for all.") @Name("allowed_kubernetes_namespaces") List<String> namespaces,
        @OrNull @Doc("Annotations of what is made.") Map<String, String> extraAnnotations,
        @OrNull @Doc("Labels of what is made.") Map<String, String> extraLabels,
        @Doc("Rules of a role that is made.") String generatedRoleRules,
        @Doc("Role that an account that is made is bound to.") String kubernetesRoleName,
        @Doc("`Role` or `ClusterRole`.") @Default(Role.PLAIN) String kubernetesRoleType,
        @Doc("Name of this role.") String name,
        @Doc("How what is made is named; in the usual way when empty.") String nameTemplate,
        @Doc("Account that tokens are made for.") String serviceAccountName,
        @OrNull @Doc("Audiences of tokens when none are asked for; the cluster's own when there are none.") List<String> tokenDefaultAudiences,
        @Doc("Lifetime of tokens when none is asked for; the mount's when 0.") Duration tokenDefaultTtl,
        @Doc("Longest lifetime of tokens; the mount's when 0.") Duration tokenMaxTtl) {

    static final String PLAIN = "Role";
    static final String CLUSTER_WIDE = "ClusterRole";
    static final String USUAL_NAMES = "{{ printf \"v-%s-%s-%s-%s\" (.DisplayName | truncate 8) (.RoleName | truncate 8) (unix_time) (random 24) | truncate 62 | lowercase }}";

    static Role named(String name) {
        return new Role("", List.of(), Map.of(), Map.of(), "", "", PLAIN, name, "", "", List.of(), Duration.ZERO, Duration.ZERO);
    }

    String template() {
        return nameTemplate.isEmpty() ? USUAL_NAMES : nameTemplate;
    }

    /** Whether a namespace goes without saying. */
    boolean hasOneNamespace() {
        return namespaceSelector.isEmpty() && namespaces.size() == 1 && !namespaces.contains("*");
    }

    boolean allows(String namespace) {
        return namespaces.contains("*") || namespaces.contains(namespace);
    }

    boolean isClusterWide() {
        return kubernetesRoleType.equals(CLUSTER_WIDE);
    }
}
