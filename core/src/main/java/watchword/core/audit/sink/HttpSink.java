package watchword.core.audit.sink;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.chain.LineBatch;
import watchword.core.audit.chain.LogEnd;

/**
 * POSTs what waits as one request, a line a JSON object; any 2xx answer means all of it is recorded. Follows no redirect. After a lost
 * answer the receiver may see lines again, and tells by their numbers.
 */
public final class HttpSink implements Sink {
    private final URI uri;
    private final Map<String, List<String>> headers;
    private final Duration timeout;
    private final boolean lineByLine;
    private @Nullable HttpClient client;

    /** @param lineByLine a request for each line, for receivers that take one object at a time */
    public HttpSink(URI uri, Map<String, List<String>> headers, Duration timeout, boolean lineByLine) {
        this.uri = uri;
        this.headers = headers;
        this.timeout = timeout;
        this.lineByLine = lineByLine;
    }

    @Override
    public LogEnd open() throws IOException {
        close();
        client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).connectTimeout(timeout).build();
        return LogEnd.EMPTY;
    }

    @Override
    public int write(LineBatch lines) throws IOException {
        if (!lineByLine) {
            post(lines, 0, lines.length(), lines.lines() == 1 ? "application/json" : "application/x-ndjson");
            return lines.lines();
        }
        for (int i = 0; i < lines.lines(); i++) {
            try {
                post(lines, lines.start(i), lines.end(i) - lines.start(i), "application/json");
            } catch (IOException failed) {
                if (i > 0) return i;
                throw failed;
            }
        }
        return lines.lines();
    }

    private void post(LineBatch lines, int from, int length, String type) throws IOException {
        var open = client;
        if (open == null) throw new IOException("not open");
        var request = HttpRequest.newBuilder(uri).timeout(timeout).header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(lines.bytes(), from, length));
        headers.forEach((name, values) -> values.forEach(value -> request.header(name, value)));
        try {
            int status = open.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status < 200 || status > 299) throw new Reasons.Refused("the server answered " + status);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    @Override
    public void close() {
        var open = client;
        client = null;
        if (open != null) open.shutdownNow();
    }
}
