package watchword.engines.cert;

import java.time.Duration;
import java.util.List;
import watchword.sdk.Inline;
import watchword.sdk.TokenTerms;

/**
 * A certificate that is trusted, and what for. One that is an authority stands for all it has issued; any other for itself alone.
 *
 * @param certificate PEM; what follows the first are further authorities
 * @param olderNames of the fields that set {@code terms}, see {@link watchword.sdk.OlderTokenFields}
 */
record Entry(String certificate, String displayName, @Inline Constraints constraints, @Inline Ocsp ocsp, @Inline TokenTerms terms, List<String> olderNames) {

    /** What a certificate must say besides; empty lists ask for nothing. */
    record Constraints(
            List<String> allowedNames,
            List<String> allowedCommonNames,
            List<String> allowedDnsSans,
            List<String> allowedEmailSans,
            List<String> allowedUriSans,
            List<String> allowedOrganizationalUnits,
            List<String> requiredExtensions,
            List<String> allowedMetadataExtensions) {
        static final Constraints NONE = new Constraints(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /**
     * Whether and how its issuer is asked if a certificate still stands.
     *
     * @param ocspFailOpen let it in when nobody can say
     * @param ocspThisUpdateMaxAge of an answer; zero for any that is current
     */
    record Ocsp(String ocspCaCertificates, boolean ocspEnabled, boolean ocspFailOpen, long ocspMaxRetries, boolean ocspQueryAllServers, List<String> ocspServersOverride, Duration ocspThisUpdateMaxAge) {
        static final Ocsp NONE = new Ocsp("", false, false, 4, false, List.of(), Duration.ZERO);
    }
}
