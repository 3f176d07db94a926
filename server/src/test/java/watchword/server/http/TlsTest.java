package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsTest {
    private static final Issued CA = Issued.authority("ca");
    private static final String OPENSSL_KEY = """
            -----BEGIN EC PARAMETERS-----
            BggqhkjOPQMBBw==
            -----END EC PARAMETERS-----
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIO8nBH6hUH+5vQWWuRhARSjrAFrgYm/QlC36xJCyRpjHoAoGCCqGSM49
            AwEHoUQDQgAERkfcxgRRmsQpAEaeeH8Iig4wnZTMZkRKGJQ6nwDMGbmLO/yOEDH1
            Jb5CAY/qZI/JtI0zk3WuOiBzD9ZSSApW0w==
            -----END EC PRIVATE KEY-----
            """;
    private static final String OPENSSL_CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBfjCCASWgAwIBAgIUVfFlxphRxuARMnxT/eIs558ENVYwCgYIKoZIzj0EAwIw
            FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDAxNTMwM1oYDzIwODEwODI3
            MDE1MzAzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAARGR9zGBFGaxCkARp54fwiKDjCdlMxmREoYlDqfAMwZuYs7/I4QMfUl
            vkIBj+pkj8m0jTOTda46IHMP1lJIClbTo1MwUTAdBgNVHQ4EFgQUnEINz5ZyQWfZ
            MyE7Zh561eKo9ywwHwYDVR0jBBgwFoAUnEINz5ZyQWfZMyE7Zh561eKo9ywwDwYD
            VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAhftjSXZ8eT4LuzuEDLtQP
            y+yi8NS/c9nfvoAyhF1LVAIgElxf2KfsAWk27HPNF1i1BA+KeQeHk8176IYp+m8E
            t5U=
            -----END CERTIFICATE-----
            """;
    private static final String GET = "GET /v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir
    private Path folder = Path.of("");

    private static Echo echo(Listener.Tls tls) throws IOException {
        return echo(tls, Listener.Rules.DEFAULTS);
    }

    private static Echo echo(Listener.Tls tls, Listener.Rules rules) throws IOException {
        return new Echo(List.of(new Listener.Tcp("127.0.0.1", 0, Optional.of(tls), rules)), Echo::describe);
    }

    private static SSLSocket connect(Echo echo, SSLContext client, String... protocols) throws IOException {
        var socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", echo.port());
        if (protocols.length > 0) socket.setEnabledProtocols(protocols);
        try {
            socket.startHandshake();
        } catch (IOException refused) {
            socket.close();
            throw refused;
        }
        return socket;
    }

    private static Wire.Reply ask(Echo echo, SSLContext client) throws IOException {
        try (var wire = new Wire(connect(echo, client))) {
            return wire.send(GET).reply();
        }
    }

    private static String served(Echo echo) throws IOException {
        try (var socket = connect(echo, Issued.stranger())) {
            return socket.getSession().getPeerPrincipal().getName();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void keys_of_every_usual_kind_serve(String algorithm) throws IOException {
        try (var echo = echo(CA.issue("server", algorithm).in(folder, algorithm))) {
            var reply = ask(echo, Issued.stranger());
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("Strict-Transport-Security")).isPresent();
        }
    }

    @Test
    void a_key_as_openssl_writes_it_serves() throws IOException {
        var tls = CA.issue("server").in(folder, "s");
        Files.writeString(folder.resolve("s.crt"), OPENSSL_CERTIFICATE);
        Files.writeString(folder.resolve("s.key"), OPENSSL_KEY);
        try (var echo = echo(tls)) {
            assertThat(served(echo)).isEqualTo("CN=localhost");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSLv3", "TLSv1", "TLSv1.1"})
    void old_protocols_are_refused(String protocol) throws IOException {
        try (var echo = echo(CA.issue("server").in(folder, "s"))) {
            assertThatThrownBy(() -> connect(echo, Issued.stranger(), protocol)).isInstanceOf(IOException.class);
            connect(echo, Issued.stranger(), "TLSv1.2").close();
            connect(echo, Issued.stranger(), "TLSv1.3").close();
        }
    }

    @Test
    void the_least_protocol_can_be_raised() throws IOException {
        var tls = CA.issue("server").in(folder, "s");
        try (var echo = echo(new Listener.Tls(tls.certificate(), tls.key(), "tls13", Optional.empty(), false, true))) {
            assertThatThrownBy(() -> connect(echo, Issued.stranger(), "TLSv1.2")).isInstanceOf(SSLException.class);
            connect(echo, Issued.stranger(), "TLSv1.3").close();
        }
    }

    @Test
    void only_suites_with_forward_secrecy_and_authentication_are_spoken() throws IOException {
        try (var echo = echo(CA.issue("server", "RSA").in(folder, "s"))) {
            var all = Issued.stranger().getSupportedSSLParameters().getCipherSuites();
            var weak = Arrays.stream(all).filter(suite -> suite.contains("_CBC_") || suite.startsWith("TLS_RSA_") || suite.startsWith("TLS_DHE_")).toArray(String[]::new);
            assertThat(weak).hasSizeGreaterThan(5);
            for (var suite : weak) {
                try (var socket = (SSLSocket) Issued.stranger().getSocketFactory().createSocket("127.0.0.1", echo.port())) {
                    socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                    socket.setEnabledCipherSuites(new String[] {suite});
                    assertThatThrownBy(socket::startHandshake).as(suite).isInstanceOf(IOException.class);
                }
            }
        }
    }

    @Test
    void http_two_is_spoken_where_the_client_can() throws Exception {
        try (var echo = echo(CA.issue("server").in(folder, "s")); var client = HttpClient.newBuilder().sslContext(Issued.stranger()).version(HttpClient.Version.HTTP_2).build()) {
            var request = HttpRequest.newBuilder(URI.create("https://localhost:" + echo.port() + "/v1/a")).PUT(HttpRequest.BodyPublishers.ofString("{\"a\":\"" + "x".repeat(300_000) + "\"}")).build();
            var reply = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(reply.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(reply.statusCode()).isEqualTo(200);
            assertThat(reply.headers().firstValue("content-type")).contains("application/json");
            assertThat(reply.body()).contains("xxx\"");
            assertThat(client.send(HttpRequest.newBuilder(request.uri()).build(), HttpResponse.BodyHandlers.ofString()).body()).contains("READ");
        }
    }

    // ---- client certificates ----

    @Test
    void a_client_may_show_a_certificate_and_need_not() throws IOException {
        try (var echo = echo(CA.issue("server").in(folder, "s"))) {
            assertThat(ask(echo, Issued.stranger()).body()).contains("\"certificates\":0");
            assertThat(ask(echo, Issued.authority("elsewhere").issue("client").client()).body()).as("auth methods judge it").contains("\"certificates\":1");
        }
    }

    @Test
    void a_client_may_have_to_show_one_of_the_right_authority() throws IOException {
        var tls = CA.issue("server").in(folder, "s");
        var clients = Issued.authority("clients");
        Files.writeString(folder.resolve("ca.crt"), clients.certificatePem());
        try (var echo = echo(new Listener.Tls(tls.certificate(), tls.key(), "tls12", Optional.of(folder.resolve("ca.crt")), true, true))) {
            assertThat(ask(echo, clients.issue("client").client()).body()).contains("\"certificates\":1");
            assertThatThrownBy(() -> ask(echo, Issued.stranger())).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> ask(echo, Issued.authority("elsewhere").issue("client").client())).isInstanceOf(IOException.class);
            assertThat(echo.asked).hasValue(1);
        }
    }

    /** A proxy's own certificate must log in nobody that it speaks for. */
    @Test
    void whom_a_proxy_speaks_for_does_not_show_the_proxy_s_certificate() throws IOException {
        var d = Listener.Rules.DEFAULTS;
        var rules = new Listener.Rules(new ForwardedFor(List.of("127.0.0.1"), 0, false, true), d.maxRequestBytes(), d.headerTimeout(), d.readTimeout(), d.writeTimeout(), d.idleTimeout());
        try (var echo = echo(CA.issue("server").in(folder, "s"), rules); var proxy = new Wire(connect(echo, Issued.authority("elsewhere").issue("proxy").client()))) {
            assertThat(proxy.send(GET.replace("\r\n\r\n", "\r\nX-Forwarded-For: 10.0.0.9\r\n\r\n")).reply().body()).contains("\"address\":\"10.0.0.9\"").contains("\"certificates\":0");
            assertThat(proxy.send(GET).reply().body()).as("for itself").contains("\"address\":\"127.0.0.1\"").contains("\"certificates\":1");
        }
    }

    /** Number 27: what is judged at each login is there in a session that goes on, too. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_session_that_goes_on_shows_the_certificate_it_began_with(String protocol) throws IOException {
        var client = Issued.authority("elsewhere").issue("client").client();
        try (var echo = echo(CA.issue("server").in(folder, "s"))) {
            for (boolean goesOn : new boolean[] {false, true}) {
                var socket = connect(echo, client, protocol);
                try (var wire = new Wire(socket)) {
                    assertThat(wire.send(GET).reply().body()).contains("\"certificates\":1");
                    assertThat(socket.getSession().getValue("seen") != null).as("resumed").isEqualTo(goesOn);
                    socket.getSession().putValue("seen", true);
                }
            }
        }
    }

    /** Number 27: a session is not a way around the authorities of today. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_session_that_began_under_other_authorities_does_not_go_on(String protocol) throws IOException {
        var tls = CA.issue("server").in(folder, "s");
        var before = Issued.authority("before");
        var after = Issued.authority("after");
        Files.writeString(folder.resolve("ca.crt"), before.certificatePem());
        var client = before.issue("client").client();
        try (var echo = echo(new Listener.Tls(tls.certificate(), tls.key(), "tls12", Optional.of(folder.resolve("ca.crt")), true, true))) {
            try (var wire = new Wire(connect(echo, client, protocol))) {
                assertThat(wire.send(GET).reply().status()).isEqualTo(200);
            }
            Files.writeString(folder.resolve("ca.crt"), after.certificatePem());
            echo.http.reloadCertificates();
            assertThatThrownBy(() -> new Wire(connect(echo, client, protocol)).send(GET).reply()).isInstanceOf(IOException.class);
            try (var wire = new Wire(connect(echo, after.issue("client").client(), protocol))) {
                assertThat(wire.send(GET).reply().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void nobody_is_asked_where_certificates_are_off() throws IOException {
        var tls = CA.issue("server").in(folder, "s");
        try (var echo = echo(new Listener.Tls(tls.certificate(), tls.key(), "tls12", Optional.empty(), false, false))) {
            assertThat(ask(echo, CA.issue("client").client()).body()).contains("\"certificates\":0");
        }
    }

    // ---- reload ----

    @Test
    void a_new_certificate_is_served_to_new_connections_while_old_ones_stay() throws IOException {
        try (var echo = echo(CA.issue("first").in(folder, "s")); var kept = new Wire(connect(echo, Issued.stranger()))) {
            assertThat(kept.send(GET).reply().status()).isEqualTo(200);
            assertThat(served(echo)).isEqualTo("CN=first");

            CA.issue("second").in(folder, "s");
            assertThat(served(echo)).as("only when it is told").isEqualTo("CN=first");
            echo.http.reloadCertificates();

            assertThat(served(echo)).isEqualTo("CN=second");
            assertThat(kept.send(GET).reply().status()).isEqualTo(200);
        }
    }

    @Test
    void what_cannot_be_used_does_not_replace_what_can() throws IOException {
        try (var echo = echo(CA.issue("first").in(folder, "s"))) {
            CA.issue("another").in(folder, "other");
            Files.copy(folder.resolve("other.crt"), folder.resolve("s.crt"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(echo.http::reloadCertificates).isInstanceOf(IOException.class).hasMessageContaining("s.crt").hasMessageContaining("is not the key of tls_cert_file");
            assertThat(served(echo)).isEqualTo("CN=first");

            Files.writeString(folder.resolve("s.crt"), "nothing");
            assertThatThrownBy(echo.http::reloadCertificates).isInstanceOf(IOException.class).hasMessageContaining("s.crt");
            Files.delete(folder.resolve("s.crt"));
            assertThatThrownBy(echo.http::reloadCertificates).isInstanceOf(IOException.class).hasMessageContaining("s.crt");
            assertThat(served(echo)).isEqualTo("CN=first");
        }
    }

    @Test
    void a_server_does_not_start_with_a_key_of_another_certificate() throws IOException {
        var tls = CA.issue("server").in(folder, "s");
        var other = CA.issue("another").in(folder, "other");
        assertThatThrownBy(() -> echo(new Listener.Tls(tls.certificate(), other.key(), "tls12", Optional.empty(), false, true)).close())
                .isInstanceOf(IOException.class).hasMessageContaining("tls_key_file: " + other.key() + " is not the key of tls_cert_file, " + tls.certificate());
        assertThatThrownBy(() -> echo(new Listener.Tls(tls.certificate(), tls.certificate(), "tls12", Optional.empty(), false, true)).close())
                .isInstanceOf(IOException.class).hasMessageContaining("holds no private key");
    }

    @Test
    void a_file_that_cannot_be_used_is_named_with_its_setting_and_the_reason() throws IOException {
        var tls = CA.issue("server").in(folder, "s");
        var none = folder.resolve("none");
        refused(tls.certificate(), none, Optional.empty(), "tls_key_file: " + none + ": no such file or folder");
        refused(none, tls.key(), Optional.empty(), "tls_cert_file: " + none + ": no such file or folder");
        refused(folder, tls.key(), Optional.empty(), "tls_cert_file: " + folder + ": is a folder");
        refused(tls.key(), tls.certificate(), Optional.empty(), "tls_cert_file: " + tls.key() + " holds a key and no certificate");
        refused(tls.certificate(), tls.key(), Optional.of(none), "tls_client_ca_file: " + none + ": no such file or folder");
    }

    private static void refused(Path certificate, Path key, Optional<Path> clientCa, String message) {
        var tls = new Listener.Tls(certificate, key, "tls12", clientCa, false, true);
        assertThatThrownBy(() -> echo(tls).close()).isInstanceOf(IOException.class).hasMessage(message);
        assertThatThrownBy(() -> HttpServer.rehearse(new Listener.Tcp("127.0.0.1", 0, Optional.of(tls), Listener.Rules.DEFAULTS))).hasMessage(message);
    }

    // ---- deadlines ----

    @Test
    void a_handshake_that_does_not_come_is_not_waited_for() throws IOException {
        var rules = new Listener.Rules(ForwardedFor.NONE, 1 << 20, Duration.ofMillis(300), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));
        try (var echo = echo(CA.issue("server").in(folder, "s"), rules); var silent = Wire.to(echo.port()); var half = Wire.to(echo.port()); var done = new Wire(connect(echo, Issued.stranger()))) {
            half.send(new byte[] {22, 3, 1});
            assertThat(silent.isClosedByServer()).isTrue();
            assertThat(half.isClosedByServer()).isTrue();
            assertThat(done.isClosedByServer()).as("a handshake alone is no request").isTrue();
        }
    }

    @Test
    void a_connection_over_tls_is_kept_between_requests() throws IOException {
        var rules = new Listener.Rules(ForwardedFor.NONE, 1 << 20, Duration.ofMillis(300), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));
        try (var echo = echo(CA.issue("server").in(folder, "s"), rules); var kept = new Wire(connect(echo, Issued.stranger())); var silent = Wire.to(echo.port())) {
            assertThat(kept.send(GET).reply().status()).isEqualTo(200);
            assertThat(silent.isClosedByServer()).as("the deadline has passed").isTrue();
            assertThat(kept.send(GET).reply().status()).isEqualTo(200);
        }
    }

    @Test
    void plain_http_to_a_tls_port_is_not_answered_with_anything_of_value() throws IOException {
        try (var echo = echo(CA.issue("server").in(folder, "s")); var wire = Wire.to(echo.port())) {
            assertThat(wire.send(GET).rest()).doesNotContain("HTTP/1.1 200");
            assertThat(echo.asked).hasValue(0);
        }
    }
}
