package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.server.http.ProxyProtocol.Behavior;

/** Who a client is when a proxy says so at the beginning of a connection, by either version of the PROXY protocol. */
final class ProxyProtocolTest {
    private static final String GET = "GET /v1/a HTTP/1.1\r\nHost: t\r\n\r\n";
    private static final String LINE = "PROXY TCP4 192.0.2.7 10.0.0.1 4711 8200\r\n";
    private static final List<String> US = List.of("127.0.0.0/8");
    private static final List<String> OTHERS = List.of("10.0.0.0/8");

    @TempDir
    private Path folder = Path.of("");

    private static Echo echo(ProxyProtocol proxy) throws IOException {
        return echo(proxy, Listener.Rules.DEFAULTS);
    }

    private static Echo echo(ProxyProtocol proxy, Listener.Rules rules) throws IOException {
        return new Echo(List.of(new Listener.Tcp("127.0.0.1", 0, Optional.empty(), proxy, rules)), Echo::describe);
    }

    private static String seen(ProxyProtocol proxy, byte[] header) throws IOException {
        try (var echo = echo(proxy); var wire = Wire.to(echo.port())) {
            var body = wire.send(header).send(GET).reply().body();
            return body.replaceAll(".*\"address\":\"([^\"]*)\".*", "$1");
        }
    }

    private static String seen(ProxyProtocol proxy, String header) throws IOException {
        return seen(proxy, header.getBytes(StandardCharsets.US_ASCII));
    }

    /** Version 2 as its specification has it. @param local said by the proxy for itself, as in a health check */
    private static byte[] binary(String source, boolean local) throws IOException {
        var from = InetAddress.ofLiteral(source).getAddress();
        var to = new byte[from.length];
        int length = 2 * from.length + 4;
        var header = ByteBuffer.allocate(16 + length).put(new byte[] {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a}).put((byte) (local ? 0x20 : 0x21))
                .put((byte) (from.length == 4 ? 0x11 : 0x21)).putShort((short) length).put(from).put(to).putShort((short) 4711).putShort((short) 8200);
        return header.array();
    }

    @ParameterizedTest
    @EnumSource(names = {"USE_ALWAYS", "ALLOW_AUTHORIZED", "DENY_UNAUTHORIZED"})
    void a_proxy_that_may_names_its_client_in_either_version(Behavior behavior) throws IOException {
        var proxy = new ProxyProtocol(behavior, US);

        assertThat(seen(proxy, LINE)).isEqualTo("192.0.2.7");
        assertThat(seen(proxy, "PROXY TCP6 2001:db8::7 ::1 4711 8200\r\n")).isEqualTo("2001:db8:0:0:0:0:0:7");
        assertThat(seen(proxy, binary("192.0.2.8", false))).isEqualTo("192.0.2.8");
        assertThat(seen(proxy, binary("2001:db8::8", false))).isEqualTo("2001:db8:0:0:0:0:0:8");
        assertThat(seen(proxy, binary("192.0.2.8", true))).isEqualTo("127.0.0.1");
        assertThat(seen(proxy, "PROXY UNKNOWN\r\n")).isEqualTo("127.0.0.1");
        assertThat(seen(proxy, "")).isEqualTo("127.0.0.1");
    }

    @Test
    void of_who_is_no_named_proxy_the_header_is_passed_over() throws IOException {
        var proxy = new ProxyProtocol(Behavior.ALLOW_AUTHORIZED, OTHERS);

        assertThat(seen(proxy, LINE)).isEqualTo("127.0.0.1");
        assertThat(seen(proxy, binary("192.0.2.8", false))).isEqualTo("127.0.0.1");
        assertThat(seen(proxy, "")).isEqualTo("127.0.0.1");
    }

    @Test
    void who_is_no_named_proxy_cannot_connect_where_only_proxies_may() throws IOException {
        for (var header : List.of(LINE, "")) {
            try (var echo = echo(new ProxyProtocol(Behavior.DENY_UNAUTHORIZED, OTHERS)); var wire = Wire.to(echo.port())) {
                wire.trySend(header + GET);
                assertThat(wire.isClosedByServer()).isTrue();
                assertThat(echo.asked).hasValue(0);
            }
        }
    }

    @Test
    void by_default_nobody_is_believed_and_the_header_is_not_http() throws IOException {
        for (var header : List.of(LINE.getBytes(StandardCharsets.US_ASCII), binary("192.0.2.8", false))) {
            try (var echo = echo(ProxyProtocol.NONE); var wire = Wire.to(echo.port())) {
                wire.send(header);
                wire.trySend(GET);
                assertThat(wire.isClosedByServer()).isTrue();
                assertThat(echo.asked).hasValue(0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY \r\n", "PROXY TCP4 256.0.2.7 10.0.0.1 4711 8200\r\n", "PROXY TCP4 x 10.0.0.1 4711 8200\r\n", "PROXY TCP4 192.0.2.7 10.0.0.1 4711\r\n", "PROXY TCP4 192.0.2.7 10.0.0.1 4711 8200 \r",
        "PROXY TCP4 192.0.2.7 10.0.0.1 4711 99999\r\n", "PROXY TCP4 localhost 10.0.0.1 4711 8200\r\n"})
    void a_header_that_is_wrong_ends_the_connection_and_names_nobody(String header) throws IOException {
        try (var echo = echo(new ProxyProtocol(Behavior.USE_ALWAYS, List.of()), quick()); var wire = Wire.to(echo.port())) {
            wire.trySend(header + GET);
            assertThat(wire.isClosedByServer()).isTrue();
            assertThat(echo.asked).hasValue(0);
        }
    }

    @Test
    void a_header_without_an_end_is_cut_off() throws IOException {
        try (var echo = echo(new ProxyProtocol(Behavior.USE_ALWAYS, List.of()), quick()); var wire = Wire.to(echo.port())) {
            wire.trySend("PROXY TCP4 " + "1".repeat(100_000));
            assertThat(wire.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_header_that_never_comes_has_a_deadline() throws IOException {
        try (var echo = echo(new ProxyProtocol(Behavior.USE_ALWAYS, List.of()), quick()); var wire = Wire.to(echo.port())) {
            wire.send("PROXY");
            assertThat(wire.isClosedByServer()).isTrue();
        }
    }

    private static Listener.Rules quick() {
        var d = Listener.Rules.DEFAULTS;
        return new Listener.Rules(d.forwarded(), d.maxRequestBytes(), Duration.ofMillis(300), d.readTimeout(), d.writeTimeout(), d.idleTimeout());
    }

    @Test
    void a_kept_connection_keeps_its_client() throws IOException {
        try (var echo = echo(new ProxyProtocol(Behavior.USE_ALWAYS, List.of())); var wire = Wire.to(echo.port())) {
            assertThat(wire.send(LINE + GET).reply().body()).contains("\"address\":\"192.0.2.7\"");
            assertThat(wire.send(GET).reply().body()).contains("\"address\":\"192.0.2.7\"");
            wire.send("PROXY TCP4 192.0.2.99 10.0.0.1 4711 8200\r\n" + GET);
            assertThat(wire.reply().status()).isEqualTo(400);
            assertThat(wire.isClosedByServer()).isTrue();
        }
    }

    @Test
    void the_header_comes_before_the_handshake() throws IOException {
        var tls = Issued.authority("ca").issue("server").in(folder, "s");
        for (var allowed : List.of(true, false)) {
            var proxy = new ProxyProtocol(Behavior.ALLOW_AUTHORIZED, allowed ? US : OTHERS);
            try (var echo = new Echo(List.of(new Listener.Tcp("127.0.0.1", 0, Optional.of(tls), proxy, Listener.Rules.DEFAULTS)), Echo::describe); var plain = new Socket("127.0.0.1", echo.port())) {
                plain.getOutputStream().write(LINE.getBytes(StandardCharsets.US_ASCII));
                try (var socket = (SSLSocket) Issued.stranger().getSocketFactory().createSocket(plain, "localhost", echo.port(), true)) {
                    socket.startHandshake();
                    assertThat(new Wire(socket).send(GET).reply().body()).contains("\"address\":\"" + (allowed ? "192.0.2.7" : "127.0.0.1") + "\"");
                }
            }
        }
    }

    @Test
    void where_only_proxies_may_connect_others_get_no_handshake() throws IOException {
        var tls = Issued.authority("ca").issue("server").in(folder, "s");
        try (var echo = new Echo(List.of(new Listener.Tcp("127.0.0.1", 0, Optional.of(tls), new ProxyProtocol(Behavior.DENY_UNAUTHORIZED, OTHERS), Listener.Rules.DEFAULTS)), Echo::describe)) {
            assertThatThrownBy(() -> {
                try (var socket = (SSLSocket) Issued.stranger().getSocketFactory().createSocket("127.0.0.1", echo.port())) {
                    socket.startHandshake();
                }
            }).isInstanceOf(IOException.class);
        }
    }
}
