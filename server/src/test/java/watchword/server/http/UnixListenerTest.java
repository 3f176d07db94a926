package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnixListenerTest {
    @TempDir
    private Path folder = Path.of("");

    private static Listener at(Path path, Optional<String> mode) {
        return new Listener.Unix(path, mode, Optional.empty(), Optional.empty(), Listener.Rules.DEFAULTS);
    }

    private static String ask(Path path) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
            channel.write(ByteBuffer.wrap("GET /v1/a HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void a_socket_file_is_served_to_its_owner_alone_and_removed() throws IOException {
        var path = folder.resolve("watchword.sock");
        try (var _ = new Echo(List.of(at(path, Optional.empty())), Echo::describe)) {
            assertThat(ask(path)).startsWith("HTTP/1.1 200").contains("\"address\":\"\"");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
        }
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void its_mode_can_be_set() throws IOException {
        var path = folder.resolve("watchword.sock");
        try (var _ = new Echo(List.of(at(path, Optional.of("660"))), Echo::describe)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-rw----");
        }
    }

    @Test
    void its_owner_can_be_set() throws IOException {
        var path = folder.resolve("watchword.sock");
        var me = Files.getOwner(folder).getName();
        try (var _ = new Echo(List.of(new Listener.Unix(path, Optional.empty(), Optional.of(me), Optional.of(me), Listener.Rules.DEFAULTS)), Echo::describe)) {
            assertThat(ask(path)).startsWith("HTTP/1.1 200");
        }
        var nobody = new Listener.Unix(path, Optional.empty(), Optional.of("no-such-user"), Optional.empty(), Listener.Rules.DEFAULTS);
        assertThatThrownBy(() -> new Echo(List.of(nobody), Echo::describe).close()).isInstanceOf(IOException.class);
    }

    @Test
    void a_socket_that_was_left_behind_is_replaced() throws IOException {
        var path = folder.resolve("watchword.sock");
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
        try (var _ = new Echo(List.of(at(path, Optional.empty())), Echo::describe)) {
            assertThat(ask(path)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void neither_a_file_nor_another_servers_socket_is_replaced() throws IOException {
        var path = folder.resolve("precious");
        Files.writeString(path, "canary");
        assertThatThrownBy(() -> new Echo(List.of(at(path, Optional.empty())), Echo::describe).close()).isInstanceOf(IOException.class).hasMessageContaining("is not a socket");
        assertThat(path).hasContent("canary");

        var socket = folder.resolve("served.sock");
        try (var _ = new Echo(List.of(at(socket, Optional.empty())), Echo::describe)) {
            assertThatThrownBy(() -> new Echo(List.of(at(socket, Optional.empty())), Echo::describe).close()).isInstanceOf(IOException.class).hasMessageContaining("another server listens");
            assertThat(ask(socket)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void each_listener_keeps_its_own_rules() throws IOException {
        var path = folder.resolve("watchword.sock");
        var d = Listener.Rules.DEFAULTS;
        var strict = new Listener.Rules(new ForwardedFor(List.of("127.0.0.1"), 0, true, true), 1024, d.headerTimeout(), d.readTimeout(), d.writeTimeout(), d.idleTimeout());
        try (var echo = new Echo(List.of(new Listener.Tcp("127.0.0.1", 0, Optional.empty(), strict), Listener.plain("127.0.0.1", 0), at(path, Optional.empty())), Echo::describe)) {
            assertThat(Wire.exchange(echo.port(), "GET /v1/a HTTP/1.1\r\nHost: t\r\n\r\n").status()).isEqualTo(400);
            assertThat(ask(path)).startsWith("HTTP/1.1 200");
        }
    }
}
