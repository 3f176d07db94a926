package watchword.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A request as it goes over the wire.
 *
 * @param target path and query, encoded
 * @param body empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record HttpRequest(String method, String target, Map<String, String> headers, byte[] body) {

    byte[] bytes(Address address) {
        var all = new ByteArrayOutputStream();
        all.writeBytes(head(address, body.length));
        all.writeBytes(body);
        return all.toByteArray();
    }

    /** All that stands before a body of this many bytes. */
    byte[] head(Address address, long length) {
        var head = new StringBuilder(512).append(method).append(' ').append(address.base()).append(target).append(" HTTP/1.1\r\nHost: ")
                .append(address.authority()).append("\r\n");
        for (var header : headers.entrySet()) head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        if (length > 0 || method.equals("PUT") || method.equals("PATCH")) {
            head.append("Content-Length: ").append(length).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}
