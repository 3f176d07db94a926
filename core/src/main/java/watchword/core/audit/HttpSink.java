package watchword.core.audit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Lines by POST, a batch in each request, one JSON document a line. */
final class HttpSink implements Sink {
    private final URI uri;
    private @Nullable HttpClient client;

    HttpSink(String uri) {
        this.uri = URI.create(uri);
    }

    @Override
    public Chain.Head open() throws IOException {
        if (client == null) client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).connectTimeout(Duration.ofSeconds(2)).build();
        return new Chain.Head(0, Chain.START);
    }

    @Override
    public void write(byte[] lines) throws IOException {
        var connected = client;
        if (connected == null) throw new IOException("not open");
        try {
            var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).header("Content-Type", "application/x-ndjson")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(lines)).build();
            int status = connected.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status / 100 != 2) throw new IOException("the collector answered " + status);
        } catch (IOException failed) {
            throw new TornException(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    @Override
    public void close() {
        var open = client;
        client = null;
        if (open != null) open.close();
    }
}
