package watchword.sdk;

import java.time.Duration;

/**
 * An engine whose replies carry leases. Both methods run outside any transaction and may be called again after a crash, so they must
 * succeed when their work is already done.
 */
public interface Revocable {

    /** Makes what was issued useless. Succeeds when it is gone already; throws when that is not certain. */
    void revoke(Reply.Revocation revocation, Storage mountStorage);

    /** Prolongs what was issued upstream, where the upstream has an end of its own. */
    default void renew(Reply.Revocation revocation, Duration newTtl, Storage mountStorage) {}
}
