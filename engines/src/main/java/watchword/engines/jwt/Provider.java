package watchword.engines.jwt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.crypto.jose.JwtException;

/** What an OpenID provider says of itself (OpenID Connect Discovery 1.0), as far as it concerns us. */
record Provider(
        String issuer, String jwksUri, Optional<String> authorizationEndpoint, Optional<String> tokenEndpoint, Optional<String> userinfoEndpoint,
        Optional<String> deviceAuthorizationEndpoint, boolean takesBasic) {

    /**
     * @param issuer as it was configured; the provider must call itself so, since else anybody's metadata could be put there
     * @throws JwtException also when an address is less protected than the issuer's own
     */
    static Provider of(Map<String, @Nullable Object> metadata, String issuer) throws JwtException {
        if (!issuer.equals(metadata.get("issuer"))) throw new JwtException("issuer did not match the returned issuer");
        var methods = metadata.get("token_endpoint_auth_methods_supported");
        boolean basic = !(methods instanceof List<?> list) || list.contains("client_secret_basic") || !list.contains("client_secret_post");
        return new Provider(issuer, endpoint(metadata, "jwks_uri", issuer).orElseThrow(() -> new JwtException("it names no key set")), endpoint(metadata, "authorization_endpoint", issuer),
                endpoint(metadata, "token_endpoint", issuer), endpoint(metadata, "userinfo_endpoint", issuer), endpoint(metadata, "device_authorization_endpoint", issuer), basic);
    }

    private static Optional<String> endpoint(Map<String, @Nullable Object> metadata, String name, String issuer) throws JwtException {
        if (!(metadata.get(name) instanceof String url)) return Optional.empty();
        if (issuer.startsWith("https://") && !url.startsWith("https://")) throw new JwtException("its " + name + " is not https");
        return Optional.of(url);
    }
}
