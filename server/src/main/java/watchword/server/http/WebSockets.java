package watchword.server.http;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.eclipse.jetty.websocket.api.exceptions.WebSocketException;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import watchword.sdk.Stream;
import watchword.sdk.Stream.Next;

/**
 * Sends a {@link Stream} over a WebSocket (RFC 6455), on a virtual thread of its own. What a client says there means nothing, and is
 * bounded; a client that answers no ping, or takes nothing, is let go.
 */
final class WebSockets {
    private static final System.Logger LOG = System.getLogger(WebSockets.class.getName());
    private static final int MOST_FROM_CLIENT = 4096;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration PING = Duration.ofSeconds(20);
    private static final Duration SILENT = Duration.ofSeconds(60);
    private static final Duration LONGEST_SEND = Duration.ofSeconds(30);

    private final ServerWebSocketContainer container;

    WebSockets(Server jetty) {
        this.container = ServerWebSocketContainer.ensure(jetty);
        container.setMaxTextMessageSize(MOST_FROM_CLIENT);
        container.setMaxBinaryMessageSize(MOST_FROM_CLIENT);
        container.setMaxFrameSize(MOST_FROM_CLIENT);
        container.setIdleTimeout(SILENT);
    }

    /** Whether the client was answered: it had asked for a WebSocket. If not, the stream is closed. */
    boolean begin(Request in, Response out, org.eclipse.jetty.util.Callback done, Stream stream) {
        boolean begun = false;
        try {
            begun = container.upgrade((_, _, _) -> new Endpoint(stream), in, out, done);
            return begun;
        } catch (WebSocketException refused) {
            LOG.log(Level.DEBUG, "an upgrade was refused", refused);
            return false;
        } finally {
            if (!begun) stream.close();
        }
    }

    /** One client. Public, because Jetty calls it by its methods. */
    public static final class Endpoint extends Session.Listener.AbstractAutoDemanding {
        private final Stream stream;

        Endpoint(Stream stream) {
            this.stream = stream;
        }

        @Override
        public void onWebSocketOpen(Session session) {
            super.onWebSocketOpen(session);
            Thread.ofVirtual().name("stream").start(() -> send(session));
        }

        @Override
        public void onWebSocketClose(int statusCode, String reason) {
            stream.close();
        }

        @Override
        public void onWebSocketError(Throwable cause) {
            stream.close();
        }

        private void send(Session session) {
            long pinged = System.nanoTime();
            try (stream) {
                while (session.isOpen()) {
                    switch (stream.next(LOOK)) {
                        case Next.Message message -> send(session, message.text());
                        case Next.Silence _ -> {}
                        case Next.End end -> {
                            session.close(StatusCode.NORMAL, end.why(), Callback.NOOP);
                            return;
                        }
                    }
                    if (System.nanoTime() - pinged > PING.toNanos()) {
                        session.sendPing(ByteBuffer.allocate(0), Callback.NOOP);
                        pinged = System.nanoTime();
                    }
                }
            } catch (InterruptedException | ExecutionException | TimeoutException | RuntimeException gone) {
                LOG.log(Level.DEBUG, "a client is gone", gone);
                session.disconnect();
            }
        }

        private static void send(Session session, String text) throws InterruptedException, ExecutionException, TimeoutException {
            var sent = new Callback.Completable();
            session.sendText(text, sent);
            sent.get(LONGEST_SEND.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
