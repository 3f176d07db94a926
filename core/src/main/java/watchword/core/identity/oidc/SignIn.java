package watchword.core.identity.oidc;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.token.TokenCaller;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** {@code identity/oidc/provider/<name>/authorize}: whoever calls lets an application know who they are. */
final class SignIn {
    /** How long a code is good. */
    static final Duration CODE = Duration.ofMinutes(5);
    private static final int CODE_CHARS = 32;
    /** Of a text that is given back. */
    private static final int MAX_TEXT = 4096;

    private final Applications applications;
    private final Grants grants;
    private final People people;
    private final RandomText random;

    SignIn(Applications applications, Grants grants, People people, RandomText random) {
        this.applications = applications;
        this.grants = grants;
        this.people = people;
        this.random = random;
    }

    record Asked(
            @Doc("Name of the provider.") String name,
            @Doc("The client that asks.") String clientId,
            @Doc("Scopes that it asks for, with spaces between; `openid` must be one.") String scope,
            @Doc("Where the code will be sent, one of the client's.") String redirectUri,
            @Doc("`code`.") String responseType,
            @Doc("Given back as it is.") String state,
            @Doc("Given back in the ID token.") String nonce,
            @Doc("The caller must have logged in no more seconds ago.") Optional<Integer> maxAge,
            @Doc("Challenge of PKCE, 43 to 128 characters; public clients need it.") Optional<String> codeChallenge,
            @Doc("`S256` or `plain`; plain when not given.") String codeChallengeMethod) {}

    List<Route<?, ?>> routes() {
        var summary = "Sign in to an application: answers with a code, which the application exchanges for tokens.";
        return List.of(
                Route.issue("oidc/provider/{name}/authorize", Asked.class, None.class, this::authorize, summary).with(Trait.OWN_FORM),
                Route.write("oidc/provider/{name}/authorize", Asked.class, None.class, this::authorize, summary).with(Trait.OWN_FORM));
    }

    private Reply<None> authorize(Call.Change<Asked> call) {
        var in = call.input();
        var answer = new LinkedHashMap<String, Object>();
        try {
            var code = random.secret("", CODE_CHARS);
            grants.put(call.store(), code, code(call));
            answer.put("code", code.reveal());
            answer.put("state", in.state());
            return PublicAnswer.json(200, answer, Map.of());
        } catch (OAuthException refused) {
            answer.put("error", refused.error());
            answer.put("error_description", refused.description());
            answer.put("state", refused.error().startsWith("request_") ? "" : in.state());
            return PublicAnswer.json(400, answer, Map.of());
        }
    }

    private Grants.Code code(Call.Change<Asked> call) throws OAuthException {
        var in = call.input();
        var store = call.store();
        requireShort(in);
        var client = client(store, in);
        var provider = applications.provider(store, in.name()).orElseThrow(() -> OAuthException.request("provider not found"));
        if (!provider.allows(in.clientId())) throw new OAuthException("unauthorized_client", "client is not authorized to use the provider");
        if (call.ask().body().containsKey("request")) throw new OAuthException("request_not_supported", "request parameter is not supported");
        if (call.ask().body().containsKey("request_uri")) throw new OAuthException("request_uri_not_supported", "request_uri parameter is not supported");
        var scopes = ScopeClaims.known(in.scope(), provider);
        if (in.responseType().isEmpty()) throw OAuthException.request("response_type parameter is required");
        if (!in.responseType().equals("code")) throw new OAuthException("unsupported_response_type", "unsupported response_type value");
        var subject = people.calling(store, call.caller(), call.now());
        if (subject.identity().entityId().isEmpty()) throw new OAuthException(OAuthException.ACCESS_DENIED, "identity entity must be associated with the request");
        if (!applications.mayUse(store, subject.identity(), client)) throw new OAuthException(OAuthException.ACCESS_DENIED, "identity entity not authorized by client assignment");
        var grant = new Grants.Grant(in.name(), in.clientId(), subject.identity().entityId(), scopes, subject.run());
        return new Grants.Code(grant, in.redirectUri(), in.nonce(), challenge(in, client), in.codeChallengeMethod().isEmpty() ? Challenge.PLAIN : in.codeChallengeMethod(), authTime(call),
                Grants.end(call.now().plus(CODE)));
    }

    private static void requireShort(Asked in) throws OAuthException {
        if (in.nonce().length() > MAX_TEXT || in.state().length() > MAX_TEXT || in.redirectUri().length() > MAX_TEXT || in.scope().length() > MAX_TEXT) throw OAuthException.request("a parameter is too long");
    }

    private ClientRow client(Storage.Reader store, Asked in) throws OAuthException {
        if (in.clientId().isEmpty()) throw new OAuthException("invalid_client_id", "client_id parameter is required");
        var client = applications.client(store, in.clientId()).orElseThrow(() -> new OAuthException("invalid_client_id", "client with client_id not found"));
        if (!client.authorizationCode()) throw new OAuthException(OAuthException.INVALID_GRANT, "client not allowed to perform authorization code credential flow");
        if (in.redirectUri().isEmpty()) throw OAuthException.request("redirect_uri parameter is required");
        if (!Redirects.allows(client.redirectUris(), in.redirectUri())) throw new OAuthException("invalid_redirect_uri", "redirect_uri is not allowed for the client");
        return client;
    }

    private static String challenge(Asked in, ClientRow client) throws OAuthException {
        if (in.codeChallenge().isEmpty()) {
            if (client.isPublic()) throw OAuthException.request("PKCE is required for public clients");
            return "";
        }
        if (!List.of("", Challenge.PLAIN, Challenge.S256).contains(in.codeChallengeMethod())) throw OAuthException.request("invalid code_challenge_method");
        if (!Challenge.isSound(in.codeChallenge().get())) throw OAuthException.request("invalid code_challenge");
        return in.codeChallenge().get();
    }

    /** When the caller logged in, where the client wants to know; an error when that is too long ago for it. */
    private static Optional<Instant> authTime(Call.Change<Asked> call) throws OAuthException {
        if (call.input().maxAge().isEmpty()) return Optional.empty();
        int maxAge = call.input().maxAge().get();
        if (maxAge < 1) throw OAuthException.request("max_age must be greater than zero");
        if (!(call.caller() instanceof TokenCaller caller)) throw new OAuthException(OAuthException.ACCESS_DENIED, "token associated with request not found");
        // A child is new when its parent's login is not.
        if (caller.row().login().isEmpty()) throw tooOld();
        var since = caller.row().issued();
        if (Duration.between(since, call.now()).toSeconds() > maxAge) throw tooOld();
        return Optional.of(since);
    }

    private static OAuthException tooOld() {
        return new OAuthException("max_age_violation", "active re-authentication is required by max_age");
    }
}
