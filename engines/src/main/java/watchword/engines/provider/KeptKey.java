package watchword.engines.provider;

import java.time.Duration;
import watchword.sdk.RotationTerms;

/**
 * How keys of one name come to be.
 *
 * @param mode {@link #STATIC} or {@link #DYNAMIC}
 * @param overlap how long the key before the current one works
 * @param ttl what readers are told; of a dynamic key, how long its lease is
 * @param mark how the names of all keys begin that are made for this one, and of no others
 * @param ending its keys are being ended, and then it is forgotten
 */
record KeptKey(String config, String mode, RotationTerms terms, Duration overlap, Duration ttl, Duration maxTtl, String mark, boolean ending) {
    static final String STATIC = "static";
    static final String DYNAMIC = "dynamic";

    boolean isDynamic() {
        return mode.equals(DYNAMIC);
    }

    KeptKey asEnding() {
        return new KeptKey(config, mode, terms, overlap, ttl, maxTtl, mark, true);
    }
}
