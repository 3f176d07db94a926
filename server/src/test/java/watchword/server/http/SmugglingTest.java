package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request of doubtful length or form is one that a proxy may have read differently: it is refused, and what follows is not read. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SmugglingTest {
    private static final String NEXT = "GET /v1/smuggled HTTP/1.1\r\nHost: t\r\n\r\n";

    @AutoClose
    private final Echo echo = new Echo(Listener.Rules.DEFAULTS);

    SmugglingTest() throws IOException {}

    private void isRefused(String head, String body) throws IOException {
        try (var wire = Wire.to(echo.port())) {
            wire.send(head.replace("~", "\r\n") + "\r\n\r\n" + body.replace("~", "\r\n") + NEXT);
            var all = wire.rest();
            assertThat(all).matches("(?s)HTTP/1.1 (4..|505) .*").contains("{\"errors\":[").doesNotContain("smuggled").containsOnlyOnce("HTTP/1.1 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Content-Length: 3~Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked~Content-Length: 3",
        "Content-Length: 3~Content-Length: 4",
        "Content-Length: 3~Content-Length: 3",
        "Content-Length: 3, 3",
        "Content-Length: 3, 4",
        "Content-Length: +3",
        "Content-Length: -3",
        "Content-Length: 0x3",
        "Content-Length: 3 3",
        "Content-Length:",
        "Content-Length: three",
        "Content-Length: 99999999999999999999",
        "Content-Length : 3",
        " Content-Length: 3",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\u000bchunked",
        "Transfer-Encoding: chunked~Transfer-Encoding: identity",
        "Transfer-Encoding:~ chunked",
        "Bad Name: x",
        "No-Colon",
        ": empty",
        "Nul: a\0b",
        "X: a\rContent-Length: 3",
        "Folded: a~ b",
        "Host: other",
        "B\u00e4d: x",
        "[x]: y",
    })
    void a_doubtful_header_is_refused(String header) throws IOException {
        isRefused("POST /v1/a HTTP/1.1~Host: t~" + header, "{}~0~~");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET /v1/a",
        " GET /v1/a HTTP/1.1",
        "GET /v1/a HTTP/1.1 ",
        "GET /v1/a HTTP/1.2",
        "GET /v1/a HTTP/9.9",
        "GET /v1/a HTTP/1.1x",
        "GET\t/v1/a HTTP/1.1",
        "GET /v1/a b HTTP/1.1",
        "GET /v1/a\u0001 HTTP/1.1",
        "G@T /v1/a HTTP/1.1",
        "GET v1/a HTTP/1.1",
        "GET /v1/a#b HTTP/1.1",
        "GET /v1/a?x=1#b HTTP/1.1",
        "POST /v1/a HTTP/1.0~Transfer-Encoding: chunked",
    })
    void a_doubtful_request_line_is_refused(String line) throws IOException {
        isRefused(line + "~Host: t", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET  /v1/a HTTP/1.1", "GET /v1/a  HTTP/1.1", "GET /v1/a http/1.1"})
    void what_is_only_unusual_is_read_as_one_request(String line) throws IOException {
        try (var wire = Wire.to(echo.port())) {
            wire.send(line + "\r\nHost: t\r\n\r\n" + NEXT);
            assertThat(wire.reply().body()).contains("\"path\":\"a\"");
            assertThat(wire.reply().body()).contains("\"path\":\"smuggled\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /v1/a HTTP/1.1", "GET /v1/a HTTP/1.1~Host: a~Host: b", "GET /v1/a HTTP/1.1~Host: a, b", "GET /v1/a HTTP/1.1~Host: a b", "GET /v1/a HTTP/1.1~Host: a/b", "GET /v1/a HTTP/1.1~Host: u@a"})
    void there_is_exactly_one_host(String head) throws IOException {
        isRefused(head, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /v1/a HTTP/1.1\nHost: t\n\n", "GET /v1/a HTTP/1.1\r\nHost: t\n\r\n", "GET /v1/a HTTP/1.1\nHost: t\r\n\r\n", "GET /v1/a HTTP/1.1\r\nHost: t\r\n\n"})
    void a_line_ends_in_both_characters(String request) throws IOException {
        try (var wire = Wire.to(echo.port())) {
            int before = echo.asked.get();
            assertThat(wire.send(request).rest()).startsWith("HTTP/1.1 400");
            assertThat(echo.asked.get()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "2\n{}\r\n0\r\n\r\n",
        "2\r\n{}\n0\r\n\r\n",
        "2\r\n{}0\r\n\r\n",
        "2\r\n{}x\r\n0\r\n\r\n",
        "-2\r\n{}\r\n0\r\n\r\n",
        "+2\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "\r\n{}\r\n0\r\n\r\n",
        "z\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffff2\r\n{}\r\n0\r\n\r\n",
        "100000002\r\n{}\r\n0\r\n\r\n",
        "2;a=\nb\r\n{}\r\n0\r\n\r\n",
    })
    void a_doubtful_chunk_is_refused(String chunks) throws IOException {
        try (var wire = Wire.to(echo.port())) {
            int before = echo.asked.get();
            wire.send("POST /v1/a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + NEXT);
            wire.finish();
            assertThat(wire.rest()).startsWith("HTTP/1.1 400").doesNotContain("smuggled").containsOnlyOnce("HTTP/1.1 ");
            assertThat(echo.asked.get()).isEqualTo(before);
        }
    }

    @Test
    void a_chunked_body_is_read_to_its_end() throws IOException {
        try (var wire = Wire.to(echo.port())) {
            wire.send("POST /v1/a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\nTrailer: x\r\n\r\n" + NEXT);
            assertThat(wire.reply().body()).contains("\"body\":{\"a\":1}");
            assertThat(wire.reply().body()).contains("\"path\":\"smuggled\"");
        }
    }

    @Test
    void nobody_changes_to_another_protocol_in_the_middle() throws IOException {
        var upgrade = "GET /v1/a HTTP/1.1\r\nHost: t\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
        try (var wire = Wire.to(echo.port())) {
            assertThat(wire.send(upgrade).rest()).startsWith("HTTP/1.1 200").contains("\"path\":\"a\"").doesNotContain(" 101 ");
        }
    }

    @Test
    void a_target_for_another_host_is_refused() throws IOException {
        assertThat(Wire.exchange(echo.port(), "GET http://other/v1/a HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(400);
    }

    @Test
    void old_http_is_answered_and_closed() throws IOException {
        try (var wire = Wire.to(echo.port())) {
            assertThat(wire.send("GET /v1/a HTTP/1.0\r\n\r\n").rest()).startsWith("HTTP/1.1 200");
        }
        try (var wire = Wire.to(echo.port())) {
            assertThat(wire.send("GET /v1/a\r\n\r\n").rest()).startsWith("HTTP/1.1 505");
        }
    }

    @Test
    void what_is_not_read_of_a_refused_body_is_not_the_next_request() throws IOException {
        try (var wire = Wire.to(echo.port())) {
            wire.send("PATCH /v1/a HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: " + NEXT.length() + "\r\n\r\n" + NEXT + "GET /v1/after HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
            assertThat(wire.rest()).startsWith("HTTP/1.1 415").doesNotContain("smuggled");
        }
    }
}
