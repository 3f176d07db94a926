package watchword.server.http;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.websocket.core.WebSocketConnection;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections on which something takes too long. An idle timeout alone does not: one byte now and then satisfies it for ever.
 *
 * <p>Three things have a deadline. A new connection must have sent a request's headers, after its handshake; a kept connection that began
 * to send a request must have finished its headers; and whatever {@link #watch} was told, a body that arrives or an answer that leaves.
 * Looked after by {@link #sweep}, once a second or so; a request costs a look-up and no timer. Any thread.
 */
final class Deadlines implements Connection.Listener {
    private final LongSupplier nanos;
    private final long headerNanos;
    private final Map<Connection, Kept> connections = new ConcurrentHashMap<>();
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

    /** A connection between its requests. */
    private static final class Kept {
        private final AtomicInteger running = new AtomicInteger();
        private volatile boolean served;
        private volatile boolean multiplexed;
        /** How much had come when the last request ended; more than that is a next one's beginning. */
        private volatile long bytesThen;
        /** Since when it sends headers. */
        private volatile long since;
        private volatile boolean sending = true;

        private Kept(long now) {
            this.since = now;
        }
    }

    Deadlines(LongSupplier nanos, Duration headerTimeout) {
        this.nanos = nanos;
        this.headerNanos = headerTimeout.toNanos();
    }

    @Override
    public void onOpened(Connection connection) {
        // A WebSocket has no headers to send; it looks after itself.
        if (!(connection instanceof WebSocketConnection)) connections.put(connection, new Kept(nanos.getAsLong()));
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    /** A request's headers are complete. */
    void begun(Request request) {
        var connection = request.getConnectionMetaData().getConnection();
        var kept = connections.get(connection);
        if (kept == null) return;
        kept.running.incrementAndGet();
        if (kept.served) return;
        kept.served = true;
        kept.multiplexed = request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
        if (connection.getEndPoint() instanceof SslConnection.SslEndPoint inner) connections.remove(inner.getSslConnection());
    }

    /** Its answer has left, or failed to. */
    void ended(Request request) {
        var connection = request.getConnectionMetaData().getConnection();
        var kept = connections.get(connection);
        if (kept == null) return;
        kept.bytesThen = connection.getBytesIn();
        kept.sending = false;
        kept.running.decrementAndGet();
    }

    /** Something that has to be over in time from when it is started until it is closed. */
    final class Watch implements AutoCloseable {
        private final EndPoint endPoint;
        private final long allowed;
        private volatile long until;
        private boolean started;

        private Watch(EndPoint endPoint, long allowed) {
            this.endPoint = endPoint;
            this.allowed = allowed;
        }

        void start() {
            if (started) return;
            started = true;
            until = nanos.getAsLong() + allowed;
            watches.add(this);
        }

        @Override
        public void close() {
            if (started) watches.remove(this);
        }
    }

    Watch watch(Request request, Duration allowed) {
        return new Watch(request.getConnectionMetaData().getConnection().getEndPoint(), allowed.toNanos());
    }

    /** Closes what is late. */
    void sweep() {
        long now = nanos.getAsLong();
        connections.forEach((connection, kept) -> {
            if (late(connection, kept, now)) close(connection.getEndPoint());
        });
        for (var watch : watches) {
            if (now - watch.until > 0) close(watch.endPoint);
        }
    }

    private boolean late(Connection connection, Kept kept, long now) {
        if (kept.running.get() > 0 || (kept.served && kept.multiplexed)) return false;
        if (!kept.sending) {
            if (connection.getBytesIn() == kept.bytesThen) return false;
            kept.since = now;
            kept.sending = true;
        }
        return now - kept.since > headerNanos;
    }

    private static void close(@Nullable EndPoint endPoint) {
        if (endPoint != null) endPoint.close();
    }

    int watched() {
        return watches.size();
    }
}
