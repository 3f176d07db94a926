package watchword.sdk;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The fields in which a request sets {@link TokenTerms}: part of every role's input, by {@link Inline}. What was not sent stays. */
public record TokenFields(
        @Doc("Addresses its tokens may be used from, and its logins come from; any when empty.") Optional<List<String>> tokenBoundCidrs,
        @Doc("Lifetime no renewal exceeds, as in 24h; 0 for none of its own.") Optional<Duration> tokenExplicitMaxTtl,
        @Doc("Longest lifetime of its tokens; 0 for the mount's.") Optional<Duration> tokenMaxTtl,
        @Doc("Make its tokens without the default policy.") Optional<Boolean> tokenNoDefaultPolicy,
        @Doc("Uses of its tokens; 0 for any number.") Optional<Long> tokenNumUses,
        @Doc("Makes its tokens periodic: each renewal gives this much.") Optional<Duration> tokenPeriod,
        @Doc("Policies of its tokens; root cannot be one.") Optional<List<String>> tokenPolicies,
        @Doc("Let a token be used only from the address of its login.") Optional<Boolean> tokenStrictlyBindIp,
        @Doc("Lifetime of its tokens; 0 for the mount's.") Optional<Duration> tokenTtl,
        @Doc("`default`, `service` or `batch`; `default-service` and `default-batch` stand for what the mount says.") Optional<String> tokenType) {

    /** A request that sets none of them. */
    public static final TokenFields NONE = new TokenFields(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
            Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * The terms after this request.
     *
     * @throws Problem.ProblemException when they cannot be: {@code root} among the policies, a lifetime beyond the longest, and the like
     */
    public TokenTerms over(TokenTerms before) {
        var after = new TokenTerms(
                Cidrs.require(tokenBoundCidrs.orElse(before.tokenBoundCidrs())),
                positive("token_explicit_max_ttl", tokenExplicitMaxTtl.orElse(before.tokenExplicitMaxTtl())),
                positive("token_max_ttl", tokenMaxTtl.orElse(before.tokenMaxTtl())),
                tokenNoDefaultPolicy.orElse(before.tokenNoDefaultPolicy()),
                tokenNumUses.orElse(before.tokenNumUses()),
                positive("token_period", tokenPeriod.orElse(before.tokenPeriod())),
                Policies.canonical(tokenPolicies.orElse(before.tokenPolicies())),
                tokenStrictlyBindIp.orElse(before.tokenStrictlyBindIp()),
                positive("token_ttl", tokenTtl.orElse(before.tokenTtl())),
                type(tokenType.orElse(before.tokenType())));
        if (after.tokenNumUses() < 0) throw new Problem.Invalid("'token_num_uses' cannot be negative").asException();
        if (after.tokenMaxTtl().isPositive() && after.tokenTtl().compareTo(after.tokenMaxTtl()) > 0) {
            throw new Problem.Invalid("'token_ttl' cannot be greater than 'token_max_ttl'").asException();
        }
        if (after.tokenType().equals("batch")) requireBatchable(after);
        return after;
    }

    /** The same with older names of some fields, for what the newer ones do not say. */
    public TokenFields orOlder(Optional<List<String>> policies, Optional<Duration> ttl, Optional<Duration> maxTtl, Optional<Duration> period, Optional<Long> numUses,
            Optional<List<String>> boundCidrs) {
        return new TokenFields(tokenBoundCidrs.or(() -> boundCidrs), tokenExplicitMaxTtl, tokenMaxTtl.or(() -> maxTtl), tokenNoDefaultPolicy, tokenNumUses.or(() -> numUses),
                tokenPeriod.or(() -> period), tokenPolicies.or(() -> policies), tokenStrictlyBindIp, tokenTtl.or(() -> ttl), tokenType);
    }

    private static Duration positive(String field, Duration duration) {
        if (duration.isNegative()) throw new Problem.Invalid("'" + field + "' cannot be negative").asException();
        return duration;
    }

    private static String type(String given) {
        return switch (given) {
            case "", "default" -> "default";
            case "service", "batch", "default-service", "default-batch" -> given;
            default -> throw new Problem.Invalid("invalid 'token_type' value \"" + (given.length() > 40 ? given.substring(0, 40) : given) + "\"").asException();
        };
    }

    private static void requireBatchable(TokenTerms terms) {
        if (terms.tokenPeriod().isPositive()) throw new Problem.Invalid("'token_type' cannot be 'batch' when set to generate periodic tokens").asException();
        if (terms.tokenNumUses() != 0) throw new Problem.Invalid("'token_type' cannot be 'batch' when set to generate tokens with limited use count").asException();
    }
}
