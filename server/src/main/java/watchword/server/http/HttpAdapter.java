package watchword.server.http;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.Callback;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.request.RequestHead;
import watchword.core.request.Response;
import watchword.core.request.Service;
import watchword.sdk.Problem;
import watchword.sdk.Reply;

/**
 * Turns HTTP into {@link Request} and {@link Response} into HTTP. Blocks the virtual thread it is called on until the answer is made, not
 * until it has left.
 */
final class HttpAdapter extends Handler.Abstract {
    private static final System.Logger LOG = System.getLogger(HttpAdapter.class.getName());
    private static final int MAX_HEADERS = 100;
    private static final Map<String, String> CLOSE = Map.of("Connection", "close");
    private static final int BYTES_PER_MORE_SECOND = 64 << 10;
    private static final HttpField JSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, Response.JSON);
    private static final HttpField NO_STORE = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
    private static final HttpField NOSNIFF = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
    private static final HttpField STRICT_TRANSPORT = new PreEncodedHttpField("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    private static final byte[] NO_BYTES = new byte[0];
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Service server;
    private final BodyReader bodies;
    private final Map<Connector, Port> ports;
    private final WebSockets sockets;

    HttpAdapter(Service server, BodyReader bodies, Map<Connector, Port> ports, WebSockets sockets) {
        this.server = server;
        this.bodies = bodies;
        this.ports = Map.copyOf(ports);
        this.sockets = sockets;
    }

    @Override
    public boolean handle(org.eclipse.jetty.server.Request in, org.eclipse.jetty.server.Response out, Callback done) {
        var port = ports.get(in.getConnectionMetaData().getConnector());
        if (port == null) throw new IllegalStateException("a request from no listener");
        port.deadlines().begun(in);
        var end = Callback.from(() -> port.deadlines().ended(in), done);
        try {
            var answer = answer(in, port);
            if (answer.stream().isPresent() && sockets.begin(in, out, end, answer.stream().get())) return true;
            write(answer.stream().isPresent() ? JsonErrors.response(426) : answer, port, in, out, end);
        } catch (IOException unreadable) {
            write(JsonErrors.response(400).with(CLOSE), port, in, out, end); // a body that is malformed, or broke off
        }
        return true;
    }

    /** What a proxy before us may have understood in another way: it is refused, and nothing more is read from the connection. */
    private static boolean isDoubtful(org.eclipse.jetty.server.Request in) {
        if (in.getHttpURI().getFragment() != null) return true;
        var coding = in.getHeaders().get(HttpHeader.TRANSFER_ENCODING);
        return coding != null && !(coding.equalsIgnoreCase("chunked") && in.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1);
    }

    private Response answer(org.eclipse.jetty.server.Request in, Port port) throws IOException {
        if (isDoubtful(in)) return JsonErrors.response(400).with(CLOSE);
        if (in.getHeaders().size() > MAX_HEADERS) return JsonErrors.response(431);
        var origin = in.getHeaders().get(HttpHeader.ORIGIN);
        if (origin == null) return served(in, port);
        var leave = server.cross(in.getMethod(), origin, Optional.ofNullable(in.getHeaders().get(HttpHeader.ACCESS_CONTROL_REQUEST_METHOD)).orElse(""));
        if (leave.refusal().isPresent()) return leave.refusal().get();
        // A browser lets any page open a WebSocket and read from it, so here the origin is ours to judge.
        if (leave.headers().isEmpty() && in.getHeaders().contains(HttpHeader.UPGRADE)) return JsonErrors.response(403);
        return served(in, port).with(leave.headers());
    }

    private Response served(org.eclipse.jetty.server.Request in, Port port) throws IOException {
        try {
            var head = RequestReader.head(in, port.rules().forwarded().peer(in, port.proxy()));
            var shown = new RequestHead(head.operation(), head.path(), head.peer(), head.namespace());
            var entry = server.enter(shown);
            if (entry.refusal().isPresent()) return entry.refusal().get();
            if (shown.uploads()) return server.serve(RequestReader.request(head, in.getHeaders(), NO_BYTES).uploading(Content.Source.asInputStream(in))).with(entry.headers());
            try (var body = head.takesBody() ? bodies.read(in, head.peer().address(), port.rules(), port.deadlines()) : BodyReader.Body.NONE) {
                var request = RequestReader.request(head, in.getHeaders(), body.bytes());
                boolean open = !port.rules().open().isEmpty() && port.rules().open().contains(request.path().text());
                return (open ? server.serveOpen(request) : server.serve(request)).with(entry.headers());
            }
        } catch (Problem.ProblemException expected) {
            return Answer.of(expected.problem()).toResponse("");
        } catch (RuntimeException | StackOverflowError bug) {
            // Message and path may hold what others wrote, or a secret: the log gets the place only.
            var incident = UUID.randomUUID();
            LOG.log(Level.ERROR, "incident " + incident + ": " + bug.getClass().getName() + " at " + List.of(bug.getStackTrace()).stream().limit(12).toList());
            return Answer.of(new Problem.Internal("internal error; incident " + incident)).toResponse("");
        }
    }

    private static void write(Response answer, Port port, org.eclipse.jetty.server.Request in, org.eclipse.jetty.server.Response out, Callback done) {
        out.setStatus(answer.status());
        var headers = out.getHeaders();
        if (answer.contentType().equals(Response.JSON)) headers.put(JSON);
        else if (!answer.contentType().isEmpty()) headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
        headers.put(NO_STORE);
        headers.put(NOSNIFF);
        if (in.isSecure()) headers.put(STRICT_TRANSPORT);
        answer.headers().forEach(headers::put);
        if (answer.download().isPresent()) {
            send(answer.download().get(), port, in, out, done);
            return;
        }
        if (answer.status() != 204) headers.put(HttpHeader.CONTENT_LENGTH, answer.body().length);
        boolean bodiless = in.getMethod().equals("HEAD") || answer.status() == 204;
        send(bodiless ? NOTHING.slice() : ByteBuffer.wrap(answer.body()), port, in, out, done);
    }

    private static void send(Reply.Download download, Port port, org.eclipse.jetty.server.Request in, org.eclipse.jetty.server.Response out, Callback done) {
        out.getHeaders().put(HttpHeader.CONTENT_LENGTH, download.length());
        try (download; var watch = port.deadlines().watch(in, writeTimeout(port, download.length()))) {
            watch.start();
            if (in.getMethod().equals("HEAD")) {
                out.write(true, NOTHING.slice(), done);
                return;
            }
            try (var sink = Content.Sink.asOutputStream(out); var bytes = download.bytes()) {
                bytes.transferTo(sink);
            }
            done.succeeded();
        } catch (IOException gone) {
            done.failed(gone);
        }
    }

    private static Duration writeTimeout(Port port, long length) {
        return port.rules().writeTimeout().plus(Duration.ofSeconds(length / BYTES_PER_MORE_SECOND));
    }

    /** Most answers fit into the socket's buffer and are gone at once. One that does not has until its deadline. */
    private static void send(ByteBuffer body, Port port, org.eclipse.jetty.server.Request in, org.eclipse.jetty.server.Response out, Callback done) {
        var watch = port.deadlines().watch(in, writeTimeout(port, body.remaining()));
        var left = new AtomicBoolean();
        out.write(true, body, Callback.from(() -> {
            left.set(true);
            watch.close();
        }, done));
        if (left.get()) return;
        watch.start();
        if (left.get()) watch.close();
    }
}
