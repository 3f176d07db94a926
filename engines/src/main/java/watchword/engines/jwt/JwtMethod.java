package watchword.engines.jwt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import watchword.crypto.jose.JwtException;
import watchword.crypto.jose.JwtVerifier;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Names;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Logins by signed tokens, and by way of an OpenID provider. The two types differ in their name alone. */
public final class JwtMethod implements AuthMethod {
    private final String type;
    private final Table<Config> configs;
    private final Table<Role> roles;
    private final Issuers issuers;
    private final List<Route<?, ?>> routes;

    /** @param type {@code jwt} or {@code oidc} */
    public JwtMethod(EngineContext context, Outbound outbound, String type) {
        this.type = type;
        this.configs = context.table("settings", Config.class);
        this.roles = context.table("role", Role.class);
        this.issuers = new Issuers(outbound, context.clock());
        var all = new ArrayList<Route<?, ?>>();
        all.addAll(new ConfigRoutes(configs, issuers).routes());
        all.addAll(new RoleRoutes(roles).routes());
        all.add(Route.loginOutside("login", Login.class, this::login, "Log in with a signed token."));
        all.addAll(new OidcRoutes(this::settings, issuers, new ProviderClient(outbound), new PendingLogins(context)).routes());
        this.routes = List.copyOf(all);
    }

    record Login(
            @Doc("Name of the role; the mount's default role when empty.") String role,
            @Doc("The token.") watchword.sdk.Secret jwt) {}

    /** What a login goes by, of one moment. */
    record Settings(Config config, String roleName, Optional<Role> role) {
        /** @throws Problem.ProblemException 400 when there is no such role */
        Role theRole() {
            return role.orElseThrow(() -> new Problem.Invalid("role could not be found").asException());
        }
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public String help() {
        return "Logs in whoever brings a token that a trusted issuer signed, and users of an OpenID provider.";
    }

    @Override
    public Set<String> names() {
        return Set.of("name");
    }

    @Override
    public List<Route<?, ?>> routes() {
        return routes;
    }

    /**
     * @param role as the client names it; the default role when empty
     * @throws Problem.ProblemException 400 when nothing is configured
     */
    private Settings settings(Storage storage, String role) {
        return storage.<Settings>read(store -> {
            var config = ConfigRoutes.config(configs, store).orElseThrow(() -> new Problem.Invalid("could not load configuration").asException());
            var name = Names.canonical(role.isEmpty() ? config.defaultRole() : role);
            return new Settings(config, name, name.isEmpty() ? Optional.empty() : roles.get(store, name));
        });
    }

    private Reply<None> login(Call.Effect<Login> call) {
        var settings = settings(call.storage(), call.input().role());
        if (settings.roleName().isEmpty()) throw new Problem.Invalid("missing role").asException();
        var role = settings.theRole();
        if (role.roleType().equals(Role.OIDC)) throw new Problem.Invalid("role with oidc role_type is not allowed").asException();
        if (call.input().jwt().size() == 0) throw new Problem.Invalid("missing token").asException();
        role.terms().requireFrom(call.ask().peer().address());
        return Reply.auth(person(settings, role, call).login(role));
    }

    private Person person(Settings settings, Role role, Call.Effect<Login> call) {
        var claims = believed(settings.config(), role, call);
        try {
            var person = Person.of(claims, settings.roleName(), role);
            require(role, claims);
            return person;
        } catch (JwtException notThem) {
            throw new Problem.BadLogin(String.valueOf(notThem.getMessage())).asException();
        }
    }

    private Claims believed(Config config, Role role, Call.Effect<Login> call) {
        try {
            var claims = issuers.verified(config, call.input().jwt().reveal(), new JwtVerifier(config.algorithms()));
            Checks.of(config.boundIssuer(), role).require(claims, call.now());
            if (role.boundAudiences().isEmpty() && !Checks.audience(claims).isEmpty()) {
                throw new Problem.BadLogin("audience claim found in JWT but no audiences bound to the role").asException();
            }
            return claims;
        } catch (JwtException refused) {
            throw new Problem.BadLogin("error validating token: " + refused.getMessage()).asException();
        }
    }

    static void require(Role role, Claims claims) throws JwtException {
        try {
            new BoundClaims(role.boundClaims(), role.globs()).require(claims);
        } catch (JwtException missing) {
            throw new JwtException("error validating claims: " + missing.getMessage());
        }
    }

    @Override
    public Renewed renew(Renewal renewal) {
        var name = renewal.handle().getOrDefault(Person.ROLE, "");
        var role = renewal.store().<Optional<Role>>read(store -> roles.get(store, name)).orElseThrow(() -> new Problem.Denied().asException());
        role.terms().requireFrom(renewal.peer().address());
        return Renewed.on(role.terms());
    }
}
