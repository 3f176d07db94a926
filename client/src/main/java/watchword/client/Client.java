package watchword.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.net.ssl.SSLException;

/**
 * Calls the API.
 *
 * <p>A request is tried again after a failed connection, 412 (not there yet), 429 and any 5xx but 501; not when the server says it is
 * sealed, which only people change. No redirect is followed: a token goes only where it was told. Any thread.
 */
public final class Client implements AutoCloseable {
    private static final byte[] NO_BODY = {};
    /** Bytes of an answer to a transfer that is only told. */
    private static final long MOST_TOLD = 1 << 20;

    private final Settings settings;
    private final Map<String, String> headers;
    private final Connections connections;
    private final Backoff backoff;

    public Client(Settings settings) {
        this(settings, new Backoff(Thread::sleep, new SplittableRandom()));
    }

    Client(Settings settings, Backoff backoff) {
        this(settings, Map.of(), new Connections(settings.address(), settings.tls()), backoff);
    }

    private Client(Settings settings, Map<String, String> headers, Connections connections, Backoff backoff) {
        this.settings = settings;
        this.headers = headers;
        this.connections = connections;
        this.backoff = backoff;
    }

    public Settings settings() {
        return settings;
    }

    /** The same client as somebody else; it shares the connection. */
    public Client withToken(Token token) {
        return new Client(settings.withToken(token), headers, connections, backoff);
    }

    /** The same client, whose answers come wrapped. @param ttl such as {@code 60} or {@code 5m} */
    public Client wrapping(String ttl) {
        return withHeader("X-Vault-Wrap-TTL", ttl);
    }

    /** The same client with a header of the caller's own. @throws IllegalArgumentException when it cannot be one */
    public Client withHeader(String name, String value) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) <= ' ' || name.charAt(i) > '~'
                    || name.charAt(i) == ':') throw new IllegalArgumentException("not a header's name: " + name);
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') throw new IllegalArgumentException("the header " + name
                    + " holds characters that no header may carry");
        }
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Client(settings, more, connections, backoff);
    }

    /** The same client with other limits on time and tries; its connections are its own. */
    public Client with(Settings other) {
        return new Client(other, headers, new Connections(other.address(), other.tls()), backoff);
    }

    public Answer read(String path) throws IOException, SettingsException {
        return call("GET", path, Map.of(), Optional.empty());
    }

    public Answer read(String path, Map<String, List<String>> query) throws IOException, SettingsException {
        return call("GET", path, query, Optional.empty());
    }

    public Answer list(String path) throws IOException, SettingsException {
        return call("GET", path, Map.of("list", List.of("true")), Optional.empty());
    }

    public Answer write(String path, Json.Obj body) throws IOException, SettingsException {
        return call("PUT", path, Map.of(), Optional.of(body));
    }

    /** Changes what {@code body} names and leaves the rest (RFC 7396); a null removes. */
    public Answer patch(String path, Json.Obj body) throws IOException, SettingsException {
        return call("PATCH", path, Map.of(), Optional.of(body));
    }

    public Answer delete(String path) throws IOException, SettingsException {
        return call("DELETE", path, Map.of(), Optional.empty());
    }

    /** What is too long to be held: an answer goes to {@code into} as it comes, unless it is a refusal. Tried once. */
    public void download(String path, OutputStream into) throws IOException, SettingsException {
        transfer("GET", path, InputStream.nullInputStream(), 0, new HttpReader.Sink(into, Long.MAX_VALUE));
    }

    /** Sends what is too long to be held. Tried once. @param length how many bytes {@code body} has */
    public void upload(String path, InputStream body, long length) throws IOException, SettingsException {
        transfer("PUT", path, body, length, new HttpReader.Sink(OutputStream.nullOutputStream(), MOST_TOLD));
    }

    private void transfer(String method, String path, InputStream body, long length, HttpReader.Sink good) throws IOException, SettingsException {
        var request = new HttpRequest(method, PathText.target(path, Map.of()), headersFor(method, false), NO_BODY);
        var told = new ByteArrayOutputStream();
        var refusal = new HttpReader.Sink(told, MOST_TOLD);
        HttpReader.Response response;
        try {
            response = connections.transfer(request, body, length, status -> status < 300 ? good : refusal, settings.timeout());
        } catch (IOException failed) {
            throw UnreachableException.of(settings.address(), failed);
        }
        var whole = new HttpReader.Response(response.status(), response.headers(), told.toByteArray(), false);
        interpret(request, whole, answer(whole));
    }

    /**
     * Any request.
     *
     * @throws ApiException when the server refused; a 404 that brings data or warnings is a value, as clients of the field take it
     * @throws UnreachableException when no answer came
     * @throws SettingsException when a certificate, key or authority that was set cannot be used
     */
    public Answer call(String method, String path, Map<String, List<String>> query, Optional<Json.Obj> body) throws IOException,
            SettingsException {
        var bytes = body.isPresent() ? JsonWriter.compact(body.get()).getBytes(StandardCharsets.UTF_8) : NO_BODY;
        var request = new HttpRequest(method, PathText.target(path, query), headersFor(method, body.isPresent()), bytes);
        for (int attempt = 0; ; attempt++) {
            boolean last = attempt >= settings.retries();
            long asked = 0;
            try {
                var response = connections.exchange(request, settings.timeout());
                var answer = answer(response);
                if (last || !mayPass(answer)) return interpret(request, response, answer);
                asked = seconds(response.headers().getOrDefault("retry-after", ""));
            } catch (ApiException told) {
                throw told;
            } catch (IOException failed) {
                if (last || failed instanceof SSLException || failed instanceof SocketTimeoutException) {
                    throw UnreachableException.of(settings.address(), failed);
                }
            }
            backoff.pause(attempt, asked);
        }
    }

    private Map<String, String> headersFor(String method, boolean hasBody) {
        var all = new LinkedHashMap<String, String>();
        all.put("User-Agent", "watchword");
        all.put("X-Vault-Request", "true");
        if (settings.token().isPresent()) all.put("X-Vault-Token", settings.token().reveal());
        if (!settings.namespace().isEmpty()) all.put("X-Vault-Namespace", settings.namespace());
        if (hasBody) all.put("Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
        all.putAll(headers);
        return all;
    }

    /** Whether another try may fare better. */
    private static boolean mayPass(Answer answer) {
        int status = answer.status();
        if (status == 503) return !String.join(" ", answer.body().texts("errors")).contains("sealed");
        return status == 412 || (status == 429 && !answer.body().has("initialized")) || (status >= 500 && status < 600 && status != 501);
    }

    private static long seconds(String text) {
        try {
            return text.isEmpty() ? 0 : Math.max(0, Math.min(60, Long.parseLong(text)));
        } catch (NumberFormatException aDate) {
            return 0;
        }
    }

    private static Answer answer(HttpReader.Response response) {
        try {
            if (response.body().length > 0 && JsonReader.read(response.body()) instanceof Json.Obj object) {
                return new Answer(response.status(), object, response.body());
            }
        } catch (JsonReader.MalformedException notJson) {
            // a certificate, metrics, or the page of something in between
        }
        return new Answer(response.status(), Json.Obj.EMPTY, response.body());
    }

    private Answer interpret(HttpRequest request, HttpReader.Response response, Answer answer) throws ApiException {
        int status = answer.status();
        if (status < 300 || isHealth(answer)) return answer;
        if (status == 404 && (answer.body().get("data").isPresent() || !answer.warnings().isEmpty())) return answer;
        var errors = answer.body().texts("errors");
        if (status < 400) errors = List.of("the server redirects to " + response.headers().getOrDefault("location", "another place")
                + "; redirects are not followed: set VAULT_ADDR to it if you trust it");
        else if (answer.body().isEmpty() && answer.raw().length > 0) errors = List.of(HttpReader.text(answer.raw()));
        throw new ApiException(request.method(), settings.address() + request.target(), settings.namespace(), status, !settings.token().isPresent(), errors);
    }

    /** {@code sys/health} tells by its status how the server is; that is its value, not an error. */
    private static boolean isHealth(Answer answer) {
        return answer.body().has("initialized") && answer.body().has("sealed") && !answer.body().has("errors");
    }

    @Override
    public void close() {
        connections.close();
    }
}
