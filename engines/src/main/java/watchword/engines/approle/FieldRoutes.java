package watchword.engines.approle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.TokenFields;

/** A path for each field of a role that can be read, set and put back to its default by itself, so that a policy can give it by itself. */
final class FieldRoutes {
    private static final Optional<List<String>> NO_NAMES = Optional.empty();
    private static final Optional<Duration> NO_TIME = Optional.empty();

    private final Roles roles;
    private final List<Route<?, ?>> routes = new ArrayList<>();


    /** Of a role. */
    interface OfRole {
        String roleName();
    }

    record Named(@Doc("Name of the role; case does not matter.") String roleName) implements OfRole {}

    record SetPolicies(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Older name of token_policies.") Optional<List<String>> policies,
            @Doc("Policies of its tokens; root cannot be one.") Optional<List<String>> tokenPolicies) implements OfRole {}

    record ThePolicies(@Doc("Older name of token_policies; only when they were set by it.") Optional<List<String>> policies, @Doc("Policies of its tokens.") List<String> tokenPolicies) {}

    record SetBoundCidrList(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Addresses that logins may come from.") Optional<List<String>> boundCidrList)
            implements OfRole {}

    record BoundCidrList(@Doc("Addresses that logins may come from; null when it was not set.") @OrNull Optional<List<String>> boundCidrList) {}

    record SetSecretIdBoundCidrs(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Addresses that logins may come from.") Optional<List<String>> secretIdBoundCidrs)
            implements OfRole {}

    record SecretIdBoundCidrs(@Doc("Addresses that logins may come from; null when it was not set.") @OrNull Optional<List<String>> secretIdBoundCidrs) {}

    record SetTokenBoundCidrs(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Addresses its tokens may be used from.") Optional<List<String>> tokenBoundCidrs)
            implements OfRole {}

    record TokenBoundCidrs(@Doc("Addresses its tokens may be used from; any when empty.") List<String> tokenBoundCidrs) {}

    record SetBindSecretId(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Whether a login needs a secret id.") Optional<Boolean> bindSecretId) implements OfRole {}

    record BindSecretId(@Doc("Whether a login needs a secret id.") boolean bindSecretId) {}

    record SetSecretIdNumUses(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Logins that a secret id is good for; 0 for any number.") Optional<Long> secretIdNumUses)
            implements OfRole {}

    record SecretIdNumUses(@Doc("Logins that a secret id is good for; 0 for any number.") long secretIdNumUses) {}

    record SetSecretIdTtl(@Doc("Name of the role; case does not matter.") String roleName, @Doc("How long a secret id is good; 0 for ever.") Optional<Duration> secretIdTtl)
            implements OfRole {}

    record SecretIdTtl(@Doc("How long a secret id is good, in seconds; 0 for ever.") Duration secretIdTtl) {}

    record SetPeriod(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Older name of token_period.") Optional<Duration> period,
            @Doc("Makes its tokens periodic: each renewal gives this much.") Optional<Duration> tokenPeriod) implements OfRole {}

    record ThePeriod(@Doc("Older name of token_period; only when it was set by it.") Optional<Duration> period,
            @Doc("What each renewal gives, in seconds; 0 when its tokens are not periodic.") Duration tokenPeriod) {}

    record SetTokenNumUses(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Uses of its tokens; 0 for any number.") Optional<Long> tokenNumUses) implements OfRole {}

    record TokenNumUses(@Doc("Uses of its tokens; 0 for any number.") long tokenNumUses) {}

    record SetTokenTtl(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Lifetime of its tokens; 0 for the mount's.") Optional<Duration> tokenTtl) implements OfRole {}

    record TokenTtl(@Doc("Lifetime of its tokens, in seconds; 0 for the mount's.") Duration tokenTtl) {}

    record SetTokenMaxTtl(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Longest lifetime of its tokens; 0 for the mount's.") Optional<Duration> tokenMaxTtl)
            implements OfRole {}

    record TokenMaxTtl(@Doc("Longest lifetime of its tokens, in seconds; 0 for the mount's.") Duration tokenMaxTtl) {}

    record LocalSecretIds(@Doc("Kept for clients; there is no replication.") boolean localSecretIds) {}

    FieldRoutes(Roles roles) {
        this.roles = roles;
        field("policies", "the policies of its tokens", SetPolicies.class, ThePolicies.class, role -> new ThePolicies(role.shown().policies(), role.token().tokenPolicies()),
                (role, in) -> role.withToken(policies(in.tokenPolicies()), require("token_policies", in.tokenPolicies(), in.policies()).filter(_ -> in.policies().isPresent()), NO_TIME),
                role -> role.withToken(policies(Optional.of(List.of())), NO_NAMES, NO_TIME));
        field("bound-cidr-list", "where logins may come from, by its older name", SetBoundCidrList.class, BoundCidrList.class, role -> new BoundCidrList(role.secretIdBoundCidrs()),
                (role, in) -> role.withSecretIdBoundCidrs(require("bound_cidr_list", in.boundCidrList())), role -> role.withSecretIdBoundCidrs(NO_NAMES));
        field("secret-id-bound-cidrs", "where logins may come from", SetSecretIdBoundCidrs.class, SecretIdBoundCidrs.class, role -> new SecretIdBoundCidrs(role.secretIdBoundCidrs()),
                (role, in) -> role.withSecretIdBoundCidrs(require("bound_cidr_list", in.secretIdBoundCidrs())), role -> role.withSecretIdBoundCidrs(NO_NAMES));
        field("token-bound-cidrs", "where its tokens may be used from", SetTokenBoundCidrs.class, TokenBoundCidrs.class, role -> new TokenBoundCidrs(role.token().tokenBoundCidrs()),
                (role, in) -> role.withToken(boundCidrs(require("token_bound_cidrs", in.tokenBoundCidrs())), NO_NAMES, NO_TIME),
                role -> role.withToken(boundCidrs(Optional.of(List.of())), NO_NAMES, NO_TIME));
        field("bind-secret-id", "whether a login needs a secret id", SetBindSecretId.class, BindSecretId.class, role -> new BindSecretId(role.bindSecretId()),
                (role, in) -> role.withBindSecretId(require("bind_secret_id", in.bindSecretId()).orElseThrow()), role -> role.withBindSecretId(true));
        field("secret-id-num-uses", "what a secret id is good for", SetSecretIdNumUses.class, SecretIdNumUses.class, role -> new SecretIdNumUses(role.secretIdNumUses()),
                (role, in) -> role.withSecretIdNumUses(require("secret_id_num_uses", in.secretIdNumUses()).orElseThrow()), role -> role.withSecretIdNumUses(0));
        field("secret-id-ttl", "how long a secret id is good", SetSecretIdTtl.class, SecretIdTtl.class, role -> new SecretIdTtl(role.secretIdTtl()),
                (role, in) -> role.withSecretIdTtl(require("secret_id_ttl", in.secretIdTtl()).orElseThrow()), role -> role.withSecretIdTtl(Duration.ZERO));
        field("period", "the period of its tokens", SetPeriod.class, ThePeriod.class, role -> new ThePeriod(role.shown().period(), role.token().tokenPeriod()),
                (role, in) -> role.withToken(times(NO_TIME, NO_TIME, in.tokenPeriod()), NO_NAMES, require("period", in.tokenPeriod(), in.period()).filter(_ -> in.period().isPresent())),
                role -> role.withToken(times(NO_TIME, NO_TIME, Optional.of(Duration.ZERO)), NO_NAMES, NO_TIME));
        field("token-num-uses", "the uses of its tokens", SetTokenNumUses.class, TokenNumUses.class, role -> new TokenNumUses(role.token().tokenNumUses()),
                (role, in) -> role.withToken(uses(require("token_num_uses", in.tokenNumUses())), NO_NAMES, NO_TIME), role -> role.withToken(uses(Optional.of(0L)), NO_NAMES, NO_TIME));
        field("token-ttl", "the lifetime of its tokens", SetTokenTtl.class, TokenTtl.class, role -> new TokenTtl(role.token().tokenTtl()),
                (role, in) -> role.withToken(times(require("token_ttl", in.tokenTtl()), NO_TIME, NO_TIME), NO_NAMES, NO_TIME),
                role -> role.withToken(times(Optional.of(Duration.ZERO), NO_TIME, NO_TIME), NO_NAMES, NO_TIME));
        field("token-max-ttl", "the longest lifetime of its tokens", SetTokenMaxTtl.class, TokenMaxTtl.class, role -> new TokenMaxTtl(role.token().tokenMaxTtl()),
                (role, in) -> role.withToken(times(NO_TIME, require("token_max_ttl", in.tokenMaxTtl()), NO_TIME), NO_NAMES, NO_TIME),
                role -> role.withToken(times(NO_TIME, Optional.of(Duration.ZERO), NO_TIME), NO_NAMES, NO_TIME));
        read("local-secret-ids", "whether its secret ids stay in one cluster", LocalSecretIds.class, role -> new LocalSecretIds(role.localSecretIds()));
    }

    List<Route<?, ?>> routes() {
        return List.copyOf(routes);
    }

    private static TokenFields policies(Optional<List<String>> names) {
        return TokenFields.NONE.orOlder(names, NO_TIME, NO_TIME, NO_TIME, Optional.empty(), NO_NAMES);
    }

    private static TokenFields times(Optional<Duration> ttl, Optional<Duration> maxTtl, Optional<Duration> period) {
        return TokenFields.NONE.orOlder(NO_NAMES, ttl, maxTtl, period, Optional.empty(), NO_NAMES);
    }

    private static TokenFields uses(Optional<Long> number) {
        return TokenFields.NONE.orOlder(NO_NAMES, NO_TIME, NO_TIME, NO_TIME, number, NO_NAMES);
    }

    private static TokenFields boundCidrs(Optional<List<String>> blocks) {
        return TokenFields.NONE.orOlder(NO_NAMES, NO_TIME, NO_TIME, NO_TIME, Optional.empty(), blocks);
    }

    private static <T> Optional<T> require(String field, Optional<T> value) {
        if (value.isEmpty()) throw new Problem.Invalid("missing " + field).asException();
        return value;
    }

    /** One of the two names must be there; the newer one wins. */
    private static <T> Optional<T> require(String field, Optional<T> newer, Optional<T> older) {
        return require(field, newer.or(() -> older));
    }

    private <I extends Record & OfRole, O extends Record> void field(String path, String what, Class<I> in, Class<O> out, Function<Role, O> shown, BiFunction<Role, I, Role> set,
            UnaryOperator<Role> reset) {
        read(path, what, out, shown);
        routes.add(Route.write("role/{role_name}/" + path, in, None.class, call -> {
            var name = Roles.name(call.input().roleName());
            var role = roles.find(call.store(), name).orElseThrow(() -> Problem.NotFound.unsupportedPath().asException());
            roles.save(call.store(), name, set.apply(role, call.input()));
            return Reply.nothing();
        }, "Set " + what + "."));
        routes.add(Route.delete("role/{role_name}/" + path, Named.class, None.class, call -> {
            var name = Roles.name(call.input().roleName());
            roles.find(call.store(), name).ifPresent(role -> roles.save(call.store(), name, reset.apply(role)));
            return Reply.nothing();
        }, "Put " + what + " back to the default."));
    }

    private <O extends Record> void read(String path, String what, Class<O> out, Function<Role, O> shown) {
        routes.add(Route.read("role/{role_name}/" + path, Named.class, out,
                call -> Reply.of(shown.apply(roles.find(call.store(), Roles.name(call.input().roleName())).orElseThrow(() -> new Problem.NotFound().asException()))), "Tell " + what + "."));
    }
}
