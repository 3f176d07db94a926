package watchword.server.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where the server listens. */
public sealed interface Listener {

    /**
     * A TCP address.
     *
     * @param tls none for plain HTTP
     */
    record Tcp(String host, int port, Optional<Tls> tls, ForwardedFor forwarded, int maxRequestBytes, Duration idleTimeout, Duration headerTimeout) implements Listener {}

    /** A socket file; {@code mode} in octal. */
    record Unix(Path path, Optional<String> mode, int maxRequestBytes) implements Listener {}

    /**
     * Certificate and key as PEM files, read again on reload.
     *
     * @param clientCa whose client certificates are accepted; none for any, unverified, which auth methods then judge
     */
    record Tls(Path certificate, Path key, String minVersion, Optional<Path> clientCa, boolean requireClient, boolean askClient) {}
}
