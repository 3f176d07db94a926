package watchword.core.request;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Stream;

/**
 * What the listener sends. {@code body} is empty for 204, which the field's servers give a content type all the same.
 *
 * @param stream what follows over a WebSocket; the listener closes it, whether or not it could begin
 */
@SuppressWarnings("ArrayRecordComponent") // written once to the socket; never compared
public record Response(int status, String contentType, byte[] body, Map<String, String> headers, Optional<Stream> stream) {
    /** Exactly this: clients compare the whole string. */
    public static final String JSON = "application/json";

    private static final byte[] EMPTY = new byte[0];

    public static Response json(int status, byte[] body) {
        return new Response(status, JSON, body, Map.of(), Optional.empty());
    }

    /** The same answer with more headers. */
    public Response with(Map<String, String> more) {
        if (more.isEmpty()) return this;
        var all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new Response(status, contentType, body, all, stream);
    }

    public static Response empty(int status) {
        return new Response(status, JSON, EMPTY, Map.of(), Optional.empty());
    }
}
