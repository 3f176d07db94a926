package watchword.engines.jwt;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Table;
import watchword.sdk.TokenFields;

/** Who may log in, and as what. What a write does not name stays, but for its types, which go back to the usual, as clients expect. */
final class RoleRoutes {
    private static final int MOST_NAMES = 100_000;

    private final Table<Role> roles;

    RoleRoutes(Table<Role> roles) {
        this.roles = roles;
    }

    record Name(@Doc("Name of the role.") String name) {}

    record Page(
            @Doc("Only names after this one.") String after,
            @Doc("At most so many names; all of them when 0.") int limit) {}

    record Keys(@Doc("Names of the roles, sorted.") List<String> keys) {}

    record Settings(
            @Doc("Name of the role.") String name,
            @Doc("`jwt` for tokens that are brought along; `oidc`, which is usual, for users who are sent to the provider.") @Default("oidc") String roleType,
            @Doc("Audiences of which a token must be for one.") Optional<List<String>> boundAudiences,
            @Doc("The only subject that may log in.") Optional<String> boundSubject,
            @Doc("`string` when bound claims are compared as they are, `glob` when `*` in them stands for any text.") @Default("string") String boundClaimsType,
            @Doc("Claims, or JSON pointers to them, that a token must have, each with the value or values that it may have.") Optional<Map<String, Object>> boundClaims,
            @Doc("Claims, or JSON pointers to them, that become metadata of the token, each with the name it gets there.") Optional<Map<String, String>> claimMappings,
            @Doc("The claim that says who it is.") Optional<String> userClaim,
            @Doc("Whether `user_claim` may be a JSON pointer.") Optional<Boolean> userClaimJsonPointer,
            @Doc("The claim, or a JSON pointer to it, that lists the groups they are in.") Optional<String> groupsClaim,
            @Doc("Claims, or JSON pointers to them, whose values, with slashes between them, are what the token is for: the run of a pipeline.") Optional<List<String>> runClaims,
            @Doc("Seconds that an issuer's clock may differ; 60 when 0, none when -1.") Optional<Duration> clockSkewLeeway,
            @Doc("Seconds that a token without `exp` is good for after `iat` or `nbf`; 150 when 0, none when -1.") Optional<Duration> expirationLeeway,
            @Doc("Seconds before `exp` from which a token without `iat` and `nbf` is good; 150 when 0, none when -1.") Optional<Duration> notBeforeLeeway,
            @Doc("Seconds since the user last proved to the provider who they are; any when 0.") Optional<Duration> maxAge,
            @Doc("Scopes that are asked for besides `openid`.") Optional<List<String>> oidcScopes,
            @Doc("Addresses a user may be sent back to.") Optional<List<String>> allowedRedirectUris,
            @Doc("Kept; nothing is logged.") Optional<Boolean> verboseOidcLogging,
            @Doc("Where the provider sends the user back to: `client`, which is usual; `direct`, which is this server, where the user must confirm; or `device` for nowhere.")
                    @Default("client") String callbackMode,
            @Doc("Seconds between the client's polls in `direct` and `device` mode.") Optional<Long> pollInterval,
            @Inline TokenFields token,
            @Inline Role.Older older) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("role", Page.class, Keys.class, this::list, "List the roles."),
                Route.read("role/{name}", Name.class, Role.class, this::read, "Read a role."),
                Route.write("role/{name}", Settings.class, None.class, this::write, "Make or change a role.").existence(call -> find(call.store(), call.input().name()).isPresent()),
                Route.delete("role/{name}", Name.class, None.class, this::delete, "Delete a role. Its tokens cannot be renewed any more."));
    }

    private Optional<Role> find(watchword.sdk.Storage.Reader store, String name) {
        return roles.get(store, Names.canonical(name));
    }

    private Reply<Keys> list(Call.Read<Page> call) {
        int limit = call.input().limit();
        var names = roles.names(call.store(), "", call.input().after(), limit > 0 ? Math.min(limit, MOST_NAMES) : MOST_NAMES);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<Role> read(Call.Read<Name> call) {
        return Reply.of(find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    private Reply<None> delete(Call.Change<Name> call) {
        roles.delete(call.store(), Names.canonical(call.input().name()));
        return Reply.nothing();
    }

    private Reply<None> write(Call.Change<Settings> call) {
        var in = call.input();
        var name = Names.canonical(in.name());
        if (name.isEmpty()) throw invalid("missing role name");
        var role = after(roles.get(call.store(), name).orElse(Role.NEW), in);
        require(role, call.ask().mount().maxTtl());
        roles.put(call.store(), name, role);
        Reply<None> reply = Reply.nothing();
        if (role.terms().tokenMaxTtl().compareTo(call.ask().mount().maxTtl()) > 0) {
            reply = reply.warn("token max ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value will be truncated");
        }
        return role.verboseOidcLogging() ? reply.warn("verbose_oidc_logging is kept without effect: tokens and claims are not logged") : reply;
    }

    private static Role after(Role before, Settings in) {
        var older = in.older();
        var terms = in.token().orOlder(older.policies(), older.ttl(), older.maxTtl(), older.period(), older.numUses(), older.boundCidrs()).over(before.terms());
        return new Role(in.roleType().isEmpty() ? Role.OIDC : in.roleType(), texts(in.boundAudiences(), before.boundAudiences()), in.boundSubject().orElse(before.boundSubject()),
                in.boundClaimsType(), in.boundClaims().orElse(before.boundClaims()), in.claimMappings().orElse(before.claimMappings()), in.userClaim().orElse(before.userClaim()),
                in.userClaimJsonPointer().orElse(before.userClaimJsonPointer()), in.groupsClaim().orElse(before.groupsClaim()), texts(in.runClaims(), before.runClaims()),
                in.clockSkewLeeway().orElse(before.clockSkewLeeway()), in.expirationLeeway().orElse(before.expirationLeeway()), in.notBeforeLeeway().orElse(before.notBeforeLeeway()),
                in.maxAge().orElse(before.maxAge()), texts(in.oidcScopes(), before.oidcScopes()), texts(in.allowedRedirectUris(), before.allowedRedirectUris()),
                in.verboseOidcLogging().orElse(before.verboseOidcLogging()), in.callbackMode(), in.pollInterval().or(before::pollInterval), terms, older(before.older(), in));
    }

    private static List<String> texts(Optional<List<String>> given, List<String> before) {
        return given.map(list -> list.stream().filter(text -> !text.isBlank()).toList()).orElse(before);
    }

    /** An older name is shown until the newer one is used. */
    private static Role.Older older(Role.Older before, Settings in) {
        var now = in.older();
        var token = in.token();
        return new Role.Older(shown(now.policies(), before.policies(), token.tokenPolicies()), shown(now.ttl(), before.ttl(), token.tokenTtl()),
                shown(now.maxTtl(), before.maxTtl(), token.tokenMaxTtl()), shown(now.period(), before.period(), token.tokenPeriod()),
                shown(now.numUses(), before.numUses(), token.tokenNumUses()), shown(now.boundCidrs(), before.boundCidrs(), token.tokenBoundCidrs()));
    }

    private static <T> Optional<T> shown(Optional<T> now, Optional<T> before, Optional<T> newer) {
        return newer.isPresent() ? Optional.empty() : now.or(() -> before);
    }

    // ---- what a role must be ----

    private static RuntimeException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }

    private static void require(Role role, Duration maxTtl) {
        if (!role.roleType().equals(Role.JWT) && !role.roleType().equals(Role.OIDC)) throw invalid("invalid 'role_type': 'jwt' and 'oidc' are allowed");
        if (!role.boundClaimsType().equals("string") && !role.globs()) throw invalid("invalid 'bound_claims_type': 'string' and 'glob' are allowed");
        if (!List.of(Role.CLIENT, Role.DIRECT, Role.DEVICE).contains(role.callbackMode())) throw invalid("invalid 'callback_mode': 'client', 'direct' and 'device' are allowed");
        if (role.pollInterval().filter(seconds -> seconds < 0 || seconds > 600).isPresent()) throw invalid("invalid 'poll_interval': 0 to 600 seconds are allowed");
        if (!BoundClaims.canCompare(role.boundClaims(), role.globs())) throw invalid("claim is not a string or list");
        requireMappings(role.claimMappings());
        if (role.userClaim().isEmpty()) throw invalid("a user claim must be defined on the role");
        requireTimes(role, maxTtl);
        if (role.roleType().equals(Role.OIDC)) {
            if (role.allowedRedirectUris().isEmpty() && !role.callbackMode().equals(Role.DEVICE)) throw invalid("'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified.");
        } else if (role.boundAudiences().isEmpty() && role.terms().tokenBoundCidrs().isEmpty() && role.boundSubject().isEmpty() && role.boundClaims().isEmpty()) {
            throw invalid("must have at least one bound constraint when creating/updating a role");
        }
    }

    private static void requireMappings(Map<String, String> mappings) {
        var targets = new HashSet<String>();
        for (var target : mappings.values()) {
            if (target.equals(Person.ROLE)) throw invalid("metadata key \"" + Person.ROLE + "\" is reserved and may not be a mapping destination");
            if (!targets.add(target)) throw invalid("multiple keys are mapped to one metadata key");
        }
    }

    private static void requireTimes(Role role, Duration maxTtl) {
        Function<Duration, Boolean> tooLong = leeway -> leeway.compareTo(Duration.ofHours(24)) > 0;
        if (tooLong.apply(role.clockSkewLeeway()) || tooLong.apply(role.expirationLeeway()) || tooLong.apply(role.notBeforeLeeway())) throw invalid("a leeway may be 24 hours at most");
        if (role.maxAge().isNegative()) throw invalid("'max_age' cannot be negative");
        if (role.terms().tokenPeriod().compareTo(maxTtl) > 0) throw invalid("'period' is greater than the backend's maximum lease TTL");
    }
}
