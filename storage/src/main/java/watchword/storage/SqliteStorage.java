package watchword.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.FileTrouble;
import watchword.sdk.Storage;

/**
 * One SQLite file ({@code docs/failures.md}): write-ahead log, flushed with each commit; one writer that commits waiting transactions as
 * a group; readers on snapshots beside it. Any thread.
 */
public final class SqliteStorage implements Storage {
    private final SqliteFile file;
    private final Runnable afterwards;
    private final Fuse fuse = new Fuse();
    private final SqliteWriter writer;
    private final SqliteReaders readers;

    /** Whether a commit waits for the disk. {@link #LOST_ON_CRASH} is for servers whose data nobody keeps. */
    public enum Durability {
        FLUSHED,
        LOST_ON_CRASH
    }

    private SqliteStorage(SqliteFile file, Runnable afterwards) throws SQLException {
        this.file = file;
        this.afterwards = afterwards;
        this.writer = new SqliteWriter(file.writer(), fuse);
        this.readers = new SqliteReaders(Math.clamp(4L * Runtime.getRuntime().availableProcessors(), 8, 64), file::reader, fuse);
        if (!file.isCheckedAtOpening()) Thread.ofVirtual().name("store check").start(this::check);
    }

    /**
     * Opens or creates the file; it and its folder are for their owner alone.
     *
     * @throws StorageException when it is not a file of ours, is damaged, or another server has it open
     */
    public static SqliteStorage open(Path file) {
        return open(file, Durability.FLUSHED);
    }

    public static SqliteStorage open(Path file, Durability durability) {
        return open(file, durability, () -> {});
    }

    /** A store that nobody keeps, for a development server: files in a temporary folder, never flushed, removed when it is closed. */
    public static SqliteStorage temporary() {
        try {
            var folder = Files.createTempDirectory("watchword-");
            return open(folder.resolve("store.db"), Durability.LOST_ON_CRASH, () -> remove(folder));
        } catch (IOException failed) {
            throw new StorageException("cannot make a temporary store: " + failed.getMessage(), false, failed);
        }
    }

    private static SqliteStorage open(Path path, Durability durability, Runnable afterwards) {
        try {
            var file = SqliteFile.claim(path, durability);
            try {
                file.prepare();
                return new SqliteStorage(file, afterwards);
            } catch (SQLException | IOException | RuntimeException failed) {
                file.close();
                throw failed;
            }
        } catch (IOException failed) {
            throw new StorageException("cannot open the store " + path + ": " + FileTrouble.words(failed), false, failed);
        } catch (SQLException failed) {
            throw new StorageException("cannot open the store " + path + ": " + failed.getMessage(), false, failed);
        }
    }

    private static void remove(Path folder) {
        try (var files = Files.list(folder)) {
            for (var each : files.toList()) Files.deleteIfExists(each);
            Files.deleteIfExists(folder);
        } catch (IOException ignored) {
            System.getLogger(SqliteStorage.class.getName()).log(System.Logger.Level.WARNING, "a temporary store is left behind: {0}", folder);
        }
    }

    private void check() {
        try (var session = file.reader(); var statement = session.connection().createStatement()) {
            SqliteFile.requireWhole(statement);
        } catch (SQLException damaged) {
            fuse.blow(String.valueOf(damaged.getMessage()), damaged);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return readers.read(work);
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return writer.submit(work);
    }

    /** Whether it can still be believed; see {@link Health.Failed}. */
    public Health health() {
        return fuse.health();
    }

    /** Calls {@code listener} once, on a thread of its own, when the storage refuses everything from then on: the server should seal. */
    public void whenFailed(Consumer<Health.Failed> listener) {
        fuse.whenBlown(listener);
    }

    /**
     * Copies the store as it is at one moment to a new file, while reads and writes go on; the copy is flushed, and its owner's alone.
     *
     * @throws StorageException when there is such a file, or the copy could not be made; then nothing is left of it
     */
    public void backup(Path target) {
        fuse.requireWhole();
        try (var session = file.reader()) {
            SqliteBackup.make(session, target);
        } catch (SQLException failed) {
            throw SqliteErrors.exception("cannot open the store for its backup", failed, false);
        }
    }

    /**
     * Puts a backup where a server will open it; no server may have it open now.
     *
     * @param replace whether a store that holds something, or is damaged, may be replaced
     * @throws StorageException when the backup is not whole, or the place is not free; then the old store is as it was
     */
    public static void restore(Path backup, Path target, boolean replace) {
        SqliteBackup.restore(backup, target, replace);
    }

    /** What waits to be written is written, what is read is read to the end; then the file is another's to open. */
    @Override
    public void close() {
        writer.close();
        readers.close();
        file.close();
        afterwards.run();
    }
}
