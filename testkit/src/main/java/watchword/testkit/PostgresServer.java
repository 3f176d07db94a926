package watchword.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A PostgreSQL of a test's own: its data in a temporary folder, on loopback, for as long as the test. Needs the package {@code postgresql};
 * without it the test fails and says so.
 */
public final class PostgresServer implements AutoCloseable {
    private static final String USER = "postgres";

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
            var programs = programs();
            var server = new PostgresServer(LocalProgram.folder("pg", USER), programs, LocalProgram.freePort());
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

    private void prepare(String password) throws IOException {
        if (!password.isEmpty()) Files.writeString(folder.resolve("password"), password);
        LocalProgram.give(folder, USER);
        var data = folder.resolve("data").toString();
        var auth = password.isEmpty() ? List.of("-A", "trust") : List.of("-A", "scram-sha-256", "--pwfile", folder.resolve("password").toString());
        var words = new ArrayList<>(List.of("-D", data, "-U", "watchword", "-E", "UTF8", "--no-sync"));
        words.addAll(auth);
        run("initdb", words);
        run("pg_ctl", List.of("-D", data, "-w", "-t", "60", "-l", folder.resolve("log").toString(), "-o", "-c listen_addresses=127.0.0.1 -p " + port + " -k " + folder, "start"));
    }

    private void run(String program, List<String> words) throws IOException {
        LocalProgram.run(folder, LocalProgram.as(USER, USER, Stream.concat(Stream.of(programs.resolve(program).toString()), words.stream()).toList()));
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
            run("pg_ctl", List.of("-D", folder.resolve("data").toString(), "-m", "immediate", "stop"));
            LocalProgram.delete(folder);
        } catch (IOException failed) {
            throw new IllegalStateException("cannot stop PostgreSQL: " + failed.getMessage(), failed);
        }
    }
}
