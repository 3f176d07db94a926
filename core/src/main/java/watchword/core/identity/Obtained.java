package watchword.core.identity;

import java.time.Instant;
import watchword.sdk.Storage;

/** What entities got by their tokens. */
public interface Obtained {
    /** The entity is gone, and so are its tokens with all that they got. */
    void revoke(Storage.Writer store, String entityId, Instant now);

    /** The entity is disabled: its tokens can be used again when it is enabled, but what they got ends. */
    void endLeases(Storage.Writer store, String entityId, Instant now);
}
