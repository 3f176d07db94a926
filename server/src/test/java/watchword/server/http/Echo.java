package watchword.server.http;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import watchword.core.json.Json;
import watchword.core.request.Request;
import watchword.core.request.RequestHead;
import watchword.core.request.Response;
import watchword.core.request.Service;
import watchword.sdk.Authorization;
import watchword.sdk.Secret;

/** A listener over a server that answers with what it was asked, and counts how often. */
final class Echo implements AutoCloseable {
    static final Duration DRAIN = Duration.ofSeconds(5);

    final AtomicInteger asked = new AtomicInteger();
    final HttpServer http;

    Echo(Listener.Rules rules) throws IOException {
        this(rules, Echo::describe);
    }

    Echo(Listener.Rules rules, Function<Request, Response> answer) throws IOException {
        this(List.of(new Listener.Tcp("127.0.0.1", 0, Optional.empty(), rules)), answer);
    }

    Echo(List<Listener> listeners, Function<Request, Response> answer) throws IOException {
        this.http = new HttpServer(listeners, new Service() {
            @Override
            public Entry enter(RequestHead head) {
                return Entry.OPEN;
            }

            @Override
            public Entry cross(String method, String origin, String wanted) {
                return Entry.OPEN;
            }

            @Override
            public Response serveOpen(Request request) {
                return Response.empty(204);
            }

            @Override
            public Response serve(Request request) {
                asked.incrementAndGet();
                return answer.apply(request);
            }
        }, DRAIN);
    }

    int port() {
        return http.port();
    }

    static Response describe(Request request) {
        var seen = new LinkedHashMap<String, Object>();
        seen.put("operation", request.operation().name());
        seen.put("path", request.path().text());
        seen.put("namespace", request.namespace());
        seen.put("body", request.body());
        seen.put("help", request.help());
        seen.put("token", request.token().map(Secret::reveal).orElse(""));
        request.authorization().ifPresent(given -> seen.put("authorization", switch (given) {
            case Authorization.Bearer bearer -> "bearer " + bearer.token().reveal();
            case Authorization.Basic basic -> "basic " + basic.user() + " " + basic.password().reveal();
        }));
        seen.put("wrap", request.wrapTtl().map(Duration::toSeconds).orElse(0L));
        seen.put("headers", request.headers());
        seen.put("address", request.peer().address());
        seen.put("certificates", (long) request.peer().certificates().size());
        return Response.json(200, Json.write(seen));
    }

    @Override
    public void close() {
        http.close();
    }
}
