package watchword.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.testkit.StubServer;

/** Real handshakes with certificates that keytool makes. */
final class TlsTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    static Path folder;

    @BeforeAll
    static void certificates() throws Exception {
        make("server", "EC", "san=ip:127.0.0.1,dns:server.example");
        make("other", "EC", "san=dns:other.example");
        make("ec", "EC", "san=dns:client");
        make("rsa", "RSA", "san=dns:client");
        make("ed", "Ed25519", "san=dns:client");
    }

    private static void make(String name, String algorithm, String extension) throws Exception {
        var store = folder.resolve(name + ".p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var made = new ProcessBuilder(keytool, "-genkeypair", "-alias", "a", "-keyalg", algorithm, "-dname", "CN=" + name, "-ext",
                extension, "-validity", "2", "-keystore", store.toString(), "-storetype", "PKCS12",
                "-storepass", "password").redirectErrorStream(true).start();
        var said = new String(made.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        var keys = load(name);
        Files.writeString(folder.resolve(name + ".crt"), pem("CERTIFICATE", keys.getCertificate("a").getEncoded()));
        Files.writeString(folder.resolve(name + ".key"), pem("PRIVATE KEY", keys.getKey("a", PASSWORD).getEncoded()));
    }

    private static KeyStore load(String name) throws Exception {
        return KeyStore.getInstance(folder.resolve(name + ".p12").toFile(), PASSWORD);
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + kind
                + "-----\n";
    }

    private static StubServer serve(String name, String... clients) throws Exception {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(load(name), PASSWORD);
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (var client : clients) trusted.setCertificateEntry(client, load(client).getCertificate("a"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        if (clients.length > 0) trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), clients.length > 0 ? trust.getTrustManagers() : null, null);
        return StubServer.startTls(context, clients.length > 0).on("GET /v1/x", 200, "{\"data\":{\"k\":\"v\"}}");
    }

    private static String read(StubServer server, String... variables) throws IOException, SettingsException {
        var environment = new HashMap<>(Map.of("VAULT_ADDR", server.address(), "VAULT_MAX_RETRIES", "0"));
        for (int i = 0; i < variables.length; i += 2) environment.put(variables[i], variables[i + 1]);
        try (var client = new Client(Settings.from(environment))) {
            return client.read("x").data().text("k");
        }
    }

    private static String file(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void a_named_authority_is_trusted_and_no_other() throws Exception {
        try (var server = serve("server")) {
            assertThat(read(server, "VAULT_CACERT", file("server.crt"))).isEqualTo("v");
            assertThatThrownBy(() -> read(server, "VAULT_CACERT", file("other.crt"))).isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("VAULT_CACERT");
            assertThatThrownBy(() -> read(server)).isInstanceOf(UnreachableException.class).hasMessageContaining("VAULT_CACERT");
        }
    }

    @Test
    void a_directory_of_authorities_is_read_whole(@TempDir Path authorities) throws Exception {
        Files.copy(folder.resolve("other.crt"), authorities.resolve("a.pem"));
        Files.copy(folder.resolve("server.crt"), authorities.resolve("b.pem"));
        try (var server = serve("server")) {
            assertThat(read(server, "VAULT_CAPATH", authorities.toString())).isEqualTo("v");
        }
    }

    @Test
    void a_certificate_for_another_name_is_refused_unless_that_name_was_expected() throws Exception {
        try (var server = serve("other")) {
            assertThatThrownBy(() -> read(server, "VAULT_CACERT", file("other.crt"))).isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("VAULT_TLS_SERVER_NAME");
            assertThat(read(server, "VAULT_CACERT", file("other.crt"), "VAULT_TLS_SERVER_NAME", "other.example")).isEqualTo("v");
            assertThatThrownBy(() -> read(server, "VAULT_CACERT", file("other.crt"), "VAULT_TLS_SERVER_NAME", "another.example"))
                    .isInstanceOf(UnreachableException.class);
        }
    }

    @Test
    void skipping_verification_accepts_anybody() throws Exception {
        try (var server = serve("other")) {
            assertThat(read(server, "VAULT_SKIP_VERIFY", "true")).isEqualTo("v");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec", "rsa", "ed"})
    void a_client_certificate_is_shown(String name) throws Exception {
        try (var server = serve("server", "ec", "rsa", "ed")) {
            assertThat(read(server, "VAULT_CACERT", file("server.crt"), "VAULT_CLIENT_CERT", file(name + ".crt"), "VAULT_CLIENT_KEY",
                    file(name + ".key"))).isEqualTo("v");
            assertThatThrownBy(() -> read(server, "VAULT_CACERT", file("server.crt"))).isInstanceOf(UnreachableException.class);
        }
    }

    @Test
    void older_forms_of_keys_are_read() throws Exception {
        for (var name : new String[] {"ec", "rsa"}) {
            var key = (PrivateKey) load(name).getKey("a", PASSWORD);
            var old = inner(key.getEncoded());
            if (name.equals("ec")) old = withCurve(old, curve(key.getEncoded()));
            var path = folder.resolve(name + ".old");
            Files.writeString(path, pem(name.toUpperCase(java.util.Locale.ROOT) + " PRIVATE KEY", old));
            assertThat(number(ClientKey.read(path))).isEqualTo(number(key));
        }
    }

    /** What makes a key the one it is; how it is written down differs. */
    private static BigInteger number(PrivateKey key) {
        return key instanceof ECPrivateKey curve ? curve.getS() : ((RSAPrivateKey) key).getPrivateExponent();
    }

    /** The content of the last element of a PKCS#8 structure: the key as its own standard has it. */
    private static byte[] inner(byte[] pkcs8) {
        var der = new Der(pkcs8);
        der.enter();
        der.skip();
        der.skip();
        return der.content();
    }

    /** The curve's name, the second part of the algorithm. */
    private static byte[] curve(byte[] pkcs8) {
        var der = new Der(pkcs8);
        der.enter();
        der.skip();
        der.enter();
        der.skip();
        return der.element();
    }

    /** RFC 5915 with its parameters: what openssl writes and the platform leaves out. */
    private static byte[] withCurve(byte[] key, byte[] curve) {
        var der = new Der(key);
        der.enter();
        int head = der.at;
        der.skip();
        der.skip();
        var body = Arrays.copyOfRange(key, head, der.at);
        var all = new byte[2 + body.length + 2 + curve.length];
        all[0] = 0x30;
        all[1] = (byte) (all.length - 2);
        System.arraycopy(body, 0, all, 2, body.length);
        all[2 + body.length] = (byte) 0xa0;
        all[3 + body.length] = (byte) curve.length;
        System.arraycopy(curve, 0, all, 4 + body.length, curve.length);
        return all;
    }

    /** Steps through DER. */
    private static final class Der {
        private final byte[] bytes;
        private int at;

        Der(byte[] bytes) {
            this.bytes = bytes;
        }

        private int header() {
            int first = bytes[at + 1] & 0xff;
            return first < 0x80 ? 2 : 2 + first - 0x80;
        }

        private int length() {
            int length = bytes[at + 1] & 0xff;
            if (length < 0x80) return length;
            int total = 0;
            for (int i = 0; i < length - 0x80; i++) total = total << 8 | (bytes[at + 2 + i] & 0xff);
            return total;
        }

        void enter() {
            at += header();
        }

        void skip() {
            at += header() + length();
        }

        byte[] element() {
            return Arrays.copyOfRange(bytes, at, at + header() + length());
        }

        byte[] content() {
            return Arrays.copyOfRange(bytes, at + header(), at + header() + length());
        }
    }

    @Test
    void files_that_cannot_be_used_are_named() throws Exception {
        try (var server = serve("server")) {
            assertThatThrownBy(() -> read(server, "VAULT_CACERT", file("none"))).isInstanceOf(SettingsException.class)
                    .hasMessageContaining("none");
            assertThatThrownBy(() -> read(server, "VAULT_CACERT", file("ec.key"))).isInstanceOf(SettingsException.class)
                    .hasMessageContaining("ec.key");
            assertThatThrownBy(() -> read(server, "VAULT_CACERT", file("server.crt"), "VAULT_CLIENT_CERT", file("ec.crt")))
                    .isInstanceOf(SettingsException.class).hasMessageContaining("VAULT_CLIENT_KEY");
            assertThatThrownBy(() -> read(server, "VAULT_CACERT", file("server.crt"), "VAULT_CLIENT_CERT", file("ec.crt"),
                    "VAULT_CLIENT_KEY", file("ec.crt"))).isInstanceOf(SettingsException.class)
                    .hasMessageContaining("ec.crt");
        }
    }

    @Test
    void a_server_under_tls_is_recognized_by_who_speaks_plainly() throws Exception {
        try (var server = serve("server")) {
            var plain = server.address().replace("https:", "http:");
            try (var client = new Client(Settings.of(Address.parse(plain)))) {
                assertThatThrownBy(() -> client.read("x")).isInstanceOf(UnreachableException.class)
                        .hasMessageContaining("does it speak TLS? Try VAULT_ADDR=" + server.address());
            }
        }
    }

    @Test
    void what_is_readable_on_the_way_is_readable_to_nobody_else_on_this_machine() throws Exception {
        var plain = new javax.net.ssl.SSLException("Unsupported or unrecognized SSL message");
        for (var here : new String[] {"127.0.0.1", "localhost", "[::1]"}) {
            assertThat(UnreachableException.of(Address.parse("https://" + here + ":8200"), plain))
                    .hasMessageContaining("export VAULT_ADDR=http://" + here + ":8200 (a development server");
        }
        for (var elsewhere : new String[] {"10.0.0.1", "127.evil.example", "localhost.example"}) {
            assertThat(UnreachableException.of(Address.parse("https://" + elsewhere + ":8200"), plain))
                    .hasMessageContaining("would be readable on the way").hasMessageNotContaining("export");
        }
    }

    @Test
    void a_server_without_tls_is_recognized() throws Exception {
        try (var plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (var socket = plain.accept()) {
                    int read = socket.getInputStream().read(new byte[4096]);
                    assertThat(read).isPositive();
                    socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                } catch (IOException closed) {
                    // the test is over
                }
            });
            var address = "127.0.0.1:" + plain.getLocalPort();
            var settings = Settings.from(Map.of("VAULT_ADDR", "https://" + address, "VAULT_MAX_RETRIES", "0"));
            assertThatThrownBy(() -> new Client(settings).read("x")).isInstanceOf(UnreachableException.class)
                    .hasMessageContaining("http://" + address);
        }
    }
}
