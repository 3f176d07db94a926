package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A connection that makes more work than it asks for is told to go away. Frames of RFC 9113, by hand. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpTwoFloodTest {
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int FLOOD = 100_000;

    @AutoClose
    private final Echo echo = new Echo(Listener.Rules.DEFAULTS);

    HttpTwoFloodTest() throws IOException {}

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length).put((byte) (payload.length >> 16)).put((byte) (payload.length >> 8)).put((byte) payload.length)
                .put((byte) type).put((byte) flags).putInt(stream).put(payload).array();
    }

    private static byte[] concat(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    /** GET /v1/a in HPACK: indexed method and scheme, literal path and authority. */
    private static byte[] get() {
        return concat(new byte[] {(byte) 0x82, (byte) 0x86, 0x04, 5}, "/v1/a".getBytes(StandardCharsets.US_ASCII), new byte[] {0x01, 1, 't'});
    }

    private Wire connect() throws IOException {
        return Wire.to(echo.port()).send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").send(frame(SETTINGS, 0, 0, new byte[0]));
    }

    /** Whether the server hangs up while it is flooded. */
    private boolean isSentAway(IntFunction<byte[]> flood) throws IOException, InterruptedException, ExecutionException {
        try (var wire = connect(); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var sending = threads.submit(() -> {
                for (int i = 0; i < FLOOD; i++) {
                    try {
                        wire.send(flood.apply(i));
                    } catch (IOException closed) {
                        return true;
                    }
                }
                return false;
            });
            // What it says may be lost with the connection, whose end is what counts.
            wire.readsFrame(GOAWAY);
            return sending.get();
        }
    }

    @Test
    void a_request_is_answered() throws Exception {
        try (var wire = connect()) {
            wire.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, get()));
            assertThat(wire.readsFrame(HEADERS)).isTrue();
        }
    }

    @Test
    void rapid_resets_end_the_connection() throws Exception {
        assertThat(isSentAway(i -> concat(frame(HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, get()), frame(RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8})))).isTrue();
        assertThat(echo.asked.get()).isLessThan(FLOOD / 10);
    }

    @Test
    void a_flood_of_pings_ends_the_connection() throws Exception {
        assertThat(isSentAway(_ -> frame(PING, 0, 0, new byte[8]))).isTrue();
    }

    @Test
    void a_flood_of_settings_ends_the_connection() throws Exception {
        assertThat(isSentAway(_ -> frame(SETTINGS, 0, 0, new byte[] {0, 3, 0, 0, 0, 100}))).isTrue();
    }

    @Test
    void endless_headers_end_the_connection() throws Exception {
        var filler = concat(new byte[] {0x00, 1, 'x', 127, (byte) 0x81, 0x7d}, new byte[16_128]);
        assertThat(isSentAway(i -> i == 0 ? frame(HEADERS, END_STREAM, 1, get()) : frame(CONTINUATION, 0, 1, filler))).isTrue();
    }

    @Test
    void a_header_table_that_unpacks_to_much_more_is_refused() throws Exception {
        // One large value enters the table, and is then named a thousand times by a byte each.
        var value = new byte[4000];
        java.util.Arrays.fill(value, (byte) 'v');
        var entry = concat(new byte[] {0x40, 1, 'x', 0x7f, (byte) 0xa1, 0x1e}, value);
        var repeated = new byte[1000];
        java.util.Arrays.fill(repeated, (byte) 0xbe);
        int before = echo.asked.get();
        try (var wire = connect()) {
            wire.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, concat(get(), entry, repeated)));
            wire.finish();
            wire.isClosedByServer();
        }
        assertThat(echo.asked.get()).isEqualTo(before);
    }
}
