package watchword.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** A MariaDB of a test's own, with a user {@code admin} who may do everything. Needs the package {@code mariadb-server}; without it the test fails and says so. */
public final class MariaDbServer implements AutoCloseable {
    private final LocalProgram program;

    private MariaDbServer(LocalProgram program) {
        this.program = program;
    }

    /** @param password of {@code admin} */
    public static MariaDbServer start(String password) {
        try {
            var folder = LocalProgram.folder("mariadb", "mysql");
            var data = folder.resolve("data");
            int port = LocalProgram.freePort();
            LocalProgram.run(folder, LocalProgram.as("mysql", "mysql", List.of("mariadb-install-db", "--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal", "--skip-test-db")));
            var first = folder.resolve("first.sql");
            Files.writeString(first, "CREATE USER 'admin'@'%' IDENTIFIED BY '" + password + "';\nGRANT ALL PRIVILEGES ON *.* TO 'admin'@'%' WITH GRANT OPTION;\nCREATE DATABASE app;\nCREATE TABLE app.t (x INT);\n");
            var words = List.of("mariadbd", "--no-defaults", "--datadir=" + data, "--socket=" + folder.resolve("socket"), "--bind-address=127.0.0.1", "--port=" + port, "--skip-name-resolve",
                    "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--init-file=" + first);
            return new MariaDbServer(LocalProgram.start(folder, port, LocalProgram.as("mysql", "mysql", words)));
        } catch (IOException failed) {
            throw new IllegalStateException("cannot start MariaDB (apt-get install mariadb-server): " + failed.getMessage(), failed);
        }
    }

    public int port() {
        return program.port();
    }

    @Override
    public void close() {
        program.close();
    }
}
