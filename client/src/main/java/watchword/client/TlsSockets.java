package watchword.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Puts TLS over a connected socket, with the authorities and the certificate that were set. Files are read at first use. Any thread. */
final class TlsSockets {
    private static final char[] NO_PASSWORD = {};

    private final TlsSettings settings;
    private @Nullable SSLContext context;

    TlsSockets(TlsSettings settings) {
        this.settings = settings;
    }

    /** The handshake is done, and the server's certificate checked, when this returns. */
    Socket over(Socket plain, Address address) throws IOException, SettingsException {
        var name = settings.serverName().isEmpty() ? address.host() : settings.serverName();
        var socket = (SSLSocket) context().getSocketFactory().createSocket(plain, name, address.port(), true);
        if (!settings.skipVerify()) {
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
        }
        socket.startHandshake();
        return socket;
    }

    private synchronized SSLContext context() throws IOException, SettingsException {
        var known = context;
        if (known != null) return known;
        try {
            var made = SSLContext.getInstance("TLS");
            made.init(keyManagers(), trustManagers(), null);
            context = made;
            return made;
        } catch (GeneralSecurityException unusable) {
            throw new SettingsException("cannot set up TLS: " + unusable.getMessage());
        }
    }

    /** Null stands for the platform's own. */
    private TrustManager @Nullable [] trustManagers() throws GeneralSecurityException, IOException, SettingsException {
        if (settings.skipVerify()) return new TrustManager[] {new TrustAnyone()};
        var files = authorityFiles();
        if (files.isEmpty()) return null;
        var store = emptyStore();
        int number = 0;
        for (var file : files) {
            for (var certificate : certificates(file, "authority")) store.setCertificateEntry("ca" + number++, certificate);
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private List<Path> authorityFiles() throws SettingsException {
        if (settings.caFile().isPresent()) return List.of(settings.caFile().get());
        if (settings.caDirectory().isEmpty()) return List.of();
        try (var files = Files.newDirectoryStream(settings.caDirectory().get())) {
            var all = new ArrayList<Path>();
            for (var file : files) if (Files.isRegularFile(file)) all.add(file);
            return all;
        } catch (IOException unreadable) {
            throw new SettingsException("cannot read the directory of authorities " + settings.caDirectory().get());
        }
    }

    /** Null stands for none. */
    private KeyManager @Nullable [] keyManagers() throws GeneralSecurityException, IOException, SettingsException {
        Optional<Path> certificate = settings.certificate();
        Optional<Path> key = settings.key();
        if (certificate.isEmpty() && key.isEmpty()) return null;
        if (certificate.isEmpty() || key.isEmpty()) {
            throw new SettingsException("a client certificate and its key go together: VAULT_CLIENT_CERT and VAULT_CLIENT_KEY");
        }
        var chain = certificates(certificate.get(), "client certificate");
        var store = emptyStore();
        store.setKeyEntry("client", ClientKey.read(key.get()), NO_PASSWORD, chain.toArray(new Certificate[0]));
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file, String what) throws SettingsException {
        try {
            var found = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
            if (!found.isEmpty()) return found;
        } catch (IOException unreadable) {
            throw new SettingsException("cannot read the " + what + " " + file);
        } catch (GeneralSecurityException malformed) {
            // told below
        }
        throw new SettingsException("there is no certificate in " + file + ": expected PEM, as in -----BEGIN CERTIFICATE-----");
    }
}
