package watchword.server.http;

import java.io.IOException;
import java.net.BindException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.WindowRateControl;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import watchword.core.request.Service;

/** The listeners, on virtual threads. Closing it stops accepting, lets what runs end, then cuts off. */
public final class HttpServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());
    private static final int MAX_HEADER_BYTES = 64 << 10;
    private static final int MAX_CONNECTIONS = 20_000;
    private static final int MAX_STREAMS = 128;
    /** Requests at once, most of them waiting: the usual 200 could all be taken by clients that send slowly or wait for room. */
    private static final int MAX_TASKS = 10_000;
    /** Frames a second that serve only to make work: resets, pings, settings, empty ones. */
    private static final int MAX_IDLE_FRAMES = 50;
    private static final long SWEEP_MILLIS = 500;

    private final Server jetty = new Server(virtualThreads());
    private final Certificates certificates = new Certificates();
    private final List<SocketFile> socketFiles = new ArrayList<>();
    private final List<SocketFile> published = new ArrayList<>();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("http-deadlines").daemon().factory());

    /**
     * Listens.
     *
     * @param server answers each request, on a virtual thread of its own
     * @param drain how long requests may take to end when it closes
     * @throws IOException when an address cannot be had, or a certificate cannot be read
     */
    public HttpServer(List<Listener> listeners, Service server, Duration drain) throws IOException {
        jetty.setErrorHandler(new JsonErrors());
        jetty.setStopTimeout(drain.toMillis());
        var ports = new LinkedHashMap<Connector, Port>();
        for (var listener : listeners) {
            var proxy = listener instanceof Listener.Tcp tcp ? tcp.proxy() : ProxyProtocol.NONE;
            var port = new Port(listener.rules(), proxy, new Deadlines(System::nanoTime, listener.rules().headerTimeout()));
            ports.put(connector(listener, port), port);
        }
        int largest = listeners.stream().mapToInt(each -> each.rules().maxRequestBytes()).max().orElse(Listener.Rules.DEFAULTS.maxRequestBytes());
        jetty.setHandler(new GracefulHandler(new HttpAdapter(server, new BodyReader(largest), ports, new WebSockets(jetty))));
        jetty.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, jetty));
        boolean started = false;
        try {
            start(ports);
            started = true;
        } finally {
            if (!started) close();
        }
    }

    /** Looks whether a listener could be had, as far as that can be known without listening. @throws IOException as the constructor */
    public static void rehearse(Listener listener) throws IOException {
        switch (listener) {
            case Listener.Tcp tcp -> {
                if (tcp.tls().isPresent()) Certificates.read(tcp.tls().get());
            }
            case Listener.Unix unix -> {
                var folder = unix.path().toAbsolutePath().getParent();
                if (folder == null || !Files.isWritable(folder)) throw new IOException("address: no socket can be made in " + folder);
            }
        }
    }

    private static VirtualThreadPool virtualThreads() {
        var threads = new VirtualThreadPool(MAX_TASKS);
        threads.setName("http");
        return threads;
    }

    private void start(Map<Connector, Port> ports) throws IOException {
        for (var file : socketFiles) file.makeRoom();
        try {
            jetty.start();
        } catch (IOException failed) {
            throw failed.getCause() instanceof BindException taken ? unusable(failed, taken) : failed;
        } catch (Exception failed) {
            throw new IOException(failed);
        }
        for (var file : socketFiles) {
            file.publish();
            published.add(file);
        }
        sweeper.scheduleWithFixedDelay(() -> ports.values().forEach(port -> port.deadlines().sweep()), SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static IOException unusable(IOException failed, BindException why) {
        var address = String.valueOf(failed.getMessage()).replace("Failed to bind to ", "").replaceFirst("^/", "");
        return new IOException("cannot listen on " + address + ": " + why.getMessage() + "; stop what listens there, or choose another address (-listen=HOST:PORT of watchword dev, address of a listener block)", failed);
    }

    private Connector connector(Listener listener, Port port) throws IOException {
        AbstractConnector connector = switch (listener) {
            case Listener.Tcp tcp -> tcp(tcp);
            case Listener.Unix unix -> unix(unix);
        };
        connector.setIdleTimeout(listener.rules().idleTimeout().toMillis());
        connector.addBean(port.deadlines());
        jetty.addConnector(connector);
        return connector;
    }

    private static HttpConfiguration configuration() {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        http.setHttpCompliance(HttpCompliance.STRICT);
        // Every path reaches RequestPath as it was sent: one place decides what is odd.
        http.setUriCompliance(UriCompliance.UNSAFE);
        http.setOutputAggregationSize(16 << 10);
        return http;
    }

    private ServerConnector tcp(Listener.Tcp tcp) throws IOException {
        var http = configuration();
        var http1 = new HttpConnectionFactory(http);
        ServerConnector connector;
        if (tcp.tls().isPresent()) {
            http.addCustomizer(new SecureRequestCustomizer(false));
            var alpn = new ALPNServerConnectionFactory();
            alpn.setDefaultProtocol(http1.getProtocol());
            var tls = new SslConnectionFactory(certificates.add(tcp.tls().get()), alpn.getProtocol());
            connector = new ServerConnector(jetty, 1, 2, tls, alpn, bounded(new HTTP2ServerConnectionFactory(http)), http1);
        } else {
            connector = new ServerConnector(jetty, 1, 2, http1, bounded(new PriorKnowledge(http)));
        }
        if (tcp.proxy().isOn()) connector.addFirstConnectionFactory(tcp.proxy().factory(connector.getDefaultProtocol()));
        connector.setHost(tcp.host());
        connector.setPort(tcp.port());
        connector.setAcceptQueueSize(1024);
        return connector;
    }

    /**
     * HTTP/2 in the clear for clients that begin with it. Not by an upgrade: a proxy that passes the upgrade's headers on becomes a tunnel
     * through which a client asks us past the proxy's rules.
     */
    private static final class PriorKnowledge extends HTTP2CServerConnectionFactory {
        PriorKnowledge(HttpConfiguration http) {
            super(http);
        }

        @Override
        @SuppressWarnings("NullAway") // null is how the interface refuses
        public Connection upgradeConnection(Connector connector, EndPoint endPoint, MetaData.Request request, HttpFields.Mutable response) {
            return HttpMethod.PRI.is(request.getMethod()) ? super.upgradeConnection(connector, endPoint, request, response) : null;
        }
    }

    private static AbstractHTTP2ServerConnectionFactory bounded(AbstractHTTP2ServerConnectionFactory http2) {
        http2.setMaxConcurrentStreams(MAX_STREAMS);
        http2.setRateControlFactory(new WindowRateControl.Factory(MAX_IDLE_FRAMES));
        return http2;
    }

    private UnixDomainServerConnector unix(Listener.Unix unix) {
        var file = new SocketFile(unix);
        socketFiles.add(file);
        var connector = new UnixDomainServerConnector(jetty, new HttpConnectionFactory(configuration()));
        connector.setUnixDomainPath(file.bindAt());
        return connector;
    }

    /** Reads certificates and keys again; connections stay. @throws IOException when some cannot be used: the old ones stay in use */
    public void reloadCertificates() throws IOException {
        certificates.reload();
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
            // Whoever connects from now on is refused at once, and does not wait in a queue that nobody looks at.
            for (var connector : jetty.getConnectors()) {
                if (connector instanceof ServerConnector tcp) tcp.close();
            }
            jetty.stop();
            for (var file : published) file.remove();
        } catch (Exception failed) {
            LOG.log(Level.WARNING, "stopping: {0}", failed.getMessage());
        } finally {
            sweeper.shutdownNow();
        }
    }
}
