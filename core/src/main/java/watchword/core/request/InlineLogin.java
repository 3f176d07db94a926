package watchword.core.request;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import watchword.core.json.Json;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;

/**
 * A login in the headers of another request, in place of a token: OpenBao's inline authentication. It becomes a {@link Request} of its own,
 * and its parameters the body, so that nothing later knows it from a login that came by itself.
 */
public final class InlineLogin {
    /** In the answer to a request whose login failed, so that nobody takes it for the answer to the request. */
    public static final Map<String, String> FAILED = Map.of("X-Vault-Inline-Auth-Failed", "true");
    /** Names of headers that begin so end in anything, underscores included: a parameter's name is in its value. */
    public static final String PARAMETERS = "x-vault-inline-auth-parameter-";

    private static final String HEADERS = "x-vault-inline-auth-";
    private static final String PATH = HEADERS + "path";
    private static final String OPERATION = HEADERS + "operation";
    private static final String NAMESPACE = HEADERS + "namespace";
    private static final String SECOND_FACTORS = "x-vault-mfa";
    private static final int MOST_PARAMETERS = 32;

    private InlineLogin() {}

    /** Whether a header is about a login. @param name in lower case */
    static boolean isOfLogin(String name) {
        return name.startsWith(HEADERS) || name.equals(SECOND_FACTORS);
    }

    /**
     * The login that a request brings along; nothing for one that brings none.
     *
     * @throws Problem.ProblemException when it cannot be read
     */
    public static Optional<Request> of(Request request) {
        var headers = request.headers();
        if (!headers.containsKey(PATH)) return Optional.empty();
        if (request.token().isPresent()) throw failed("cannot layer inline authentication with token authentication");
        var path = RequestPath.ofPlain(one(headers, PATH, ""));
        var namespace = headers.containsKey(NAMESPACE) ? RequestPath.namespace(one(headers, NAMESPACE, "")) : request.namespace();
        return Optional.of(new Request(UUID.randomUUID().toString(), operation(one(headers, OPERATION, "update")), path, parameters(headers), false, Optional.empty(),
                Optional.empty(), headers, request.peer(), Optional.empty(), namespace, Optional.of(request.id()), Optional.empty()));
    }

    private static Problem.ProblemException failed(String why) {
        return new Problem.Invalid("failed to perform inline authentication: " + why).asException();
    }

    private static String one(Map<String, List<String>> headers, String name, String otherwise) {
        var values = headers.getOrDefault(name, List.of(otherwise));
        if (values.size() != 1) throw failed("expected exactly one value for " + shown(name));
        return values.getFirst();
    }

    private static String shown(String name) {
        return "X-Vault-Inline-Auth-" + Character.toUpperCase(name.charAt(HEADERS.length())) + name.substring(HEADERS.length() + 1);
    }

    private static Operation operation(String word) {
        return switch (word) {
            case "create", "update" -> Operation.WRITE;
            case "read" -> Operation.READ;
            default -> throw failed("expected a valid login operation in " + shown(OPERATION));
        };
    }

    private static Map<String, Object> parameters(Map<String, List<String>> headers) {
        var parameters = new LinkedHashMap<String, Object>();
        for (var header : headers.entrySet()) {
            if (!header.getKey().startsWith(PARAMETERS)) continue;
            if (header.getValue().size() != 1) throw failed("expected exactly one value for each auth header parameter");
            var parameter = parameter(header.getValue().getFirst());
            if (parameters.put(parameter.key(), parameter.value()) != null) throw failed("a parameter is given twice");
            if (parameters.size() > MOST_PARAMETERS) throw failed("more than " + MOST_PARAMETERS + " parameters");
        }
        return parameters;
    }

    private record Parameter(String key, Object value) {}

    private static Parameter parameter(String header) {
        if (!(decoded(header) instanceof Map<?, ?> fields)) throw failed("failed json decoding header value");
        if (!fields.containsKey("key")) throw failed("decoded header lacked `key` field");
        if (!(fields.get("key") instanceof String key)) throw failed("decoded header had incorrect type for `key` field");
        var value = fields.get("value");
        if (value == null) throw failed("decoded header lacked `value` field");
        if (fields.size() != 2) throw failed("unexpected field in decoded request parameter");
        return new Parameter(key, value);
    }

    private static @org.jspecify.annotations.Nullable Object decoded(String header) {
        try {
            return Json.parse(Base64.getUrlDecoder().decode(header.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (IllegalArgumentException noBase64) {
            throw failed("failed raw url-safe base64 decoding header value");
        } catch (Json.MalformedException noJson) {
            throw failed("failed json decoding header value");
        }
    }
}
