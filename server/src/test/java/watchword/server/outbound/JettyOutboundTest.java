package watchword.server.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Problem;

/** What goes out: only where it may, never further than asked, and with an end. */
class JettyOutboundTest {
    private final JettyOutbound outbound = new JettyOutbound(OutboundRules.DEFAULT);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final AtomicInteger hits = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/ok", exchange -> {
            hits.incrementAndGet();
            exchange.getResponseHeaders().add("Set-Cookie", "a=b");
            var body = ("cookie=" + exchange.getRequestHeaders().getFirst("Cookie")).getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.createContext("/away", exchange -> {
            exchange.getResponseHeaders().add("Location", "/ok");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.createContext("/who", exchange -> {
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        server.createContext("/large", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (var out = exchange.getResponseBody()) {
                for (int i = 0; i < 4096; i++) out.write(new byte[1024]);
            } catch (IOException refused) {
                // the other side had enough
            }
        });
        server.createContext("/never", exchange -> asked.countDown());
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        outbound.close();
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    @Test
    void an_answer_comes_back_and_no_cookie_is_kept() {
        assertThat(outbound.send(Ask.get(at("/ok"))).status()).isEqualTo(200);
        assertThat(new String(outbound.send(Ask.get(at("/ok"))).body(), StandardCharsets.US_ASCII)).isEqualTo("cookie=null");
    }

    @Test
    void a_refusal_is_an_answer() {
        assertThat(outbound.send(Ask.get(at("/who"))).status()).isEqualTo(401);
    }

    @Test
    void a_redirect_is_an_answer_and_not_followed() {
        var answer = outbound.send(Ask.get(at("/away")));
        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("location")).contains("/ok");
        assertThat(hits).hasValue(0);
    }

    @Test
    void too_much_and_too_slow_end() throws InterruptedException {
        assertThatThrownBy(() -> outbound.send(Ask.get(at("/large")))).isInstanceOf(Problem.ProblemException.class).hasMessageStartingWith("127.0.0.1: ");
        assertThatThrownBy(() -> outbound.send(Ask.get(at("/never")).within(Duration.ofMillis(300)))).hasMessage("127.0.0.1: no answer in time");
        asked.await();
    }

    @Test
    void addresses_that_hand_out_the_machines_identity_are_not_reached_by_any_spelling() {
        for (var host : List.of("169.254.169.254", "[::ffff:169.254.169.254]", "2852039166", "0.0.0.0", "[::]", "[fd00:ec2::254]", "224.0.0.1", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a9fe:a9fe]", "[2002:a9fe:a9fe::1]",
                "[::169.254.169.254]", "168.63.129.16", "192.0.0.192", "[fd20:ce::254]", "0xa9fea9fe", "169.254.43518", "169.16689662")) {
            assertThatThrownBy(() -> outbound.send(Ask.get(URI.create("http://" + host + "/latest/meta-data")).within(Duration.ofSeconds(2)))).as(host)
                    .isInstanceOfAny(Problem.ProblemException.class, IllegalArgumentException.class).hasMessageMatching("(?s).*(do not allow|must name a host|no such host).*");
        }
    }

    @Test
    void rules_narrow_it_to_what_they_allow() {
        try (var closed = new JettyOutbound(new OutboundRules(List.of("10.0.0.0/8"), List.of()))) {
            assertThatThrownBy(() -> closed.send(Ask.get(at("/ok")))).hasMessageContaining("do not allow");
        }
        assertThat(hits).hasValue(0);
    }

    @Test
    void a_plain_connection_goes_where_it_may() throws IOException {
        try (var socket = outbound.connect("127.0.0.1", server.getAddress().getPort(), Duration.ofSeconds(5))) {
            assertThat(socket.isConnected()).isTrue();
        }
        assertThatThrownBy(() -> outbound.connect("169.254.169.254", 80, Duration.ofSeconds(5))).hasMessageContaining("do not allow");
        assertThatThrownBy(() -> outbound.connect("127.0.0.1", 1, Duration.ofSeconds(5))).hasMessage("127.0.0.1: connection refused");
    }

    @Test
    void an_address_must_be_one() {
        for (var wrong : List.of("file:///etc/passwd", "ftp://127.0.0.1/", "http:///x", "http://user:pw@127.0.0.1/")) {
            assertThatThrownBy(() -> outbound.send(Ask.get(URI.create(wrong)))).as(wrong).isInstanceOf(Problem.ProblemException.class);
        }
    }
}
