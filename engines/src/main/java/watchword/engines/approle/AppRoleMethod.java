package watchword.engines.approle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Cidrs;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Inline;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.TokenFields;

/** The {@code approle} auth method. */
public final class AppRoleMethod implements AuthMethod {
    private static final String ROLE_NAME = "role_name";
    private static final int MOST_LISTED = 100_000;

    private final Digest digest;
    private final Roles roles;
    private final SecretIds secretIds;

    public AppRoleMethod(EngineContext context) {
        this.digest = new Digest(context);
        this.roles = new Roles(context, digest);
        this.secretIds = new SecretIds(context, digest);
    }

    record Set(
            @Doc("Name of the role; case does not matter.") String roleName,
            @Doc("Text by which the role is named in logins; random when not given.") Optional<String> roleId,
            @Doc("Whether a login needs a secret id; it does unless this says no.") Optional<Boolean> bindSecretId,
            @Doc("Addresses that logins may come from; any when empty.") Optional<List<String>> secretIdBoundCidrs,
            @Doc("Older name of secret_id_bound_cidrs.") Optional<List<String>> boundCidrList,
            @Doc("Logins that a secret id is good for; 0 for any number.") Optional<Long> secretIdNumUses,
            @Doc("How long a secret id is good, as in 10m; 0 for ever.") Optional<Duration> secretIdTtl,
            @Doc("Older name of token_policies.") Optional<List<String>> policies,
            @Doc("Older name of token_period.") Optional<Duration> period,
            @Doc("Kept for clients, as there is no replication; can be set only when the role is made.") Optional<Boolean> localSecretIds,
            @Inline TokenFields token) {}

    record Page(@Doc("Only names after this one, which need not exist.") String after, @Doc("At most so many names; all of them when 0.") int limit) {}

    record Keys(@Doc("Names of the roles.") List<String> keys) {}

    record TheRoleId(@Doc("Text by which the role is named in logins.") String roleId) {}

    record SetRoleId(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Text by which the role is named in logins.") String roleId) {}

    record Login(@Doc("Role id of the role.") String roleId, @Doc("A secret id of the role, if it needs one.") Secret secretId) {}

    @Override
    public String type() {
        return "approle";
    }

    @Override
    public String help() {
        return "Logs machines in by a role id and a secret id.";
    }

    @Override
    public java.util.Set<String> names() {
        return java.util.Set.of("role_name");
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>(List.of(
                Route.list("role", Page.class, Keys.class, this::list, "List the roles."),
                Route.read("role/{role_name}", FieldRoutes.Named.class, Role.Shown.class, call -> Reply.of(require(call).shown()), "Read a role."),
                Route.write("role/{role_name}", Set.class, None.class, this::set, "Create or change a role; what is not sent stays.").existence(this::exists),
                Route.delete("role/{role_name}", FieldRoutes.Named.class, None.class, this::delete, "Delete a role and its secret ids."),
                Route.read("role/{role_name}/role-id", FieldRoutes.Named.class, TheRoleId.class, call -> Reply.of(new TheRoleId(require(call).roleId())), "Tell the role id of a role."),
                Route.write("role/{role_name}/role-id", SetRoleId.class, None.class, this::setRoleId, "Set the role id of a role."),
                Route.login("login", Login.class, this::login, "Log in.").who(call -> roleId(call.input()))));
        all.addAll(new FieldRoutes(roles).routes());
        all.addAll(new SecretIdRoutes(roles, secretIds, digest).routes());
        return List.copyOf(all);
    }

    // ---- roles ----

    private Reply<Keys> list(Call.Read<Page> call) {
        int limit = call.input().limit();
        var names = roles.names(call.store(), call.input().after(), limit > 0 ? Math.min(limit, MOST_LISTED) : MOST_LISTED);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Role require(Call.Read<FieldRoutes.Named> call) {
        return roles.find(call.store(), Roles.name(call.input().roleName())).orElseThrow(() -> new Problem.NotFound().asException());
    }

    private boolean exists(Call.Read<Set> call) {
        return roles.find(call.store(), Roles.name(call.input().roleName())).isPresent();
    }

    private Reply<None> set(Call.Change<Set> call) {
        var in = call.input();
        var name = Roles.name(in.roleName());
        var before = roles.find(call.store(), name);
        if (before.isPresent() && in.localSecretIds().isPresent()) throw new Problem.Invalid("local_secret_ids can only be modified during role creation").asException();
        var warnings = new ArrayList<String>();
        var b = before.orElseGet(() -> Role.fresh(digest.newId()));
        var cidrs = in.secretIdBoundCidrs().or(in::boundCidrList).or(b::secretIdBoundCidrs);
        var token = b.withToken(adjusted(in.token(), warnings), in.policies(), in.period());
        var role = new Role(in.roleId().orElse(b.roleId()), in.bindSecretId().orElse(b.bindSecretId()), cidrs, in.secretIdNumUses().orElse(b.secretIdNumUses()),
                in.secretIdTtl().orElse(b.secretIdTtl()), in.localSecretIds().orElse(b.localSecretIds()), token.policiesByOlderName(), token.periodByOlderName(), token.token());
        roles.save(call.store(), name, role);
        if (role.token().tokenMaxTtl().compareTo(call.ask().mount().maxTtl()) > 0) {
            warnings.add("token_max_ttl is greater than the backend mount's maximum TTL value; issued tokens' max TTL value will be truncated");
        }
        return Reply.<None>nothing().warn(warnings);
    }

    /** What stands for the mount's choice means nothing for a role. */
    private static TokenFields adjusted(TokenFields given, List<String> warnings) {
        var type = given.tokenType().orElse("");
        if (!type.equals("default-service") && !type.equals("default-batch")) return given;
        var meant = type.substring("default-".length());
        warnings.add(type + " has no useful meaning; adjusting to " + meant);
        return new TokenFields(given.tokenBoundCidrs(), given.tokenExplicitMaxTtl(), given.tokenMaxTtl(), given.tokenNoDefaultPolicy(), given.tokenNumUses(), given.tokenPeriod(),
                given.tokenPolicies(), given.tokenStrictlyBindIp(), given.tokenTtl(), Optional.of(meant));
    }

    private Reply<None> setRoleId(Call.Change<SetRoleId> call) {
        var name = Roles.name(call.input().roleName());
        var role = roles.find(call.store(), name).orElseThrow(() -> Problem.NotFound.unsupportedPath().asException());
        if (call.input().roleId().isEmpty()) throw new Problem.Invalid("missing role_id").asException();
        roles.save(call.store(), name, role.withRoleId(call.input().roleId()));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<FieldRoutes.Named> call) {
        var name = Roles.name(call.input().roleName());
        roles.find(call.store(), name).ifPresent(role -> {
            secretIds.removeAllOf(call.store(), name);
            roles.remove(call.store(), name, role);
        });
        return Reply.nothing();
    }

    // ---- logins ----

    /** The alias, which is told without proof; empty for what is no role id. Without one at all the field's servers fail as a whole. */
    private static String roleId(Login login) {
        var roleId = login.roleId().strip();
        if (roleId.isEmpty()) throw new Problem.Internal("missing role_id").asException();
        return roleId.length() > Role.MAX_ROLE_ID ? "" : roleId;
    }

    private Reply<None> login(Call.Change<Login> call) {
        var store = call.store();
        var roleId = roleId(call.input());
        var secretId = SecretIdRoutes.trimmed(call.input().secretId());
        if (roleId.isEmpty() || secretId.size() > SecretIdRoutes.MAX_BYTES) throw refused();
        // The same steps whether the role, or its secret id, is there or not.
        var name = roles.owner(store, roleId);
        var known = roles.find(store, name);
        boolean bound = known.isEmpty() || known.get().bindSecretId();
        if (bound && secretId.size() == 0) throw new Problem.Invalid("missing secret_id").asException();
        var found = secretIds.find(store, name, secretId, call.now()).filter(_ -> bound);
        var role = known.filter(_ -> !bound || found.isPresent()).orElseThrow(AppRoleMethod::refused);

        found.ifPresent(one -> requireFrom(call.ask().remoteAddress(), one.row().cidrList(), role));
        if (!Cidrs.allows(role.loginCidrs(), call.ask().remoteAddress())) {
            throw new Problem.Invalid("source address \"" + call.ask().remoteAddress() + "\" unauthorized by CIDR restrictions on the role").asException();
        }
        found.ifPresent(one -> secretIds.use(store, one, call.now()));
        var terms = found.map(SecretIds.Found::row).map(SecretIds.Row::tokenBoundCidrs).filter(blocks -> !blocks.isEmpty()).map(role.token()::boundTo).orElse(role.token());
        var metadata = new LinkedHashMap<>(found.map(one -> one.row().metadata()).orElse(Map.of()));
        metadata.put(ROLE_NAME, name);
        return Reply.auth(Reply.Login.of(role.roleId(), terms).metadata(metadata).aliasMetadata(metadata).handle(Map.of(ROLE_NAME, name)));
    }

    private static Problem.ProblemException refused() {
        return new Problem.BadLogin("invalid role or secret ID").asException();
    }

    /** The role's bounds may have become narrower since the secret id was made. */
    private static void requireFrom(String address, List<String> blocks, Role role) {
        if (!SecretIdRoutes.areWithin(blocks, role.loginCidrs())) {
            throw new Problem.Invalid("failed to verify subset relationship between CIDR blocks on the role and CIDR blocks on the secret ID").asException();
        }
        if (!Cidrs.allows(blocks, address)) throw new Problem.Invalid("source address \"" + address + "\" unauthorized through CIDR restrictions on the secret ID").asException();
    }

    @Override
    public Renewed renew(Renewal renewal) {
        var name = renewal.handle().getOrDefault(ROLE_NAME, "");
        return Renewed.on(renewal.store().<Optional<Role>>read(store -> roles.find(store, name)).orElseThrow(() -> new Problem.Denied().asException()).token());
    }
}
