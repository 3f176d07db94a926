package watchword.core.run;

import java.time.Instant;
import java.util.Optional;

/**
 * What the store knows of a run.
 *
 * @param mountUuid the auth mount whose login began it; no other's login is for it
 * @param entityId of the login that began it
 * @param ended when somebody ended it, or it itself did; empty while it goes on
 * @param until when the last proof of it is certainly worthless, so that this row can go; empty while its tokens tell when that is
 */
record RunRow(String mountUuid, String entityId, Instant since, Instant lastLogin, Optional<Instant> ended, Optional<Instant> until) {

    RunRow seen(Instant now, Optional<Instant> lasting) {
        return new RunRow(mountUuid, entityId, since, now, ended, lasting);
    }

    RunRow ended(Instant now, Instant lasting) {
        return new RunRow(mountUuid, entityId, since, lastLogin, Optional.of(now), Optional.of(lasting));
    }
}
