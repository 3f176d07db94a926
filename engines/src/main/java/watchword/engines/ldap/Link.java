package watchword.engines.ldap;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.SocketFactory;
import watchword.sdk.Outbound;
import watchword.sdk.Outbound.Trust;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/**
 * How a directory is reached.
 *
 * @param url addresses that are tried in this order, with commas between them
 * @param starttls a plain connection is turned into TLS before anything is sent
 * @param tlsMin {@code tls12} or {@code tls13}
 */
public record Link(String url, boolean starttls, String tlsMin, String tlsMax, Trust trust, Duration connectionTimeout, Duration requestTimeout) {
    private static final int LDAP_PORT = 389;
    private static final int LDAPS_PORT = 636;
    private static final int MAX_URLS = 16;

    /** @throws Problem.ProblemException when none of the addresses answers */
    public LDAPConnection open(Outbound outbound) {
        Problem.ProblemException last = new Problem.Upstream("no directory is configured").asException();
        for (var each : url.split(",", -1)) {
            var address = URI.create(each.strip());
            try {
                return connect(address, outbound);
            } catch (LDAPException failed) {
                last = unreachable(address, failed);
            } catch (Problem.ProblemException refused) {
                last = refused;
            }
        }
        throw last;
    }

    private static Problem.ProblemException unreachable(URI url, LDAPException failed) {
        var cause = failed.getCause() instanceof Problem.ProblemException refused ? String.join("; ", refused.problem().messages()) : failed.getResultCode().getName();
        return new Problem.Upstream("the directory " + url.getHost() + " cannot be reached: " + cause).asException();
    }

    private LDAPConnection connect(URI address, Outbound outbound) throws LDAPException {
        boolean tls = address.getScheme().toLowerCase(Locale.ROOT).equals("ldaps");
        int port = address.getPort() >= 0 ? address.getPort() : tls ? LDAPS_PORT : LDAP_PORT;
        var options = new LDAPConnectionOptions();
        options.setConnectTimeoutMillis(Math.toIntExact(connectionTimeout.toMillis()));
        options.setResponseTimeoutMillis(requestTimeout.toMillis());
        options.setFollowReferrals(false);
        options.setMaxMessageSize(4 << 20);
        options.setUseSynchronousMode(true);
        var host = address.getHost().replaceAll("[\\[\\]]", "");
        var connection = new LDAPConnection(new Judged(outbound, host, tls), options);
        try {
            connection.connect(host, port);
            if (starttls && !tls) {
                var answer = connection.processExtendedOperation(new StartTLSExtendedRequest(new CheckedTls(this, outbound, host)));
                if (!answer.getResultCode().equals(ResultCode.SUCCESS)) throw new LDAPException(ResultCode.CONNECT_ERROR, "no TLS");
            }
            return connection;
        } catch (LDAPException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    /** Sockets to one host, if they may go there, with TLS from the first byte or without. */
    private final class Judged extends SocketFactory {
        private final Outbound outbound;
        private final String name;
        private final boolean tls;

        Judged(Outbound outbound, String name, boolean tls) {
            this.outbound = outbound;
            this.name = name;
            this.tls = tls;
        }

        private Socket open(int port) throws IOException {
            try {
                var plain = outbound.connect(name, port, connectionTimeout);
                return tls ? new CheckedTls(Link.this, outbound, name).createSocket(plain, name, port, true) : plain;
            } catch (Problem.ProblemException refused) {
                throw new IOException(refused.getMessage(), refused);
            }
        }

        // What the library resolved is passed over: the name is resolved where it is judged.

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return open(port);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return open(port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return open(port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return open(port);
        }
    }

    // ---- what operators write ----

    /** @throws Problem.ProblemException when one is no address of a directory */
    public static String urls(String given) {
        var each = given.split(",", -1);
        if (each.length > MAX_URLS) throw new Problem.Invalid("url: more than " + MAX_URLS + " addresses").asException();
        for (var one : each) requireUrl(one.strip());
        return given;
    }

    private static void requireUrl(String text) {
        try {
            var url = URI.create(text);
            var scheme = url.getScheme();
            boolean whole = scheme != null && (scheme.equalsIgnoreCase("ldap") || scheme.equalsIgnoreCase("ldaps")) && url.getHost() != null && url.getRawUserInfo() == null
                    && (url.getRawPath() == null || url.getRawPath().isEmpty() || url.getRawPath().equals("/"));
            if (whole) return;
        } catch (IllegalArgumentException noUrl) {
            // said below
        }
        throw new Problem.Invalid("url: addresses are ldap://host:port or ldaps://host:port").asException();
    }

    public static String tlsVersion(String field, String given) {
        if (!given.equals("tls12") && !given.equals("tls13")) throw new Problem.Invalid("invalid '" + field + "': one of tls12, tls13").asException();
        return given;
    }

    public static Duration timeout(String field, Duration given) {
        if (!given.isPositive() || given.compareTo(Duration.ofMinutes(5)) > 0) throw new Problem.Invalid("'" + field + "' must be more than nothing and at most 5m").asException();
        return given;
    }

    /** @throws Problem.ProblemException when no version is left */
    public static void requireOrder(String tlsMin, String tlsMax) {
        if (tlsMax.compareTo(tlsMin) < 0) throw new Problem.Invalid("'tls_max_version' must be greater than or equal to 'tls_min_version'").asException();
    }

    String[] protocols() {
        var all = new ArrayList<String>();
        if (tlsMin.equals("tls12")) all.add("TLSv1.2");
        if (tlsMax.equals("tls13")) all.add("TLSv1.3");
        return all.toArray(String[]::new);
    }

    /** @param certificate authorities as PEM; the system's when blank */
    public static Trust trust(String certificate, String clientCertificate, Secret clientKey) {
        var client = clientCertificate.isEmpty() ? Optional.<Trust.Client>empty() : Optional.of(new Trust.Client(clientCertificate, clientKey));
        return new Trust(certificate.isBlank() ? List.of() : List.of(certificate), client);
    }
}
