package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import watchword.core.request.Response;

final class LimitsTest {
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final int MAX_BODY = 2 << 20;

    private static Listener.Rules rules(Duration header, Duration read, Duration write, Duration idle) {
        return new Listener.Rules(ForwardedFor.NONE, MAX_BODY, header, read, write, idle);
    }

    @AutoClose
    private final Echo echo = new Echo(rules(NEVER, NEVER, NEVER, NEVER));

    LimitsTest() throws IOException {}

    private static String get(String... headers) {
        var request = new StringBuilder("GET /v1/a HTTP/1.1\r\nHost: t\r\n");
        for (var header : headers) request.append(header).append("\r\n");
        return request.append("\r\n").toString();
    }

    private static String post(int length) {
        return "POST /v1/a HTTP/1.1\r\nHost: t\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static String bodyOf(int length) {
        return "{\"a\":\"" + "x".repeat(length - 8) + "\"}";
    }

    @Test
    void headers_are_bounded_in_bytes() throws IOException {
        assertThat(Wire.exchange(echo.port(), get("X-A: " + "a".repeat(60_000))).status()).isEqualTo(200);
        var refused = Wire.exchange(echo.port(), get("X-A: " + "a".repeat(66_000)));
        assertThat(refused.status()).isEqualTo(431);
        assertThat(refused.body()).startsWith("{\"errors\":[\"request headers are too large\"]}");
    }

    @Test
    void headers_are_bounded_in_number() throws IOException {
        var headers = new String[100];
        for (int i = 0; i < headers.length; i++) headers[i] = "X-" + i + ": 1";
        assertThat(Wire.exchange(echo.port(), get(headers)).status()).isEqualTo(431);
        assertThat(Wire.exchange(echo.port(), get(List.of(headers).subList(0, 99).toArray(String[]::new))).status()).isEqualTo(200);
    }

    @Test
    void a_path_is_bounded() throws IOException {
        assertThat(Wire.exchange(echo.port(), "GET /v1/" + "a".repeat(70_000) + " HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(414);
        assertThat(Wire.exchange(echo.port(), "GET /v1/" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(400);
    }

    @Test
    void a_body_that_is_too_large_is_refused_before_it_is_read() throws IOException {
        var reply = Wire.exchange(echo.port(), post(MAX_BODY + 1));
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.body().trim()).isEqualTo("{\"errors\":[\"request body is larger than 2097152 bytes\"]}");
    }

    @Test
    void a_body_of_unknown_length_is_bounded_as_it_comes() throws IOException {
        try (var wire = Wire.to(echo.port())) {
            wire.send("POST /v1/a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
            var chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            for (int i = 0; i < MAX_BODY / 0x10000 + 1; i++) wire.send(chunk);
            assertThat(wire.reply().status()).isEqualTo(413);
        }
    }

    @Test
    void bodies_of_all_sizes_arrive_whole() throws IOException {
        for (int length : new int[] {8, 4096, 4097, 65_536, 1 << 20, (1 << 20) + 1, MAX_BODY}) {
            assertThat(Wire.exchange(echo.port(), post(length) + bodyOf(length)).body()).as("%d bytes", length).contains("x".repeat(length - 8) + "\"}");
            var chunked = "POST /v1/a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(length) + "\r\n" + bodyOf(length) + "\r\n0\r\n\r\n";
            assertThat(Wire.exchange(echo.port(), chunked).body()).as("%d bytes in a chunk", length).contains("x".repeat(length - 8) + "\"}");
        }
    }

    @Test
    void who_asks_first_is_told_to_go_on() throws IOException {
        try (var wire = Wire.to(echo.port())) {
            wire.send("POST /v1/a HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(wire.reply().status()).isEqualTo(100);
            assertThat(wire.send("{}").reply().status()).isEqualTo(200);
        }
        var refused = Wire.exchange(echo.port(), "POST /v1/a HTTP/1.1\r\nHost: t\r\nContent-Length: " + (MAX_BODY + 1) + "\r\nExpect: 100-continue\r\n\r\n");
        assertThat(refused.status()).isEqualTo(413);
    }

    @Test
    void a_connection_that_says_nothing_is_closed() throws IOException {
        try (var waiting = new Echo(rules(SOON, NEVER, NEVER, NEVER)); var wire = Wire.to(waiting.port())) {
            assertThat(wire.isClosedByServer()).isTrue();
        }
    }

    @Test
    void headers_that_trickle_in_are_cut_off() throws Exception {
        try (var waiting = new Echo(rules(SOON, NEVER, NEVER, NEVER)); var wire = Wire.to(waiting.port()); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            wire.send("GET /v1/a HTTP/1.1\r\nHost: t\r\nX: ");
            var trickle = trickle(wire, threads);
            assertThat(wire.isClosedByServer()).isTrue();
            trickle.get();
        }
    }

    @Test
    void the_next_requests_headers_are_cut_off_as_well() throws Exception {
        try (var waiting = new Echo(rules(SOON, NEVER, NEVER, NEVER)); var wire = Wire.to(waiting.port()); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(wire.send(get()).reply().status()).isEqualTo(200);
            wire.send("G");
            var trickle = trickle(wire, threads);
            assertThat(wire.isClosedByServer()).isTrue();
            trickle.get();
        }
    }

    @Test
    void a_body_that_trickles_in_is_cut_off() throws Exception {
        try (var waiting = new Echo(rules(NEVER, SOON, NEVER, NEVER)); var wire = Wire.to(waiting.port()); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            wire.send(post(1_000_000) + "{");
            var trickle = trickle(wire, threads);
            assertThat(wire.isClosedByServer()).isTrue();
            trickle.get();
            assertThat(waiting.asked).hasValue(0);
        }
    }

    /** Sends a byte again and again until the connection is gone: no idle timeout would ever end it. */
    private static Future<?> trickle(Wire wire, java.util.concurrent.ExecutorService threads) {
        var pause = new CountDownLatch(1);
        return threads.submit(() -> {
            try {
                for (int i = 0; i < 10_000; i++) {
                    wire.send("x");
                    pause.await(20, TimeUnit.MILLISECONDS);
                }
                return false;
            } catch (IOException closed) {
                return true;
            }
        });
    }

    @Test
    void an_answer_that_nobody_takes_is_given_up() throws Exception {
        var small = Response.json(200, new byte[60_000]);
        try (var waiting = new Echo(rules(NEVER, NEVER, SOON, NEVER), _ -> small); var wire = Wire.to(waiting.port())) {
            for (int i = 0; i < 1000; i++) wire.trySend(get());
            assertThat(wire.isCutOffAfter(60_000_000)).isTrue();
        }
    }

    @Test
    void an_idle_connection_is_kept_between_requests() throws Exception {
        try (var waiting = new Echo(rules(SOON, SOON, SOON, NEVER))) {
            var idle = new ArrayList<Wire>();
            for (int i = 0; i < 50; i++) {
                var wire = Wire.to(waiting.port());
                assertThat(wire.send(get()).reply().status()).isEqualTo(200);
                idle.add(wire);
            }
            // A silent one is closed by the same deadline, and tells that it has passed.
            try (var silent = Wire.to(waiting.port())) {
                assertThat(silent.isClosedByServer()).isTrue();
            }
            for (var wire : idle) {
                assertThat(wire.send(get()).reply().status()).isEqualTo(200);
                wire.close();
            }
        }
    }

    @Test
    void an_idle_connection_is_closed_in_the_end() throws Exception {
        try (var waiting = new Echo(rules(NEVER, NEVER, NEVER, SOON)); var wire = Wire.to(waiting.port())) {
            assertThat(wire.send(get()).reply().status()).isEqualTo(200);
            assertThat(wire.isClosedByServer()).isTrue();
        }
    }

    @Test
    void slow_work_is_not_cut_off() throws Exception {
        var finish = new CountDownLatch(1);
        try (var waiting = new Echo(rules(SOON, SOON, SOON, NEVER), request -> {
            if (request.path().text().equals("slow")) await(finish);
            return Response.json(200, new byte[] {'{', '}'});
        }); var slow = Wire.to(waiting.port()); var silent = Wire.to(waiting.port())) {
            slow.send("GET /v1/slow HTTP/1.1\r\nHost: t\r\n\r\n");
            assertThat(silent.isClosedByServer()).as("the deadline has passed").isTrue();
            finish.countDown();
            assertThat(slow.reply().status()).isEqualTo(200);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void what_runs_ends_before_the_server_does() throws Exception {
        var running = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        var draining = new Echo(rules(NEVER, NEVER, NEVER, NEVER), request -> {
            running.countDown();
            await(finish);
            return Response.json(200, new byte[] {'{', '}'});
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor(); var wire = Wire.to(draining.port())) {
            wire.send(get());
            running.await();
            int port = draining.port();
            var closed = threads.submit(draining::close);
            awaitRefused(port);
            finish.countDown();
            assertThat(wire.reply().status()).isEqualTo(200);
            closed.get();
        }
    }

    private static void awaitRefused(int port) throws InterruptedException {
        var pause = new CountDownLatch(1);
        for (int i = 0; i < 500; i++) {
            // An answer is not waited for: who is let in just before the end may get none.
            try (var _ = new Socket("127.0.0.1", port)) {
                pause.await(1, TimeUnit.MILLISECONDS);
            } catch (IOException refused) {
                return;
            }
            pause.await(10, TimeUnit.MILLISECONDS);
        }
        throw new AssertionError("still accepting");
    }

    @Test
    void a_thousand_clients_that_send_slowly_keep_nobody_waiting() throws IOException {
        var slow = new java.util.ArrayList<Wire>();
        try (var echo = new Echo(rules(NEVER, NEVER, NEVER, NEVER))) {
            for (int i = 0; i < 1_000; i++) slow.add(Wire.to(echo.port()).send("PUT /v1/a HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n{"));
            for (int i = 0; i < 20; i++) assertThat(Wire.exchange(echo.port(), "GET /v1/a HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(200);
            assertThat(echo.asked).hasValue(20);
        } finally {
            for (var each : slow) each.close();
        }
    }

    @Test
    void one_address_cannot_take_all_the_places_of_slow_clients() throws Exception {
        int places = 4_000;
        int more = 100;
        var slow = new java.util.ArrayList<Wire>();
        var refused = new CountDownLatch(more);
        try (var echo = new Echo(rules(NEVER, NEVER, NEVER, NEVER)); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int i = 0; i < places + more; i++) {
                    // Which of them are refused is chance: on a busy machine one of the first may be served after the last has come.
                    var wire = Wire.to(echo.port()).patient().send("PUT /v1/a HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n{");
                    slow.add(wire);
                    threads.execute(() -> {
                        if (isRefused(wire)) refused.countDown();
                    });
                }
                assertThat(refused.await(10, TimeUnit.MINUTES)).isTrue();
                assertThat(Wire.exchange(echo.port(), "GET /v1/a HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(200);
                assertThat(Wire.exchange(echo.port(), "PUT /v1/a HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}").status()).isEqualTo(200);
                assertThat(echo.asked).hasValue(2);
            } finally {
                for (var each : slow) each.close();
            }
        }
    }

    private static boolean isRefused(Wire wire) {
        try {
            return wire.reply().status() == 429;
        } catch (IOException neverAnswered) {
            return false;
        }
    }
}
