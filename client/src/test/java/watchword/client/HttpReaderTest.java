package watchword.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;

final class HttpReaderTest {
    private static final Deadline LATER = Deadline.in(Duration.ofMinutes(1));

    /** Hands out what it was given in pieces of any size. */
    private static class Pieces implements Connection {
        private final byte[] all;
        private final RandomGenerator random;
        private int at;

        Pieces(String all, RandomGenerator random) {
            this.all = all.getBytes(StandardCharsets.ISO_8859_1);
            this.random = random;
        }

        @Override
        public int read(byte[] into, Deadline deadline) {
            if (at == all.length) return -1;
            int count = Math.min(Math.min(into.length, all.length - at), most());
            System.arraycopy(all, at, into, 0, count);
            at += count;
            return count;
        }

        int most() {
            return 1 + random.nextInt(7);
        }

        @Override
        public void write(byte[] bytes, int length, Deadline deadline) {}

        @Override
        public void close() {}
    }

    private static HttpReader.Response read(String text) throws IOException {
        return new HttpReader(new Pieces(text, RandomGenerator.getDefault()), LATER).read();
    }

    private static String body(HttpReader.Response response) {
        return new String(response.body(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void an_answer_is_the_same_however_its_bytes_arrive() {
        Property.holds(200, random -> {
            var chunked = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A:  b \r\nTransfer-Encoding: "
                    + "Chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: t\r\n\r\n";
            try {
                var response = new HttpReader(new Pieces(chunked, random), LATER).read();
                assertThat(body(response)).isEqualTo("hello world");
                assertThat(response.headers()).containsEntry("x-a", "b");
                assertThat(response.keepAlive()).isTrue();
            } catch (IOException wrong) {
                throw new AssertionError(wrong);
            }
        });
    }

    @Test
    void a_length_ends_a_body_and_keeps_the_connection() throws Exception {
        var response = read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
        assertThat(body(response)).isEqualTo("abc");
        assertThat(response.keepAlive()).isTrue();
    }

    @Test
    void without_a_length_the_end_is_the_end() throws Exception {
        var response = read("HTTP/1.1 200 OK\r\n\r\nabc");
        assertThat(body(response)).isEqualTo("abc");
        assertThat(response.keepAlive()).isFalse();
    }

    @Test
    void nothing_follows_a_204_and_a_close_is_heeded() throws Exception {
        assertThat(read("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")).satisfies(response -> {
            assertThat(response.body()).isEmpty();
            assertThat(response.keepAlive()).isFalse();
        });
        assertThat(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keepAlive()).isFalse();
    }

    @Test
    void bytes_that_were_not_asked_for_end_the_connection() throws Exception {
        var atOnce = new Pieces("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n", () -> Long.MAX_VALUE) {
            @Override
            int most() {
                return Integer.MAX_VALUE;
            }
        };
        assertThat(new HttpReader(atOnce, LATER).read().keepAlive()).isFalse();
    }

    @Test
    void what_is_cut_off_or_odd_is_an_error() {
        for (var text : new String[] {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Le",
                "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nX: " + "a".repeat(70_000)
                    + "\r\n\r\n"}) {
            assertThatThrownBy(() -> read(text)).as(text.substring(0, Math.min(40, text.length()))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void an_alert_of_tls_is_no_answer_that_broke_off() {
        assertThatThrownBy(() -> read("\u0015\u0003\u0003\0\2\2P")).isInstanceOf(HttpReader.NotHttpException.class).hasMessage("the server does not speak plain HTTP");
    }

    @Test
    void silence_is_told_from_an_answer_that_broke_off() {
        assertThatThrownBy(() -> read("")).isInstanceOf(HttpReader.NoAnswerException.class);
    }
}
