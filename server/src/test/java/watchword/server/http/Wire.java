package watchword.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A client that sends exactly the bytes it is told, and reads what comes. */
final class Wire implements AutoCloseable {
    /** Long after any deadline of the tests: who waits this long waits for ever. */
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        this.in = socket.getInputStream();
    }

    /** Waits for ever: for one of many that began to wait long before the last of them could. */
    Wire patient() throws IOException {
        socket.setSoTimeout(0);
        return this;
    }

    static Wire to(int port) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
        return new Wire(socket);
    }

    /** One answer. @param headers lines as they came, without the status line */
    record Reply(int status, List<String> headers, String body) {
        Optional<String> header(String name) {
            var start = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream().filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start)).map(line -> line.substring(start.length()).trim()).findFirst();
        }
    }

    /** Sends one whole exchange on a connection of its own. */
    static Reply exchange(int port, String request) throws IOException {
        try (var wire = to(port)) {
            return wire.send(request).reply();
        }
    }

    Wire send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    Reply reply() throws IOException {
        return reply(true);
    }

    /** @param hasBody false for an answer to HEAD */
    Reply reply(boolean hasBody) throws IOException {
        var status = line();
        var headers = new ArrayList<String>();
        for (String line; !(line = line()).isEmpty(); ) headers.add(line);
        var head = new Reply(Integer.parseInt(status.split(" ")[1]), headers, "");
        int length = hasBody ? head.header("Content-Length").map(Integer::parseInt).orElse(0) : 0;
        return new Reply(head.status(), headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c; (c = in.read()) != '\n'; ) {
            if (c < 0) throw new IOException("closed after: " + line.toString(StandardCharsets.ISO_8859_1));
            if (c != '\r') line.write(c);
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Everything up to the end. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Says that nothing more will come. */
    void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Sends as much as goes without waiting for the other side, if it is still there. */
    void trySend(String text) {
        try {
            send(text);
        } catch (IOException gone) {
            // what matters is what was sent before
        }
    }

    /** Whether the connection ends before so many bytes have come, though nobody here took any until it ended there. */
    boolean isCutOffAfter(long bytes) throws InterruptedException {
        var pause = new java.util.concurrent.CountDownLatch(1);
        for (int i = 0; i < PATIENCE_MILLIS / 50 && !isGone(); i++) pause.await(50, java.util.concurrent.TimeUnit.MILLISECONDS);
        long received = 0;
        try {
            var buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) >= 0; ) received += n;
        } catch (IOException reset) {
            return true;
        }
        return received < bytes;
    }

    /** A peer that has closed answers a byte with a reset. */
    private boolean isGone() {
        try {
            socket.getOutputStream().write('\r');
            return false;
        } catch (IOException gone) {
            return true;
        }
    }

    /** Reads HTTP/2 frames until one of this type comes; false when the connection ends before. */
    boolean readsFrame(int type) {
        try {
            while (true) {
                var head = in.readNBytes(9);
                if (head.length < 9) return false;
                in.readNBytes((head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff));
                if (head[3] == type) return true;
            }
        } catch (IOException ended) {
            return false;
        }
    }

    /** Waits until the server hangs up, whatever it says before. */
    boolean isClosedByServer() {
        try {
            while (in.read() >= 0) {
                // what it still said
            }
            return true;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
