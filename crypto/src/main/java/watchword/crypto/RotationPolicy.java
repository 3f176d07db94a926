package watchword.crypto;

import java.time.Duration;

/**
 * When the barrier gets a new key by itself.
 *
 * @param maxOperations encryptions under one key, 1,000,000 to {@value #MOST_OPERATIONS}
 * @param interval age of a key, at least a day; zero for no limit
 * @param enabled false stops both, but not the limit of {@value #MOST_OPERATIONS}, past which a nonce may repeat
 */
public record RotationPolicy(long maxOperations, Duration interval, boolean enabled) {
    /** Nine tenths of 2^32, the bound of NIST SP 800-38D, 8.3, for random nonces. */
    public static final long MOST_OPERATIONS = 3_865_470_566L;

    public static final long LEAST_OPERATIONS = 1_000_000;
    public static final Duration LEAST_INTERVAL = Duration.ofDays(1);
    public static final RotationPolicy DEFAULT = new RotationPolicy(MOST_OPERATIONS, Duration.ZERO, true);

    public RotationPolicy {
        if (maxOperations < LEAST_OPERATIONS || maxOperations > MOST_OPERATIONS) throw new IllegalArgumentException("max_operations");
        if (!interval.isZero() && interval.compareTo(LEAST_INTERVAL) < 0) throw new IllegalArgumentException("interval");
    }

    /** The number of encryptions at which this policy asks for a new key. */
    public long operationLimit() {
        return enabled ? maxOperations : MOST_OPERATIONS;
    }
}
