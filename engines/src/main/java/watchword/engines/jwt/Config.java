package watchword.engines.jwt;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import watchword.crypto.jose.JwtAlgorithm;
import watchword.sdk.Doc;
import watchword.sdk.Secret;

/** Whose tokens a mount believes. Exactly one of the four sources of keys is set. */
record Config(
        String oidcDiscoveryUrl,
        String oidcDiscoveryCaPem,
        String oidcClientId,
        Secret oidcClientSecret,
        String oidcResponseMode,
        List<String> oidcResponseTypes,
        String jwksUrl,
        String jwksCaPem,
        List<Pair> jwksPairs,
        List<String> jwtValidationPubkeys,
        List<String> jwtSupportedAlgs,
        String boundIssuer,
        String defaultRole,
        Map<String, Object> providerConfig,
        boolean namespaceInState,
        List<String> unsupportedCriticalCertExtensions) {

    static final String FORM_POST = "form_post";
    static final String ID_TOKEN = "id_token";

    /** One of several issuers. */
    record Pair(
            @Doc("Address of its key set.") String jwksUrl,
            @Doc("Certificates that its server is trusted by; the system's when empty.") String jwksCaPem) {}

    /** Whether users can be sent to the provider. */
    boolean isOidc() {
        return !oidcDiscoveryUrl.isEmpty() && !oidcClientId.isEmpty();
    }

    /** How tokens that are brought along may be signed. */
    Set<JwtAlgorithm> algorithms() {
        return algorithms(EnumSet.allOf(JwtAlgorithm.class));
    }

    /** How a provider may sign what it tells of a user. */
    Set<JwtAlgorithm> providerAlgorithms() {
        return algorithms(EnumSet.of(JwtAlgorithm.RS256));
    }

    private Set<JwtAlgorithm> algorithms(Set<JwtAlgorithm> usual) {
        if (jwtSupportedAlgs.isEmpty()) return usual;
        return jwtSupportedAlgs.stream().map(JwtAlgorithm::named).flatMap(Optional::stream).collect(Collectors.toSet());
    }

    boolean wantsIdTokenAtOnce() {
        return oidcResponseTypes.contains(ID_TOKEN);
    }
}
