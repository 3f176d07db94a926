package watchword.core.audit.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Number 153 of the vulnerability list: whatever is answered for a name, a sink fails as for any peer that is not there. */
class OddNamesTest {
    private static final Duration SOON = Duration.ofMillis(200);

    @TempDir
    private Path folder = Path.of("");

    static Stream<String> names() {
        return Stream.concat(Stream.of("none", "unknown", "many", "any", "everybody"), IntStream.range(0, 40).mapToObj(i -> "random" + i));
    }

    @Test
    void the_names_are_answered_for() throws UnknownHostException {
        assertThat(InetAddress.getAllByName("many.odd.test")).hasSize(20_000);
        assertThat(InetAddress.getAllByName("127.0.0.1")).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("names")
    void a_sink_fails_and_nothing_else(String name) {
        var batches = new Batches();
        var address = InetSocketAddress.createUnresolved(name + ".odd.test", 9);
        assertThat(catchThrowable(() -> {
            try (var sink = new StreamSocketSink(address, SOON, Framing.PLAIN)) {
                sink.open();
                sink.write(batches.of("x"));
            }
        })).isInstanceOf(IOException.class);
        assertThat(catchThrowable(() -> {
            try (var sink = new HttpSink(URI.create("http://" + name + ".odd.test:9/"), Map.of(), SOON, false)) {
                sink.open();
                sink.write(batches.of("x"));
            }
        })).isInstanceOf(IOException.class);
        var datagram = catchThrowable(() -> UdpConnection.to(address).close());
        if (datagram != null) assertThat(datagram).isInstanceOf(IOException.class);
    }

    @Test
    void a_peer_that_is_not_there_costs_no_files_however_often_it_is_tried() throws IOException {
        var nobody = UnixDomainSocketAddress.of(folder.resolve("nobody"));
        long before = files();
        for (int i = 0; i < 300; i++) assertThat(catchThrowable(() -> StreamConnection.to(nobody, SOON))).isInstanceOf(IOException.class);

        assertThat(files()).isLessThan(before + 100);
    }

    private static long files() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
