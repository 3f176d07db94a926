package watchword.core.identity.oidc;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.namespace.NamespaceStore;
import watchword.core.policy.IdentityView;
import watchword.crypto.jose.SigningKey;
import watchword.sdk.Authorization;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * {@code identity/oidc/provider/<name>/token}: an application exchanges a code for tokens, or gets one for itself. What is stored changes in one
 * transaction, the code's end first, so that a code that was tried is gone; what is signed is signed after it.
 */
final class Exchange {
    private static final Map<String, String> UNCACHED = Map.of("Cache-Control", "no-store", "Pragma", "no-cache");
    private static final String CODE = "authorization_code";
    private static final String CREDENTIALS = "client_credentials";
    private static final String ACCESS_PREFIX = "wwa_";
    private static final int ACCESS_CHARS = 43;

    private final Applications applications;
    private final NamedKeys keys;
    private final Grants grants;
    private final Issuers issuers;
    private final People people;
    private final ScopeClaims scopeClaims;
    private final RandomText random;

    Exchange(Applications applications, NamedKeys keys, Grants grants, Issuers issuers, People people, RandomText random) {
        this.applications = applications;
        this.keys = keys;
        this.grants = grants;
        this.issuers = issuers;
        this.people = people;
        this.scopeClaims = new ScopeClaims(applications);
        this.random = random;
    }

    record Asked(
            @Doc("Name of the provider.") String name,
            @Doc("The code, for the grant `authorization_code`.") Secret code,
            @Doc("`authorization_code` or `client_credentials`.") String grantType,
            @Doc("The same as when the code was asked for.") String redirectUri,
            @Doc("What the challenge of PKCE was made of.") Secret codeVerifier,
            @Doc("Scopes, for the grant `client_credentials`; `openid` must be one.") String scope,
            @Doc("The client, where it does not prove itself by the Authorization header.") String clientId,
            @Doc("Its secret, where it does not prove itself by the Authorization header.") Secret clientSecret) {}

    List<Route<?, ?>> routes() {
        return List.of(Route.effect(Operation.WRITE, "oidc/provider/{name}/token", Asked.class, None.class, this::token,
                "Exchange a code for an ID token and an access token, once; or get a token for the client itself.").with(Trait.NO_TOKEN, Trait.OWN_FORM, Trait.SINGLE_USE));
    }

    /** A client that proved itself. */
    private record Proven(ClientRow client, SigningKey signer, String issuer, ProviderRow provider) {}

    /** What a transaction comes to, its changes done. */
    private sealed interface Outcome {
        record Refused(OAuthException why) implements Outcome {}

        record SignedIn(Proven by, Claims claims, Secret code, Secret access) implements Outcome {}

        record ForItself(Proven by, Claims claims) implements Outcome {}
    }

    private Reply<None> token(Call.Effect<Asked> call) {
        // Whoever cannot prove itself costs no write.
        var before = call.storage().<Optional<OAuthException>>read(store -> {
            try {
                var unused = proven(store, call);
                return Optional.empty();
            } catch (OAuthException refused) {
                return Optional.of(refused);
            }
        });
        if (before.isPresent()) return refusal(before.get());
        return switch (call.storage().<Outcome>write(store -> tried(store, call))) {
            case Outcome.Refused refused -> refusal(refused.why());
            case Outcome.SignedIn in -> {
                var signer = in.by().signer();
                in.claims().with("at_hash", signer.halfHash(in.access().reveal())).with("c_hash", signer.halfHash(in.code().reveal()));
                var answer = answer(in.access().reveal(), in.by().client().accessTokenTtl());
                answer.put("id_token", in.claims().signed(signer, ""));
                yield PublicAnswer.json(200, answer, UNCACHED);
            }
            case Outcome.ForItself own -> PublicAnswer.json(200, answer(own.claims().signed(own.by().signer(), "at+jwt"), own.by().client().idTokenTtl()), UNCACHED);
        };
    }

    private static Map<String, Object> answer(String access, Duration ttl) {
        var answer = new LinkedHashMap<String, Object>();
        answer.put("token_type", "Bearer");
        answer.put("access_token", access);
        answer.put("expires_in", ttl.toSeconds());
        return answer;
    }

    private Outcome tried(Storage.Writer store, Call.Effect<Asked> call) {
        try {
            var by = proven(store, call);
            return call.input().grantType().equals(CODE) ? signedIn(store, call, by) : forItself(store, call, by);
        } catch (OAuthException refused) {
            return new Outcome.Refused(refused);
        }
    }

    // ---- the client ----

    private Proven proven(Storage.Reader store, Call.Effect<Asked> call) throws OAuthException {
        var in = call.input();
        var provider = applications.provider(store, in.name()).orElseThrow(() -> OAuthException.request("provider not found"));
        var basic = call.ask().authorization().flatMap(given -> given instanceof Authorization.Basic pair ? Optional.of(pair) : Optional.empty());
        var clientId = basic.map(Authorization.Basic::user).orElse(in.clientId());
        if (clientId.isEmpty()) throw OAuthException.request("client_id parameter is required");
        var secret = basic.map(Authorization.Basic::password).orElse(in.clientSecret());
        var client = applications.client(store, clientId).filter(found -> found.secret().map(secret::sameAs).orElse(true)).orElseThrow(() -> client("client failed to authenticate"));
        if (!provider.allows(clientId)) throw client("client is not authorized to use the provider");
        var key = keys.get(store, client.key()).orElseThrow(() -> new OAuthException(OAuthException.SERVER_ERROR, "client key \"" + client.key() + "\" not found"));
        if (!key.allows(clientId)) throw client("client is not authorized to use the key");
        boolean allowed = switch (in.grantType()) {
            case CODE -> client.authorizationCode();
            case CREDENTIALS -> client.clientCredentials() && !client.isPublic();
            default -> throw new OAuthException("unsupported_grant_type", "unsupported grant_type or parameter is empty value");
        };
        if (!allowed) throw grant("client is not authorized to use given credentials flow");
        var signer = key.signer(keys.now()).orElseThrow(() -> new OAuthException(OAuthException.SERVER_ERROR, "signing key is nil; rotate the key and try again"));
        return new Proven(client, signer, issuers.of(store, in.name(), provider), provider);
    }

    // ---- for somebody ----

    private Outcome signedIn(Storage.Writer store, Call.Effect<Asked> call, Proven by) throws OAuthException {
        var in = call.input();
        if (in.code().size() == 0) throw OAuthException.request("code parameter is required");
        var code = grants.take(store, in.code(), call.now()).orElseThrow(() -> grant("authorization grant is invalid or expired"));
        if (!code.grant().clientId().equals(by.client().clientId())) throw grant("authorization code was not issued to the client");
        if (!code.grant().provider().equals(in.name())) throw grant("authorization code was not issued by the provider");
        if (in.redirectUri().isEmpty()) throw OAuthException.request("redirect_uri parameter is required");
        if (!code.redirectUri().equals(in.redirectUri())) throw grant("redirect_uri does not match the redirect_uri used in the authorization request");
        var identity = people.named(store, code.grant().entityId());
        if (identity.entityId().isEmpty()) throw OAuthException.request("identity entity associated with the request not found");
        if (!applications.mayUse(store, identity, by.client())) throw OAuthException.request("identity entity not authorized by client assignment");
        requireSame(in, code, by.client());
        var subject = new Subject(identity, code.grant().run(), call.now());
        var claims = claims(store, call, by, identity.entityId(), scopeClaims.of(store, code.grant().scopes(), subject));
        if (!code.nonce().isEmpty()) claims.with("nonce", code.nonce());
        code.authTime().ifPresent(since -> claims.with("auth_time", since.getEpochSecond()));
        var access = random.secret(ACCESS_PREFIX, ACCESS_CHARS);
        grants.put(store, access, new Grants.Access(code.grant(), Grants.end(call.now().plus(by.client().accessTokenTtl()))));
        return new Outcome.SignedIn(by, claims, in.code(), access);
    }

    /** By PKCE, that whoever ends the sign-in began it. */
    private static void requireSame(Asked in, Grants.Code code, ClientRow client) throws OAuthException {
        boolean challenged = !code.challenge().isEmpty();
        boolean verified = in.codeVerifier().size() > 0;
        if (!challenged && client.isPublic()) throw OAuthException.request("PKCE is required for public clients");
        if (!challenged && verified) throw OAuthException.request("unexpected code_verifier for token exchange");
        if (challenged && !verified) throw OAuthException.request("expected code_verifier for token exchange");
        if (challenged && !Challenge.isMet(code.challenge(), code.challengeMethod(), in.codeVerifier().reveal())) throw grant("invalid code_verifier for token exchange");
    }

    private Claims claims(Storage.Reader store, Call<?> call, Proven by, String subject, Map<String, @Nullable Object> told) {
        return new Claims(by.issuer(), NamespaceStore.idOf(store), subject, by.client().clientId(), call.now(), by.client().idTokenTtl()).telling(told);
    }

    // ---- for itself ----

    private Outcome forItself(Storage.Reader store, Call.Effect<Asked> call, Proven by) throws OAuthException {
        var scopes = ScopeClaims.known(call.input().scope(), by.provider());
        var nobody = new Subject(IdentityView.NOBODY, "", call.now());
        var claims = claims(store, call, by, by.client().clientId(), Map.of()).with("jti", random.uuid()).telling(scopeClaims.of(store, scopes, nobody));
        return new Outcome.ForItself(by, claims);
    }

    // ---- refusals ----

    private static OAuthException client(String description) {
        return new OAuthException(OAuthException.INVALID_CLIENT, description);
    }

    private static OAuthException grant(String description) {
        return new OAuthException(OAuthException.INVALID_GRANT, description);
    }

    private static Reply<None> refusal(OAuthException why) {
        int status = switch (why.error()) {
            case OAuthException.INVALID_CLIENT -> 401;
            case OAuthException.SERVER_ERROR -> 500;
            default -> 400;
        };
        var headers = new LinkedHashMap<>(UNCACHED);
        if (status == 401) headers.put("WWW-Authenticate", "Basic");
        return PublicAnswer.json(status, Map.of("error", why.error(), "error_description", why.description()), headers);
    }
}
