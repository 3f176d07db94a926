package watchword.client;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads one answer (RFC 9112): status, headers, and a body by length, in chunks or to the end. Everything is bounded. One thread. */
final class HttpReader {
    private static final int MAX_HEAD = 64 << 10;
    private static final int MAX_BODY = 64 << 20;

    private final Connection connection;
    private final Deadline deadline;
    private final byte[] buffer = new byte[16 << 10];
    private int at;
    private int end;
    private int headBytes;

    HttpReader(Connection connection, Deadline deadline) {
        this.connection = connection;
        this.deadline = deadline;
    }

    /** @param keepAlive whether the connection can carry another request; headers' names are in lower case */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Response(int status, Map<String, String> headers, byte[] body, boolean keepAlive) {}

    /** Nothing came before the other side closed: it had not seen the request, or does not tell. */
    static final class NoAnswerException extends IOException {
        private static final long serialVersionUID = 1;

        NoAnswerException() {
            super("the server closed the connection without an answer");
        }
    }

    Response read() throws IOException {
        while (true) {
            var line = statusLine();
            int status = status(line);
            var headers = headers();
            if (status >= 100 && status < 200) continue;
            boolean none = status == 204 || status == 304;
            boolean chunked = headers.getOrDefault("transfer-encoding", "").toLowerCase(Locale.ROOT).contains("chunked");
            boolean toTheEnd = !none && !chunked && !headers.containsKey("content-length");
            var body = none ? new byte[0] : chunked ? chunks() : toTheEnd ? rest()
                    : exactly(length(headers.getOrDefault("content-length", "")));
            boolean close = toTheEnd || line.startsWith("HTTP/1.0") || headers.getOrDefault("connection", "").equalsIgnoreCase("close");
            return new Response(status, headers, body, !close && at == end);
        }
    }

    private String statusLine() throws IOException {
        if (at == end && !fill()) throw new NoAnswerException();
        return line();
    }

    private static int status(String line) throws IOException {
        if (!line.startsWith("HTTP/1.") || line.length() < 12) throw new IOException("the server does not speak HTTP");
        try {
            return Integer.parseInt(line.substring(9, 12));
        } catch (NumberFormatException malformed) {
            throw new IOException("the server does not speak HTTP", malformed);
        }
    }

    private Map<String, String> headers() throws IOException {
        var headers = new HashMap<String, String>();
        for (var line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon > 0) headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        return headers;
    }

    private static int length(String text) throws IOException {
        try {
            long length = Long.parseLong(text);
            if (length >= 0 && length <= MAX_BODY) return (int) length;
        } catch (NumberFormatException malformed) {
            throw new IOException("the server does not say how long its answer is", malformed);
        }
        throw tooLong();
    }

    private static IOException tooLong() {
        return new IOException("the answer is larger than " + (MAX_BODY >> 20) + " MiB");
    }

    private byte[] exactly(int length) throws IOException {
        var body = new byte[length];
        int have = 0;
        while (have < length) {
            if (at == end && !fill()) throw new EOFException("the answer was cut off");
            int part = Math.min(end - at, length - have);
            System.arraycopy(buffer, at, body, have, part);
            at += part;
            have += part;
        }
        return body;
    }

    private byte[] rest() throws IOException {
        var body = new ByteArrayOutputStream();
        while (at < end || fill()) {
            body.write(buffer, at, end - at);
            at = end;
            if (body.size() > MAX_BODY) throw tooLong();
        }
        return body.toByteArray();
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            int size = chunkSize(line());
            if (size == 0) break;
            if (body.size() + size > MAX_BODY) throw tooLong();
            body.writeBytes(exactly(size));
            if (!line().isEmpty()) throw new IOException("a chunk does not end where it should");
        }
        headers();
        return body.toByteArray();
    }

    private static int chunkSize(String line) throws IOException {
        int semicolon = line.indexOf(';');
        try {
            int size = Integer.parseInt((semicolon < 0 ? line : line.substring(0, semicolon)).strip(), 16);
            if (size >= 0 && size <= MAX_BODY) return size;
        } catch (NumberFormatException malformed) {
            throw new IOException("a chunk has no size", malformed);
        }
        throw tooLong();
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        while (true) {
            if (at == end && !fill()) throw new EOFException("the answer was cut off");
            char c = (char) (buffer[at++] & 0xff);
            if (++headBytes > MAX_HEAD) throw new IOException("the answer's head is larger than " + (MAX_HEAD >> 10) + " KiB");
            if (c == '\n') return line.toString();
            if (c != '\r') line.append(c);
        }
    }

    private boolean fill() throws IOException {
        int count = connection.read(buffer, deadline);
        at = 0;
        end = Math.max(count, 0);
        return count > 0;
    }

    /** The body as text, for errors that are not JSON. */
    static String text(byte[] body) {
        return new String(body, 0, Math.min(body.length, 1000), StandardCharsets.UTF_8);
    }
}
