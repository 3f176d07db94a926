package watchword.server.http;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import watchword.core.json.Json;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.request.Response;
import watchword.core.wire.Durations;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/**
 * Turns HTTP into {@link Request} and {@link Response} into HTTP. The only class that knows both. Blocks the virtual thread it is called
 * on.
 */
public final class HttpAdapter extends Handler.Abstract {
    private static final System.Logger LOG = System.getLogger(HttpAdapter.class.getName());
    private static final int MAX_TOKEN = 8192;
    private static final HttpField JSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, Response.JSON);
    private static final HttpField NO_STORE = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
    private static final HttpField NOSNIFF = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
    private static final HttpField STRICT_TRANSPORT = new PreEncodedHttpField("Strict-Transport-Security", "max-age=31536000; includeSubDomains");

    private final Function<Request, Response> server;
    private final BodyReader bodies;
    private final ForwardedFor forwarded;

    public HttpAdapter(Function<Request, Response> server, BodyReader bodies, ForwardedFor forwarded) {
        this.server = server;
        this.bodies = bodies;
        this.forwarded = forwarded;
    }

    @Override
    public boolean handle(org.eclipse.jetty.server.Request in, org.eclipse.jetty.server.Response out, Callback done) {
        Response answer;
        try (var body = bodies.read(in)) {
            answer = server.apply(read(in, body.bytes()));
        } catch (Problem.ProblemException expected) {
            answer = failure(expected.problem());
        } catch (IOException gone) {
            done.failed(gone);
            return true;
        } catch (RuntimeException bug) {
            var incident = UUID.randomUUID();
            LOG.log(Level.ERROR, "incident " + incident + ": " + bug.getClass().getName() + " at " + List.of(bug.getStackTrace()).stream().limit(12).toList());
            answer = failure(new Problem.Internal("internal error; incident " + incident));
        }
        write(answer, in, out, done);
        return true;
    }

    static Response failure(Problem problem) {
        return watchword.core.request.Answer.of(problem).toResponse("");
    }

    private static void write(Response answer, org.eclipse.jetty.server.Request in, org.eclipse.jetty.server.Response out, Callback done) {
        out.setStatus(answer.status());
        var headers = out.getHeaders();
        if (answer.contentType() == Response.JSON) headers.put(JSON);
        else if (!answer.contentType().isEmpty()) headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
        headers.put(NO_STORE);
        headers.put(NOSNIFF);
        if (in.isSecure()) headers.put(STRICT_TRANSPORT);
        answer.headers().forEach(headers::put);
        headers.put(HttpHeader.CONTENT_LENGTH, answer.body().length);
        boolean bodiless = in.getMethod().equals("HEAD") || answer.status() == 204;
        if (answer.status() == 204) headers.remove(HttpHeader.CONTENT_LENGTH);
        out.write(true, bodiless ? ByteBuffer.allocate(0) : ByteBuffer.wrap(answer.body()), done);
    }

    private Request read(org.eclipse.jetty.server.Request in, byte[] body) {
        var headers = in.getHeaders();
        var query = query(in);
        var path = RequestPath.parse(in.getHttpURI().getPath());
        requireRootNamespace(headers);
        var operation = operation(in.getMethod(), query);
        boolean help = isTrue(query.remove("help"));
        var fields = operation == Operation.WRITE || operation == Operation.PATCH ? body(in.getMethod(), headers, body) : query;
        if (operation == Operation.PATCH) requireMergePatch(headers);
        return new Request(requestId(), operation, path, fields, help, token(headers), wrapTtl(headers), Map.of(), forwarded.peer(in));
    }

    private static Operation operation(String method, Map<String, Object> query) {
        boolean list = isTrue(query.remove("list"));
        boolean scan = isTrue(query.remove("scan"));
        return switch (method) {
            case "GET", "HEAD" -> list ? Operation.LIST : scan ? Operation.SCAN : Operation.READ;
            case "LIST" -> Operation.LIST;
            case "SCAN" -> Operation.SCAN;
            case "PUT", "POST" -> Operation.WRITE;
            case "PATCH" -> Operation.PATCH;
            case "DELETE" -> Operation.DELETE;
            default -> throw new Problem.Unsupported(List.of("unsupported method")).asException();
        };
    }

    private static boolean isTrue(@org.jspecify.annotations.Nullable Object value) {
        return value instanceof String text && (text.equalsIgnoreCase("true") || text.equals("1") || text.equalsIgnoreCase("t"));
    }

    private static Map<String, Object> query(org.eclipse.jetty.server.Request in) {
        if (in.getHttpURI().getQuery() == null) return new HashMap<>(2);
        Fields parameters;
        try {
            parameters = org.eclipse.jetty.server.Request.extractQueryParameters(in, StandardCharsets.UTF_8);
        } catch (RuntimeException malformed) {
            throw new Problem.Invalid("the query cannot be read").asException();
        }
        var query = new LinkedHashMap<String, Object>();
        for (var field : parameters) {
            query.put(field.getName(), field.hasMultipleValues() ? List.copyOf(field.getValues()) : field.getValue() == null ? "" : field.getValue());
        }
        return query;
    }

    @SuppressWarnings("unchecked") // an object's keys are strings
    private static Map<String, Object> body(String method, HttpFields headers, byte[] body) {
        if (body.length == 0) return Map.of();
        if (headers.contains(HttpHeader.CONTENT_ENCODING) && !"identity".equals(headers.get(HttpHeader.CONTENT_ENCODING))) {
            throw new Problem.MediaType("a compressed body is not accepted").asException();
        }
        try {
            var tree = Json.parse(body);
            if (tree == null) return Map.of();
            if (tree instanceof Map<?, ?> map) return (Map<String, Object>) map;
            var kind = tree instanceof List<?> ? "array" : tree instanceof String ? "string" : tree instanceof Boolean ? "bool" : "number";
            throw new Problem.Invalid("failed to decode JSON input: json: cannot unmarshal " + kind + " into Go value of type map[string]interface {}").asException();
        } catch (Json.MalformedException malformed) {
            LOG.log(Level.DEBUG, "{0} with a malformed body", method);
            throw new Problem.Invalid("failed to decode JSON input: " + malformed.getMessage()).asException();
        }
    }

    private static void requireMergePatch(HttpFields headers) {
        var type = Optional.ofNullable(headers.get(HttpHeader.CONTENT_TYPE)).orElse("");
        int semicolon = type.indexOf(';');
        var plain = (semicolon < 0 ? type : type.substring(0, semicolon)).trim();
        if (!plain.equals("application/merge-patch+json")) {
            throw new Problem.MediaType("PATCH requires Content-Type of application/merge-patch+json, provided " + printable(plain)).asException();
        }
    }

    private static String printable(String text) {
        return text.length() > 100 ? text.substring(0, 100) : text;
    }

    /** There are no namespaces yet: an empty header, or the root's name, is what clients of all kinds send. */
    private static void requireRootNamespace(HttpFields headers) {
        var namespace = headers.get("X-Vault-Namespace");
        if (namespace == null || namespace.isBlank() || namespace.equals("root") || namespace.equals("/") || namespace.equals("root/")) return;
        throw new Problem.NotFound("namespace not found").asException();
    }

    private static Optional<Secret> token(HttpFields headers) {
        var tokens = headers.getValuesList("X-Vault-Token");
        if (tokens.size() > 1) throw new Problem.Invalid("more than one X-Vault-Token header").asException();
        var token = tokens.isEmpty() ? bearer(headers) : tokens.getFirst();
        if (token.length() > MAX_TOKEN) throw new Problem.Invalid("the token is longer than any token").asException();
        return token.isEmpty() ? Optional.empty() : Optional.of(Secret.copyOf(token));
    }

    private static String bearer(HttpFields headers) {
        var authorization = headers.get(HttpHeader.AUTHORIZATION);
        return authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7) ? authorization.substring(7).trim() : "";
    }

    private static Optional<java.time.Duration> wrapTtl(HttpFields headers) {
        var text = headers.get("X-Vault-Wrap-TTL");
        if (text == null || text.isBlank()) return Optional.empty();
        try {
            var ttl = Durations.parse(text);
            if (ttl.isNegative()) throw new Problem.Invalid("requested wrap ttl cannot be negative").asException();
            return ttl.isZero() ? Optional.empty() : Optional.of(ttl);
        } catch (Durations.InvalidException invalid) {
            throw new Problem.Invalid("error parsing X-Vault-Wrap-TTL header: " + invalid.getMessage()).asException();
        }
    }

    /** Not a secret, so it need not come from the slow source. */
    private static String requestId() {
        var random = ThreadLocalRandom.current();
        return new UUID(random.nextLong() & 0xffffffffffff0fffL | 0x4000L, random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L).toString();
    }
}
