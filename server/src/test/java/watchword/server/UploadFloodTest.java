package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Number 148 of the vulnerability list: 200 uploads of 32 MiB at once, against the program itself with the heap that it has by default. */
final class UploadFloodTest {
    private static final int UPLOADS = 200;
    private static final int SIZE = 32 << 20;
    private static final int PATIENCE_SECONDS = 60;
    private static final String TOKEN = "flood-root";
    /** The heap of 512 MiB, and what a Java machine has beside it. */
    private static final long MOST_RESIDENT_KB = 900 << 10;

    @TempDir
    private Path folder = Path.of("");

    private Process start() throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), "watchword.server.Main", "dev", "-listen=127.0.0.1:0", "-dev-root-token-id=" + TOKEN));
        return new ProcessBuilder(command).redirectOutput(folder.resolve("out").toFile()).redirectError(folder.resolve("err").toFile()).start();
    }

    private int port(Process server) throws IOException, InterruptedException {
        var pause = new CountDownLatch(1);
        for (int i = 0; i < PATIENCE_SECONDS * 20 && !Files.readString(folder.resolve("out")).contains("Three things to try"); i++) {
            assertThat(server.isAlive()).as(Files.readString(folder.resolve("err"))).isTrue();
            pause.await(50, TimeUnit.MILLISECONDS);
        }
        return Integer.parseInt(Files.readString(folder.resolve("out")).replaceAll("(?s).*http://127\\.0\\.0\\.1:(\\d+)'.*", "$1"));
    }

    private static String head(String line, String more) {
        return line + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-Vault-Token: " + TOKEN + "\r\n" + more + "\r\n";
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The status of an answer; 0 when the connection ended without one. */
    private static int status(InputStream in) throws IOException {
        var line = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
        return line.startsWith("HTTP/1.1 ") ? Integer.parseInt(line.substring(9)) : 0;
    }

    private static int ask(int port, String line, String body) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(PATIENCE_SECONDS * 1000);
            send(socket, head(line, body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n") + body);
            return status(socket.getInputStream());
        }
    }

    /** From one of ten addresses, every other with its length unsaid. */
    private static int upload(int port, int number) {
        try (var socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port, InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (number % 10 + 1)}), 0)) {
            socket.setSoTimeout(PATIENCE_SECONDS * 4 * 1000);
            boolean chunked = number % 2 == 1;
            send(socket, head("PUT /v1/secret/data/big" + number, chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + SIZE + "\r\n"));
            try {
                fill(socket.getOutputStream(), chunked);
            } catch (IOException notWanted) {
                // the answer may be there all the same
            }
            return status(socket.getInputStream());
        } catch (IOException cutOff) {
            return 0;
        }
    }

    private static void fill(OutputStream out, boolean chunked) throws IOException {
        var start = "{\"data\":{\"k\":\"".getBytes(StandardCharsets.US_ASCII);
        var end = "\"}}".getBytes(StandardCharsets.US_ASCII);
        piece(out, start, start.length, chunked);
        var block = new byte[64 << 10];
        Arrays.fill(block, (byte) 'a');
        for (int left = SIZE - start.length - end.length; left > 0; left -= block.length) piece(out, block, Math.min(left, block.length), chunked);
        piece(out, end, end.length, chunked);
        if (chunked) out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static void piece(OutputStream out, byte[] bytes, int length, boolean chunked) throws IOException {
        if (chunked) out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(bytes, 0, length);
        if (chunked) out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static long residentKb(Process server) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "status")).stream().filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }

    @Test
    void two_hundred_large_uploads_cost_bounded_memory_and_others_are_served() throws Exception {
        var server = start();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int port = port(server);
            assertThat(ask(port, "PUT /v1/secret/data/small", "{\"data\":{\"k\":\"v\"}}")).isEqualTo(200);
            var uploads = new ArrayList<Future<Integer>>();
            for (int i = 0; i < UPLOADS; i++) {
                int number = i;
                uploads.add(threads.submit(() -> upload(port, number)));
            }
            int served = 0;
            while (uploads.stream().anyMatch(upload -> !upload.isDone())) {
                assertThat(ask(port, "GET /v1/secret/data/small", "")).isEqualTo(200);
                assertThat(ask(port, "PUT /v1/secret/data/small", "{\"data\":{\"k\":\"" + served + "\"}}")).isEqualTo(200);
                assertThat(server.isAlive()).isTrue();
                served++;
            }
            Map<Integer, Integer> statuses = new TreeMap<>();
            for (var upload : uploads) statuses.merge(upload.get(), 1, Integer::sum);
            long resident = residentKb(server);
            Files.writeString(Path.of("target", "upload-flood.txt"), "statuses " + statuses + ", others served meanwhile " + 2 * served + ", most resident " + resident / 1024 + " MiB\n");

            assertThat(statuses.keySet()).as("too large for a value, or too many at once, or cut off while waiting").isSubsetOf(400, 429, 0);
            assertThat(statuses.getOrDefault(400, 0)).as("bodies that were read to their end").isPositive();
            assertThat(served).isPositive();
            assertThat(resident).isLessThan(MOST_RESIDENT_KB);
            assertThat(ask(port, "GET /v1/secret/data/small", "")).isEqualTo(200);
            assertThat(server.isAlive()).isTrue();
        } finally {
            server.destroyForcibly();
        }
    }
}
