package watchword.server.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import watchword.core.request.Request;
import watchword.core.request.Response;

/** The listeners, on virtual threads. */
public final class HttpServer implements AutoCloseable {
    private static final int MAX_HEADER_BYTES = 64 << 10;
    /** Bodies over 64 KiB together, of all requests. */
    private static final int BODY_BUDGET = 96 << 20;

    private final Server jetty;
    private final List<Reloadable> reloadable = new ArrayList<>();

    private record Reloadable(SslContextFactory.Server factory, Listener.Tls tls) {}

    /** @throws IOException when an address cannot be had, or a certificate cannot be read */
    public HttpServer(List<Listener> listeners, Function<Request, Response> server) throws IOException {
        var threads = new VirtualThreadPool();
        threads.setName("http");
        this.jetty = new Server(threads);
        jetty.setErrorHandler(new JsonErrors());
        jetty.setStopTimeout(Duration.ofSeconds(10).toMillis());
        var shared = listeners.stream().filter(Listener.Tcp.class::isInstance).map(l -> ((Listener.Tcp) l).maxRequestBytes()).max(Integer::compare).orElse(32 << 20);
        var forwarded = listeners.stream().filter(Listener.Tcp.class::isInstance).map(l -> ((Listener.Tcp) l).forwarded()).findFirst().orElse(ForwardedFor.NONE);
        jetty.setHandler(new org.eclipse.jetty.server.handler.GracefulHandler(new HttpAdapter(server, new BodyReader(shared, BODY_BUDGET), forwarded)));
        for (var listener : listeners) {
            switch (listener) {
                case Listener.Tcp tcp -> addTcp(tcp);
                case Listener.Unix unix -> addUnix(unix);
            }
        }
        try {
            jetty.start();
            for (var listener : listeners) {
                if (listener instanceof Listener.Unix unix && unix.mode().isPresent()) chmod(unix.path(), unix.mode().get());
            }
        } catch (IOException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IOException(failed);
        }
    }

    private static HttpConfiguration configuration() {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        http.setHttpCompliance(HttpCompliance.RFC9110);
        // Every path reaches RequestPath as it was sent: one place decides what is odd.
        http.setUriCompliance(UriCompliance.UNSAFE);
        http.setMinRequestDataRate(512);
        http.setOutputAggregationSize(16 << 10);
        return http;
    }

    private void addTcp(Listener.Tcp tcp) throws IOException {
        var http = configuration();
        var http1 = new HttpConnectionFactory(http);
        ServerConnector connector;
        if (tcp.tls().isPresent()) {
            http.addCustomizer(new SecureRequestCustomizer(false));
            var alpn = new ALPNServerConnectionFactory();
            alpn.setDefaultProtocol(http1.getProtocol());
            var tls = sslFactory(tcp.tls().get());
            connector = new ServerConnector(jetty, 1, 2, new SslConnectionFactory(tls, alpn.getProtocol()), alpn, new HTTP2ServerConnectionFactory(http), http1);
        } else {
            connector = new ServerConnector(jetty, 1, 2, http1, new HTTP2CServerConnectionFactory(http));
        }
        connector.setHost(tcp.host());
        connector.setPort(tcp.port());
        connector.setIdleTimeout(tcp.idleTimeout().toMillis());
        connector.setAcceptQueueSize(1024);
        jetty.addConnector(connector);
    }

    private SslContextFactory.Server sslFactory(Listener.Tls tls) throws IOException {
        var factory = new SslContextFactory.Server();
        load(factory, tls);
        factory.setIncludeProtocols(tls.minVersion().equals("tls13") ? new String[] {"TLSv1.3"} : new String[] {"TLSv1.2", "TLSv1.3"});
        factory.setExcludeCipherSuites("^TLS_RSA_.*$", "^.*_CBC_.*$", "^.*3DES.*$", "^.*_SHA$", "^TLS_DH_.*$");
        factory.setRenegotiationAllowed(false);
        factory.setSniRequired(false);
        if (tls.requireClient()) factory.setNeedClientAuth(true);
        else if (tls.askClient()) factory.setWantClientAuth(true);
        if (tls.askClient() && tls.clientCa().isEmpty()) factory.setTrustAll(true);
        reloadable.add(new Reloadable(factory, tls));
        return factory;
    }

    private static void load(SslContextFactory.Server factory, Listener.Tls tls) throws IOException {
        try {
            factory.setKeyStore(PemFiles.keyStore(tls.certificate(), tls.key()));
            factory.setKeyStorePassword("");
            factory.setKeyManagerPassword("");
            if (tls.clientCa().isPresent()) factory.setTrustStore(PemFiles.trustStore(tls.clientCa().get()));
        } catch (GeneralSecurityException unreadable) {
            throw new IOException("cannot use " + tls.certificate() + " with " + tls.key() + ": " + unreadable.getMessage(), unreadable);
        }
    }

    private void addUnix(Listener.Unix unix) throws IOException {
        Files.deleteIfExists(unix.path());
        var connector = new UnixDomainServerConnector(jetty, new HttpConnectionFactory(configuration()));
        connector.setUnixDomainPath(unix.path());
        jetty.addConnector(connector);
    }

    private static void chmod(Path path, String octal) throws IOException {
        int bits = Integer.parseInt(octal, 8);
        var mode = EnumSet.noneOf(PosixFilePermission.class);
        var all = PosixFilePermission.values(); // in the order of rwxrwxrwx
        for (int i = 0; i < 9; i++) if ((bits & 1 << 8 - i) != 0) mode.add(all[i]);
        Files.setPosixFilePermissions(path, mode);
    }

    /** Reads certificates and keys again; connections stay. On a failure the old ones stay in use. */
    public void reloadCertificates() throws IOException {
        for (var each : reloadable) {
            try {
                each.factory().reload(factory -> {
                    try {
                        load((SslContextFactory.Server) factory, each.tls());
                    } catch (IOException unreadable) {
                        throw new java.io.UncheckedIOException(unreadable);
                    }
                });
            } catch (java.io.UncheckedIOException unreadable) {
                throw java.util.Objects.requireNonNull(unreadable.getCause());
            } catch (Exception failed) {
                throw new IOException(failed);
            }
        }
    }

    /** The port of the first TCP listener, when it was asked for as 0. */
    public int port() {
        for (var connector : jetty.getConnectors()) {
            if (connector instanceof ServerConnector tcp) return tcp.getLocalPort();
        }
        throw new IllegalStateException("no TCP listener");
    }

    @Override
    public void close() {
        try {
            jetty.stop();
        } catch (Exception failed) {
            System.getLogger(HttpServer.class.getName()).log(System.Logger.Level.WARNING, "stopping: {0}", failed.getMessage());
        }
    }
}
