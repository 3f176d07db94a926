package watchword.engines.gcp.secrets;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import watchword.sdk.Inline;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.RotationTerms;

/** How Google is asked, but for the key, which is rotated. As it is stored. */
record Config(
        Duration ttl,
        Duration maxTtl,
        String serviceAccountEmail,
        String identityTokenAudience,
        Duration identityTokenTtl,
        Map<String, String> customEndpoint,
        String caPem,
        @Inline RotationTerms rotation) {

    static final Config NONE = new Config(Duration.ZERO, Duration.ZERO, "", "", Duration.ZERO, Map.of(), "", RotationTerms.NONE);

    /** Where a key is traded for a token; its address is the key's own, if not given here. */
    static final String OAUTH2 = "oauth2";

    static final String IAM = "iam";
    static final String IAM_CREDENTIALS = "iamcredentials";
    static final String STS = "sts";
    private static final Set<String> SERVICES = Set.of(OAUTH2, IAM, IAM_CREDENTIALS, STS);
    private static final int LONGEST_PEM = 64 << 10;

    /** @throws Problem.ProblemException when it cannot be used */
    void check() {
        if (caPem.length() > LONGEST_PEM) throw new Problem.Invalid("ca_pem", "longer than " + LONGEST_PEM + " characters").asException();
        if (!serviceAccountEmail.isEmpty() && !ServiceKey.isEmail(serviceAccountEmail)) throw new Problem.Invalid("service_account_email", "must be the e-mail of a service account").asException();
        if (identityTokenAudience.length() > 1024) throw new Problem.Invalid("identity_token_audience", "too long").asException();
        if (!identityTokenAudience.isEmpty() && serviceAccountEmail.isEmpty()) {
            throw new Problem.Invalid("missing required 'service_account_email' when 'identity_token_audience' is set").asException();
        }
        customEndpoint.forEach((service, address) -> {
            if (!SERVICES.contains(service)) throw new Problem.Invalid("custom_endpoint", "services are iam, iamcredentials, oauth2 and sts").asException();
            if (!Outbound.isAddress(address)) throw new Problem.Invalid("custom_endpoint", "an address is a URL, such as https://host").asException();
        });
    }

    /** Without a slash at the end. */
    String address(String service, String universe) {
        var address = customEndpoint.getOrDefault(service, "https://" + service + "." + universe);
        return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    }
}
