package watchword.core.request;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Reply;

/** What the listener sends: {@code download} if there is one, else {@code body}, which is empty for 204; that has a content type all the same. */
@SuppressWarnings("ArrayRecordComponent") // written once to the socket; never compared
public record Response(int status, String contentType, byte[] body, Map<String, String> headers, Optional<Reply.Download> download) {
    public Response(int status, String contentType, byte[] body, Map<String, String> headers) {
        this(status, contentType, body, headers, Optional.empty());
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
        return new Response(status, contentType, body, all, download);
    }

    public static Response empty(int status) {
        return new Response(status, JSON, EMPTY, Map.of());
    }
}
