package watchword.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Calls the API. Follows no redirects: a token goes only where it was told. Any thread. */
public final class Client {
    private final Settings settings;
    private final Optional<String> wrapTtl;
    private @Nullable SSLContext tls;

    public Client(Settings settings) {
        this(settings, Optional.empty());
    }

    private Client(Settings settings, Optional<String> wrapTtl) {
        this.settings = settings;
        this.wrapTtl = wrapTtl;
    }

    public Client withToken(String token) {
        return new Client(settings.withToken(token), wrapTtl);
    }

    /** The same client, whose answers are wrapped. */
    public Client wrapping(String ttl) {
        return new Client(settings, Optional.of(ttl));
    }

    public Settings settings() {
        return settings;
    }

    /** An answer. @param body the whole JSON document; empty for none */
    public record Answer(int status, Map<String, Object> body) {
        /** The {@code data} object; empty when there is none. */
        @SuppressWarnings("unchecked") // an object's keys are strings
        public Map<String, Object> data() {
            return body.get("data") instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
        }

        @SuppressWarnings("unchecked") // an object's keys are strings
        public Map<String, Object> auth() {
            return body.get("auth") instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
        }
    }

    public Answer read(String path) throws ApiException, IOException {
        return call("GET", path, Optional.empty());
    }

    public Answer list(String path) throws ApiException, IOException {
        return call("GET", path + (path.contains("?") ? "&" : "?") + "list=true", Optional.empty());
    }

    public Answer write(String path, Map<String, ?> body) throws ApiException, IOException {
        return call("PUT", path, Optional.of(body));
    }

    public Answer patch(String path, Map<String, ?> body) throws ApiException, IOException {
        return call("PATCH", path, Optional.of(body));
    }

    public Answer delete(String path) throws ApiException, IOException {
        return call("DELETE", path, Optional.empty());
    }

    private Answer call(String method, String path, Optional<Map<String, ?>> body) throws ApiException, IOException {
        var url = settings.address().replaceAll("/+$", "") + "/v1/" + encoded(path);
        var bytes = body.map(tree -> JsonText.write(tree, false).getBytes(StandardCharsets.UTF_8));
        for (int attempt = 0; ; attempt++) {
            try {
                var raw = method.equals("PATCH") ? patch(url, bytes.orElseThrow()) : send(method, url, bytes);
                boolean again = raw.status() == 412 || raw.status() >= 500 && raw.status() != 501 && raw.status() != 503 && method.equals("GET");
                if (!again || attempt >= settings.retries()) return answer(method, url, raw);
            } catch (java.net.ConnectException refused) {
                if (attempt >= settings.retries()) throw new IOException("cannot reach " + settings.address() + ": " + refused.getMessage(), refused);
            }
            LockSupport.parkNanos(100_000_000L << Math.min(attempt, 4));
        }
    }

    /** Each segment as it must stand in a URL; the query, if any, is the caller's. */
    private static String encoded(String path) {
        int query = path.indexOf('?');
        var plain = query < 0 ? path : path.substring(0, query);
        try {
            var raw = new URI(null, null, "/" + plain, null).toASCIIString().substring(1);
            return raw.replace("?", "%3F") + (query < 0 ? "" : path.substring(query));
        } catch (URISyntaxException odd) {
            return path;
        }
    }

    private record Raw(int status, byte[] body) {}

    private Raw send(String method, String url, Optional<byte[]> body) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        if (connection instanceof HttpsURLConnection https) trust(https);
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(5000);
        connection.setReadTimeout((int) settings.timeout().toMillis());
        connection.setRequestMethod(method);
        connection.setRequestProperty("X-Vault-Request", "true");
        if (!settings.token().isEmpty()) connection.setRequestProperty("X-Vault-Token", settings.token());
        if (!settings.namespace().isEmpty()) connection.setRequestProperty("X-Vault-Namespace", settings.namespace());
        wrapTtl.ifPresent(ttl -> connection.setRequestProperty("X-Vault-Wrap-TTL", ttl));
        if (body.isPresent()) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(body.get().length);
            try (var out = connection.getOutputStream()) {
                out.write(body.get());
            }
        }
        int status = connection.getResponseCode();
        try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            return new Raw(status, in == null ? new byte[0] : in.readAllBytes());
        }
    }

    /** The platform's small client cannot say PATCH, so the larger one does. */
    private Raw patch(String url, byte[] body) throws IOException {
        var builder = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER);
        try {
            if (url.startsWith("https:") && (settings.caCertificate().isPresent() || settings.skipVerify())) builder.sslContext(sslContext());
            try (var client = builder.build()) {
                var request = HttpRequest.newBuilder(URI.create(url)).timeout(settings.timeout()).header("Content-Type", "application/merge-patch+json")
                        .header("X-Vault-Request", "true").header("X-Vault-Token", settings.token()).method("PATCH", HttpRequest.BodyPublishers.ofByteArray(body)).build();
                var response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
                return new Raw(response.statusCode(), response.body());
            }
        } catch (GeneralSecurityException unusable) {
            throw new IOException("cannot use the CA certificate: " + unusable.getMessage(), unusable);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    private void trust(HttpsURLConnection connection) throws IOException {
        if (settings.caCertificate().isEmpty() && !settings.skipVerify()) return;
        try {
            connection.setSSLSocketFactory(sslContext().getSocketFactory());
            if (settings.skipVerify()) connection.setHostnameVerifier((_, _) -> true);
        } catch (GeneralSecurityException unusable) {
            throw new IOException("cannot use the CA certificate: " + unusable.getMessage(), unusable);
        }
    }

    private synchronized SSLContext sslContext() throws GeneralSecurityException, IOException {
        var known = tls;
        if (known != null) return known;
        var context = SSLContext.getInstance("TLS");
        context.init(null, settings.skipVerify() ? new TrustManager[] {new TrustAll()} : trustManagers(), new SecureRandom());
        tls = context;
        return context;
    }

    private TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        var file = Files.readAllBytes(settings.caCertificate().orElseThrow());
        for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(file))) store.setCertificateEntry("ca" + number++, certificate);
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** For {@code VAULT_SKIP_VERIFY}, which says what it does. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @SuppressWarnings("unchecked") // an object's keys are strings
    private static Answer answer(String method, String url, Raw raw) throws ApiException, IOException {
        Object tree = raw.body().length == 0 ? null : parsed(raw.body());
        var body = tree instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.<String, Object>of();
        boolean value = raw.status() == 404 && (body.get("data") != null || body.get("warnings") != null);
        boolean told = raw.status() < 400 || value || url.contains("/v1/sys/health");
        if (told) return new Answer(raw.status(), body);
        throw new ApiException(method, url, raw.status(), JsonText.texts(body.get("errors")));
    }

    private static @Nullable Object parsed(byte[] body) throws IOException {
        try {
            return JsonText.parse(new String(body, StandardCharsets.UTF_8));
        } catch (com.fasterxml.jackson.core.JacksonException notJson) {
            return List.of();
        }
    }
}
