package watchword.engines.ldap;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import watchword.sdk.Outbound;
import watchword.sdk.TlsOverConnection;

/** TLS over a connection that is there, to a host whose certificate must have its name: the JDK's check, for the first byte and for StartTLS alike. */
final class CheckedTls extends TlsOverConnection {
    private final SSLSocketFactory inner;
    private final String host;
    private final String[] protocols;

    CheckedTls(Link link, Outbound outbound, String host) {
        this.inner = outbound.tls(link.trust()).getSocketFactory();
        this.host = host;
        this.protocols = link.protocols();
    }

    @Override
    public Socket createSocket(Socket plain, String ignored, int port, boolean autoClose) throws IOException {
        var secured = (SSLSocket) inner.createSocket(plain, host, port, autoClose);
        var parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("LDAPS");
        parameters.setProtocols(protocols);
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return inner.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return inner.getSupportedCipherSuites();
    }
}
