package watchword.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import watchword.sdk.Storage.StorageException;
import watchword.storage.SqliteStorage.Durability;

/** Copies of a store, made while it is in use, and put back where a server will open them. A copy is whole or not there. */
final class SqliteBackup {
    private SqliteBackup() {}

    /** Copies what {@code reader} sees at one moment into a new file. */
    static void make(SqliteSession reader, Path target) {
        var partial = SqliteFile.beside(target, ".partial");
        try {
            if (Files.exists(target)) throw new StorageException(target + " exists; a backup goes to a new file", false, null);
            Files.deleteIfExists(partial);
            SqliteFile.createPrivately(partial); // VACUUM INTO takes an empty file, and would make one that others can read
            try (var statement = reader.connection().prepareStatement("VACUUM INTO ?")) {
                statement.setString(1, partial.toString());
                statement.execute();
            }
            publish(partial, target);
        } catch (SQLException | IOException failed) {
            discard(partial);
            throw new StorageException("the backup to " + target + " failed: " + failed.getMessage(), false, failed);
        }
    }

    /** Puts {@code backup} in the place of {@code target}, which no server may have open. */
    static void restore(Path backup, Path target, boolean replace) {
        var partial = SqliteFile.beside(target, ".partial");
        try {
            check(backup);
            if (!replace && !isEmpty(target)) throw new StorageException(target + " holds a store; say that it may be replaced", false, null);
            try (var _ = SqliteFile.claim(target, Durability.FLUSHED)) {
                Files.deleteIfExists(partial);
                SqliteFile.createPrivately(partial);
                Files.copy(backup, partial, StandardCopyOption.REPLACE_EXISTING);
                check(partial);
                discardLog(target);
                publish(partial, target);
            }
        } catch (SQLException | IOException failed) {
            discard(partial);
            throw new StorageException("restoring " + backup + " failed: " + failed.getMessage(), false, failed);
        }
    }

    private static boolean isEmpty(Path target) {
        if (!Files.exists(target)) return true;
        try (var store = SqliteStorage.open(target)) {
            return store.<Boolean>read(tx -> tx.scan("", "", 1).isEmpty());
        }
    }

    private static void check(Path backup) throws IOException, SQLException {
        if (!Files.exists(backup)) throw new IOException("there is no such file");
        SqliteFile.requireHeader(backup);
        try (var connection = DriverManager.getConnection(SqliteFile.address(backup, "?mode=ro&immutable=1"));
                var statement = connection.createStatement()) {
            SqliteFile.requireOurs(statement);
            SqliteFile.requireWhole(statement);
        }
    }

    /** The log of the old store would be taken for that of the new one. */
    private static void discardLog(Path target) throws IOException {
        for (var suffix : List.of("-wal", "-shm", "-journal")) Files.deleteIfExists(SqliteFile.beside(target, suffix));
    }

    private static void publish(Path partial, Path target) throws IOException {
        try (var channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        SqliteFile.flushFolder(SqliteFile.folder(target));
    }

    private static void discard(Path partial) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException ignored) {
            System.getLogger(SqliteBackup.class.getName()).log(System.Logger.Level.WARNING, "an unfinished copy is left behind: {0}", partial);
        }
    }
}
