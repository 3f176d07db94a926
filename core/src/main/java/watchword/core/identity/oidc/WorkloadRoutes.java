package watchword.core.identity.oidc;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.core.identity.oidc.NamedKeys.User;
import watchword.core.json.Json;
import watchword.core.namespace.NamespaceStore;
import watchword.core.policy.IdentityView;
import watchword.crypto.jose.JwtAlgorithm;
import watchword.crypto.jose.JwtException;
import watchword.crypto.jose.JwtVerifier;
import watchword.crypto.jose.SigningKey;
import watchword.crypto.jose.VerificationKeys;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.JsonNumber;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** {@code identity/oidc/token}, and what others need to believe such a token. */
final class WorkloadRoutes {
    static final List<String> ALGORITHMS = Stream.of(JwtAlgorithm.values()).filter(SigningKey.ALGORITHMS::contains).map(JwtAlgorithm::name).toList();
    /** How far clocks may be apart. */
    private static final Duration LEEWAY = Duration.ofMinutes(1);

    private final NamedKeys keys;
    private final RoleRoutes roles;
    private final Issuers issuers;
    private final People people;
    private final JwtVerifier verifier = new JwtVerifier(SigningKey.ALGORITHMS);

    WorkloadRoutes(NamedKeys keys, RoleRoutes roles, Issuers issuers, People people) {
        this.keys = keys;
        this.roles = roles;
        this.issuers = issuers;
        this.people = people;
    }

    record Nothing() {}

    record Name(@Doc("Name of the role.") String name) {}

    record Token(
            @Doc("Whom the token is for.") String clientId,
            @Doc("The token, a signed JWT.") Secret token,
            @Doc("How long the role's tokens are good, in seconds.") Duration ttl) {}

    record Asked(
            @Doc("Token to judge.") Secret token,
            @Doc("Whom it has to be for; anybody when not given.") String clientId) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("oidc/token/{name}", Name.class, Token.class, this::token, "Get a signed token that tells who the caller is; the caller's token needs an entity of this namespace."),
                Route.ask("oidc/introspect", Asked.class, None.class, this::introspect, "Tell whether a token is good, and whoever it tells of is still there and enabled.").with(Trait.OWN_FORM),
                Route.read("oidc/.well-known/openid-configuration", Nothing.class, None.class, this::discovery, "What verifiers of tokens have to know.").with(Trait.NO_TOKEN, Trait.OWN_FORM),
                Route.read("oidc/.well-known/keys", Nothing.class, None.class, call -> PublicAnswer.keySet(keys.used(call.store(), User.ROLE), keys.now()), "The public keys of tokens, as a JWK set.").with(Trait.NO_TOKEN, Trait.OWN_FORM));
    }

    private Reply<Token> token(Call.Read<Name> call) {
        var store = call.store();
        var name = call.input().name();
        var role = roles.rows.get(store, name).orElseThrow(() -> KeyRoutes.invalid("role \"" + KeyRoutes.shown(name) + "\" not found"));
        var key = keys.get(store, role.key()).orElseThrow(() -> KeyRoutes.invalid("key \"" + role.key() + "\" not found"));
        if (!key.allows(role.clientId())) throw KeyRoutes.invalid("the key \"" + role.key() + "\" does not list the client ID of the role \"" + name + "\" as an allowed client ID");
        var subject = people.calling(store, call.caller(), call.now());
        if (subject.identity().entityId().isEmpty()) throw KeyRoutes.invalid("no entity associated with the request's token");
        boolean tooLong = role.ttl().compareTo(key.verificationTtl()) > 0;
        var signer = key.signer(keys.now()).orElseThrow(() -> KeyRoutes.invalid("signing key is nil; rotate the key and try again"));
        var token = new Claims(issuers.of(store), NamespaceStore.idOf(store), subject.identity().entityId(), role.clientId(), call.now(), tooLong ? key.verificationTtl() : role.ttl())
                .telling(Template.parse(role.template()).claims(subject)).signed(signer, "");
        var reply = Reply.of(new Token(role.clientId(), Secret.copyOf(token), role.ttl()));
        return tooLong ? reply.warn("a role's token ttl cannot be longer than the verification_ttl of the key it references, setting token ttl to " + key.verificationTtl().toSeconds()) : reply;
    }

    private Reply<None> discovery(Call.Read<Nothing> call) {
        var issuer = issuers.of(call.store());
        var document = new LinkedHashMap<String, Object>();
        document.put("issuer", issuer);
        document.put("jwks_uri", issuer + "/.well-known/keys");
        document.put("response_types_supported", List.of("id_token"));
        document.put("subject_types_supported", List.of("public"));
        document.put("id_token_signing_alg_values_supported", ALGORITHMS);
        return PublicAnswer.discovery(document);
    }

    // ---- introspection ----

    private Reply<None> introspect(Call.Read<Asked> call) {
        var answer = new LinkedHashMap<String, Object>();
        var wrong = wrong(call.store(), call.input(), call.now());
        answer.put("active", wrong.isEmpty());
        wrong.ifPresent(why -> answer.put("error", why));
        return PublicAnswer.json(200, answer, Map.of());
    }

    /** What is wrong with a token, without a word of what it says. */
    private Optional<String> wrong(Storage.Reader store, Asked in, Instant now) {
        var claims = Optional.<Map<String, Object>>empty();
        try {
            var token = verifier.read(in.token().reveal());
            for (var key : keys.used(store, User.ROLE)) {
                if (claims.isEmpty()) claims = verifier.claims(token, VerificationKeys.ofJwkSet(Json.write(NamedKeys.jwkSet(List.of(key), keys.now()))));
            }
        } catch (JwtException malformed) {
            return Optional.of("error parsing token: " + malformed.getMessage());
        }
        if (claims.isEmpty()) return Optional.of("unable to validate the token signature");
        var told = claims.get();
        return wrong(store, told, in.clientId(), now).or(() -> missing(store, told));
    }

    private Optional<String> wrong(Storage.Reader store, Map<String, Object> claims, String clientId, Instant now) {
        var error = "error validating claims: validation failed, ";
        if (!issuers.of(store).equals(claims.get("iss"))) return Optional.of(error + "invalid issuer claim (iss)");
        if (!clientId.isEmpty() && !clientId.equals(claims.get("aud"))) return Optional.of(error + "invalid audience claim (aud)");
        if (time(claims, "exp").filter(end -> now.isBefore(end.plus(LEEWAY))).isEmpty()) return Optional.of(error + "token is expired (exp)");
        if (time(claims, "iat").filter(start -> !now.plus(LEEWAY).isBefore(start)).isEmpty()) return Optional.of(error + "token issued in the future (iat)");
        return Optional.empty();
    }

    private static Optional<Instant> time(Map<String, Object> claims, String name) {
        return claims.get(name) instanceof Number number && !(number instanceof JsonNumber) ? Optional.of(Instant.ofEpochSecond(number.longValue())) : Optional.empty();
    }

    private Optional<String> missing(Storage.Reader store, Map<String, Object> claims) {
        if (!(claims.get("sub") instanceof String entityId)) return Optional.of("entity was not found");
        IdentityView identity = people.named(store, entityId);
        if (!identity.entityId().isEmpty()) return Optional.empty();
        return Optional.of(people.isDisabled(store, entityId) ? "entity is disabled" : "entity was not found");
    }
}
