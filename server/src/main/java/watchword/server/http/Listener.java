package watchword.server.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Where the server listens, and by which rules. */
public sealed interface Listener {

    Rules rules();

    /**
     * A TCP address.
     *
     * @param port 0 for any that is free
     * @param tls none for plain HTTP
     */
    record Tcp(String host, int port, Optional<Tls> tls, ProxyProtocol proxy, Rules rules) implements Listener {
        /** Without a proxy before it that says so. */
        public Tcp(String host, int port, Optional<Tls> tls, Rules rules) {
            this(host, port, tls, ProxyProtocol.NONE, rules);
        }
    }

    /** A socket file. @param mode in octal; @param user who owns it, @param group by name */
    record Unix(Path path, Optional<String> mode, Optional<String> user, Optional<String> group, Rules rules) implements Listener {}

    /**
     * What a listener takes from a client, and how long it waits.
     *
     * @param headerTimeout from a connection's first byte, TLS handshake included, to the end of a request's headers
     * @param readTimeout for a request's body
     * @param writeTimeout for an answer, and a second more for each 64 KiB of it
     * @param idleTimeout between requests
     * @param open paths that are told to anybody, without a token
     */
    record Rules(ForwardedFor forwarded, int maxRequestBytes, Duration headerTimeout, Duration readTimeout, Duration writeTimeout, Duration idleTimeout, Set<String> open) {
        /** With every path as closed as its route has it. */
        public Rules(ForwardedFor forwarded, int maxRequestBytes, Duration headerTimeout, Duration readTimeout, Duration writeTimeout, Duration idleTimeout) {
            this(forwarded, maxRequestBytes, headerTimeout, readTimeout, writeTimeout, idleTimeout, Set.of());
        }

        public static final Rules DEFAULTS =
                new Rules(ForwardedFor.NONE, 32 << 20, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMinutes(5));
    }

    /**
     * Certificate and key as PEM files, read again on reload.
     *
     * @param clientCa whose client certificates are accepted; none for any, unverified, which auth methods then judge
     */
    record Tls(Path certificate, Path key, String minVersion, Optional<Path> clientCa, boolean requireClient, boolean askClient) {}

    /** Its address or file, as people know it. */
    default String where() {
        return switch (this) {
            case Tcp tcp -> tcp.host() + ":" + tcp.port();
            case Unix unix -> unix.path().toString();
        };
    }

    /** Plain HTTP by the usual rules. */
    static Tcp plain(String host, int port) {
        return new Tcp(host, port, Optional.empty(), Rules.DEFAULTS);
    }
}
