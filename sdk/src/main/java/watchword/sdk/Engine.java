package watchword.sdk;

import java.util.List;
import java.util.Map;

/**
 * A secrets engine or an auth method: what an operator mounts at a path.
 *
 * <p>{@link #routes()} is the only declaration of an engine's API. Routing, request decoding, help text, OpenAPI, the reference manual
 * and the contract tests are all read from it, so none of them can disagree with it. It is called once, at mount time.
 */
public interface Engine {

    /** The word after {@code enable}: {@code kv}, {@code transit}, {@code approle}. Lower case, stable for ever. */
    String type();

    /** One sentence for a person who has never seen this engine. */
    String help();

    /** Every path this engine answers. Two routes that overlap are a mount error, unless one is plainly the more specific. */
    List<Route<?, ?>> routes();

    /** What precedes the message about a field of the wrong type; clients of the older engines expect nothing there. */
    default String fieldErrorPrefix() {
        return "Field validation failed: ";
    }

    /**
     * What may be told of the thing at a path to those who judge whether it may be touched: what its owners noted of it, such as a
     * classification. Never what it holds.
     *
     * @param path below the mount
     */
    default Map<String, String> about(Storage.Reader store, String path) {
        return Map.of();
    }

    /** Runs in the transaction that changes the mount's options; refuses options this engine does not take. */
    default void optionsChanged(Storage.Writer store, Map<String, String> before, Map<String, String> after) {}

    /** Lets go of what it holds besides its rows, such as connections: its mount is gone, or the server is being sealed. */
    default void close() {}
}
