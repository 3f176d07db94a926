package watchword.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A connection to a socket file. The platform gives its blocking reads no time limit, so a selector does. */
final class UnixConnection implements Connection {
    private final SocketChannel channel;
    private final Selector selector;

    private UnixConnection(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    static UnixConnection open(Address address) throws IOException {
        var channel = SocketChannel.open(UnixDomainSocketAddress.of(address.host()));
        try {
            channel.configureBlocking(false);
            var selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
            return new UnixConnection(channel, selector);
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    @Override
    public int read(byte[] into, Deadline deadline) throws IOException {
        var buffer = ByteBuffer.wrap(into);
        for (int count; (count = channel.read(buffer)) != 0; ) return count;
        await(SelectionKey.OP_READ, deadline);
        return read(into, deadline);
    }

    @Override
    public void write(byte[] bytes, int length, Deadline deadline) throws IOException {
        var buffer = ByteBuffer.wrap(bytes, 0, length);
        while (buffer.hasRemaining()) {
            if (channel.write(buffer) == 0) await(SelectionKey.OP_WRITE, deadline);
        }
    }

    private void await(int operation, Deadline deadline) throws IOException {
        channel.keyFor(selector).interestOps(operation);
        if (selector.select(deadline.millisLeft()) == 0) throw new SocketTimeoutException("timed out");
        selector.selectedKeys().clear();
    }

    @Override
    public void close() {
        try {
            selector.close();
            channel.close();
        } catch (IOException alreadyGone) {
            // nothing was left to lose
        }
    }
}
