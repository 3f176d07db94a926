package watchword.testkit;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A PostgreSQL of a test's own: its data in a temporary folder, on loopback, for as long as the test. Needs the package {@code postgresql};
 * without it the test fails and says so.
 */
public final class PostgresServer implements AutoCloseable {
    private final Path folder;
    private final Path programs;
    private final int port;

    private PostgresServer(Path folder, Path programs, int port) {
        this.folder = folder;
        this.programs = programs;
        this.port = port;
    }

    /** For a field before its server was started. */
    public static PostgresServer none() {
        return new PostgresServer(Path.of(""), Path.of(""), 0);
    }

    public static PostgresServer start() {
        return start("");
    }

    /**
     * One that asks everybody for a password.
     *
     * @param password of its user {@code watchword}; nobody is asked when empty
     */
    public static PostgresServer start(String password) {
        try {
            var folder = Files.createTempDirectory("watchword-pg-");
            var server = new PostgresServer(folder, programs(), freePort());
            server.prepare(password);
            return server;
        } catch (IOException failed) {
            throw new IllegalStateException("cannot start PostgreSQL: " + failed.getMessage(), failed);
        }
    }

    private static Path programs() throws IOException {
        var root = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(root)) throw new IOException("the package postgresql is not installed: apt-get install postgresql");
        try (var versions = Files.list(root)) {
            return versions.map(version -> version.resolve("bin")).filter(bin -> Files.isExecutable(bin.resolve("initdb"))).max(Comparator.naturalOrder())
                    .orElseThrow(() -> new IOException("the package postgresql is not installed: apt-get install postgresql"));
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void prepare(String password) throws IOException {
        if (!password.isEmpty()) Files.writeString(folder.resolve("password"), password);
        if (isRoot()) run(List.of("chown", "-R", "postgres", folder.toString()));
        var data = folder.resolve("data").toString();
        var auth = password.isEmpty() ? List.of("-A", "trust") : List.of("-A", "scram-sha-256", "--pwfile", folder.resolve("password").toString());
        var words = new ArrayList<>(List.of(programs.resolve("initdb").toString(), "-D", data, "-U", "watchword", "-E", "UTF8", "--no-sync"));
        words.addAll(auth);
        run(asUser(words.toArray(String[]::new)));
        run(asUser(programs.resolve("pg_ctl").toString(), "-D", data, "-w", "-t", "60", "-l", folder.resolve("log").toString(), "-o",
                "-c listen_addresses=127.0.0.1 -p " + port + " -k " + folder, "start"));
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** The server refuses to run as root. */
    private static List<String> asUser(String... words) {
        var all = new ArrayList<String>();
        if (isRoot()) all.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        all.addAll(List.of(words));
        return all;
    }

    private void run(List<String> words) throws IOException {
        try {
            var process = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("output").toFile())).start();
            if (process.waitFor() != 0) throw new IOException(String.join(" ", words) + ": " + Files.readString(folder.resolve("output")));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException(stop);
        }
    }

    public String url() {
        return "postgres://watchword@127.0.0.1:" + port + "/postgres";
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        if (port == 0) return;
        try {
            run(asUser(programs.resolve("pg_ctl").toString(), "-D", folder.resolve("data").toString(), "-m", "immediate", "stop"));
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
            }
        } catch (IOException failed) {
            throw new IllegalStateException("cannot stop PostgreSQL: " + failed.getMessage(), failed);
        }
    }
}
