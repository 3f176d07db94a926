package watchword.core.token;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Glob;
import watchword.core.wire.Rows;
import watchword.sdk.Call;
import watchword.sdk.Cidrs;
import watchword.sdk.Doc;
import watchword.sdk.Page;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** Token roles: rules under which a token may be made that its parent could not make otherwise. */
public final class TokenRoles {
    private final Rows<Row> rows = new Rows<>("core/token/roles/", Row.class);

    /** A role as it is stored. */
    record Row(
            List<String> allowedPolicies,
            List<String> disallowedPolicies,
            List<String> allowedPoliciesGlob,
            List<String> disallowedPoliciesGlob,
            List<String> allowedEntityAliases,
            boolean orphan,
            Duration period,
            boolean renewable,
            String pathSuffix,
            List<String> tokenBoundCidrs,
            Duration tokenExplicitMaxTtl,
            boolean tokenNoDefaultPolicy,
            long tokenNumUses,
            String tokenType) {}

    record Name(@Doc("Name of the role.") String name) {}

    record Nothing() {}

    record Keys(@Doc("Names of the roles, sorted.") List<String> keys) {}

    record Set(
            @Doc("Name of the role.") String name,
            @Doc("Policies a token under this role may have; any of the parent's when empty.") Optional<List<String>> allowedPolicies,
            @Doc("Policies it may not have.") Optional<List<String>> disallowedPolicies,
            @Doc("Like allowed_policies, with * for any text.") Optional<List<String>> allowedPoliciesGlob,
            @Doc("Like disallowed_policies, with * for any text.") Optional<List<String>> disallowedPoliciesGlob,
            @Doc("Entity aliases that may be named.") Optional<List<String>> allowedEntityAliases,
            @Doc("Its tokens have no parent.") Optional<Boolean> orphan,
            @Doc("Makes its tokens periodic; older name.") Optional<Duration> period,
            @Doc("Makes its tokens periodic.") Optional<Duration> tokenPeriod,
            @Doc("Whether its tokens can be renewed.") Optional<Boolean> renewable,
            @Doc("Added to the path of its tokens, to revoke them by prefix.") Optional<String> pathSuffix,
            @Doc("Lifetime no renewal exceeds; older name.") Optional<Duration> explicitMaxTtl,
            @Doc("Lifetime no renewal exceeds.") Optional<Duration> tokenExplicitMaxTtl,
            @Doc("Addresses its tokens may be used from; older name.") Optional<List<String>> boundCidrs,
            @Doc("Addresses its tokens may be used from.") Optional<List<String>> tokenBoundCidrs,
            @Doc("Leave the default policy out.") Optional<Boolean> tokenNoDefaultPolicy,
            @Doc("Uses of its tokens; 0 for any number.") Optional<Long> tokenNumUses,
            @Doc("service, batch, default-service or default-batch.") Optional<String> tokenType) {}

    /** A role as it is shown; older names beside newer ones only when they were used. */
    record Shown(
            @Doc("Entity aliases that may be named.") List<String> allowedEntityAliases,
            @Doc("Policies a token under this role may have; any of the parent's when empty.") List<String> allowedPolicies,
            @Doc("Like allowed_policies, with * for any text.") List<String> allowedPoliciesGlob,
            @Doc("Policies it may not have.") List<String> disallowedPolicies,
            @Doc("Like disallowed_policies, with * for any text.") List<String> disallowedPoliciesGlob,
            @Doc("Older name of token_explicit_max_ttl.") long explicitMaxTtl,
            @Doc("Name of the role.") String name,
            @Doc("Whether its tokens have no parent.") boolean orphan,
            @Doc("Added to the path of its tokens.") String pathSuffix,
            @Doc("Older name of token_period.") long period,
            @Doc("Whether its tokens can be renewed.") boolean renewable,
            @Doc("Addresses its tokens may be used from.") List<String> tokenBoundCidrs,
            @Doc("Lifetime no renewal exceeds, in seconds; 0 for none of its own.") long tokenExplicitMaxTtl,
            @Doc("Whether its tokens are made without the default policy.") boolean tokenNoDefaultPolicy,
            @Doc("Uses of its tokens; 0 for any number.") long tokenNumUses,
            @Doc("What each renewal of its tokens gives, in seconds; 0 when they are not periodic.") long tokenPeriod,
            @Doc("`service`, `batch`, `default-service` or `default-batch`.") String tokenType) {}

    Optional<Row> find(Storage.Reader store, String name) {
        return name.isEmpty() ? Optional.empty() : rows.get(store, name);
    }

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("roles", Page.class, Keys.class, this::list, "List the token roles."),
                Route.read("roles/{name}", Name.class, Shown.class, this::read, "Read a token role."),
                Route.write("roles/{name}", Set.class, None.class, this::write, "Create or change a token role.")
                        .existence(call -> rows.get(call.store(), call.input().name()).isPresent()),
                Route.delete("roles/{name}", Name.class, None.class, this::delete, "Delete a token role."));
    }

    private Reply<Keys> list(Call.Read<Page> call) {
        var names = rows.names(call.store(), "", call.input().after(), Page.limit(call.input().limit()));
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(Page.whole(names, call.input().limit())));
    }

    private Reply<Shown> read(Call.Read<Name> call) {
        var name = call.input().name();
        var r = rows.get(call.store(), name).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(r.allowedEntityAliases(), r.allowedPolicies(), r.allowedPoliciesGlob(), r.disallowedPolicies(),
                r.disallowedPoliciesGlob(), 0, name, r.orphan(), r.pathSuffix(), 0, r.renewable(), r.tokenBoundCidrs(),
                r.tokenExplicitMaxTtl().toSeconds(), r.tokenNoDefaultPolicy(), r.tokenNumUses(), r.period().toSeconds(), r.tokenType()));
    }

    private Reply<None> write(Call.Change<Set> call) {
        var in = call.input();
        var old = rows.get(call.store(), in.name());
        var row = new Row(
                policies(in.allowedPolicies(), old.map(Row::allowedPolicies)),
                policies(in.disallowedPolicies(), old.map(Row::disallowedPolicies)),
                in.allowedPoliciesGlob().or(() -> old.map(Row::allowedPoliciesGlob)).orElse(List.of()),
                in.disallowedPoliciesGlob().or(() -> old.map(Row::disallowedPoliciesGlob)).orElse(List.of()),
                in.allowedEntityAliases().or(() -> old.map(Row::allowedEntityAliases)).orElse(List.of()),
                in.orphan().or(() -> old.map(Row::orphan)).orElse(false),
                in.tokenPeriod().or(in::period).or(() -> old.map(Row::period)).orElse(Duration.ZERO),
                in.renewable().or(() -> old.map(Row::renewable)).orElse(true),
                in.pathSuffix().or(() -> old.map(Row::pathSuffix)).orElse(""),
                Cidrs.require(in.tokenBoundCidrs().or(in::boundCidrs).or(() -> old.map(Row::tokenBoundCidrs)).orElse(List.of())),
                in.tokenExplicitMaxTtl().or(in::explicitMaxTtl).or(() -> old.map(Row::tokenExplicitMaxTtl)).orElse(Duration.ZERO),
                in.tokenNoDefaultPolicy().or(() -> old.map(Row::tokenNoDefaultPolicy)).orElse(false),
                in.tokenNumUses().or(() -> old.map(Row::tokenNumUses)).orElse(0L),
                in.tokenType().or(() -> old.map(Row::tokenType)).orElse("default-service"));
        requireConsistent(row);
        rows.put(call.store(), in.name(), row);
        return Reply.nothing();
    }

    private static List<String> policies(Optional<List<String>> given, Optional<List<String>> before) {
        return given.map(Policies::canonicalWithRoot).or(() -> before).orElse(List.of());
    }

    private static void requireConsistent(Row row) {
        switch (row.tokenType()) {
            case "service", "batch", "default-service", "default-batch" -> {}
            default -> throw new Problem.Invalid("invalid 'token_type' value").asException();
        }
        if (row.period().isNegative() || row.tokenExplicitMaxTtl().isNegative() || row.tokenNumUses() < 0) {
            throw new Problem.Invalid("'token_period', 'token_explicit_max_ttl' and 'token_num_uses' cannot be negative").asException();
        }
        if (row.tokenType().equals("batch") && row.period().isPositive()) throw new Problem.Invalid("'token_type' cannot be 'batch' when role is set to generate periodic tokens").asException();
        if (row.tokenType().equals("batch") && !row.orphan()) throw new Problem.Invalid("'token_type' cannot be 'batch' when role is not set to generate orphan tokens").asException();
        if (row.pathSuffix().contains("..") || row.pathSuffix().startsWith("/") || row.pathSuffix().endsWith("/") || !row.pathSuffix().matches("[\\w./-]*")) {
            throw new Problem.Invalid("given role path suffix contains invalid characters; must match [a-zA-Z0-9_./-]").asException();
        }
    }

    private Reply<None> delete(Call.Change<Name> call) {
        rows.delete(call.store(), call.input().name());
        return Reply.nothing();
    }

    /** The policies a token gets under a role. A role that lists policies may give them to a parent that lacks them: that is what it is for. */
    List<String> policies(Row role, List<String> asked, List<String> inherited, TokenCaller parent) {
        boolean limits = !role.allowedPolicies().isEmpty() || !role.allowedPoliciesGlob().isEmpty();
        var names = new ArrayList<>(asked);
        if (names.isEmpty() && limits) names.addAll(role.allowedPolicies());
        if (names.isEmpty() && !limits) inherited.stream().filter(name -> !name.equals("default") || !disallows(role, name)).forEach(names::add);
        for (var name : names) {
            boolean allowed = !limits
                    ? parent.sudo() || Policies.exceeding(List.of(name), parent.policies()).isEmpty()
                    : role.allowedPolicies().contains(name) || role.allowedPoliciesGlob().stream().anyMatch(glob -> Glob.matches(glob, name)) || name.equals("default");
            if (!allowed) throw new Problem.Invalid("token policies (" + Policies.shown(names) + ") must be subset of the role's allowed policies").asException();
            if (disallows(role, name)) {
                throw new Problem.Invalid("token policy \"" + name + "\" is disallowed by this role").asException();
            }
        }
        return names;
    }

    static boolean disallows(Row role, String policy) {
        return role.disallowedPolicies().contains(policy) || role.disallowedPoliciesGlob().stream().anyMatch(glob -> Glob.matches(glob, policy));
    }
}
