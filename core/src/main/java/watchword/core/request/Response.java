package watchword.core.request;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Reply;
import watchword.sdk.Stream;

/**
 * What the listener sends. {@code body} is empty for 204, which the field's servers give a content type all the same.
 *
 * @param download sent in place of the body, if there is one; the listener closes it
 * @param stream what follows over a WebSocket; the listener closes it, whether or not it could begin
 */
@SuppressWarnings("ArrayRecordComponent") // written once to the socket; never compared
public record Response(
        int status, String contentType, byte[] body, Map<String, String> headers, Optional<Reply.Download> download, Optional<Stream> stream) {
    public Response(int status, String contentType, byte[] body, Map<String, String> headers) {
        this(status, contentType, body, headers, Optional.empty(), Optional.empty());
    }

    static Response of(Reply.Raw raw) {
        return new Response(raw.status(), raw.contentType(), raw.body(), raw.headers(), raw.download(), raw.stream());
    }

    /** Exactly this: clients compare the whole string. */
    public static final String JSON = "application/json";

    private static final byte[] EMPTY = new byte[0];

    public static Response json(int status, byte[] body) {
        return new Response(status, JSON, body, Map.of());
    }

    /** The same answer with more headers. */
    public Response with(Map<String, String> more) {
        if (more.isEmpty()) return this;
        var all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new Response(status, contentType, body, all, download, stream);
    }

    public static Response empty(int status) {
        return new Response(status, JSON, EMPTY, Map.of());
    }
}
