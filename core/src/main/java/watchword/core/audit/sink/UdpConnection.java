package watchword.core.audit.sink;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** UDP to one address. */
public final class UdpConnection implements DatagramSink.Connection {
    /** What fits into one datagram over IPv4. */
    public static final int MAX_MESSAGE = 65_507;

    private final DatagramChannel channel;

    private UdpConnection(DatagramChannel channel) {
        this.channel = channel;
    }

    public static UdpConnection to(InetSocketAddress address) throws IOException {
        var resolved = new InetSocketAddress(address.getHostString(), address.getPort());
        if (resolved.isUnresolved()) throw new UnknownHostException(address.getHostString());
        return new UdpConnection(DatagramChannel.open().connect(resolved));
    }

    @Override
    public void send(ByteBuffer message) throws IOException {
        channel.write(message);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
