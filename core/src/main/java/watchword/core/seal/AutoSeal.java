package watchword.core.seal;

import java.util.Optional;
import watchword.sdk.Secret;

/** A key outside of the server that keeps the root key, so that the server unseals itself. Any thread. */
public interface AutoSeal {

    /** The word after {@code seal} in the configuration, such as {@code static}. */
    String type();

    /** The key that {@link #wrap} uses now. */
    String keyId();

    /** @param name is authenticated */
    byte[] wrap(String name, Secret rootKey);

    /** The root key, or nothing: whatever is wrong, no part of what came back may be told or logged. */
    Optional<Secret> unwrap(String keyId, String name, byte[] wrapped);
}
