package watchword.engines.kubernetes.secrets;

import watchword.sdk.Secret;

/**
 * Which cluster, and with whose rights things are made there.
 *
 * @param kubernetesHost empty for the one that the pod is told
 * @param kubernetesCaCert PEM; empty for the pod's own, or the system's
 * @param serviceAccountJwt empty for the pod's own
 */
record Config(String kubernetesHost, String kubernetesCaCert, Secret serviceAccountJwt, boolean disableLocalCaJwt) {
    /** The only row of its table. */
    static final String ROW = "config";
}
