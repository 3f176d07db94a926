package watchword.core.audit.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.testkit.TestClock;

class NetworkSinkTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final InstantSource clock = new TestClock();
    private final Batches batches = new Batches();

    @TempDir
    private Path folder = Path.of("");

    private Syslog syslog() {
        return new Syslog(clock, Syslog.facility("local0").orElseThrow(), "host-1", "watchword", 42);
    }

    private static InetSocketAddress at(int port) {
        return InetSocketAddress.createUnresolved(HERE.getHostAddress(), port);
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    // ---- TCP and Unix streams ----

    @Test
    void lines_go_over_tcp_as_they_are() throws IOException {
        try (var server = new ServerSocket(0, 5, HERE); var sink = new StreamSocketSink(at(server.getLocalPort()), SOON, Framing.PLAIN)) {
            sink.open();
            var batch = batches.of("a", "b");
            assertThat(sink.write(batch)).isEqualTo(2);
            try (var peer = server.accept(); var lines = reader(peer)) {
                assertThat(lines.readLine() + "\n" + lines.readLine() + "\n").isEqualTo(Batches.text(batch));
            }
        }
    }

    @Test
    void a_peer_that_closed_is_connected_to_again() throws IOException {
        try (var server = new ServerSocket(0, 5, HERE); var sink = new StreamSocketSink(at(server.getLocalPort()), SOON, Framing.PLAIN)) {
            sink.open();
            server.accept().close();
            for (int i = 0; i < 3; i++) sink.write(batches.of("line " + i));
            server.setSoTimeout((int) SOON.toMillis());
            try (var peer = server.accept(); var lines = reader(peer)) {
                assertThat(lines.readLine()).contains("\"what\":\"line ");
            }
        }
    }

    @Test
    void a_peer_that_does_not_read_is_given_up() throws IOException {
        try (var server = new ServerSocket(0, 5, HERE); var sink = new StreamSocketSink(at(server.getLocalPort()), Duration.ofMillis(200), Framing.PLAIN)) {
            sink.open();
            assertThatThrownBy(() -> {
                for (int i = 0; i < 100; i++) sink.write(batches.of("x".repeat(1 << 20)));
            }).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void nobody_there_is_a_failure() throws IOException {
        int port;
        try (var gone = new ServerSocket(0, 5, HERE)) {
            port = gone.getLocalPort();
        }
        try (var sink = new StreamSocketSink(at(port), SOON, Framing.PLAIN)) {
            assertThatThrownBy(sink::open).satisfies(failed -> assertThat(Reasons.of((IOException) failed)).isEqualTo("connection refused"));
        }
    }

    @Test
    void lines_go_over_a_unix_stream() throws IOException {
        var address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address); var sink = new StreamSocketSink(address, SOON, Framing.PLAIN)) {
            sink.open();
            var batch = batches.of("a");
            sink.write(batch);
            try (var peer = server.accept(); var lines = new BufferedReader(Channels.newReader(peer, StandardCharsets.US_ASCII))) {
                assertThat(lines.readLine() + "\n").isEqualTo(Batches.text(batch));
            }
        }
    }

    @Test
    void syslog_over_tcp_counts_its_octets() throws IOException {
        try (var server = new ServerSocket(0, 5, HERE); var sink = new StreamSocketSink(at(server.getLocalPort()), SOON, syslog())) {
            sink.open();
            var batch = batches.of("a", "b");
            sink.write(batch);
            var lines = Batches.text(batch).split("\n");
            var header = "<134>1 2030-01-01T00:00:00Z host-1 watchword 42 audit - ";
            int length = header.length() + lines[0].length();
            var expected = length + " " + header + lines[0] + length + " " + header + lines[1];
            try (var peer = server.accept()) {
                assertThat(new String(peer.getInputStream().readNBytes(expected.length()), StandardCharsets.US_ASCII)).isEqualTo(expected);
            }
        }
    }

    // ---- datagrams ----

    @Test
    void syslog_over_udp_is_a_message_a_line() throws IOException {
        try (var server = new DatagramSocket(0, HERE); var sink = new DatagramSink(() -> UdpConnection.to(at(server.getLocalPort())), syslog(), UdpConnection.MAX_MESSAGE)) {
            server.setSoTimeout((int) SOON.toMillis());
            sink.open();
            var batch = batches.of("a", "b");
            assertThat(sink.write(batch)).isEqualTo(2);
            for (var line : Batches.text(batch).split("\n")) {
                var packet = new DatagramPacket(new byte[65_536], 65_536);
                server.receive(packet);
                assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII)).isEqualTo("<134>1 2030-01-01T00:00:00Z host-1 watchword 42 audit - " + line);
            }
            assertThat(sink.maxLine()).isLessThan(65_507);
        }
    }

    @Test
    void syslog_over_a_unix_datagram_socket_is_a_message_a_line() throws Exception {
        var path = folder.resolve("log");
        var receiver = new ProcessBuilder("python3", "-c", """
                import socket, sys
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.bind(sys.argv[1])
                s.settimeout(20)
                print("ready", flush=True)
                for _ in range(2):
                    print(s.recv(300000).decode(), flush=True)
                """, path.toString()).redirectErrorStream(true).start();
        try (var said = receiver.inputReader(StandardCharsets.US_ASCII); var sink = new DatagramSink(() -> UnixDatagram.to(path), syslog(), UnixDatagram.MAX_MESSAGE)) {
            assertThat(said.readLine()).isEqualTo("ready");
            sink.open();
            var batch = batches.of("a", "x".repeat(150_000));
            sink.write(batch);
            for (var line : Batches.text(batch).split("\n")) assertThat(said.readLine()).endsWith(line).startsWith("<134>1 ");
            assertThat(receiver.waitFor()).isZero();
            assertThatThrownBy(() -> sink.write(batches.of("c"))).satisfies(failed -> assertThat(Reasons.of((IOException) failed)).isEqualTo("connection refused"));
        } finally {
            receiver.destroy();
        }
    }

    @Test
    void a_unix_datagram_socket_that_is_not_there_is_a_failure() {
        assertThatThrownBy(() -> UnixDatagram.to(folder.resolve("none"))).isInstanceOf(IOException.class).hasMessage("no such file or directory");
        assertThatThrownBy(() -> UnixDatagram.to(Path.of("/" + "x".repeat(200)))).isInstanceOf(Reasons.Refused.class);
    }

    // ---- HTTP ----

    private record Post(String type, List<String> token, String body) {}

    private static HttpServer server(int status, BlockingQueue<Post> posts) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(HERE, 0), 5);
        server.createContext("/", exchange -> {
            posts.add(new Post(String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type")), List.copyOf(exchange.getRequestHeaders().getOrDefault("X-Token", List.of())),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII)));
            if (status == 302) exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static HttpSink sink(HttpServer server, boolean lineByLine) throws IOException {
        var sink = new HttpSink(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/ingest"), Map.of("X-Token", List.of("t1", "t2")), SOON, lineByLine);
        sink.open();
        return sink;
    }

    @Test
    void what_waits_is_posted_at_once() throws Exception {
        var posts = new LinkedBlockingQueue<Post>();
        var server = server(200, posts);
        try (var sink = sink(server, false)) {
            var batch = batches.of("a", "b", "c");
            assertThat(sink.write(batch)).isEqualTo(3);
            assertThat(posts.poll(10, TimeUnit.SECONDS)).isEqualTo(new Post("application/x-ndjson", List.of("t1", "t2"), Batches.text(batch)));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void a_receiver_may_have_a_request_a_line() throws Exception {
        var posts = new LinkedBlockingQueue<Post>();
        var server = server(204, posts);
        try (var sink = sink(server, true)) {
            var batch = batches.of("a", "b");
            assertThat(sink.write(batch)).isEqualTo(2);
            assertThat(posts).hasSize(2);
            assertThat(posts.remove().body() + posts.remove().body()).isEqualTo(Batches.text(batch));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anything_but_success_is_a_failure_and_no_redirect_is_followed() throws Exception {
        for (int status : new int[] {302, 400, 500}) {
            var posts = new LinkedBlockingQueue<Post>();
            var server = server(status, posts);
            try (var sink = sink(server, false)) {
                assertThatThrownBy(() -> sink.write(batches.of("a"))).satisfies(failed -> assertThat(Reasons.of((IOException) failed)).isEqualTo("the server answered " + status));
                assertThat(posts).hasSize(1);
            } finally {
                server.stop(0);
            }
        }
    }
}
