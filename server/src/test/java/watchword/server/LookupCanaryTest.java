package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Numbers 185 and 186 of the vulnerability list: texts that ask to be looked up, and objects that ask to be read. */
class LookupCanaryTest {
    private static String raw(int port, String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void what_looks_like_a_look_up_is_text_everywhere() throws IOException {
        try (var server = DevServer.start(DevServer.Options.onAnyPort()); var trap = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            int port = Integer.parseInt(server.address().substring(server.address().lastIndexOf(':') + 1));
            var token = server.rootToken().reveal();
            for (var scheme : List.of("ldap", "rmi", "dns", "http")) {
                var canary = "${jndi:" + scheme + "://127.0.0.1:" + trap.getLocalPort() + "/x}";
                var encoded = canary.replace("{", "%7B").replace("}", "%7D").replace("$", "%24");
                var body = "{\"data\":{\"" + canary + "\":\"" + canary + "\"},\"" + canary + "\":1}";
                for (var line : List.of("PUT /v1/secret/data/" + encoded.replace("/", "_"), "PUT /v1/sys/policies/acl/x?a=" + encoded, "PUT /v1/auth/token/create", "PUT /v1/none/" + canary.replace("/", "_"))) {
                    for (var who : new String[] {token, canary}) {
                        var answer = raw(port, line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: " + canary + "\r\nX-Forwarded-For: " + canary + "\r\nX-Vault-Namespace: \r\nX-Vault-Token: " + who
                                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                        assertThat(answer).startsWith("HTTP/1.1 ");
                    }
                }
                assertThat(raw(port, canary + " " + canary + " HTTP/1.1\r\nHost: " + canary + "\r\n\r\n")).startsWith("HTTP/1.1 4");
            }
            trap.setSoTimeout(50);
            assertThatThrownBy(trap::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    /** Run in a process of its own, because it is for the whole process. */
    public static final class Reads {
        private Reads() {}

        @SuppressWarnings("SystemOut") // what the test reads
        public static void main(String[] arguments) throws IOException, ClassNotFoundException {
            var bytes = new ByteArrayOutputStream();
            try (var out = new ObjectOutputStream(bytes)) {
                out.writeObject(new ArrayList<>(List.of("x")));
            }
            System.out.println("before: " + read(bytes.toByteArray()));
            ObjectStreams.refuse();
            System.out.println("after: " + read(bytes.toByteArray()));
        }

        private static String read(byte[] bytes) throws IOException, ClassNotFoundException {
            try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
                return in.readObject().toString();
            } catch (java.io.InvalidClassException refused) {
                return "refused";
            }
        }
    }

    @Test
    void no_object_is_read_in_a_server_s_process() throws Exception {
        var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Reads.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(said.lines()).containsExactly("before: [x]", "after: refused");
    }
}
