package watchword.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A server program of a test's own: its files in a temporary folder, its port on loopback, for as long as the test. */
final class LocalProgram implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final int port;
    private final Process process;

    private LocalProgram(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    static Path folder(String name, String user) throws IOException {
        var folder = Files.createTempDirectory("watchword-" + name + "-");
        give(folder, user);
        return folder;
    }

    /** Gives a folder, and what is in it, to the user as whom a server runs. */
    static void give(Path folder, String user) throws IOException {
        if (isRoot()) run(folder, List.of("chown", "-R", user, folder.toString()));
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Servers refuse to run as root, or should. */
    static List<String> as(String user, String group, List<String> words) {
        var all = new ArrayList<String>();
        if (isRoot()) all.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--clear-groups"));
        all.addAll(words);
        return all;
    }

    static void run(Path folder, List<String> words) throws IOException {
        try {
            if (begin(folder, words).waitFor() != 0) throw new IOException(String.join(" ", words) + ": " + Files.readString(folder.resolve("output")));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException(stop);
        }
    }

    private static Process begin(Path folder, List<String> words) throws IOException {
        return new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("output").toFile())).start();
    }

    /** Returns when it takes connections. */
    static LocalProgram start(Path folder, int port, List<String> words) throws IOException {
        var program = new LocalProgram(folder, port, begin(folder, words));
        for (long deadline = System.nanoTime() + PATIENCE.toNanos(); !program.answers(); ) {
            if (System.nanoTime() > deadline || !program.process.isAlive()) {
                var output = Files.readString(folder.resolve("output"));
                program.close();
                throw new IOException(words.getFirst() + " did not start: " + output);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return program;
    }

    private boolean answers() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        try {
            process.destroy();
            process.waitFor();
            delete(folder);
        } catch (IOException failed) {
            throw new IllegalStateException("cannot stop a server: " + failed.getMessage(), failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
