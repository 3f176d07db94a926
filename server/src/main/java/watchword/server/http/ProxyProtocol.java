package watchword.server.http;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.ProxyConnectionFactory;
import org.eclipse.jetty.server.Request;
import watchword.sdk.Cidrs;

/**
 * Whose word counts when a connection begins with a PROXY header, version 1 or 2, before TLS. Without that setting no such header is
 * understood, and who sends one is answered as anybody who does not speak HTTP.
 *
 * @param authorized addresses or blocks of the proxies
 */
public record ProxyProtocol(Behavior behavior, List<String> authorized) {
    public static final ProxyProtocol NONE = new ProxyProtocol(Behavior.OFF, List.of());

    /** By the names of the setting's values. */
    public enum Behavior {
        OFF,
        /** Anybody's word counts. */
        USE_ALWAYS,
        /** Of who is not a named proxy, the header is passed over. */
        ALLOW_AUTHORIZED,
        /** Who is not a named proxy cannot connect. */
        DENY_UNAUTHORIZED
    }

    boolean isOn() {
        return behavior != Behavior.OFF;
    }

    /** Reads the header, if there is one, and hands over to {@code next}. */
    ConnectionFactory factory(String next) {
        return new Reader(new Addressed(new ProxyConnectionFactory(next)));
    }

    private final class Reader extends DetectorConnectionFactory {
        private Reader(Addressed header) {
            super(header);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            boolean refused = behavior == Behavior.DENY_UNAUTHORIZED && !isAuthorized(endPoint.getRemoteSocketAddress());
            return refused ? new Refusal(endPoint, connector.getExecutor()) : super.newConnection(connector, endPoint);
        }
    }

    /** Knows a header of version 1 only when it names addresses: a name would be looked up. */
    private static final class Addressed extends AbstractConnectionFactory implements ConnectionFactory.Detecting {
        private static final byte[] START = "PROXY ".getBytes(StandardCharsets.US_ASCII);
        /** With its end, by its specification. */
        private static final int LONGEST = 107;

        private final ProxyConnectionFactory reader;

        private Addressed(ProxyConnectionFactory reader) {
            super("proxy");
            this.reader = reader;
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            return reader.newConnection(connector, endPoint);
        }

        @Override
        public Detection detect(ByteBuffer buffer) {
            int has = Math.min(buffer.remaining(), LONGEST);
            var line = new StringBuilder(has);
            for (int i = 0; i < has; i++) {
                byte b = buffer.get(buffer.position() + i);
                if (i < START.length && b != START[i]) return reader.detect(buffer);
                line.append((char) b);
                if (b == '\n') return namesAddresses(line.toString()) ? Detection.RECOGNIZED : Detection.NOT_RECOGNIZED;
            }
            return has == LONGEST ? Detection.NOT_RECOGNIZED : Detection.NEED_MORE_BYTES;
        }

        private static boolean namesAddresses(String line) {
            var words = line.strip().split(" ", -1);
            return (words.length > 1 && words[1].equals("UNKNOWN")) || (words.length == 6 && ForwardedFor.isPlainAddress(words[2]) && ForwardedFor.isPlainAddress(words[3]));
        }
    }

    /** Hangs up. */
    private static final class Refusal extends AbstractConnection {
        private Refusal(EndPoint endPoint, Executor executor) {
            super(endPoint, executor);
        }

        @Override
        public void onOpen() {
            super.onOpen();
            close();
        }

        @Override
        public void onFillable() {
            close();
        }
    }

    private boolean isAuthorized(SocketAddress from) {
        return !authorized.isEmpty() && from instanceof InetSocketAddress inet && inet.getAddress() != null && Cidrs.allows(authorized, ForwardedFor.withoutScope(inet.getAddress().getHostAddress()));
    }

    /** The other end of a request's connection, as far as who names it may. */
    SocketAddress client(Request request) {
        var told = request.getConnectionMetaData().getRemoteSocketAddress();
        if (behavior != Behavior.ALLOW_AUTHORIZED) return told;
        for (var at = request.getConnectionMetaData().getConnection().getEndPoint(); ; ) {
            switch (at) {
                case ProxyConnectionFactory.ProxyEndPoint proxied -> {
                    var real = proxied.unwrap().getRemoteSocketAddress();
                    return isAuthorized(real) ? told : real;
                }
                case SslConnection.SslEndPoint tls -> at = tls.getSslConnection().getEndPoint();
                case null, default -> {
                    return told;
                }
            }
        }
    }
}
