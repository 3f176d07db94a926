package watchword.sdk;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What tokens of a login may be, as its role says: the fields that all auth methods have in common, as they are stored and shown.
 * Durations of zero leave it to the mount.
 *
 * @see TokenFields how they are set
 */
public record TokenTerms(
        @Doc("Addresses its tokens may be used from; any when empty.") List<String> tokenBoundCidrs,
        @Doc("Lifetime no renewal exceeds, in seconds; 0 for none of its own.") Duration tokenExplicitMaxTtl,
        @Doc("Longest lifetime of its tokens, in seconds; 0 for the mount's.") Duration tokenMaxTtl,
        @Doc("Whether its tokens are made without the default policy.") boolean tokenNoDefaultPolicy,
        @Doc("Uses of its tokens; 0 for any number.") long tokenNumUses,
        @Doc("What each renewal gives, in seconds; 0 when its tokens are not periodic.") Duration tokenPeriod,
        @Doc("Policies of its tokens.") List<String> tokenPolicies,
        @Doc("Whether a token may be used only from the address of its login.") boolean tokenStrictlyBindIp,
        @Doc("Lifetime of its tokens, in seconds; 0 for the mount's.") Duration tokenTtl,
        @Doc("`default`, `service` or `batch`.") @Default("default") String tokenType) {

    /** What a role has that was told nothing. */
    public static final TokenTerms NONE =
            new TokenTerms(List.of(), Duration.ZERO, Duration.ZERO, false, 0, Duration.ZERO, List.of(), false, Duration.ZERO, "default");

    /** With these policies besides. */
    public TokenTerms and(List<String> policies) {
        if (policies.isEmpty()) return this;
        var all = new ArrayList<>(tokenPolicies);
        all.addAll(policies);
        return new TokenTerms(tokenBoundCidrs, tokenExplicitMaxTtl, tokenMaxTtl, tokenNoDefaultPolicy, tokenNumUses, tokenPeriod, Policies.canonical(all), tokenStrictlyBindIp, tokenTtl,
                tokenType);
    }

    /** With these bounds in place of its own. */
    public TokenTerms boundTo(List<String> blocks) {
        return new TokenTerms(Cidrs.require(blocks), tokenExplicitMaxTtl, tokenMaxTtl, tokenNoDefaultPolicy, tokenNumUses, tokenPeriod, tokenPolicies, tokenStrictlyBindIp, tokenTtl,
                tokenType);
    }

    /** For an address that may not log in, or not use a token of this role. */
    public void requireFrom(String address) {
        if (!Cidrs.allows(tokenBoundCidrs, address)) throw new Problem.Denied().asException();
    }
}
