package watchword.engines.kubernetes.secrets;

/** What is made in a cluster. */
enum Kind {
    SERVICE_ACCOUNT("ServiceAccount", "v1", "/api/v1", "serviceaccounts", true),
    ROLE("Role", Kind.RBAC, "/apis/" + Kind.RBAC, "roles", true),
    CLUSTER_ROLE("ClusterRole", Kind.RBAC, "/apis/" + Kind.RBAC, "clusterroles", false),
    ROLE_BINDING("RoleBinding", Kind.RBAC, "/apis/" + Kind.RBAC, "rolebindings", true),
    CLUSTER_ROLE_BINDING("ClusterRoleBinding", Kind.RBAC, "/apis/" + Kind.RBAC, "clusterrolebindings", false);

    static final String RBAC_GROUP = "rbac.authorization.k8s.io";
    private static final String RBAC = "rbac.authorization.k8s.io/v1";

    /** The cluster's word for it. */
    final String word;
    final String version;
    private final String root;
    private final String plural;
    /** Whether it is in a namespace. */
    final boolean isNamespaced;

    Kind(String word, String version, String root, String plural, boolean isNamespaced) {
        this.word = word;
        this.version = version;
        this.root = root;
        this.plural = plural;
        this.isNamespaced = isNamespaced;
    }

    /** Where those of a namespace are; for a kind that is in none, where all are. */
    String path(String namespace) {
        return root + (isNamespaced ? "/namespaces/" + namespace : "") + "/" + plural;
    }
}
