package watchword.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A TCP connection, in the clear or under TLS. */
final class SocketConnection implements Connection {
    /** No network that works takes longer, and the next address of the host may answer. */
    private static final int CONNECT_MILLIS = 10_000;

    private final Socket socket;

    private SocketConnection(Socket socket) {
        this.socket = socket;
    }

    static SocketConnection open(Address address, TlsSockets tls, Deadline deadline) throws IOException, SettingsException {
        var plain = connect(address, deadline);
        try {
            plain.setTcpNoDelay(true);
            if (address.kind() == Address.Kind.HTTP) return new SocketConnection(plain);
            plain.setSoTimeout(deadline.millisLeft());
            return new SocketConnection(tls.over(plain, address));
        } catch (IOException | SettingsException failed) {
            plain.close();
            throw failed;
        }
    }

    private static Socket connect(Address address, Deadline deadline) throws IOException {
        IOException last = new IOException("no address");
        for (var each : InetAddress.getAllByName(address.host())) {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(each, address.port()), Math.min(CONNECT_MILLIS, deadline.millisLeft()));
                return socket;
            } catch (IOException refused) {
                socket.close();
                last = refused;
            }
        }
        throw last;
    }

    @Override
    public int read(byte[] into, Deadline deadline) throws IOException {
        socket.setSoTimeout(deadline.millisLeft());
        return socket.getInputStream().read(into);
    }

    @Override
    public void write(byte[] bytes, int length, Deadline deadline) throws IOException {
        socket.setSoTimeout(deadline.millisLeft());
        socket.getOutputStream().write(bytes, 0, length);
        socket.getOutputStream().flush();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // nothing was left to lose
        }
    }
}
