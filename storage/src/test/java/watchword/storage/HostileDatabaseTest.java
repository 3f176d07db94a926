package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.sdk.Secret;
import watchword.sdk.Storage.StorageException;

/** Numbers 183 and 184 of the vulnerability list: a database that means harm, and a path that looks like an address. */
class HostileDatabaseTest {
    @TempDir
    private Path folder = Path.of("");

    /** Speaks PostgreSQL's protocol up to the point where it asks for as many rounds of hashing as it likes. */
    private static final class Glutton implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicInteger proofs = new AtomicInteger();
        private final String rounds;

        private Glutton(String rounds) throws IOException {
            this.rounds = rounds;
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            while (!listening.isClosed()) {
                try (var socket = listening.accept()) {
                    talk(socket);
                } catch (IOException gone) {
                    // the next one
                }
            }
        }

        private void talk(Socket socket) throws IOException {
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(socket.getOutputStream());
            var start = in.readNBytes(in.readInt() - 4);
            if (start.length == 4) { // asks for TLS or GSS encryption
                out.writeByte('N');
                talk(socket);
                return;
            }
            ask(out, 10, "SCRAM-SHA-256\0\0".getBytes(StandardCharsets.US_ASCII));
            in.readByte();
            var first = new String(in.readNBytes(in.readInt() - 4), StandardCharsets.US_ASCII);
            var nonce = first.substring(first.indexOf("r=") + 2);
            ask(out, 11, ("r=" + nonce + "server,s=c2FsdHNhbHRzYWx0c2FsdA==,i=" + rounds).getBytes(StandardCharsets.US_ASCII));
            if (in.read() == 'p') proofs.incrementAndGet();
        }

        private static void ask(DataOutputStream out, int kind, byte[] what) throws IOException {
            out.writeByte('R');
            out.writeInt(8 + what.length);
            out.writeInt(kind);
            out.write(what);
            out.flush();
        }

        private Secret address() {
            return Secret.copyOf("postgres://user:password@127.0.0.1:" + listening.getLocalPort() + "/db?sslmode=disable&gssEncMode=disable");
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    @Test
    void a_database_cannot_make_us_hash_for_ever() throws IOException {
        try (var glutton = new Glutton("2147483647")) {
            assertThatThrownBy(() -> PostgresStorage.open(glutton.address(), "t", Duration.ofSeconds(1))).isInstanceOf(StorageException.class);
            assertThat(glutton.proofs).hasValue(0);
        }
    }

    @Test
    void a_usual_number_of_rounds_is_worked_out() throws IOException {
        try (var modest = new Glutton("4096")) {
            assertThatThrownBy(() -> PostgresStorage.open(modest.address(), "t", Duration.ofSeconds(1))).isInstanceOf(StorageException.class);
            assertThat(modest.proofs).hasPositiveValue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketFactory=java.io.FileOutputStream&socketFactoryArg=x", "SOCKETFACTORY=x", "sslfactory=x", "%73slfactory=x", "authenticationPluginClassName=x", "loggerFile=/tmp/x", "xmlFactoryFactory=x",
        "sslhostnameverifier=x", "sslpasswordcallback=x", "jaasApplicationName=x"})
    void an_address_names_no_class_and_no_file_to_write(String parameters) {
        assertThatThrownBy(() -> PostgresStorage.open(Secret.copyOf("postgres://u:canary-pw@127.0.0.1:1/db?" + parameters), "t", Duration.ofSeconds(1)))
                .isInstanceOf(StorageException.class).hasMessageContaining("must not name classes").hasMessageNotContaining("canary-pw");
    }

    @ParameterizedTest
    @ValueSource(strings = {":resource:http:/127.0.0.1:%d/x.db", ":memory:", "x.db?mode=memory", "x.db?vfs=none", "file:x.db", "x%%2fy.db", "http:/127.0.0.1:%d/x.db"})
    void a_path_of_a_store_is_a_path_whatever_it_looks_like(String path) throws IOException {
        try (var listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            listening.setSoTimeout(1);
            var file = folder.resolve(String.format(path, listening.getLocalPort()));
            try (var storage = SqliteStorage.open(file)) {
                storage.update(store -> store.put("k", new byte[] {1}));
            }
            assertThat(Files.size(file)).isPositive();
            assertThatThrownBy(listening::accept).isInstanceOf(java.net.SocketTimeoutException.class);
            try (var storage = SqliteStorage.open(file)) {
                assertThat(storage.<Boolean>read(store -> store.get("k").isPresent())).isTrue();
            }
        }
    }
}
