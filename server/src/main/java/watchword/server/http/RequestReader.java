package watchword.server.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.core.request.InlineLogin;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.wire.Durations;
import watchword.sdk.Authorization;
import watchword.sdk.Peer;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/** Reads method, path, query and headers of an HTTP request, and makes a {@link Request} of them and a body. */
final class RequestReader {
    private static final int MAX_TOKEN = 8192;
    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";
    private static final int MAX_FORM_FIELDS = 100;

    private RequestReader() {}

    /** A request whose body has not been read. */
    record Head(Operation operation, RequestPath path, Map<String, Object> query, boolean help, Optional<Secret> token, Optional<Authorization> authorization, Optional<Duration> wrapTtl, Peer peer, String namespace) {
        /** Whether its fields come in a body; otherwise they are the query. */
        boolean takesBody() {
            return operation == Operation.WRITE || operation == Operation.PATCH;
        }
    }

    /** @throws Problem.ProblemException for all that is wrong with it */
    static Head head(org.eclipse.jetty.server.Request in, Peer peer) {
        var headers = in.getHeaders();
        var encodedPath = in.getHttpURI().getPath();
        if (encodedPath == null) throw new Problem.NotFound().asException();
        var path = RequestPath.parse(encodedPath);
        var namespace = namespace(headers);
        var query = query(in);
        var operation = operation(in.getMethod(), query);
        boolean help = isTrue(query.remove("help"));
        if (operation == Operation.PATCH) requireMergePatch(headers);
        var authorization = authorization(headers);
        return new Head(operation, path, query, help, token(headers, authorization), authorization, wrapTtl(headers), peer, namespace);
    }

    static Request request(Head head, HttpFields headers, byte[] body) {
        var fields = head.takesBody() ? fields(headers, body) : head.query();
        return new Request(requestId(), head.operation(), head.path(), fields, head.help(), head.token(), head.wrapTtl(), tellable(headers), head.peer(), Optional.empty(), head.namespace(),
                Optional.empty(), head.authorization());
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

    private static boolean isTrue(@Nullable Object value) {
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

    // ---- the body ----

    @SuppressWarnings("unchecked") // an object's keys are strings
    private static Map<String, Object> fields(HttpFields headers, byte[] body) {
        if (body.length == 0) return Map.of();
        if (headers.contains(HttpHeader.CONTENT_ENCODING) && !"identity".equals(headers.get(HttpHeader.CONTENT_ENCODING))) {
            throw new Problem.MediaType("a compressed body is not accepted").asException();
        }
        if (isForm(headers, body)) return form(body);
        try {
            var tree = Json.parse(body);
            if (tree == null) return Map.of();
            if (tree instanceof Map<?, ?> map) return (Map<String, Object>) map;
            var kind = tree instanceof List<?> ? "array" : tree instanceof String ? "string" : tree instanceof Boolean ? "bool" : "number";
            throw new Problem.Invalid("failed to decode JSON input: json: cannot unmarshal " + kind + " into Go value of type map[string]interface {}").asException();
        } catch (Json.MalformedException malformed) {
            throw new Problem.Invalid("failed to decode JSON input: " + malformed.getMessage()).asException();
        }
    }

    /** What a browser sends for a page of an identity provider. Clients that send JSON often call it a form, too: its first character tells. */
    private static boolean isForm(HttpFields headers, byte[] body) {
        var type = headers.get(HttpHeader.CONTENT_TYPE);
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) return false;
        for (byte b : body) if (b > ' ') return b != '{' && b != '[' && b != '"';
        return false;
    }

    private static Map<String, Object> form(byte[] body) {
        var fields = new LinkedHashMap<String, Object>();
        var pairs = new String(body, StandardCharsets.UTF_8).strip().split("&", MAX_FORM_FIELDS + 1);
        if (pairs.length > MAX_FORM_FIELDS) throw new Problem.Invalid("a form with more than " + MAX_FORM_FIELDS + " fields").asException();
        try {
            for (var pair : pairs) {
                int equals = pair.indexOf('=');
                if (equals < 1) throw new Problem.Invalid("the form cannot be read").asException();
                var name = URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8);
                if (fields.put(name, URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8)) != null) throw new Problem.Invalid("duplicate name in form").asException();
            }
        } catch (IllegalArgumentException malformed) {
            throw new Problem.Invalid("the form cannot be read").asException();
        }
        return fields;
    }

    private static void requireMergePatch(HttpFields headers) {
        var type = Optional.ofNullable(headers.get(HttpHeader.CONTENT_TYPE)).orElse("");
        int semicolon = type.indexOf(';');
        var plain = (semicolon < 0 ? type : type.substring(0, semicolon)).trim();
        if (plain.equals("application/merge-patch+json")) return;
        var told = plain.length() > 100 ? plain.substring(0, 100) : plain;
        throw new Problem.MediaType("PATCH requires Content-Type of application/merge-patch+json, provided " + told).asException();
    }

    // ---- headers ----

    private static String namespace(HttpFields headers) {
        var named = headers.getValuesList("X-Vault-Namespace");
        if (named.isEmpty()) return "";
        if (named.stream().distinct().count() > 1) throw new Problem.Invalid("more than one X-Vault-Namespace header").asException();
        return RequestPath.namespace(named.getFirst());
    }

    private static Optional<Secret> token(HttpFields headers, Optional<Authorization> authorization) {
        var tokens = headers.getValuesList("X-Vault-Token");
        if (tokens.size() > 1) throw new Problem.Invalid("more than one X-Vault-Token header").asException();
        if (tokens.isEmpty()) return authorization.flatMap(given -> given instanceof Authorization.Bearer bearer ? Optional.of(bearer.token()) : Optional.empty());
        return tokens.getFirst().isEmpty() ? Optional.empty() : Optional.of(secret(tokens.getFirst()));
    }

    private static Secret secret(String token) {
        if (token.length() > MAX_TOKEN) throw new Problem.Invalid("the token is longer than any token").asException();
        return Secret.copyOf(token);
    }

    /** Of a scheme that is not known, nothing. */
    private static Optional<Authorization> authorization(HttpFields headers) {
        var authorizations = headers.getValuesList(HttpHeader.AUTHORIZATION);
        if (authorizations.size() > 1) throw new Problem.Invalid("more than one Authorization header").asException();
        if (authorizations.isEmpty()) return Optional.empty();
        var authorization = authorizations.getFirst();
        if (authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) return basic(authorization.substring(BASIC.length()).trim());
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) return Optional.empty();
        var token = authorization.substring(BEARER.length()).trim();
        return token.isEmpty() ? Optional.empty() : Optional.of(new Authorization.Bearer(secret(token)));
    }

    /** Name and password as a form has them, as OAuth 2.0 wants it: what clients have there is the same without. */
    private static Optional<Authorization> basic(String encoded) {
        if (encoded.length() > MAX_TOKEN) throw new Problem.Invalid("the credentials are longer than any").asException();
        try {
            var pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon < 0) return Optional.empty();
            var password = URLDecoder.decode(pair.substring(colon + 1), StandardCharsets.UTF_8);
            return Optional.of(new Authorization.Basic(URLDecoder.decode(pair.substring(0, colon), StandardCharsets.UTF_8), Secret.copyOf(password)));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static Optional<Duration> wrapTtl(HttpFields headers) {
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

    /** What engines and audit may look at: all but what carries a token, and what HTTP itself is made of. */
    private static Map<String, List<String>> tellable(HttpFields headers) {
        var told = new HashMap<String, List<String>>();
        for (var field : headers) {
            if (field.getHeader() != null && isOfNoInterest(field.getHeader())) continue;
            var name = field.getName().toLowerCase(Locale.ROOT);
            if (name.equals("x-vault-token") || (name.indexOf('_') >= 0 && !name.startsWith(InlineLogin.PARAMETERS))) continue;
            var value = List.of(field.getValue() == null ? "" : field.getValue());
            told.merge(name, value, (first, more) -> {
                var both = new java.util.ArrayList<>(first);
                both.addAll(more);
                return List.copyOf(both);
            });
        }
        return told;
    }

    private static boolean isOfNoInterest(HttpHeader header) {
        return switch (header) {
            case AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION, ACCEPT, ACCEPT_ENCODING, HOST, KEEP_ALIVE, TE, UPGRADE -> true;
            default -> false;
        };
    }

    /** Not a secret, so it need not come from the slow source. */
    private static String requestId() {
        var random = ThreadLocalRandom.current();
        return new UUID((random.nextLong() & 0xffffffffffff0fffL) | 0x4000L, (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L).toString();
    }
}
