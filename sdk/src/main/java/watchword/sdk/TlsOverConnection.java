package watchword.sdk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/**
 * TLS over connections that are there, for libraries that want a factory of sockets: it opens none by itself, since where one may lead is
 * judged by {@link Outbound}.
 */
public abstract class TlsOverConnection extends SSLSocketFactory {

    @Override
    public abstract Socket createSocket(Socket plain, String host, int port, boolean autoClose) throws IOException;

    @Override
    public String[] getDefaultCipherSuites() {
        return new String[0];
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return new String[0];
    }

    @Override
    public final Socket createSocket(String to, int port) throws IOException {
        throw unjudged();
    }

    @Override
    public final Socket createSocket(String to, int port, InetAddress local, int localPort) throws IOException {
        throw unjudged();
    }

    @Override
    public final Socket createSocket(InetAddress to, int port) throws IOException {
        throw unjudged();
    }

    @Override
    public final Socket createSocket(InetAddress to, int port, InetAddress local, int localPort) throws IOException {
        throw unjudged();
    }

    private static IOException unjudged() {
        return new IOException("connections are made elsewhere");
    }
}
