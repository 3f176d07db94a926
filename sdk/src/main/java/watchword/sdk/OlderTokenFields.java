package watchword.sdk;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Names that some of {@link TokenFields} had before, which older clients still send: by {@link Inline} part of the input of roles that had
 * them, and of what is read of a role, where only those show that it was set by.
 */
public record OlderTokenFields(
        @Doc("Older name of token_policies.") Optional<List<String>> policies,
        @Doc("Older name of token_ttl.") Optional<Duration> ttl,
        @Doc("Older name of token_max_ttl.") Optional<Duration> maxTtl,
        @Doc("Older name of token_period.") Optional<Duration> period,
        @Doc("Older name of token_num_uses.") Optional<Long> numUses,
        @Doc("Older name of token_bound_cidrs.") Optional<List<String>> boundCidrs) {

    /** The terms after a request in newer and older names; the newer go before. */
    public TokenTerms over(TokenFields newer, TokenTerms before) {
        return newer.orOlder(policies, ttl, maxTtl, period, numUses, boundCidrs).over(before);
    }

    /** Which of these names a role is set by after a request: to be kept with its terms. */
    public List<String> used(TokenFields newer, List<String> before) {
        var used = new ArrayList<>(before);
        keep(used, "policies", policies.isPresent(), newer.tokenPolicies().isPresent());
        keep(used, "ttl", ttl.isPresent(), newer.tokenTtl().isPresent());
        keep(used, "max_ttl", maxTtl.isPresent(), newer.tokenMaxTtl().isPresent());
        keep(used, "period", period.isPresent(), newer.tokenPeriod().isPresent());
        keep(used, "num_uses", numUses.isPresent(), newer.tokenNumUses().isPresent());
        keep(used, "bound_cidrs", boundCidrs.isPresent(), newer.tokenBoundCidrs().isPresent());
        return List.copyOf(used);
    }

    private static void keep(List<String> used, String name, boolean older, boolean newer) {
        if (newer) used.remove(name);
        else if (older && !used.contains(name)) used.add(name);
    }

    /** What is read of a role with these terms that was set by these names. */
    public static OlderTokenFields shown(TokenTerms terms, List<String> used) {
        return new OlderTokenFields(
                some("policies", used, terms.tokenPolicies()).filter(list -> !list.isEmpty()),
                some("ttl", used, terms.tokenTtl()).filter(Duration::isPositive),
                some("max_ttl", used, terms.tokenMaxTtl()).filter(Duration::isPositive),
                some("period", used, terms.tokenPeriod()).filter(Duration::isPositive),
                some("num_uses", used, terms.tokenNumUses()).filter(uses -> uses > 0),
                some("bound_cidrs", used, terms.tokenBoundCidrs()).filter(list -> !list.isEmpty()));
    }

    private static <T> Optional<T> some(String name, List<String> used, T value) {
        return used.contains(name) ? Optional.of(value) : Optional.empty();
    }
}
