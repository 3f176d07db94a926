package watchword.engines.kubernetes;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import watchword.sdk.JsonCodec;
import watchword.sdk.Tree;

/** What a token says of itself, believed by nobody yet. */
record ClaimedToken(ServiceAccount account, String issuer, List<String> audiences, Optional<Instant> notBefore, Optional<Instant> expires) {
    private static final int MAX_CHARACTERS = 16 << 10;
    /** Clocks differ. */
    private static final Duration LEEWAY = Duration.ofSeconds(60);

    /** Empty for what is no token of a service account. */
    static Optional<ClaimedToken> read(String jwt, JsonCodec json) {
        if (jwt.length() > MAX_CHARACTERS) return Optional.empty();
        var parts = jwt.split("\\.", -1);
        if (parts.length != 3) return Optional.empty();
        try {
            return json.read(Base64.getUrlDecoder().decode(parts[1].getBytes(StandardCharsets.US_ASCII))).map(Tree::of).map(ClaimedToken::of).filter(token -> token.account.isWhole());
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    static ClaimedToken of(Tree claims) {
        return new ClaimedToken(ServiceAccount.of(claims), claims.text("iss"), claims.texts("aud"), claims.number("nbf").flatMap(ClaimedToken::instant), claims.number("exp").flatMap(ClaimedToken::instant));
    }

    private static Optional<Instant> instant(long seconds) {
        return Math.abs(seconds) > 1L << 40 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }

    boolean isCurrent(Instant now) {
        return expires.map(end -> now.isBefore(end.plus(LEEWAY))).orElse(true) && notBefore.map(start -> !now.isBefore(start.minus(LEEWAY))).orElse(true);
    }

    boolean isFor(String audience) {
        return audiences.contains(audience);
    }
}
