package watchword.client;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/** Reads one answer (RFC 9112): status, headers, and a body by length, in chunks or to the end. Everything is bounded. One thread. */
final class HttpReader {
    private static final int MAX_HEAD = 64 << 10;
    private static final int MAX_BODY = 64 << 20;
    private static final byte[] NO_BODY = {};
    /** The first byte of what a server under TLS says to who does not. */
    private static final byte TLS_ALERT = 21;

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

    /** What came is no answer in HTTP. */
    static class NotHttpException extends IOException {
        private static final long serialVersionUID = 1;

        NotHttpException(String message) {
            super(message);
        }
    }

    /** Nothing came before the other side closed: it had not seen the request, or does not tell. */
    static final class NoAnswerException extends NotHttpException {
        private static final long serialVersionUID = 1;

        NoAnswerException() {
            super("the server closed the connection without an answer");
        }
    }

    Response read() throws IOException {
        var body = new ByteArrayOutputStream();
        var response = read(_ -> new Sink(body, MAX_BODY));
        return new Response(response.status(), response.headers(), body.toByteArray(), response.keepAlive());
    }

    /** Where a body goes, and how long it may be. */
    record Sink(OutputStream into, long most) {}

    /** The same, but the body goes where {@code sink} says for its status. */
    Response read(IntFunction<Sink> sinks) throws IOException {
        while (true) {
            var line = statusLine();
            int status = status(line);
            var headers = headers();
            if (status >= 100 && status < 200) continue;
            boolean none = status == 204 || status == 304;
            boolean chunked = headers.getOrDefault("transfer-encoding", "").toLowerCase(Locale.ROOT).contains("chunked");
            boolean toTheEnd = !none && !chunked && !headers.containsKey("content-length");
            var sink = sinks.apply(status);
            if (chunked) chunks(sink);
            else if (toTheEnd) rest(sink);
            else if (!none) copy(length(headers.getOrDefault("content-length", ""), sink.most()), sink);
            boolean close = toTheEnd || line.startsWith("HTTP/1.0") || headers.getOrDefault("connection", "").equalsIgnoreCase("close");
            return new Response(status, headers, NO_BODY, !close && at == end);
        }
    }

    private String statusLine() throws IOException {
        if (at == end && !fill()) throw new NoAnswerException();
        if (buffer[at] == TLS_ALERT) throw new NotHttpException("the server does not speak plain HTTP");
        return line();
    }

    private static int status(String line) throws IOException {
        if (!line.startsWith("HTTP/1.") || line.length() < 12) throw new NotHttpException("the server does not speak HTTP");
        try {
            return Integer.parseInt(line.substring(9, 12));
        } catch (NumberFormatException malformed) {
            throw new NotHttpException("the server does not speak HTTP");
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

    private static long length(String text, long most) throws IOException {
        try {
            long length = Long.parseLong(text);
            if (length >= 0 && length <= most) return length;
        } catch (NumberFormatException malformed) {
            throw new IOException("the server does not say how long its answer is", malformed);
        }
        throw tooLong();
    }

    private static IOException tooLong() {
        return new IOException("the answer is larger than " + (MAX_BODY >> 20) + " MiB");
    }

    private void copy(long length, Sink sink) throws IOException {
        for (long left = length; left > 0; ) {
            if (at == end && !fill()) throw new EOFException("the answer was cut off");
            int part = (int) Math.min(end - at, left);
            sink.into().write(buffer, at, part);
            at += part;
            left -= part;
        }
    }

    private void rest(Sink sink) throws IOException {
        for (long have = 0; at < end || fill(); ) {
            have += end - at;
            if (have > sink.most()) throw tooLong();
            sink.into().write(buffer, at, end - at);
            at = end;
        }
    }

    private void chunks(Sink sink) throws IOException {
        long have = 0;
        for (long size = chunkSize(line()); size > 0; size = chunkSize(line())) {
            have += size;
            if (have > sink.most()) throw tooLong();
            copy(size, sink);
            if (!line().isEmpty()) throw new IOException("a chunk does not end where it should");
            headBytes = 0;
        }
        headers();
    }

    private static long chunkSize(String line) throws IOException {
        int semicolon = line.indexOf(';');
        try {
            long size = Long.parseLong((semicolon < 0 ? line : line.substring(0, semicolon)).strip(), 16);
            if (size >= 0) return size;
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
