package watchword.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * An HTTP server on a free port of this machine that answers what a test tells it to, and remembers what it was asked. What it was not told
 * it answers with 404 and no errors, as a server of the field does for a value that is not there. Any thread.
 */
public final class StubServer implements AutoCloseable {
    private static final Reply NOTHING = Reply.of(404, "{\"errors\":[]}");

    private final HttpServer server;
    private final String scheme;
    private final Map<String, Deque<Reply>> replies = new ConcurrentHashMap<>();
    private final List<Asked> asked = new ArrayList<>();

    /** What is answered. @param body UTF-8; empty for none */
    public record Reply(int status, Map<String, String> headers, String body) {
        public static Reply of(int status, String body) {
            return new Reply(status, Map.of(), body);
        }
    }

    /**
     * A request that came.
     *
     * @param line method and target, as in {@code GET /v1/secret?list=true}
     * @param headers with names in lower case
     */
    public record Asked(String line, Map<String, String> headers, String body) {}

    private StubServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    public static StubServer start() {
        try {
            return new StubServer(HttpServer.create(anyPort(), 0), "http");
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    /** The same under TLS. @param wantsClient whether a client without a certificate is turned away */
    public static StubServer startTls(SSLContext context, boolean wantsClient) {
        try {
            var server = HttpsServer.create(anyPort(), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context) {
                @Override
                public void configure(HttpsParameters to) {
                    var parameters = getSSLContext().getDefaultSSLParameters();
                    parameters.setNeedClientAuth(wantsClient);
                    to.setSSLParameters(parameters);
                }
            });
            return new StubServer(server, "https");
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** {@code http://127.0.0.1:PORT}. */
    public String address() {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort();
    }

    /** @param line as in {@code GET /v1/x}; with a query it stands only for this query, without one for any */
    public StubServer on(String line, int status, String body) {
        return on(line, Reply.of(status, body));
    }

    /** Answers these one after another, and the last of them for ever. */
    public StubServer on(String line, Reply... inTurn) {
        replies.put(line, new ArrayDeque<>(List.of(inTurn)));
        return this;
    }

    /** Every request so far. */
    public synchronized List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** Those whose line begins with {@code beginning}: a method, or a method and a path. */
    public List<Asked> asked(String beginning) {
        return asked().stream().filter(each -> each.line().startsWith(beginning)).toList();
    }

    public List<String> lines() {
        return asked().stream().map(Asked::line).toList();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
            var query = exchange.getRequestURI().getRawQuery();
            var line = query == null ? path : path + "?" + query;
            remember(new Asked(line, headers(exchange), new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            var reply = next(line, path);
            reply.headers().forEach(exchange.getResponseHeaders()::add);
            var body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) exchange.getResponseBody().write(body);
        }
    }

    private static Map<String, String> headers(HttpExchange exchange) {
        var headers = new LinkedHashMap<String, String>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
        return headers;
    }

    private synchronized void remember(Asked request) {
        asked.add(request);
    }

    private synchronized Reply next(String line, String path) {
        var inTurn = replies.getOrDefault(line, replies.get(path));
        if (inTurn == null) return NOTHING;
        return inTurn.size() > 1 ? inTurn.removeFirst() : inTurn.getFirst();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
