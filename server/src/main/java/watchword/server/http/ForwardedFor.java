package watchword.server.http;

import java.net.InetSocketAddress;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import watchword.sdk.Cidrs;
import watchword.sdk.Peer;
import watchword.sdk.Problem;

/**
 * Who asks: the connection's other end, or, when that is a proxy named in the configuration, whom the proxy names. From anybody else
 * the header means nothing.
 *
 * @param authorized addresses or blocks of the proxies; none for no proxy
 * @param hopSkips how many of the last addresses in the header belong to further proxies
 * @param rejectNotPresent refuse a request from a proxy without the header
 */
public record ForwardedFor(List<String> authorized, int hopSkips, boolean rejectNotPresent, boolean rejectNotAuthorized) {
    public static final ForwardedFor NONE = new ForwardedFor(List.of(), 0, true, true);

    Peer peer(Request request, ProxyProtocol proxy) {
        var remote = proxy.client(request);
        var address = remote instanceof InetSocketAddress inet && inet.getAddress() != null ? withoutScope(inet.getAddress().getHostAddress()) : "";
        int port = remote instanceof InetSocketAddress inet ? inet.getPort() : 0;
        // The certificate of a connection is of whoever made it, which says nothing of whom it speaks for.
        return (authorized.isEmpty() ? Optional.<String>empty() : named(request, address)).map(client -> new Peer(client, port, List.of()))
                .orElseGet(() -> new Peer(address, port, certificates(request)));
    }

    /** A link-local address without the name of this machine's interface. */
    static String withoutScope(String address) {
        int percent = address.indexOf('%');
        return percent < 0 ? address : address.substring(0, percent);
    }

    /** Whom the other end speaks for; nobody but itself when empty. */
    private Optional<String> named(Request request, String address) {
        var hops = new ArrayList<String>();
        for (var line : request.getHeaders().getValuesList("X-Forwarded-For")) {
            for (var hop : line.split(",", -1)) hops.add(hop.trim());
        }
        if (hops.isEmpty()) {
            if (rejectNotPresent && Cidrs.allows(authorized, address)) throw new Problem.Invalid("missing x-forwarded-for header and configured to reject when not present").asException();
            return Optional.empty();
        }
        if (!Cidrs.allows(authorized, address)) {
            if (rejectNotAuthorized) throw new Problem.Invalid("client address not authorized for x-forwarded-for and configured to reject connection").asException();
            return Optional.empty();
        }
        int at = hops.size() - 1 - hopSkips;
        if (at < 0) throw new Problem.Invalid("malformed x-forwarded-for configuration or request, hops to skip (" + hopSkips + ") would skip before earliest chain link").asException();
        var named = hops.get(at);
        if (!isPlainAddress(named)) throw new Problem.Invalid("malformed x-forwarded-for header").asException();
        return Optional.of(named);
    }

    /** No names, no ports, and no short forms such as {@code 10.1}, which others read differently. */
    static boolean isPlainAddress(String text) {
        return Cidrs.isAddress(text) && (text.indexOf(':') >= 0 || text.chars().filter(c -> c == '.').count() == 3);
    }

    private static List<byte[]> certificates(Request request) {
        if (!(request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData tls) || tls.peerCertificates() == null) return List.of();
        var chain = new ArrayList<byte[]>();
        for (X509Certificate certificate : tls.peerCertificates()) {
            try {
                chain.add(certificate.getEncoded());
            } catch (CertificateEncodingException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        return chain;
    }
}
