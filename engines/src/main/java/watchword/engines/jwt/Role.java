package watchword.engines.jwt;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.OrNull;
import watchword.sdk.TokenTerms;

/** Who may log in, and as what: as it is stored, and as it is shown. */
record Role(
        @Doc("`jwt` for tokens that are brought along, `oidc` for users who are sent to the provider.") @Default("oidc") String roleType,
        @Doc("Audiences of which a token must be for one.") @OrNull List<String> boundAudiences,
        @Doc("The only subject that may log in; any when empty.") String boundSubject,
        @Doc("`string` when bound claims are compared as they are, `glob` when `*` in them stands for any text.") @Default("string") String boundClaimsType,
        @Doc("Claims that a token must have, each with the value or values that it may have.") @OrNull Map<String, Object> boundClaims,
        @Doc("Claims that become metadata of the token, each with the name it gets there.") @OrNull Map<String, String> claimMappings,
        @Doc("The claim that says who it is.") String userClaim,
        @Doc("Whether `user_claim` is a JSON pointer.") boolean userClaimJsonPointer,
        @Doc("The claim that lists the groups they are in.") String groupsClaim,
        @Doc("Claims whose values, with slashes between them, are what the token is for: the run of a pipeline.") @OrNull List<String> runClaims,
        @Doc("Seconds that an issuer's clock may differ; 60 when 0, none when negative.") Duration clockSkewLeeway,
        @Doc("Seconds that a token without `exp` is good for after `iat` or `nbf`; 150 when 0, none when negative.") Duration expirationLeeway,
        @Doc("Seconds before `exp` from which a token without `iat` and `nbf` is good; 150 when 0, none when negative.") Duration notBeforeLeeway,
        @Doc("Seconds since the user last proved to the provider who they are; any when 0.") Duration maxAge,
        @Doc("Scopes that are asked for besides `openid`.") @OrNull List<String> oidcScopes,
        @Doc("Addresses a user may be sent back to.") @OrNull List<String> allowedRedirectUris,
        @Doc("Kept; nothing is logged.") boolean verboseOidcLogging,
        @Doc("Where the provider sends the user back to: `client`; `direct`, which is this server; or `device` for nowhere.") @Default("client") String callbackMode,
        @Doc("Seconds between the client's polls; the provider's, or 5, when not set.") Optional<Long> pollInterval,
        @Inline TokenTerms terms,
        @Inline Older older) {

    static final String JWT = "jwt";
    static final String OIDC = "oidc";
    static final String GLOB = "glob";
    static final String CLIENT = "client";
    static final String DIRECT = "direct";
    static final String DEVICE = "device";

    /** Older names of some fields of a token, shown when they were used. */
    record Older(
            @Doc("Older name of `token_policies`.") Optional<List<String>> policies,
            @Doc("Older name of `token_ttl`.") Optional<Duration> ttl,
            @Doc("Older name of `token_max_ttl`.") Optional<Duration> maxTtl,
            @Doc("Older name of `token_period`.") Optional<Duration> period,
            @Doc("Older name of `token_num_uses`.") Optional<Long> numUses,
            @Doc("Older name of `token_bound_cidrs`.") Optional<List<String>> boundCidrs) {
        static final Older NONE = new Older(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    static final Role NEW = new Role(OIDC, List.of(), "", "string", Map.of(), Map.of(), "", false, "", List.of(), Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, List.of(),
            List.of(), false, CLIENT, Optional.empty(), TokenTerms.NONE, Older.NONE);

    boolean globs() {
        return boundClaimsType.equals(GLOB);
    }
}
