package watchword.engines.database;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLSession;
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
    public SSLSocketFactory getSocketFactory(Configuration conf, ExceptionFactory exceptions, HostAddress host) {
        return new BoundTls();
    }

    // Never asked, as the factory above is.

    @Override
    public TrustManager[] getTrustManager(Configuration conf, ExceptionFactory exceptions, HostAddress host) {
        return new TrustManager[0];
    }

    @Override
    public KeyManager[] getKeyManager(Configuration conf, ExceptionFactory exceptions) {
        return new KeyManager[0];
    }

    /** The handshake has checked the name. */
    @Override
    public void verify(String host, SSLSession session, long serverThreadId) {}
}
