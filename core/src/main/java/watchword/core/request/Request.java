package watchword.core.request;

import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Authorization;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/**
 * One request, free of HTTP: what the listener read, bounded and decoded once.
 *
 * @param id a random UUID, in the answer and in both audit lines
 * @param path in the namespace; what of it names namespaces below that one is known once they are looked up
 * @param body the JSON object that came, or for a request without one its query parameters; never both
 * @param help {@code ?help=1}: tell about the path instead
 * @param token the caller's token, if one was sent
 * @param wrapTtl {@code X-Vault-Wrap-TTL}
 * @param headers those that policies, auth methods or audit may look at, names in lower case; never the token's
 * @param peer who is on the other end of the connection; authentication by certificate reads it
 * @param upload a body that {@link RequestHead#uploads}, as it arrives
 * @param namespace path of the namespace that a header tells, each name with its slash; empty for the root
 * @param loginFor of a login that another request brought along: the id of that request, for which alone its token is good
 * @param authorization the {@code Authorization} header, which may have the token as well
 */
public record Request(
        String id,
        Operation operation,
        RequestPath path,
        Map<String, Object> body,
        boolean help,
        Optional<Secret> token,
        Optional<Duration> wrapTtl,
        Map<String, List<String>> headers,
        Peer peer,
        Optional<InputStream> upload,
        String namespace,
        Optional<String> loginFor,
        Optional<Authorization> authorization) {
    private static final int MOST_REASON = 512;

    /** A request to the root namespace whose body is an object. */
    public Request(String id, Operation operation, RequestPath path, Map<String, Object> body, boolean help, Optional<Secret> token, Optional<Duration> wrapTtl,
            Map<String, List<String>> headers, Peer peer) {
        this(id, operation, path, body, help, token, wrapTtl, headers, peer, Optional.empty(), "", Optional.empty(), Optional.empty());
    }

    /** The same request with one field set. */
    public Request with(String field, Object value) {
        var fields = new LinkedHashMap<>(body);
        fields.put(field, value);
        return new Request(id, operation, path, fields, help, token, wrapTtl, headers, peer, upload, namespace, loginFor, authorization);
    }

    /** The same request with a body that is no JSON. */
    public Request uploading(InputStream bytes) {
        return new Request(id, operation, path, body, help, token, wrapTtl, headers, peer, Optional.of(bytes), namespace, loginFor, authorization);
    }

    /** The same request with the token of the login that it brought along, and without what was for that login alone. */
    public Request loggedIn(Secret by) {
        var kept = new HashMap<>(headers);
        kept.keySet().removeIf(InlineLogin::isOfLogin);
        return new Request(id, operation, path, body, help, Optional.of(by), wrapTtl, kept, peer, upload, namespace, loginFor, authorization);
    }

    /** Why it is made, as its header says for those who approve of it or look at it later; in one line, mostly empty. */
    public String reason() {
        return line("x-watchword-reason");
    }

    /** Why it should go ahead without the approval of others; mostly empty. */
    public String emergency() {
        return line("x-watchword-break-glass");
    }

    private String line(String header) {
        var text = String.join(" ", headers.getOrDefault(header, List.of())).replaceAll("\\p{C}", " ").strip();
        return text.length() > MOST_REASON ? text.substring(0, MOST_REASON) : text;
    }

    public RequestHead head() {
        return new RequestHead(operation, path, peer, namespace);
    }

    /** The same request to a path in a namespace. */
    public Request in(String other, RequestPath there) {
        return new Request(id, operation, there, body, help, token, wrapTtl, headers, peer, upload, other, loginFor, authorization);
    }

    /** The same request with an {@code Authorization} header. */
    public Request authorizedBy(Authorization header) {
        return new Request(id, operation, path, body, help, token, wrapTtl, headers, peer, upload, namespace, loginFor, Optional.of(header));
    }
}
