package watchword.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** What the HTTP layer itself refuses is told in the same form as everything else, and says nothing of the layer. */
final class JsonErrors extends ErrorHandler {

    @Override
    protected void generateResponse(Request request, Response response, int code, @Nullable String message, @Nullable Throwable cause, Callback callback) {
        addHeaders(response.getHeaders());
        response.write(true, ByteBuffer.wrap(body(code)), callback);
    }

    @Override
    public ByteBuffer badMessageError(int status, @Nullable String reason, HttpFields.Mutable fields) {
        addHeaders(fields);
        return ByteBuffer.wrap(body(status));
    }

    private static void addHeaders(HttpFields.Mutable fields) {
        fields.put(HttpHeader.CONTENT_TYPE, watchword.core.request.Response.JSON);
        fields.put(HttpHeader.CACHE_CONTROL, "no-store");
        fields.put("X-Content-Type-Options", "nosniff");
    }

    static watchword.core.request.Response response(int code) {
        return watchword.core.request.Response.json(code, body(code));
    }

    private static byte[] body(int code) {
        var text = switch (code) {
            case 400 -> "malformed request";
            case 403 -> "origin not allowed";
            case 404 -> "not found";
            case 408 -> "the request took too long to arrive";
            case 413 -> "request is too large";
            case 414 -> "request line is too long";
            case 426 -> "this is told over a WebSocket: ask for an upgrade";
            case 431 -> "request headers are too large";
            case 503 -> "the server is stopping";
            case 505 -> "this version of HTTP is not spoken here";
            default -> code < 500 ? "malformed request" : "internal error";
        };
        return ("{\"errors\":[\"" + text + "\"]}\n").getBytes(StandardCharsets.UTF_8);
    }
}
