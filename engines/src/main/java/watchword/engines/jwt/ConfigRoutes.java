package watchword.engines.jwt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import watchword.crypto.jose.JwtAlgorithm;
import watchword.crypto.jose.JwtException;
import watchword.crypto.jose.VerificationKeys;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Whose tokens are believed. A write replaces all of it, and asks the issuers before it is kept. */
final class ConfigRoutes {
    private static final String KEY = "config";
    private static final int MAX_PAIRS = 20;
    /** What a provider's settings hold that is nobody's to read. */
    private static final Set<String> SECRET_SETTINGS = Set.of("gsuite_service_account", "api_token", "client_secret", "private_key", "password");

    private final Table<Config> rows;
    private final Issuers issuers;

    ConfigRoutes(Table<Config> rows, Issuers issuers) {
        this.rows = rows;
        this.issuers = issuers;
    }

    record Nothing() {}

    record Shown(
            @Doc("Issuer whose metadata names its keys.") String oidcDiscoveryUrl,
            @Doc("Certificates that the issuer's server is trusted by; the system's when empty.") String oidcDiscoveryCaPem,
            @Doc("As what the provider knows us.") String oidcClientId,
            @Doc("How the provider sends the user back: `query` or `form_post`.") String oidcResponseMode,
            @Doc("What the provider is asked for: `code`, which is usual, or `id_token`.") List<String> oidcResponseTypes,
            @Doc("Address of a key set.") String jwksUrl,
            @Doc("Certificates that the key set's server is trusted by; the system's when empty.") String jwksCaPem,
            @Doc("Key sets of several issuers, each with its certificates.") List<Config.Pair> jwksPairs,
            @Doc("Public keys, or certificates, as PEM.") List<String> jwtValidationPubkeys,
            @Doc("How tokens may be signed; by any asymmetric algorithm when empty, and RS256 alone for users sent to a provider.") List<String> jwtSupportedAlgs,
            @Doc("The only issuer (`iss`) whose tokens are taken; any whose keys these are when empty.") String boundIssuer,
            @Doc("The role of a login that names none.") String defaultRole,
            @Doc("Settings for providers of one kind, without secrets; kept, and without effect.") Map<String, Object> providerConfig,
            @Doc("Whether a namespace goes with the state rather than in the redirect address.") boolean namespaceInState,
            @Doc("Kept, and without effect.") List<String> unsupportedCriticalCertExtensions) {}

    record Settings(
            @Doc("Issuer whose metadata names its keys, without `/.well-known/openid-configuration`.") String oidcDiscoveryUrl,
            @Doc("Certificates that the issuer's server is trusted by; the system's when empty.") String oidcDiscoveryCaPem,
            @Doc("As what the provider knows us; for logins of users, with `oidc_client_secret`.") String oidcClientId,
            @Doc("What we prove that with. It is not shown again.") Secret oidcClientSecret,
            @Doc("How the provider sends the user back: `query` or `form_post`.") String oidcResponseMode,
            @Doc("What the provider is asked for: `code`, which is usual, or `id_token`, with `form_post`.") List<String> oidcResponseTypes,
            @Doc("Address of a key set.") String jwksUrl,
            @Doc("Certificates that the key set's server is trusted by; the system's when empty.") String jwksCaPem,
            @Doc("Key sets of several issuers, each with its certificates.") List<Config.Pair> jwksPairs,
            @Doc("Public keys, or certificates, as PEM.") List<String> jwtValidationPubkeys,
            @Doc("How tokens may be signed, of `RS256` to `RS512`, `PS256` to `PS512`, `ES256` to `ES512` and `EdDSA`; any when empty.") List<String> jwtSupportedAlgs,
            @Doc("The only issuer (`iss`) whose tokens are taken; any whose keys these are when empty.") String boundIssuer,
            @Doc("The role of a login that names none.") String defaultRole,
            @Doc("Settings for providers of one kind; kept, and without effect.") Map<String, Object> providerConfig,
            @Doc("Whether a namespace goes with the state rather than in the redirect address; true for a new configuration.") Optional<Boolean> namespaceInState,
            @Doc("Kept, and without effect.") List<String> unsupportedCriticalCertExtensions,
            @Doc("Keep it even if an issuer does not answer now; a warning tells.") @Default("false") boolean skipJwksValidation) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config", Nothing.class, Shown.class, this::read, "Read whose tokens are believed."),
                Route.effect(Route.Operation.WRITE, "config", Settings.class, None.class, this::write, "Say whose tokens are believed."));
    }

    static Optional<Config> config(Table<Config> rows, Storage.Reader store) {
        return rows.get(store, KEY);
    }

    private Reply<Shown> read(Call.Read<Nothing> call) {
        var now = config(rows, call.store()).orElseThrow(() -> new Problem.NotFound().asException());
        var settings = new java.util.LinkedHashMap<>(now.providerConfig());
        settings.keySet().removeAll(SECRET_SETTINGS);
        return Reply.of(new Shown(now.oidcDiscoveryUrl(), now.oidcDiscoveryCaPem(), now.oidcClientId(), now.oidcResponseMode(), now.oidcResponseTypes(), now.jwksUrl(), now.jwksCaPem(),
                now.jwksPairs(), now.jwtValidationPubkeys(), now.jwtSupportedAlgs(), now.boundIssuer(), now.defaultRole(), settings, now.namespaceInState(),
                now.unsupportedCriticalCertExtensions()));
    }

    private Reply<None> write(Call.Effect<Settings> call) {
        var in = call.input();
        requireOneSource(in);
        requireConsistent(in);
        Reply<None> reply = Reply.nothing();
        for (var failure : failures(in)) {
            if (!in.skipJwksValidation()) throw invalid(failure);
            reply = reply.warn(failure);
        }
        call.storage().update(store -> {
            boolean namespaceInState = in.namespaceInState().orElseGet(() -> config(rows, store).map(Config::namespaceInState).orElse(true));
            rows.put(store, KEY, row(in, namespaceInState));
        });
        return reply;
    }

    private static Config row(Settings in, boolean namespaceInState) {
        return new Config(in.oidcDiscoveryUrl(), in.oidcDiscoveryCaPem(), in.oidcClientId(), in.oidcClientSecret(), in.oidcResponseMode(), in.oidcResponseTypes(), in.jwksUrl(), in.jwksCaPem(),
                in.jwksPairs(), in.jwtValidationPubkeys(), in.jwtSupportedAlgs(), in.boundIssuer(), Names.canonical(in.defaultRole()), in.providerConfig(), namespaceInState,
                in.unsupportedCriticalCertExtensions());
    }

    private static RuntimeException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }

    private static void requireOneSource(Settings in) {
        int sources = (in.oidcDiscoveryUrl().isEmpty() ? 0 : 1) + (in.jwtValidationPubkeys().isEmpty() ? 0 : 1) + (in.jwksUrl().isEmpty() ? 0 : 1) + (in.jwksPairs().isEmpty() ? 0 : 1);
        if (sources != 1) throw invalid("exactly one of 'jwt_validation_pubkeys', 'jwks_url', 'jwks_pairs' or 'oidc_discovery_url' must be set");
        boolean client = !in.oidcClientId().isEmpty();
        if (client != in.oidcClientSecret().size() > 0) throw invalid("both 'oidc_client_id' and 'oidc_client_secret' must be set for OIDC");
        if (client && in.oidcDiscoveryUrl().isEmpty()) throw invalid("'oidc_discovery_url' must be set for OIDC");
    }

    private static void requireConsistent(Settings in) {
        if (!in.jwksCaPem().isEmpty() && !in.jwksPairs().isEmpty()) throw invalid("CA PEMs must be provided as part of the 'jwks_pairs' when using multiple JWKS URLs");
        if (!in.boundIssuer().isEmpty() && !in.jwksPairs().isEmpty()) throw invalid("Bound issuer is not supported for use with 'jwks_pairs'");
        if (in.jwksPairs().size() > MAX_PAIRS || in.jwksPairs().stream().anyMatch(pair -> pair.jwksUrl().isEmpty())) throw invalid("invalid jwks_pairs: each needs a 'jwks_url', and there may be 20");
        if (!in.jwtSupportedAlgs().stream().allMatch(name -> JwtAlgorithm.named(name).isPresent())) throw invalid("invalid jwt_supported_algs: unsupported signing algorithm");
        if (!Set.of("code", Config.ID_TOKEN).containsAll(in.oidcResponseTypes())) throw invalid("invalid response_types. 'code' and 'id_token' are allowed");
        switch (in.oidcResponseMode()) {
            case "", "query" -> {
                if (in.oidcResponseTypes().contains(Config.ID_TOKEN)) throw invalid("query response_mode may not be used with an id_token response_type");
            }
            case Config.FORM_POST -> {}
            default -> throw invalid("invalid response_mode");
        }
        if (in.oidcDiscoveryUrl().contains("/.well-known/openid-configuration")) throw invalid("'oidc_discovery_url' contains '.well-known' component");
        try {
            var keys = VerificationKeys.ofPem(in.jwtValidationPubkeys());
            if (keys.size() != in.jwtValidationPubkeys().size()) throw invalid("error parsing public key");
        } catch (JwtException unusable) {
            throw invalid("error parsing public key: " + unusable.getMessage());
        }
    }

    /** Why an issuer cannot be used, if one cannot. */
    private List<String> failures(Settings in) {
        for (var place : Issuers.places(row(in, true))) {
            var failure = failure(place);
            if (failure != null) return List.of(failure);
        }
        return List.of();
    }

    private @Nullable String failure(Issuer.Place place) {
        var what = place.discovered() ? "error checking oidc discovery URL" : "error checking jwks URL";
        try {
            issuers.probe(place);
            return null;
        } catch (JwtException unreadable) {
            return what + ": " + unreadable.getMessage();
        } catch (Problem.ProblemException unreachable) {
            return what + ": " + String.join("; ", unreachable.problem().messages());
        }
    }
}
