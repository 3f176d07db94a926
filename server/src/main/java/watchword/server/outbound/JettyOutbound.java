package watchword.server.outbound;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/**
 * {@link Outbound} by Jetty's client, since it lets us choose the address that a name is connected to: what was judged is what is reached,
 * whatever the name stands for a moment later. One client for each {@link Trust}; the oldest goes when there are too many. Any thread.
 */
public final class JettyOutbound implements Outbound, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(JettyOutbound.class.getName());
    private static final int MAX_CLIENTS = 64;
    private static final int MAX_CONNECTIONS_TO_ONE = 64;
    private static final int MAX_HEADER_BYTES = 16 << 10;

    private final OutboundRules rules;
    private final Map<Trust, HttpClient> clients = new LinkedHashMap<>(16, 0.75f, true);

    public JettyOutbound(OutboundRules rules) {
        this.rules = rules;
    }

    @Override
    public Answer send(Ask ask) {
        var host = requireTarget(ask.to());
        try {
            var request = client(ask.trust()).newRequest(ask.to()).method(ask.method()).timeout(ask.timeout().toMillis(), TimeUnit.MILLISECONDS);
            request.headers(headers -> ask.headers().forEach(headers::put));
            if (ask.body().length > 0) request.body(new BytesRequestContent(ask.headers().getOrDefault("Content-Type", "application/octet-stream"), ask.body()));
            return answer(new CompletableResponseListener(request, ask.maxBytes()).send().get());
        } catch (ExecutionException failed) {
            throw upstream(host, failed.getCause() == null ? failed : failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new Problem.Upstream(host + ": interrupted").asException();
        }
    }

    @Override
    public Socket connect(String host, int port, Duration timeout) {
        try {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(rules.judged(host)[0], port), Math.toIntExact(timeout.toMillis()));
                return socket;
            } catch (IOException | RuntimeException failed) {
                socket.close();
                throw failed;
            }
        } catch (IOException | Problem.ProblemException failed) {
            throw upstream(host, failed);
        }
    }

    @Override
    public SSLContext tls(Trust trust) {
        try {
            var factory = tlsOf(trust);
            factory.start();
            return factory.getSslContext();
        } catch (GeneralSecurityException | IOException unusable) {
            throw unreadable();
        } catch (Exception failed) { // a life cycle may throw anything
            throw new IllegalStateException(failed);
        }
    }

    private static Problem.ProblemException unreadable() {
        return new Problem.Invalid("the certificates or the key to reach it with cannot be read").asException();
    }

    private static String requireTarget(URI to) {
        var scheme = to.getScheme() == null ? "" : to.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) throw new Problem.Invalid("an address must begin with https:// or http://").asException();
        if (to.getHost() == null || to.getHost().isEmpty()) throw new Problem.Invalid("an address must name a host").asException();
        if (to.getRawUserInfo() != null) throw new Problem.Invalid("an address must not hold a name or password").asException();
        return to.getHost();
    }

    private static Answer answer(ContentResponse response) {
        var headers = new LinkedHashMap<String, List<String>>();
        response.getHeaders().forEach(field -> headers.computeIfAbsent(field.getLowerCaseName(), _ -> new ArrayList<>()).add(field.getValue() == null ? "" : field.getValue()));
        return new Answer(response.getStatus(), headers, response.getContent());
    }

    /** Says why without repeating anything that was sent or answered. */
    private static RuntimeException upstream(String host, Throwable cause) {
        var reason = switch (cause) {
            case Problem.ProblemException problem -> String.join("; ", problem.problem().messages());
            case TimeoutException _ -> "no answer in time";
            case UnknownHostException _ -> "no such host";
            case SSLException _ -> "its certificate is not trusted, or it does not speak TLS";
            case SocketTimeoutException _ -> "no answer in time";
            case ConnectException _ -> "connection refused";
            default -> "the exchange failed (" + cause.getClass().getSimpleName() + ")";
        };
        return new Problem.Upstream(host + ": " + reason).asException();
    }

    // ---- clients ----

    private synchronized HttpClient client(Trust trust) {
        var known = clients.get(trust);
        if (known != null) return known;
        if (clients.size() >= MAX_CLIENTS) {
            var oldest = clients.entrySet().iterator().next();
            clients.remove(oldest.getKey());
            stop(oldest.getValue());
        }
        try {
            var made = create(trust);
            clients.put(trust, made);
            return made;
        } catch (GeneralSecurityException | IOException unusable) {
            throw unreadable();
        } catch (Exception failed) { // a life cycle may throw anything
            throw new IllegalStateException(failed);
        }
    }

    private static SslContextFactory.Client tlsOf(Trust trust) throws GeneralSecurityException, IOException {
        var tls = new SslContextFactory.Client();
        tls.setIncludeProtocols("TLSv1.2", "TLSv1.3");
        if (!trust.authorities().isEmpty()) tls.setTrustStore(authorities(trust.authorities()));
        if (trust.client().isPresent()) {
            tls.setKeyStore(identity(trust.client().get()));
            tls.setKeyStorePassword("");
        }
        return tls;
    }

    private HttpClient create(Trust trust) throws Exception {
        var connector = new ClientConnector();
        connector.setSslContextFactory(tlsOf(trust));
        var threads = new QueuedThreadPool(8, 0);
        threads.setName("outbound");
        threads.setDaemon(true);
        connector.setExecutor(threads);
        var client = new HttpClient(new HttpClientTransportOverHTTP(connector));
        client.setExecutor(threads);
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setMaxConnectionsPerDestination(MAX_CONNECTIONS_TO_ONE);
        client.setMaxResponseHeadersSize(MAX_HEADER_BYTES);
        client.setUserAgentField(null);
        client.setSocketAddressResolver(new Judged(rules));
        client.start();
        // Starting makes these.
        client.getProtocolHandlers().clear(); // no redirects, no authentication of its own: a 401 is an answer
        client.getContentDecoderFactories().clear(); // what is answered is what is counted
        return client;
    }

    private record Judged(OutboundRules rules) implements SocketAddressResolver {
        @Override
        public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
            try {
                promise.succeeded(Arrays.stream(rules.judged(host)).map(address -> new InetSocketAddress(address, port)).toList());
            } catch (UnknownHostException | Problem.ProblemException refused) {
                promise.failed(refused);
            }
        }
    }

    private static KeyStore authorities(List<String> pems) throws GeneralSecurityException, IOException {
        var store = empty();
        int number = 0;
        for (var pem : pems) for (var certificate : certificates(pem)) store.setCertificateEntry("ca" + number++, certificate);
        if (number == 0) throw new IOException("no certificate");
        return store;
    }

    private static KeyStore identity(Trust.Client client) throws GeneralSecurityException, IOException {
        var store = empty();
        try (var parser = new PEMParser(new StringReader(client.key().reveal()))) {
            var info = switch (parser.readObject()) {
                case PEMKeyPair pair -> pair.getPrivateKeyInfo();
                case PrivateKeyInfo key -> key;
                case null, default -> throw new IOException("no private key");
            };
            store.setKeyEntry("client", new JcaPEMKeyConverter().getPrivateKey(info), new char[0], certificates(client.certificates()).toArray(Certificate[]::new));
        }
        return store;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(String pem) throws GeneralSecurityException {
        return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8))));
    }

    private static void stop(HttpClient client) {
        try {
            client.stop();
        } catch (Exception failed) { // a life cycle may throw anything
            LOG.log(Level.WARNING, "a client for outbound connections could not be stopped: {0}", failed.getClass().getSimpleName());
        }
    }

    @Override
    public synchronized void close() {
        clients.values().forEach(JettyOutbound::stop);
        clients.clear();
    }
}
