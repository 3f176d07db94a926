package watchword.engines.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** Connected sockets to where the thread may go now, see {@link Reach}; what a driver resolved by itself is passed over. Drivers make it by its name. */
public final class BoundSockets extends SocketFactory {
    @Override
    public Socket createSocket() throws IOException {
        return Reach.bound().connect();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket();
    }
}
