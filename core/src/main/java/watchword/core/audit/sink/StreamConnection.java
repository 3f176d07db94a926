package watchword.core.audit.sink;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A TCP or Unix stream that never makes its user wait longer than it was told. One thread at a time. */
final class StreamConnection implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer heard = ByteBuffer.allocate(256);

    private StreamConnection(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    static StreamConnection to(SocketAddress address, Duration timeout) throws IOException {
        boolean unix = address instanceof UnixDomainSocketAddress;
        var resolved = address instanceof InetSocketAddress net ? new InetSocketAddress(net.getHostString(), net.getPort()) : address;
        if (resolved instanceof InetSocketAddress net && net.isUnresolved()) throw new java.net.UnknownHostException(net.getHostString());
        var channel = unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        try {
            channel.configureBlocking(false);
            return connected(new StreamConnection(channel, Selector.open()), resolved, timeout);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** A selector holds files of the system until it is closed, whatever becomes of its channel. */
    private static StreamConnection connected(StreamConnection connection, SocketAddress address, Duration timeout) throws IOException {
        try {
            if (!connection.channel.connect(address)) connection.finishConnect(timeout);
            return connection;
        } catch (IOException | RuntimeException failed) {
            connection.selector.close();
            throw failed;
        }
    }

    private void finishConnect(Duration timeout) throws IOException {
        long deadline = deadline(timeout);
        do {
            waitFor(SelectionKey.OP_CONNECT, deadline);
        } while (!channel.finishConnect());
    }

    private static long deadline(Duration timeout) {
        return System.nanoTime() + (timeout.isZero() ? Long.MAX_VALUE / 2 : timeout.toNanos());
    }

    private void waitFor(int operation, long deadline) throws IOException {
        channel.register(selector, operation);
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0 || selector.select(left) == 0) throw new SocketTimeoutException("no answer in time");
        selector.selectedKeys().clear();
    }

    /** Writes all of it, or throws; then part of it may have gone, and the connection is of no more use. */
    void write(ByteBuffer bytes, Duration timeout) throws IOException {
        long deadline = deadline(timeout);
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) waitFor(SelectionKey.OP_WRITE, deadline);
        }
    }

    /** Whether the other side has closed. Anything it says is thrown away. */
    boolean isClosedByPeer() {
        try {
            heard.clear();
            return channel.read(heard) < 0;
        } catch (IOException broken) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
