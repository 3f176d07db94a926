package watchword.sdk;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Everything about a request but its input.
 *
 * @param path the path below the mount, as sent
 * @param body the request's JSON object as sent (for reads: its query parameters), for the few routes that take any field
 * @param wrapTtl how long the caller wants the answer wrapped, if it does
 */
public record Ask(
        Caller caller, Mount mount, String path, Map<String, Object> body, String remoteAddress, Optional<Duration> wrapTtl, Instant now) {

    /**
     * The mount that is asked.
     *
     * @param path with its trailing slash, and {@code auth/} before it for an auth method
     * @param defaultTtl lifetime of what it issues, after the mount's own and the server's settings
     */
    public record Mount(
            String path, String accessor, String type, String uuid, Map<String, String> options, Duration defaultTtl, Duration maxTtl) {}
}
