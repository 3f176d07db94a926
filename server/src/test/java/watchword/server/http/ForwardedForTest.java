package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ForwardedForTest {

    private static Wire.Reply ask(ForwardedFor forwarded, String... headers) throws IOException {
        var d = Listener.Rules.DEFAULTS;
        var request = new StringBuilder("GET /v1/a HTTP/1.1\r\nHost: t\r\n");
        for (var header : headers) request.append(header).append("\r\n");
        try (var echo = new Echo(new Listener.Rules(forwarded, d.maxRequestBytes(), d.headerTimeout(), d.readTimeout(), d.writeTimeout(), d.idleTimeout()))) {
            return Wire.exchange(echo.port(), request.append("\r\n").toString());
        }
    }

    @Test
    void without_a_configured_proxy_the_header_means_nothing() throws IOException {
        assertThat(ask(ForwardedFor.NONE, "X-Forwarded-For: 10.0.0.9", "Forwarded: for=10.0.0.9", "X-Real-IP: 10.0.0.9").body()).contains("\"address\":\"127.0.0.1\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "10.0.0.9 | 0 | 10.0.0.9",
        "1.1.1.1, 10.0.0.9 | 0 | 10.0.0.9",
        "1.1.1.1, 10.0.0.9 | 1 | 1.1.1.1",
        "2001:db8::1 | 0 | 2001:db8::1",
    })
    void a_named_proxy_names_its_client_by_the_last_hop_not_skipped(String header, int skips, String address) throws IOException {
        assertThat(ask(new ForwardedFor(List.of("127.0.0.0/8"), skips, true, true), "X-Forwarded-For: " + header).body()).contains("\"address\":\"" + address + "\"");
    }

    @Test
    void several_headers_are_one_list() throws IOException {
        assertThat(ask(new ForwardedFor(List.of("127.0.0.1"), 0, true, true), "X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 2.2.2.2").body()).contains("\"address\":\"2.2.2.2\"");
    }

    @Test
    void a_proxy_that_names_nobody_is_refused_unless_that_is_allowed() throws IOException {
        assertThat(ask(new ForwardedFor(List.of("127.0.0.1"), 0, true, true)).status()).isEqualTo(400);
        assertThat(ask(new ForwardedFor(List.of("127.0.0.1"), 0, false, true)).body()).contains("\"address\":\"127.0.0.1\"");
    }

    @Test
    void whoever_is_no_proxy_is_refused_or_not_believed() throws IOException {
        assertThat(ask(new ForwardedFor(List.of("10.0.0.0/8"), 0, true, true), "X-Forwarded-For: 1.1.1.1").status()).isEqualTo(400);
        assertThat(ask(new ForwardedFor(List.of("10.0.0.0/8"), 0, true, false), "X-Forwarded-For: 1.1.1.1").body()).contains("\"address\":\"127.0.0.1\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"localhost", "1.1.1.1:80", "unknown", "1.1.1", "''", "1.1.1.1,"})
    void what_is_no_address_is_refused(String header) throws IOException {
        assertThat(ask(new ForwardedFor(List.of("127.0.0.1"), 0, false, true), "X-Forwarded-For: " + header).status()).isEqualTo(400);
    }

    @Test
    void fewer_hops_than_are_skipped_are_refused() throws IOException {
        assertThat(ask(new ForwardedFor(List.of("127.0.0.1"), 2, true, true), "X-Forwarded-For: 1.1.1.1, 2.2.2.2").status()).isEqualTo(400);
    }
}
