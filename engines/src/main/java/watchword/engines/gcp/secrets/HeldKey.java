package watchword.engines.gcp.secrets;

import java.time.Instant;

/**
 * The key of a service account that a mount signs with.
 *
 * @param since when it came into force
 * @param previous the one before, which may be there still; empty for none
 */
record HeldKey(ServiceKey key, Instant since, String previous) {
    HeldKey replacedBy(ServiceKey next, Instant now) {
        return new HeldKey(next, now, key.id());
    }

    HeldKey withoutPrevious() {
        return new HeldKey(key, since, "");
    }
}
