package watchword.engines.aws.secrets;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Secret;

/**
 * The access key of a user that a mount holds, and what becomes of it.
 *
 * @param since when it came into force
 * @param previous the one before, which may be there still; empty for none
 * @param begun that another is being made
 */
record HeldKey(String accessKey, Secret secretKey, Instant since, String previous, Optional<Begun> begun) {
    static final HeldKey NONE = new HeldKey("", Secret.copyOf(""), Instant.EPOCH, "", Optional.empty());

    /**
     * That a key is being made, recorded before it is: AWS tells its secret once, so one that is found later and was not there before is
     * of no use to anybody.
     *
     * @param known keys that were there before
     */
    record Begun(List<String> known, Instant at) {}

    boolean isNone() {
        return accessKey.isEmpty() || secretKey.size() == 0;
    }

    HeldKey beginning(List<String> known, Instant now) {
        return new HeldKey(accessKey, secretKey, since, previous, Optional.of(new Begun(known, now)));
    }

    HeldKey replacedBy(String newKey, Secret newSecret, Instant now) {
        return new HeldKey(newKey, newSecret, now, accessKey, Optional.empty());
    }

    HeldKey withoutPrevious() {
        return new HeldKey(accessKey, secretKey, since, "", begun);
    }
}
