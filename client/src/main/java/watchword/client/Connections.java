package watchword.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to one address, and keeps the last one for the next request. It is used again only when it was used just now: a
 * server closes idle connections when it likes, and a request that meets that moment may or may not have been carried out. Any thread.
 */
final class Connections implements AutoCloseable {
    private static final long FRESH_NANOS = Duration.ofSeconds(2).toNanos();

    private final Address address;
    private final TlsSockets tls;
    private final AtomicReference<@Nullable Idle> idle = new AtomicReference<>();

    private record Idle(Connection connection, long since) {}

    Connections(Address address, TlsSettings tls) {
        this.address = address;
        this.tls = new TlsSockets(tls);
    }

    HttpReader.Response exchange(HttpRequest request, Duration timeout) throws IOException, SettingsException {
        var deadline = Deadline.in(timeout);
        var bytes = request.bytes(address);
        var kept = idle.getAndSet(null);
        if (kept != null && System.nanoTime() - kept.since() < FRESH_NANOS) {
            try {
                return exchange(kept.connection(), bytes, deadline);
            } catch (HttpReader.NoAnswerException | java.net.SocketException closedMeanwhile) {
                // a new one is opened
            }
        } else if (kept != null) {
            kept.connection().close();
        }
        return exchange(open(deadline), bytes, deadline);
    }

    /** Once, on a connection of its own, which may take as long as it gets on. @param sinks where the body of an answer goes, by its status */
    HttpReader.Response transfer(HttpRequest request, InputStream body, long length, IntFunction<HttpReader.Sink> sinks, Duration patience)
            throws IOException, SettingsException {
        var deadline = Deadline.forEachStep(patience);
        try (var connection = open(deadline)) {
            var head = request.head(address, length);
            connection.write(head, head.length, deadline);
            var buffer = new byte[64 << 10];
            for (int count = body.read(buffer); count > 0; count = body.read(buffer)) connection.write(buffer, count, deadline);
            return new HttpReader(connection, deadline).read(sinks);
        }
    }

    private Connection open(Deadline deadline) throws IOException, SettingsException {
        if (address.kind() != Address.Kind.UNIX) return SocketConnection.open(address, tls, deadline);
        if (!java.nio.file.Files.exists(java.nio.file.Path.of(address.host()))) throw new ConnectException("no such socket");
        try {
            return UnixConnection.open(address);
        } catch (NoSuchFileException | java.net.SocketException unusable) {
            throw new ConnectException(unusable.getMessage());
        }
    }

    private HttpReader.Response exchange(Connection connection, byte[] request, Deadline deadline) throws IOException {
        boolean whole = false;
        try {
            connection.write(request, request.length, deadline);
            var response = new HttpReader(connection, deadline).read();
            whole = response.keepAlive();
            return response;
        } finally {
            if (whole) keep(connection);
            else connection.close();
        }
    }

    private void keep(Connection connection) {
        var other = idle.getAndSet(new Idle(connection, System.nanoTime()));
        if (other != null) other.connection().close();
    }

    @Override
    public void close() {
        var kept = idle.getAndSet(null);
        if (kept != null) kept.connection().close();
    }
}
