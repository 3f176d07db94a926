package watchword.server.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** The TLS settings of all listeners, with certificates that can be read again while connections stay. Any thread. */
final class Certificates {
    private static final System.Logger LOG = System.getLogger(Certificates.class.getName());
    private final List<Used> used = new ArrayList<>();

    private record Used(SslContextFactory.Server factory, Listener.Tls tls) {}

    /** Takes any client certificate whose key the client has; the auth method that it is shown to judges it. */
    private static final class AnyClient extends SslContextFactory.Server {
        @Override
        protected TrustManager[] getTrustManagers(KeyStore keys, Collection<? extends CRL> revoked) {
            return TRUST_ALL_CERTS.clone();
        }
    }

    private record Stores(KeyStore keys, Optional<KeyStore> clientCas) {}

    /** @throws IOException when files cannot be read, or do not fit together */
    SslContextFactory.Server add(Listener.Tls tls) throws IOException {
        var factory = tls.clientCa().isPresent() ? new SslContextFactory.Server() : new AnyClient();
        put(read(tls), factory);
        factory.setIncludeProtocols(tls.minVersion().equals("tls13") ? new String[] {"TLSv1.3"} : new String[] {"TLSv1.2", "TLSv1.3"});
        factory.setExcludeCipherSuites("^TLS_RSA_.*$", "^.*_CBC_.*$", "^.*3DES.*$", "^.*_SHA$", "^TLS_DHE?_.*$", "^.*_anon_.*$", "^.*NULL.*$");
        factory.setRenegotiationAllowed(false);
        factory.setSniRequired(false);
        if (tls.requireClient()) factory.setNeedClientAuth(true);
        else if (tls.askClient()) factory.setWantClientAuth(true);
        used.add(new Used(factory, tls));
        return factory;
    }

    /** Reads all again. On a failure nothing changes for the listener it is about, nor for those after it. */
    void reload() throws IOException {
        for (var each : used) {
            var fresh = read(each.tls());
            try {
                each.factory().reload(factory -> put(fresh, each.factory()));
            } catch (UncheckedIOException unreadable) {
                throw Objects.requireNonNull(unreadable.getCause());
            } catch (Exception failed) {
                throw new IOException(each.tls().certificate() + " cannot be used: " + failed.getMessage(), failed);
            }
        }
    }

    private static void put(Stores stores, SslContextFactory.Server factory) {
        factory.setKeyStore(stores.keys());
        factory.setKeyStorePassword("");
        factory.setKeyManagerPassword("");
        stores.clientCas().ifPresent(factory::setTrustStore);
    }

    private static Stores read(Listener.Tls tls) throws IOException {
        warnOfReaders(tls.key());
        try {
            var keys = PemFiles.keyStore(tls.certificate(), tls.key());
            return new Stores(keys, tls.clientCa().isPresent() ? Optional.of(PemFiles.trustStore(tls.clientCa().get())) : Optional.empty());
        } catch (GeneralSecurityException unusable) {
            throw new IOException("cannot use " + tls.certificate() + " with " + tls.key() + ": " + unusable.getMessage(), unusable);
        }
    }

    private static void warnOfReaders(Path key) throws IOException {
        try {
            if (Files.getPosixFilePermissions(key).contains(PosixFilePermission.OTHERS_READ)) {
                LOG.log(Level.WARNING, "everybody on this machine can read the private key {0}: chmod 600 it", key);
            }
        } catch (UnsupportedOperationException notPosix) {
            LOG.log(Level.DEBUG, "no permissions to look at");
        }
    }
}
