package watchword.engines.kubernetes;

import java.util.List;
import watchword.sdk.Secret;

/**
 * Which cluster, and how it is asked.
 *
 * @param kubernetesCaCert PEM; empty for the pod's own, or the system's
 * @param tokenReviewerJwt empty for the pod's own, or the one that logs in
 * @param disableTokenReview tokens are judged by their signature alone; ours, not Vault's
 */
record Config(
        String kubernetesHost,
        String kubernetesCaCert,
        Secret tokenReviewerJwt,
        List<String> pemKeys,
        String issuer,
        boolean disableIssValidation,
        boolean disableLocalCaJwt,
        boolean useAnnotationsAsAliasMetadata,
        boolean disableTokenReview) {

    /** The only row of its table. */
    static final String ROW = "config";

    /** The API server's address, without a slash at its end. */
    String base() {
        return ApiServer.base(kubernetesHost);
    }
}
