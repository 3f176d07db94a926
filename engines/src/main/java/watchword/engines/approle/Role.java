package watchword.engines.approle;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Cidrs;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.TokenFields;
import watchword.sdk.TokenTerms;

/**
 * A role as it is stored.
 *
 * @param secretIdBoundCidrs empty when it was never set, or was removed, which clients are shown as null
 * @param policiesByOlderName whether the policies were last set by their older name, which is then shown besides
 * @param periodByOlderName likewise
 */
record Role(
        String roleId,
        boolean bindSecretId,
        Optional<List<String>> secretIdBoundCidrs,
        long secretIdNumUses,
        Duration secretIdTtl,
        boolean localSecretIds,
        boolean policiesByOlderName,
        boolean periodByOlderName,
        @Inline TokenTerms token) {

    static final int MAX_ROLE_ID = 1024;

    /** A role before anything was said of it. */
    static Role fresh(String roleId) {
        return new Role(roleId, true, Optional.empty(), 0, Duration.ZERO, false, false, false, TokenTerms.NONE);
    }

    Role {
        if (roleId.isBlank()) throw new Problem.Invalid("invalid role_id supplied, or failed to generate a role_id").asException();
        if (roleId.length() > MAX_ROLE_ID) throw new Problem.Invalid("role_id: at most " + MAX_ROLE_ID + " characters").asException();
        if (secretIdNumUses < 0) throw new Problem.Invalid("secret_id_num_uses cannot be negative").asException();
        if (secretIdTtl.isNegative()) throw new Problem.Invalid("secret_id_ttl cannot be negative").asException();
        secretIdBoundCidrs.ifPresent(Cidrs::require);
        if (!bindSecretId && boundCidrs(secretIdBoundCidrs).isEmpty() && token.tokenBoundCidrs().isEmpty()) {
            throw new Problem.Invalid("at least one constraint should be enabled on the role").asException();
        }
    }

    private static List<String> boundCidrs(Optional<List<String>> blocks) {
        return blocks.orElse(List.of());
    }

    /** Where its logins may come from; anywhere when empty. */
    List<String> loginCidrs() {
        return boundCidrs(secretIdBoundCidrs);
    }

    Role withRoleId(String id) {
        return new Role(id, bindSecretId, secretIdBoundCidrs, secretIdNumUses, secretIdTtl, localSecretIds, policiesByOlderName, periodByOlderName, token);
    }

    Role withBindSecretId(boolean bound) {
        return new Role(roleId, bound, secretIdBoundCidrs, secretIdNumUses, secretIdTtl, localSecretIds, policiesByOlderName, periodByOlderName, token);
    }

    Role withSecretIdBoundCidrs(Optional<List<String>> blocks) {
        return new Role(roleId, bindSecretId, blocks, secretIdNumUses, secretIdTtl, localSecretIds, policiesByOlderName, periodByOlderName, token);
    }

    Role withSecretIdNumUses(long uses) {
        return new Role(roleId, bindSecretId, secretIdBoundCidrs, uses, secretIdTtl, localSecretIds, policiesByOlderName, periodByOlderName, token);
    }

    Role withSecretIdTtl(Duration ttl) {
        return new Role(roleId, bindSecretId, secretIdBoundCidrs, secretIdNumUses, ttl, localSecretIds, policiesByOlderName, periodByOlderName, token);
    }

    /** After a request for its common token fields. */
    Role withToken(TokenFields fields, Optional<List<String>> olderPolicies, Optional<Duration> olderPeriod) {
        var none = Optional.<Duration>empty();
        var terms = fields.orOlder(olderPolicies, none, none, olderPeriod, Optional.empty(), Optional.empty()).over(token);
        return new Role(roleId, bindSecretId, secretIdBoundCidrs, secretIdNumUses, secretIdTtl, localSecretIds,
                olderPolicies.isPresent() || (fields.tokenPolicies().isEmpty() && policiesByOlderName),
                olderPeriod.isPresent() || (fields.tokenPeriod().isEmpty() && periodByOlderName), terms);
    }

    Role withLocalSecretIds(boolean local) {
        return new Role(roleId, bindSecretId, secretIdBoundCidrs, secretIdNumUses, secretIdTtl, local, policiesByOlderName, periodByOlderName, token);
    }

    /** A role as it is shown. */
    record Shown(
            @Doc("Whether a login needs a secret id.") boolean bindSecretId,
            @Doc("Kept for clients; there is no replication.") boolean localSecretIds,
            @Doc("Older name of token_period; only when it was set by it.") Optional<Duration> period,
            @Doc("Older name of token_policies; only when they were set by it.") Optional<List<String>> policies,
            @Doc("Addresses that logins may come from; null when it was not set.") @OrNull Optional<List<String>> secretIdBoundCidrs,
            @Doc("Logins that a secret id is good for; 0 for any number.") long secretIdNumUses,
            @Doc("How long a secret id is good, in seconds; 0 for ever.") Duration secretIdTtl,
            @Inline TokenTerms token) {}

    Shown shown() {
        return new Shown(bindSecretId, localSecretIds, Optional.of(token.tokenPeriod()).filter(period -> periodByOlderName && period.isPositive()),
                Optional.of(token.tokenPolicies()).filter(names -> policiesByOlderName && !names.isEmpty()), secretIdBoundCidrs, secretIdNumUses, secretIdTtl, token);
    }
}
