package watchword.core.pipeline;

import java.time.Instant;
import java.util.Optional;
import watchword.core.lease.Leases.Announced;
import watchword.core.run.KeptAnswers.Key;

/**
 * A request that is being carried out.
 *
 * @param who a login was said to be for, which need not be the alias that it turned out to have; empty for nobody
 * @param shared what its run may be told again
 * @param announced what it announced, if it did
 */
record Carried(Admission.Allowed allowed, String who, Optional<Key> shared, Optional<Announced> announced, Instant now) {

    Carried(Admission.Allowed allowed, String who, Instant now) {
        this(allowed, who, Optional.empty(), Optional.empty(), now);
    }

    Carried with(Admission.Allowed other) {
        return new Carried(other, who, shared, announced, now);
    }

    Carried sharing(Optional<Key> key) {
        return new Carried(allowed, who, key, announced, now);
    }

    Carried having(Optional<Announced> made) {
        return new Carried(allowed, who, shared, made, now);
    }
}
