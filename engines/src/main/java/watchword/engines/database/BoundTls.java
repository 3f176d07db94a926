package watchword.engines.database;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import watchword.sdk.TlsOverConnection;

/** TLS to where the thread may go now, see {@link Reach}: by the authorities that are believed, for the name that is meant. Drivers make it by its name. */
public final class BoundTls extends TlsOverConnection {
    @Override
    public Socket createSocket(Socket plain, String ignored, int port, boolean autoClose) throws IOException {
        return over(plain);
    }

    /** Whoever gets it begins the handshake, which checks certificate and name. */
    SSLSocket over(Socket plain) throws IOException {
        var reach = Reach.bound();
        var name = reach.checkedName().isEmpty() ? reach.host() : reach.checkedName();
        var secured = (SSLSocket) reach.outbound().tls(reach.trust()).getSocketFactory().createSocket(plain, name, reach.port(), true);
        var parameters = secured.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.2", "TLSv1.3"});
        if (!reach.checkedName().isEmpty()) parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        return secured;
    }
}
