package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program itself, as a process of its own. */
final class ServerProcessTest {
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    private Path folder = Path.of("");

    private Process start(String... args) throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), "watchword.server.Main"));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectOutput(folder.resolve("out").toFile()).redirectError(folder.resolve("err").toFile()).start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("err"));
    }

    private void awaitLog(Process server, String text) throws IOException, InterruptedException {
        var pause = new CountDownLatch(1);
        for (int i = 0; i < PATIENCE_SECONDS * 20 && !log().contains(text); i++) {
            assertThat(server.isAlive()).as(log()).isTrue();
            pause.await(50, TimeUnit.MILLISECONDS);
        }
        assertThat(log()).contains(text);
    }

    private static void signal(Process server, String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(server.pid())).start().waitFor()).isZero();
    }

    private Path config(String more) throws IOException {
        var file = folder.resolve("w.hcl");
        Files.writeString(file, "listener \"unix\" { address = \"" + folder.resolve("w.sock") + "\" }\nlistener \"tcp\" {\n address = \"127.0.0.1:0\"\n tls_disable = true\n}\nstorage \"sqlite\" { path = \"" + folder.resolve("w.db") + "\" }\n" + more);
        return file;
    }

    @Test
    void a_server_starts_reads_its_log_level_again_and_stops_in_peace() throws Exception {
        var file = config("log_format = \"json\"\n");
        var server = start("server", "-config=" + file);
        try {
            awaitLog(server, "listens on");
            assertThat(log()).contains("\"@level\":\"info\"").contains("not initialized");

            config("log_format = \"standard\"\n");
            signal(server, "HUP");
            awaitLog(server, "[info] read again");

            config("log_level = \"loud\"\n");
            signal(server, "HUP");
            awaitLog(server, "log_level must be one of");
            assertThat(server.isAlive()).isTrue();

            signal(server, "TERM");
            assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isZero();
            assertThat(log()).contains("stopping").contains("stopped");
            assertThat(folder.resolve("w.sock")).doesNotExist();
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void check_tells_what_a_configuration_comes_to() throws Exception {
        var check = start("server", "-config=" + config("max_lease_ttl = \"800h\"\n"), "-check");
        assertThat(check.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(check.exitValue()).isZero();
        assertThat(Files.readString(folder.resolve("out"))).contains("max_lease_ttl = 2880000").contains("listener \"unix\" {");
        assertThat(folder.resolve("w.db")).doesNotExist();
    }

    @Test
    void check_ends_with_a_mistake_when_a_start_would() throws Exception {
        var file = config("listener \"tcp\" {\n address = \"127.0.0.1:1\"\n colour = \"blue\"\n tls_cert_file = \"/none.crt\"\n tls_key_file = \"/none.key\"\n}\n");
        var check = start("server", "-config=" + file, "-check");
        assertThat(check.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(check.exitValue()).isEqualTo(2);
        assertThat(log()).isEqualTo("watchword: " + file + ":9: listener \"tcp\": colour is not known and is passed over\n"
                + "watchword: listener 127.0.0.1:1: tls_cert_file: /none.crt: no such file or folder\n");
    }

    @Test
    void a_server_without_an_audit_device_says_so_when_it_is_open() throws Exception {
        var server = start("server", "-config=" + config("seal \"static\" { current_key = \"" + "ab".repeat(32) + "\" }\n"));
        try {
            awaitLog(server, "listens on");
            assertThat(log()).doesNotContain("no audit device");
            assertThat(put(server, "/v1/sys/init", "{\"recovery_shares\":1,\"recovery_threshold\":1}")).startsWith("HTTP/1.1 200");
            awaitLog(server, "[warn] no audit device: requests are not recorded; add audit \"file\" \"main\" { options { file_path = ");
            server.destroy();
            assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void a_server_with_an_audit_device_says_nothing_of_it() throws Exception {
        var server = start("server", "-config=" + config("seal \"static\" { current_key = \"" + "ab".repeat(32) + "\" }\naudit \"file\" \"main\" { file_path = \"" + folder.resolve("audit.log") + "\" }\n"));
        try {
            awaitLog(server, "listens on");
            assertThat(put(server, "/v1/sys/init", "{\"recovery_shares\":1,\"recovery_threshold\":1}")).startsWith("HTTP/1.1 200");
            awaitLog(server, "records: OK");
            server.destroy();
            assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(log()).doesNotContain("no audit device");
        } finally {
            server.destroyForcibly();
        }
    }

    /** Over the socket file, since the port is any. */
    private String put(Process server, String path, String body) throws IOException {
        assertThat(server.isAlive()).isTrue();
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("w.sock")))) {
            channel.write(ByteBuffer.wrap(("PUT " + path + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void a_mistake_is_one_line_and_a_status() throws Exception {
        var file = config("log_level = \"loud\"\n");
        var server = start("server", "-config=" + file);
        assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isEqualTo(2);
        assertThat(log()).isEqualTo("watchword: " + file + ":7: log_level must be one of trace, debug, info, warn, error\n");
    }

    @Test
    void an_address_that_is_taken_is_named() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = "127.0.0.1:" + taken.getLocalPort();
            var server = start("dev", "-listen=" + address);
            assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isEqualTo(2);
            assertThat(log()).contains("cannot listen on " + address + ": Address already in use; stop what listens there, or choose another address (-listen=HOST:PORT of watchword dev,");
        }
    }

    @Test
    void a_development_server_says_how_to_use_it_and_leaves_nothing() throws Exception {
        var server = start("dev", "-listen=127.0.0.1:0", "-dev-root-token-id=canary-root");
        try {
            var pause = new CountDownLatch(1);
            for (int i = 0; i < PATIENCE_SECONDS * 20 && !Files.readString(folder.resolve("out")).contains("Three things to try"); i++) pause.await(50, TimeUnit.MILLISECONDS);
            var welcome = Files.readString(folder.resolve("out"));
            assertThat(welcome).as(log()).contains("export VAULT_ADDR='http://127.0.0.1:").contains("export VAULT_TOKEN='canary-root'").contains("Audit: none: requests are not recorded; -audit=FILE does");
            int port = Integer.parseInt(welcome.replaceAll("(?s).*http://127\\.0\\.0\\.1:(\\d+)'.*", "$1"));
            try (var socket = new Socket("127.0.0.1", port)) {
                socket.getOutputStream().write("GET /v1/secret/config HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-Vault-Token: canary-root\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 200").contains("max_versions");
            }
            signal(server, "INT");
            assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isZero();
            assertThat(log()).doesNotContain("canary");
        } finally {
            server.destroyForcibly();
        }
    }
}
