package watchword.server.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Secret;

/** What blocks can say. The components are the settings: their names in the file, types, defaults, and sentences of the manual. */
final class Settings {
    private static final int LEAST_REQUEST = 1024;
    private static final int MOST_REQUEST = 1 << 30;

    private Settings() {}

    record TcpListener(
            @Doc("Where to listen: `host:port`, with an IPv6 address in brackets; without a port, 8200. `0.0.0.0` is every IPv4 address of the machine.") @Default("127.0.0.1:8200")
                    String address,
            @Doc("The largest request body, in bytes; larger ones are refused with 413.") @Default("33554432") long maxRequestSize,
            @Doc("From a connection's first byte, TLS handshake included, to the end of a request's headers.") @Default("10s") Duration httpReadHeaderTimeout,
            @Doc("For a request's body to arrive.") @Default("30s") Duration httpReadTimeout,
            @Doc("For an answer to leave, and a second more for each 64 KiB of it.") @Default("30s") Duration httpWriteTimeout,
            @Doc("How long a connection is kept between requests.") @Default("5m") Duration httpIdleTimeout) {
        TcpListener {
            requireRequestSize(maxRequestSize);
            requirePositive("http_read_header_timeout", httpReadHeaderTimeout);
            requirePositive("http_read_timeout", httpReadTimeout);
            requirePositive("http_write_timeout", httpWriteTimeout);
            requirePositive("http_idle_timeout", httpIdleTimeout);
        }
    }

    enum TlsVersion { TLS12, TLS13 }

    record Tls(
            @Doc("The server's certificate as PEM, with the chain below its root. Read again on SIGHUP, without dropping a connection.") String tlsCertFile,
            @Doc("Its key as PEM, without a password. Read again on SIGHUP.") String tlsKeyFile,
            @Doc("Speak plain HTTP. For a listener that only this machine, or a proxy that ends TLS, can reach.") @Default("false") boolean tlsDisable,
            @Doc("The oldest version spoken. Only suites with forward secrecy and authenticated encryption are, whatever the version.") @Default("tls12")
                    TlsVersion tlsMinVersion,
            @Doc("The authorities, as PEM, whose client certificates are accepted. Without it any is, and the auth method that it is shown to judges it.")
                    String tlsClientCaFile,
            @Doc("Refuse clients without a certificate of `tls_client_ca_file`.") @Default("false") boolean tlsRequireAndVerifyClientCert,
            @Doc("Do not ask clients for a certificate at all.") @Default("false") boolean tlsDisableClientCerts) {
        Tls {
            if (!tlsDisable) {
                if (tlsCertFile.isEmpty()) throw new RefusedException("tls_cert_file", "is required (or tls_disable = true)");
                if (tlsKeyFile.isEmpty()) throw new RefusedException("tls_key_file", "is required");
                if (tlsRequireAndVerifyClientCert && tlsClientCaFile.isEmpty()) throw new RefusedException("tls_require_and_verify_client_cert", "needs tls_client_ca_file: there is nothing to verify by");
                if (tlsRequireAndVerifyClientCert && tlsDisableClientCerts) throw new RefusedException("tls_disable_client_certs", "contradicts tls_require_and_verify_client_cert");
            }
        }
    }

    record Forwarded(
            @Doc("Addresses or CIDR blocks of proxies whose `X-Forwarded-For` is believed. Without any, the header means nothing.") List<String> xForwardedForAuthorizedAddrs,
            @Doc("How many of the last addresses in the header belong to further proxies.") @Default("0") long xForwardedForHopSkips,
            @Doc("Refuse a request of such a proxy that names nobody.") @Default("true") boolean xForwardedForRejectNotPresent,
            @Doc("Refuse a request with the header from anybody else, rather than pass over the header.") @Default("true") boolean xForwardedForRejectNotAuthorized) {
        Forwarded {
            if (xForwardedForHopSkips < 0 || xForwardedForHopSkips > 100) throw new RefusedException("x_forwarded_for_hop_skips", "must be from 0 to 100");
            for (var block : xForwardedForAuthorizedAddrs) {
                if (!Addresses.isBlock(block)) throw new RefusedException("x_forwarded_for_authorized_addrs", "must be addresses or CIDR blocks, such as 10.0.0.0/8");
            }
        }
    }

    record Proxied(
            @Doc("Whose PROXY header (version 1 or 2), with which a connection may begin, is believed: `use_always` for anybody's, `allow_authorized` for that of "
                    + "`proxy_protocol_authorized_addrs` while other clients keep the address they have, `deny_unauthorized` for the same while others cannot connect. "
                    + "Without it the header is not understood, and who sends it is refused.")
                    String proxyProtocolBehavior,
            @Doc("Addresses or CIDR blocks of the proxies that send it. Required unless the behavior is `use_always`.") List<String> proxyProtocolAuthorizedAddrs) {
        Proxied {
            switch (proxyProtocolBehavior) {
                case "", "use_always" -> {}
                case "allow_authorized", "deny_unauthorized" -> {
                    if (proxyProtocolAuthorizedAddrs.isEmpty()) throw new RefusedException("proxy_protocol_authorized_addrs", "is required with proxy_protocol_behavior = \"" + proxyProtocolBehavior + "\"");
                }
                default -> throw new RefusedException("proxy_protocol_behavior", "must be one of use_always, allow_authorized, deny_unauthorized");
            }
            for (var block : proxyProtocolAuthorizedAddrs) {
                if (!Addresses.isBlock(block)) throw new RefusedException("proxy_protocol_authorized_addrs", "must be addresses or CIDR blocks, such as 10.0.0.0/8");
            }
        }
    }

    record Telemetry(@Doc("Tell `sys/metrics` to anybody who asks on this listener, without a token.") @Default("false") boolean unauthenticatedMetricsAccess) {}

    record InFlight(
            @Doc("Tell `sys/in-flight-req` to anybody who asks on this listener, without a token.") @Default("false") boolean unauthenticatedInFlightRequestsAccess,
            @Doc("The same, by its older name.") @Default("false") boolean unauthenticatedInFlightRequestAccess) {}

    record Open(
            @Doc("Whether `sys/metrics` is told without a token; see below.") Telemetry telemetry,
            @Doc("Whether `sys/in-flight-req` is told without a token; see below.") InFlight inflightRequestsLogging) {
        Set<String> paths() {
            var paths = new HashSet<String>();
            if (telemetry.unauthenticatedMetricsAccess()) paths.add("sys/metrics");
            if (inflightRequestsLogging.unauthenticatedInFlightRequestsAccess() || inflightRequestsLogging.unauthenticatedInFlightRequestAccess()) paths.add("sys/in-flight-req");
            return Set.copyOf(paths);
        }
    }

    record UnixListener(
            @Doc("The socket's file. Required.") String address,
            @Doc("Its mode in octal.") @Default("600") String socketMode,
            @Doc("Its owner, by name.") String socketUser,
            @Doc("Its group, by name.") String socketGroup,
            @Doc("The largest request body, in bytes; larger ones are refused with 413.") @Default("33554432") long maxRequestSize) {
        UnixListener {
            if (address.isEmpty()) throw new RefusedException("address", "is required");
            if (!socketMode.matches("0?[0-7]{3}")) throw new RefusedException("socket_mode", "must be octal, such as 660");
            requireRequestSize(maxRequestSize);
        }
    }

    record UserLockout(
            @Doc("Failed logins after which somebody is locked out. Without it, what `all` says, else 5.") Optional<Long> lockoutThreshold,
            @Doc("How long somebody is locked out. Without it, what `all` says, else 15m.") Optional<Duration> lockoutDuration,
            @Doc("How long after a failed login it is forgotten. Without it, what `all` says, else 15m.") Optional<Duration> lockoutCounterReset,
            @Doc("Lock nobody out.") boolean disableLockout) {
        UserLockout {
            if (lockoutThreshold.filter(tries -> tries < 1).isPresent()) throw new RefusedException("lockout_threshold", "must be more than nothing");
            if (lockoutDuration.filter(time -> !time.isPositive()).isPresent()) throw new RefusedException("lockout_duration", "must be more than nothing");
            if (lockoutCounterReset.filter(time -> !time.isPositive()).isPresent()) throw new RefusedException("lockout_counter_reset", "must be more than nothing");
        }
    }

    record Sqlite(@Doc("The database's file. Required.") String path) {
        Sqlite {
            if (path.isEmpty()) throw new RefusedException("path", "is required");
        }
    }

    record Postgresql(
            @Doc("`postgres://user:password@host/database?...`. Required.") Secret connectionUrl,
            @Doc("The table that holds everything; made if it is not there.") @Default("watchword_entries") String table) {
        Postgresql {
            if (connectionUrl.size() == 0) throw new RefusedException("connection_url", "is required");
            if (!table.matches("[A-Za-z_][A-Za-z0-9_]{0,62}")) throw new RefusedException("table", "must be a plain name: letters, digits and _");
        }
    }

    record Static(
            @Doc("The key's name; give every key another.") @Default("default") String currentKeyId,
            @Doc("The key: 32 bytes as hex or base64, `file:///...` for a file with them, or `env://NAME`. Required.") Secret currentKey,
            @Doc("The name of the key before it.") @Default("default") String previousKeyId,
            @Doc("The key before it, while what it wrapped is wrapped again.") Secret previousKey,
            @Doc("Only open what it once wrapped, for the move to shares.") @Default("false") boolean disabled) {
        Static {
            if (currentKey.size() == 0) throw new RefusedException("current_key", "is required");
            if (previousKey.size() > 0 && previousKeyId.equals(currentKeyId)) throw new RefusedException("previous_key_id", "must differ from current_key_id");
        }
    }

    record Audit(
            @Doc("A sentence on what it is for.") String description,
            @Doc("What the device's type takes. They may also stand in the block itself.") Map<String, String> options) {}

    private static void requireRequestSize(long bytes) {
        if (bytes < LEAST_REQUEST || bytes > MOST_REQUEST) throw new RefusedException("max_request_size", "must be from " + LEAST_REQUEST + " to " + MOST_REQUEST + " bytes");
    }

    private static void requirePositive(String setting, Duration duration) {
        if (duration.isNegative() || duration.isZero()) throw new RefusedException(setting, "must be more than nothing: without a limit, connections can be used up");
    }
}
