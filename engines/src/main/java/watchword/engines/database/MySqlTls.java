package watchword.engines.database;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.HostAddress;
import org.mariadb.jdbc.export.ExceptionFactory;
import org.mariadb.jdbc.plugin.TlsSocketPlugin;

/** How MariaDB's driver comes to {@link BoundTls}: it finds this by the service loader. */
public final class MySqlTls implements TlsSocketPlugin {
    static final String NAME = "watchword";

    @Override
    public String type() {
        return NAME;
    }

    @Override
    public SSLSocket createSocket(Socket plain, SSLSocketFactory ignored) throws IOException {
        return new BoundTls().over(plain);
    }

    // For the factory that is passed over.

    @Override
    public TrustManager[] getTrustManager(Configuration conf, ExceptionFactory exceptions, HostAddress host) {
        return new TrustManager[0];
    }

    @Override
    public KeyManager[] getKeyManager(Configuration conf, ExceptionFactory exceptions) {
        return new KeyManager[0];
    }

    /** The handshake has checked the name already. */
    @Override
    public void verify(String host, SSLSession session, long serverThreadId) {}
}
