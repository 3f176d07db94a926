package watchword.engines.jwt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import watchword.crypto.jose.JwtException;
import watchword.crypto.jose.JwtVerifier;
import watchword.engines.jwt.JwtMethod.Settings;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Logins by way of an OpenID provider. {@code auth_url} begins one; the user proves to the provider who they are, and comes back with a
 * code, which is exchanged for a token of the provider's, once. How they come back is the role's {@code callback_mode}:
 *
 * <ul>
 *   <li>{@code client}: to a client that listens, which brings the code to {@code callback} and is logged in.
 *   <li>{@code direct}: to {@code callback} itself. Since whoever began the login need not be whose browser this is, the user is asked
 *       first, and only then can the client, which polls, be logged in.
 *   <li>{@code device}: not at all; the provider is asked, by the client's polls, until the user has typed a code there.
 * </ul>
 */
final class OidcRoutes {
    private static final String LOGIN_FAILED = "Vault login failed.";
    private static final String NO_STATE = LOGIN_FAILED + " Expired or missing OAuth state.";
    private static final String PENDING = "authorization_pending";
    private static final long USUAL_INTERVAL = 5;
    private static final java.util.Set<String> KNOWN_ERRORS =
            java.util.Set.of("invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable");

    private final BiFunction<Storage, String, Settings> settings;
    private final Issuers issuers;
    private final ProviderClient provider;
    private final PendingLogins logins;

    OidcRoutes(BiFunction<Storage, String, Settings> settings, Issuers issuers, ProviderClient provider, PendingLogins logins) {
        this.settings = settings;
        this.issuers = issuers;
        this.provider = provider;
        this.logins = logins;
    }

    record Begin(
            @Doc("Name of the role; the mount's default role when empty.") String role,
            @Doc("Where the provider shall send the user back to: one of the role's `allowed_redirect_uris`.") String redirectUri,
            @Doc("A text of the client's that must come again at the end. Needed in `direct` and `device` mode.") String clientNonce) {}

    record Begun(
            @Doc("Where to send the user; empty when the redirect address is not allowed.") String authUrl,
            @Doc("What to poll with, in `direct` and `device` mode.") Optional<String> state,
            @Doc("What the user types at that address, in `device` mode.") Optional<String> userCode,
            @Doc("Seconds between polls.") Optional<String> pollInterval) {}

    record Callback(
            @Doc("What the provider was sent with the user.") String state,
            @Doc("What the provider sent back; what our page handed over when that came by a form.") Secret code,
            @Doc("The client's text that the login began with.") String clientNonce,
            @Doc("Why the provider refused.") String error,
            @Doc("More of that; not repeated.") String errorDescription,
            @Doc("A page about it; not repeated.") String errorUri,
            @Doc("The user's consent, in `direct` mode: what the page that asks for it holds.") String confirmation) {}

    record Form(
            @Doc("What the provider was sent with the user.") String state,
            @Doc("What the provider sent back.") Secret code,
            @Doc("What the provider tells of the user.") Secret idToken) {}

    record Poll(
            @Doc("What `auth_url` answered.") String state,
            @Doc("The client's text that the login began with.") String clientNonce) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.effect(Operation.WRITE, "oidc/auth_url", Begin.class, Begun.class, this::begin, "Begin a login: where to send the user.").with(Trait.NO_TOKEN),
                Route.effect(Operation.READ, "oidc/callback", Callback.class, None.class, this::callback, "End a login with the code that the user came back with.")
                        .with(Trait.NO_TOKEN, Trait.GIVES_TOKEN, Trait.SINGLE_USE),
                Route.effect(Operation.WRITE, "oidc/callback", Form.class, None.class, this::form, "Take what the provider's form brings, for the page that began the login.")
                        .with(Trait.NO_TOKEN, Trait.OWN_FORM),
                Route.effect(Operation.WRITE, "oidc/poll", Poll.class, None.class, this::poll, "Ask whether a login has ended, in `direct` and `device` mode.")
                        .with(Trait.NO_TOKEN, Trait.GIVES_TOKEN, Trait.SINGLE_USE));
    }

    private static RuntimeException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }

    private static RuntimeException failed(String why) {
        return new Problem.BadLogin(LOGIN_FAILED + " " + why).asException();
    }

    // ---- the beginning ----

    private Reply<Begun> begin(Call.Effect<Begin> call) {
        var in = call.input();
        var now = settings.apply(call.storage(), in.role());
        if (!now.config().isOidc()) throw invalid("OIDC login is not configured for this mount");
        if (now.roleName().isEmpty()) throw invalid("missing role");
        var role = now.theRole();
        if (role.roleType().equals(Role.JWT)) throw invalid("role with jwt role_type is not allowed");
        if (in.clientNonce().isEmpty() && !role.callbackMode().equals(Role.CLIENT)) throw invalid("missing client_nonce");
        if (in.clientNonce().length() > 512 || in.redirectUri().length() > 2048) throw invalid("client_nonce or redirect_uri is too long");
        return role.callbackMode().equals(Role.DEVICE) ? beginDevice(call, now, role) : beginRedirect(call, now, role);
    }

    private Pending pending(Call.Effect<Begin> call, Settings now, String redirectUri, Secret deviceCode) {
        return new Pending(now.roleName(), redirectUri, logins.unguessable(), Secret.copyOf(logins.unguessable()), Secret.copyOf(call.input().clientNonce()), call.ask().peer().address(),
                Pending.NONE, Pending.NONE, Pending.NONE, deviceCode, false, Optional.empty());
    }

    private Reply<Begun> beginRedirect(Call.Effect<Begin> call, Settings now, Role role) {
        var in = call.input();
        if (in.redirectUri().isEmpty()) throw invalid("missing redirect_uri");
        var redirect = RedirectUri.allowed(in.redirectUri(), role.allowedRedirectUris(), now.config().namespaceInState());
        if (redirect.isEmpty()) return Reply.of(new Begun("", Optional.empty(), Optional.empty(), Optional.empty()));
        boolean byForm = now.config().oidcResponseMode().equals(Config.FORM_POST);
        // A user interface gives its own address; a form has to come to the API.
        var address = byForm ? redirect.get().text().replaceFirst("ui/vault", "v1") : redirect.get().text();
        var endpoint = issuers.provider(now.config()).authorizationEndpoint().orElseThrow(() -> new Problem.Upstream("the provider has no address to send users to").asException());
        var pending = pending(call, now, address, Pending.NONE);
        var state = logins.begin(call.storage(), pending, call.now());
        var url = endpoint + (endpoint.contains("?") ? "&" : "?") + ProviderClient.encode(question(now.config(), role, pending, state, redirect.get().namespace()));
        boolean polls = role.callbackMode().equals(Role.DIRECT);
        return Reply.of(new Begun(url, polls ? Optional.of(state) : Optional.empty(), Optional.empty(),
                polls ? Optional.of(Long.toString(role.pollInterval().orElse(USUAL_INTERVAL))) : Optional.empty()));
    }

    private static Map<String, String> question(Config config, Role role, Pending pending, String state, String namespace) {
        var question = new LinkedHashMap<String, String>();
        question.put("client_id", config.oidcClientId());
        if (!config.wantsIdTokenAtOnce()) {
            question.put("code_challenge", pending.verifier().<String>use(OidcRoutes::challenge));
            question.put("code_challenge_method", "S256");
        }
        if (role.maxAge().isPositive()) question.put("max_age", Long.toString(role.maxAge().toSeconds()));
        question.put("nonce", pending.nonce());
        question.put("redirect_uri", pending.redirectUri());
        if (config.oidcResponseMode().equals(Config.FORM_POST)) question.put("response_mode", Config.FORM_POST);
        question.put("response_type", config.wantsIdTokenAtOnce() ? Config.ID_TOKEN : "code");
        question.put("scope", scope(role));
        question.put("state", namespace.isEmpty() ? state : state + ",ns=" + namespace);
        return question;
    }

    private static String scope(Role role) {
        var scopes = new ArrayList<>(List.of("openid"));
        role.oidcScopes().stream().filter(scope -> !scope.equals("openid")).forEach(scopes::add);
        return String.join(" ", scopes);
    }

    private static String challenge(byte[] verifier) {
        try {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(MessageDigest.getInstance("SHA-256").digest(verifier));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Reply<Begun> beginDevice(Call.Effect<Begin> call, Settings now, Role role) {
        Map<String, Object> told;
        try {
            told = provider.device(now.config(), issuers.provider(now.config()), scope(role));
        } catch (JwtException unclear) {
            throw new Problem.Upstream("error authorizing device: " + unclear.getMessage()).asException();
        }
        var code = first(told, "device_code").orElseThrow(() -> new Problem.Upstream("error authorizing device: no device code").asException());
        var state = logins.begin(call.storage(), pending(call, now, "", Secret.copyOf(code)), call.now());
        var complete = first(told, "verification_uri_complete", "verification_url_complete");
        var plain = first(told, "verification_uri", "verification_url").orElse("");
        long interval = role.pollInterval().orElse(told.get("interval") instanceof Long seconds && seconds > 0 && seconds <= 600 ? seconds : USUAL_INTERVAL);
        return Reply.of(new Begun(complete.orElse(plain), Optional.of(state), complete.isPresent() ? Optional.empty() : first(told, "user_code"), Optional.of(Long.toString(interval))));
    }

    private static Optional<String> first(Map<String, Object> told, String... names) {
        for (var name : names) {
            if (told.get(name) instanceof String text && !text.isEmpty()) return Optional.of(text);
        }
        return Optional.empty();
    }

    // ---- coming back ----

    private Reply<None> callback(Call.Effect<Callback> call) {
        var state = PendingLogins.plain(call.input().state());
        var login = logins.find(call.storage(), state, call.now()).filter(found -> !found.consented() && found.deviceCode().size() == 0).orElseThrow(() -> new Problem.BadLogin(NO_STATE).asException());
        var now = settings.apply(call.storage(), login.role());
        boolean direct = now.role().filter(role -> role.callbackMode().equals(Role.DIRECT)).isPresent();
        return direct ? direct(call, state, now, login) : client(call, state, now);
    }

    private Reply<None> client(Call.Effect<Callback> call, String state, Settings now) {
        var login = logins.take(call.storage(), state, call.now()).orElseThrow(() -> new Problem.BadLogin(NO_STATE).asException());
        var role = now.role().orElseThrow(() -> failed("Role could not be found"));
        if (!call.input().error().isEmpty()) throw failed(told(call.input().error()));
        if (!login.isBegunWith(call.input().clientNonce())) throw new Problem.BadLogin("invalid client_nonce").asException();
        // Whoever began a login may not be whose browser brought the form: only that one was shown the page.
        if (login.cameByForm() && !login.confirmation().sameAs(call.input().code())) throw new Problem.BadLogin(NO_STATE).asException();
        role.terms().requireFrom(call.ask().peer().address());
        try {
            return Reply.auth(exchanged(now, role, login, call.input().code(), call.now()).login(role));
        } catch (JwtException refused) {
            throw failed(String.valueOf(refused.getMessage()));
        }
    }

    private static String told(String error) {
        var word = error.strip().toLowerCase(java.util.Locale.ROOT);
        return KNOWN_ERRORS.contains(word) ? word : "An unknown error occurred during OIDC authentication.";
    }

    /** First shows the page that asks, then takes the answer. The page holds a text that nobody else has seen. */
    private Reply<None> direct(Call.Effect<Callback> call, String state, Settings now, Pending begun) {
        var in = call.input();
        if (!in.error().isEmpty()) {
            logins.take(call.storage(), state, call.now());
            return Pages.failed(told(in.error()));
        }
        if (in.confirmation().isEmpty()) {
            // The page is for whoever brings the code; where forms bring it, their answer is the page.
            boolean byForm = begun.cameByForm() || now.config().oidcResponseMode().equals(Config.FORM_POST);
            return byForm ? Pages.failed("Expired or missing OAuth state.") : ask(call.storage(), state, in.code().reveal(), call.now());
        }
        var confirmed = Secret.copyOf(in.confirmation());
        var login = logins.step(call.storage(), state, call.now(), found -> !found.consented() && found.confirmation().size() > 0 && found.confirmation().sameAs(confirmed), Pending::consenting);
        if (login.isEmpty()) return Pages.failed("The confirmation is not of this login, or it has ended.");
        return ended(call, state, now, login.get());
    }

    private Reply<None> ask(Storage storage, String state, String code, Instant now) {
        var confirmation = logins.unguessable();
        var login = logins.step(storage, state, now, found -> !found.consented(), found -> found.showing(Secret.copyOf(confirmation)));
        return login.map(shown -> Pages.confirm(shown.requester(), shown.role(), state, code, confirmation)).orElseGet(() -> Pages.failed("Expired or missing OAuth state."));
    }

    private Reply<None> ended(Call.Effect<Callback> call, String state, Settings now, Pending login) {
        try {
            var person = exchanged(now, now.theRole(), login, call.input().code(), call.now());
            var kept = logins.step(call.storage(), state, call.now(), Pending::consented, found -> found.ended(person));
            return kept.isPresent() ? Pages.done() : Pages.failed("Expired or missing OAuth state.");
        } catch (JwtException refused) {
            logins.take(call.storage(), state, call.now());
            return Pages.failed(String.valueOf(refused.getMessage()));
        }
    }

    private Reply<None> form(Call.Effect<Form> call) {
        var state = PendingLogins.plain(call.input().state());
        var login = logins.find(call.storage(), state, call.now());
        if (login.isEmpty()) return Pages.failed("Expired or missing OAuth state.");
        var now = settings.apply(call.storage(), login.get().role());
        if (!now.config().oidcResponseMode().equals(Config.FORM_POST)) throw new Problem.Unsupported().asException();
        if (call.input().code().size() == 0 && call.input().idToken().size() == 0) return Pages.failed("No code or id_token received.");
        var confirmation = logins.unguessable();
        var kept = logins.step(call.storage(), state, call.now(), found -> !found.consented() && !found.cameByForm(),
                found -> found.received(call.input().code(), call.input().idToken(), Secret.copyOf(confirmation)));
        if (kept.isEmpty()) return Pages.failed("Expired or missing OAuth state.");
        if (now.role().filter(role -> role.callbackMode().equals(Role.DIRECT)).isPresent()) return Pages.confirm(kept.get().requester(), kept.get().role(), state, "", confirmation);
        return Pages.handBack(mount(call.ask().mount().path()), state, confirmation, logins.unguessable());
    }

    private static String mount(String path) {
        var name = path.startsWith("auth/") ? path.substring("auth/".length()) : path;
        return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    }

    // ---- the end ----

    private Reply<None> poll(Call.Effect<Poll> call) {
        var state = PendingLogins.plain(call.input().state());
        var login = logins.find(call.storage(), state, call.now()).orElseThrow(() -> new Problem.BadLogin(NO_STATE).asException());
        if (login.clientNonce().size() == 0 || !login.isBegunWith(call.input().clientNonce())) throw new Problem.BadLogin("invalid client_nonce").asException();
        var now = settings.apply(call.storage(), login.role());
        var role = now.role().orElseThrow(() -> failed("Role could not be found"));
        role.terms().requireFrom(call.ask().peer().address());
        var person = login.deviceCode().size() > 0 ? fromDevice(call, now, role, login) : login.person().orElseThrow(() -> new Problem.Invalid(PENDING).asException());
        if (logins.take(call.storage(), state, call.now()).isEmpty()) throw new Problem.BadLogin(NO_STATE).asException();
        return Reply.auth(person.login(role));
    }

    private Person fromDevice(Call.Effect<Poll> call, Settings now, Role role, Pending login) {
        try {
            var at = issuers.provider(now.config());
            var answer = provider.token(now.config(), at, Map.of("grant_type", ProviderClient.DEVICE_GRANT, "device_code", login.deviceCode().reveal()));
            if (answer.error().equals(PENDING) || answer.error().equals("slow_down")) throw invalid(answer.error());
            if (answer.tokens().isPresent()) return believed(now, role, at, answer.tokens().get(), Optional.empty(), call.now());
            logins.take(call.storage(), PendingLogins.plain(call.input().state()), call.now());
            throw new Problem.BadLogin("authorization failed: " + answer.error()).asException();
        } catch (JwtException refused) {
            throw failed(String.valueOf(refused.getMessage()));
        }
    }

    /** Who came back, by what they came back with. */
    private Person exchanged(Settings now, Role role, Pending login, Secret given, Instant when) throws JwtException {
        if (!now.config().isOidc()) throw new JwtException("OIDC login is not configured for this mount");
        var at = issuers.provider(now.config());
        var code = login.cameByForm() ? login.code() : given;
        if (code.size() == 0) {
            if (login.idToken().size() == 0) throw new JwtException("No code or id_token received.");
            return believed(now, role, at, new ProviderClient.Tokens(login.idToken().reveal(), Optional.empty()), Optional.of(login.nonce()), when);
        }
        var grant = new LinkedHashMap<String, String>();
        grant.put("grant_type", "authorization_code");
        grant.put("code", code.reveal());
        grant.put("redirect_uri", login.redirectUri());
        if (!now.config().wantsIdTokenAtOnce()) grant.put("code_verifier", login.verifier().<String>use(bytes -> new String(bytes, StandardCharsets.US_ASCII)));
        var answer = provider.token(now.config(), at, grant);
        if (answer.tokens().isEmpty()) throw new JwtException("Error exchanging oidc code: \"" + answer.error() + "\".");
        return believed(now, role, at, answer.tokens().get(), Optional.of(login.nonce()), when);
    }

    private Person believed(Settings now, Role role, Provider at, ProviderClient.Tokens tokens, Optional<String> nonce, Instant when) throws JwtException {
        if (!role.roleType().equals(Role.OIDC)) throw new JwtException("role with jwt role_type is not allowed");
        Claims claims;
        try {
            claims = issuers.verified(now.config(), tokens.idToken(), new JwtVerifier(now.config().providerAlgorithms()));
            new IdToken(at.issuer(), now.config().oidcClientId(), nonce, role).require(claims, when);
            if (tokens.accessToken().isPresent()) IdToken.requireOf(claims, tokens.accessToken().get());
        } catch (JwtException untrue) {
            throw new JwtException("Token verification failed. " + untrue.getMessage());
        }
        if (tokens.accessToken().isPresent()) claims = withUserinfo(claims, provider.userinfo(now.config(), at, tokens.accessToken().get()));
        var person = Person.of(claims, now.roleName(), role);
        JwtMethod.require(role, claims);
        return person;
    }

    /** Only of the same user: an answer about another is somebody's mistake, or attack. */
    private static Claims withUserinfo(Claims claims, Map<String, Object> told) {
        return claims.named("sub").equals(Optional.ofNullable(told.get("sub"))) ? claims.and(told) : claims;
    }
}
