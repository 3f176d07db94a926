package watchword.core.audit.sink;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.chain.LineBatch;
import watchword.core.audit.chain.LogEnd;

/** A message for each line, over UDP or a Unix datagram socket. Nobody confirms, and over UDP nobody may be there. */
public final class DatagramSink implements Sink {

    /** Makes the connection. */
    public interface Connector {
        Connection connect() throws IOException;
    }

    /** Sends messages. */
    public interface Connection extends AutoCloseable {
        void send(ByteBuffer message) throws IOException;

        @Override
        void close() throws IOException;
    }

    private final Connector connector;
    private final Framing framing;
    private final int maxMessage;
    private @Nullable Connection connection;

    public DatagramSink(Connector connector, Framing framing, int maxMessage) {
        this.connector = connector;
        this.framing = framing;
        this.maxMessage = maxMessage;
    }

    @Override
    public LogEnd open() throws IOException {
        close();
        connection = connector.connect();
        return LogEnd.EMPTY;
    }

    @Override
    public int write(LineBatch lines) throws IOException {
        for (int i = 0; i < lines.lines(); i++) {
            try {
                send(framing.message(lines, i));
            } catch (IOException failed) {
                if (i > 0) return i;
                throw failed;
            }
        }
        return lines.lines();
    }

    /** The other side may have been started anew since: then the second try finds it. */
    private void send(ByteBuffer message) throws IOException {
        var now = connection;
        if (now == null) {
            reconnect().send(message);
            return;
        }
        try {
            now.send(message.duplicate());
        } catch (IOException gone) {
            close();
            reconnect().send(message);
        }
    }

    private Connection reconnect() throws IOException {
        var made = connector.connect();
        connection = made;
        return made;
    }

    @Override
    public int maxLine() {
        return maxMessage - framing.overhead();
    }

    @Override
    public void close() throws IOException {
        var open = connection;
        connection = null;
        if (open != null) open.close();
    }
}
