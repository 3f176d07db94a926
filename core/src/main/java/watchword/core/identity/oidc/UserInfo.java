package watchword.core.identity.oidc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Authorization;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** {@code identity/oidc/provider/<name>/userinfo}: what an application may know of whoever signed in, as it is now. */
final class UserInfo {
    private final Applications applications;
    private final Grants grants;
    private final People people;
    private final ScopeClaims scopeClaims;

    UserInfo(Applications applications, Grants grants, People people) {
        this.applications = applications;
        this.grants = grants;
        this.people = people;
        this.scopeClaims = new ScopeClaims(applications);
    }

    record Name(@Doc("Name of the provider.") String name) {}

    List<Route<?, ?>> routes() {
        var summary = "Read what an application may know of somebody, with its access token as bearer.";
        return List.of(
                Route.read("oidc/provider/{name}/userinfo", Name.class, None.class, this::userInfo, summary).with(Trait.NO_TOKEN, Trait.OWN_FORM),
                Route.ask("oidc/provider/{name}/userinfo", Name.class, None.class, this::userInfo, summary).with(Trait.NO_TOKEN, Trait.OWN_FORM));
    }

    private Reply<None> userInfo(Call.Read<Name> call) {
        try {
            return PublicAnswer.json(200, claims(call.store(), call), Map.of());
        } catch (OAuthException refused) {
            return refusal(refused);
        }
    }

    private Map<String, @Nullable Object> claims(Storage.Reader store, Call.Read<Name> call) throws OAuthException {
        var name = call.input().name();
        var provider = applications.provider(store, name).orElseThrow(() -> OAuthException.request("provider not found"));
        var bearer = call.ask().authorization().flatMap(given -> given instanceof Authorization.Bearer token ? Optional.of(token) : Optional.empty())
                .orElseThrow(() -> new OAuthException(OAuthException.INVALID_TOKEN, "access token must be sent as a Bearer token"));
        var grant = grants.access(store, bearer.token(), call.now()).map(Grants.Access::grant).filter(found -> found.provider().equals(name))
                .orElseThrow(() -> new OAuthException(OAuthException.INVALID_TOKEN, "access token is malformed or invalid"));
        var client = applications.client(store, grant.clientId()).orElseThrow(() -> denied("client not found"));
        var identity = people.named(store, grant.entityId());
        if (identity.entityId().isEmpty()) throw denied("identity entity associated with the request not found");
        if (!applications.mayUse(store, identity, client)) throw denied("identity entity not authorized by client assignment");
        if (!provider.allows(grant.clientId())) throw denied("client is not authorized to use the provider");
        var claims = new LinkedHashMap<String, @Nullable Object>();
        claims.put("sub", identity.entityId());
        var scopes = grant.scopes().stream().filter(provider.scopesSupported()::contains).toList();
        scopeClaims.of(store, scopes, new Subject(identity, grant.run(), call.now())).forEach(claims::putIfAbsent);
        return claims;
    }

    private static OAuthException denied(String description) {
        return new OAuthException(OAuthException.ACCESS_DENIED, description);
    }

    private static Reply<None> refusal(OAuthException why) {
        int status = switch (why.error()) {
            case OAuthException.INVALID_TOKEN -> 401;
            case OAuthException.ACCESS_DENIED -> 403;
            default -> 400;
        };
        Map<String, String> headers = status == 403 ? Map.of() : Map.of("WWW-Authenticate", "Bearer error=\"" + why.error() + "\",error_description=\"" + why.description().replace('"', '\'') + "\"");
        return PublicAnswer.json(status, Map.of("error", why.error(), "error_description", why.description()), headers);
    }
}
