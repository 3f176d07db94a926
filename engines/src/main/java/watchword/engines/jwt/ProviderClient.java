package watchword.engines.jwt;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import watchword.crypto.jose.JoseJson;
import watchword.crypto.jose.JwtException;
import watchword.sdk.Outbound;
import watchword.sdk.Secret;

/** Speaks to an OpenID provider as the client that it knows us as. Any thread. */
final class ProviderClient {
    static final String DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Outbound outbound;

    ProviderClient(Outbound outbound) {
        this.outbound = outbound;
    }

    /** What a provider gave for a code. */
    record Tokens(String idToken, Optional<Secret> accessToken) {}

    /** What a provider gave, or why it did not (RFC 6749 section 5.2), in a word. */
    record Answered(Optional<Tokens> tokens, String error) {}

    /** @throws JwtException when it cannot be understood */
    Answered token(Config config, Provider provider, Map<String, String> grant) throws JwtException {
        var answer = JoseJson.object(post(config, provider, provider.tokenEndpoint(), grant).body());
        if (answer.get("error") instanceof String error) return new Answered(Optional.empty(), word(error));
        if (!(answer.get("id_token") instanceof String idToken)) return new Answered(Optional.empty(), "no id_token found in response");
        var access = answer.get("access_token") instanceof String text ? Optional.of(Secret.copyOf(text)) : Optional.<Secret>empty();
        return new Answered(Optional.of(new Tokens(idToken, access)), "");
    }

    /** A user who shall type a code elsewhere (RFC 8628). */
    Map<String, @Nullable Object> device(Config config, Provider provider, String scope) throws JwtException {
        var answer = post(config, provider, provider.deviceAuthorizationEndpoint(), Map.of("scope", scope));
        if (answer.status() != 200) throw new JwtException("it answered with status " + answer.status());
        return JoseJson.object(answer.body());
    }

    private Outbound.Answer post(Config config, Provider provider, Optional<String> endpoint, Map<String, String> fields) throws JwtException {
        var to = Issuer.uri(endpoint.orElseThrow(() -> new JwtException("the provider has no address for this")));
        var form = new LinkedHashMap<>(fields);
        var id = config.oidcClientId();
        var secret = config.oidcClientSecret().reveal();
        // By RFC 8628 a device asks with its id; providers that want more take the header.
        form.put("client_id", id);
        if (!provider.takesBasic()) form.put("client_secret", secret);
        var ask = Outbound.Ask.post(to, "application/x-www-form-urlencoded", encode(form).getBytes(StandardCharsets.US_ASCII))
                .trusting(Outbound.Trust.in(config.oidcDiscoveryCaPem())).within(TIMEOUT);
        if (provider.takesBasic()) ask = ask.header("Authorization", "Basic " + Base64.getEncoder().encodeToString((encode(id) + ":" + encode(secret)).getBytes(StandardCharsets.US_ASCII)));
        return outbound.send(ask);
    }

    /** What the provider tells besides of the user who has this token; nothing when it does not. */
    Map<String, @Nullable Object> userinfo(Config config, Provider provider, Secret accessToken) {
        try {
            if (provider.userinfoEndpoint().isEmpty()) return Map.of();
            var ask = Outbound.Ask.get(Issuer.uri(provider.userinfoEndpoint().get())).trusting(Outbound.Trust.in(config.oidcDiscoveryCaPem())).within(TIMEOUT);
            var answer = outbound.send(ask.header("Authorization", "Bearer " + accessToken.reveal()));
            return answer.status() == 200 ? JoseJson.object(answer.body()) : Map.of();
        } catch (JwtException | watchword.sdk.Problem.ProblemException untold) {
            return Map.of();
        }
    }

    /** An error's name is a word by its RFC; anything else is not repeated. */
    private static String word(String error) {
        return error.matches("[a-z_]{1,64}") ? error : "unknown_error";
    }

    static String encode(Map<String, String> fields) {
        return fields.entrySet().stream().map(field -> encode(field.getKey()) + "=" + encode(field.getValue())).collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
