package watchword.sdk;

import java.io.InputStream;
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
 * @param upload a body of any length that is no JSON, for the few routes that take one; to be read once, while the route runs
 * @param authorization for a route that needs no token and gives none, as it may be a proof of its own; for others it is the caller's token, and not told
 */
public record Ask(
        Caller caller, Mount mount, String path, Map<String, Object> body, Peer peer, Optional<Duration> wrapTtl, Instant now,
        Optional<InputStream> upload, Optional<Authorization> authorization) {

    public String remoteAddress() {
        return peer.address();
    }

    /** Of a request whose body is an object. */
    public Ask(Caller caller, Mount mount, String path, Map<String, Object> body, Peer peer, Optional<Duration> wrapTtl, Instant now) {
        this(caller, mount, path, body, peer, wrapTtl, now, Optional.empty(), Optional.empty());
    }

    /**
     * The mount that is asked.
     *
     * @param path with its trailing slash, and {@code auth/} before it for an auth method
     * @param defaultTtl lifetime of what it issues, after the mount's own and the server's settings
     */
    public record Mount(
            String path, String accessor, String type, String uuid, Map<String, String> options, Duration defaultTtl, Duration maxTtl) {

        /** The same mount, whose credentials live no longer than this. */
        public Mount within(Duration longest) {
            return new Mount(path, accessor, type, uuid, options, shorter(defaultTtl, longest), shorter(maxTtl, longest));
        }

        /** How long what an engine issues lives at first, as its lease does: within the mount's bounds, which stand for what is zero. */
        public Duration lifetime(Duration ttl, Duration longest) {
            return shorter(ttl.isPositive() ? ttl : defaultTtl, lifetime(longest));
        }

        /** The same at most, renewals included. */
        public Duration lifetime(Duration longest) {
            return longest.isPositive() ? shorter(longest, maxTtl) : maxTtl;
        }

        private static Duration shorter(Duration a, Duration b) {
            return a.compareTo(b) <= 0 ? a : b;
        }
    }
}
