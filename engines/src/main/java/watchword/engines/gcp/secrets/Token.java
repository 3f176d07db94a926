package watchword.engines.gcp.secrets;

import java.time.Duration;
import java.time.Instant;
import watchword.sdk.Doc;
import watchword.sdk.Secret;

/** An access token of Google's, which nothing ends before its time. */
record Token(Secret value, Instant end) {
    record Shown(
            @Doc("When it ends, in seconds since 1970.") long expiresAtSeconds,
            @Doc("The access token.") Secret token,
            @Doc("Seconds until then.") long tokenTtl) {}

    Shown shown(Instant now) {
        return new Shown(end.getEpochSecond(), value, Math.max(0, Duration.between(now, end).toSeconds()));
    }
}
