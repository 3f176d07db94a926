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
import watchword.sdk.FileTrouble;

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

    record Stores(KeyStore keys, Optional<KeyStore> clientCas) {}

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

    /** @throws IOException naming the setting, the file, and what is wrong with it */
    static Stores read(Listener.Tls tls) throws IOException {
        var chain = read("tls_cert_file", tls.certificate(), PemFiles::certificates);
        var key = read("tls_key_file", tls.key(), PemFiles::privateKey);
        warnOfReaders(tls.key());
        try {
            if (!PemFiles.isPair(chain.getFirst(), key)) throw new IOException("tls_key_file: " + tls.key() + " is not the key of tls_cert_file, " + tls.certificate());
            Optional<KeyStore> clientCas = Optional.empty();
            if (tls.clientCa().isPresent()) clientCas = Optional.of(PemFiles.trustStore(read("tls_client_ca_file", tls.clientCa().get(), PemFiles::certificates)));
            return new Stores(PemFiles.keyStore(chain, key), clientCas);
        } catch (GeneralSecurityException unusable) {
            throw new IOException("cannot use " + tls.certificate() + " with " + tls.key() + ": " + unusable.getMessage(), unusable);
        }
    }

    /** Reads a PEM file. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(Path file) throws IOException, GeneralSecurityException;
    }

    private static <T> T read(String setting, Path file, Reader<T> reader) throws IOException {
        try {
            if (Files.isDirectory(file)) throw new IOException(file + ": is a folder");
            return reader.read(file);
        } catch (GeneralSecurityException unusable) {
            throw new IOException(setting + ": " + file + ": " + unusable.getMessage(), unusable);
        } catch (IOException unreadable) {
            throw new IOException(setting + ": " + FileTrouble.words(unreadable), unreadable);
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
