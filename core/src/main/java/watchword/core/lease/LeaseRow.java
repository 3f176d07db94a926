package watchword.core.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What the store knows of a lease.
 *
 * @param tokenKey the token it was issued to, which takes it along when it ends; for a token's own lease, that token
 * @param ofToken it is a token's own: everything else is in the token's row
 * @param path the route that issued it
 * @param kind of what it stands for, as the engine calls it; for a token's own lease, the role of its login
 * @param entityId whom it counts for
 * @param run what it was got for; empty for nothing in particular
 * @param ask under which the run's answer is kept ({@code core/run/KeptAnswers}); empty when it is not
 * @param maxTtl from issue; renewals stop there
 */
public record LeaseRow(
        String tokenKey,
        boolean ofToken,
        String path,
        String mountUuid,
        String kind,
        Map<String, String> handle,
        String entityId,
        String run,
        String ask,
        Instant issued,
        Instant expires,
        Optional<Instant> lastRenewal,
        Duration maxTtl,
        boolean renewable,
        State state,
        int attempts,
        String lastError) {

    /** Where a lease is in its life. */
    public enum State {
        /** What it will stand for is being made outside; whoever asked has no answer yet. When this is due, the server that was at it is gone. */
        ANNOUNCED,
        ACTIVE,
        /** Its end was decided and recorded; what it stands for may still exist upstream until the next attempt succeeds. */
        REVOKING,
        /** One server is asking the engine to end it. If it is still so when it is due again, that server is gone. */
        ENDING,
        /** Given up after too many attempts; somebody must look. */
        IRREVOCABLE
    }

    static LeaseRow ofToken(String tokenKey, String path, String role, String entityId) {
        return new LeaseRow(tokenKey, true, path, "", role, Map.of(), entityId, "", "", Instant.EPOCH, Instant.EPOCH, Optional.empty(), Duration.ZERO, false, State.ACTIVE, 0, "");
    }

    LeaseRow renewed(Instant now, Instant end) {
        return new LeaseRow(tokenKey, ofToken, path, mountUuid, kind, handle, entityId, run, ask, issued, end, Optional.of(now), maxTtl, renewable, state, attempts, lastError);
    }

    LeaseRow in(State next, Instant due, int tries, String error) {
        return new LeaseRow(tokenKey, ofToken, path, mountUuid, kind, handle, entityId, run, ask, issued, due, lastRenewal, maxTtl, renewable, next, tries, error);
    }

    LeaseRow heldBy(String otherToken) {
        return new LeaseRow(otherToken, ofToken, path, mountUuid, kind, handle, entityId, run, ask, issued, expires, lastRenewal, maxTtl, renewable, state, attempts, lastError);
    }
}
