package watchword.core.audit.sink;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.chain.LineBatch;
import watchword.core.audit.chain.LogEnd;

/**
 * Lines over TCP or a Unix stream socket. A connection that broke is made again, and lines that may not have arrived are sent again: a
 * receiver may see a line twice, and tells by its number. Nobody confirms: a line counts when the system has taken it.
 */
public final class StreamSocketSink implements Sink {
    private final SocketAddress address;
    private final Duration timeout;
    private final Framing framing;
    private @Nullable StreamConnection connection;

    /** @param timeout zero for none */
    public StreamSocketSink(SocketAddress address, Duration timeout, Framing framing) {
        this.address = address;
        this.timeout = timeout;
        this.framing = framing;
    }

    @Override
    public LogEnd open() throws IOException {
        close();
        connect();
        return LogEnd.EMPTY;
    }

    private StreamConnection connect() throws IOException {
        var made = StreamConnection.to(address, timeout);
        connection = made;
        return made;
    }

    @Override
    public int write(LineBatch lines) throws IOException {
        var framed = framing.stream(lines);
        var old = connection;
        if (old == null || old.isClosedByPeer()) {
            close();
            writeTo(connect(), framed);
            return lines.lines();
        }
        try {
            writeTo(old, framed.duplicate());
        } catch (SocketTimeoutException slow) {
            throw slow;
        } catch (IOException broken) {
            writeTo(connect(), framed);
        }
        return lines.lines();
    }

    private void writeTo(StreamConnection to, ByteBuffer framed) throws IOException {
        try {
            to.write(framed, timeout);
        } catch (IOException broken) {
            close();
            throw broken;
        }
    }

    @Override
    public void close() throws IOException {
        var open = connection;
        connection = null;
        if (open != null) open.close();
    }
}
