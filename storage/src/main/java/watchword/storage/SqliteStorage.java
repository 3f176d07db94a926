package watchword.storage;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import watchword.sdk.Storage;

/**
 * One SQLite file ({@code spec/storage.md}): write-ahead log, flushed with each commit; one writer that commits waiting transactions as
 * a group; readers on snapshots beside it. Any thread.
 */
public final class SqliteStorage implements Storage {
    private static final System.Logger LOG = System.getLogger(SqliteStorage.class.getName());
    private static final int READERS = 8;
    /** Marks the file as ours; "WWrd". */
    private static final int APPLICATION_ID = 0x57577264;

    private final Path file;
    private final @Nullable FileChannel lockFile;
    private final Durability durability;
    private final SqliteWriter writer;
    private final BlockingQueue<SqliteSession> readers = new ArrayBlockingQueue<>(READERS);
    private final AtomicInteger opened = new AtomicInteger();
    private volatile boolean closed;

    /** Whether a commit waits for the disk. {@link #LOST_ON_CRASH} is for servers whose data nobody keeps. */
    public enum Durability {
        FLUSHED,
        LOST_ON_CRASH
    }

    private SqliteStorage(Path file, @Nullable FileChannel lockFile, Durability durability, SqliteSession writing) {
        this.file = file;
        this.lockFile = lockFile;
        this.durability = durability;
        this.writer = new SqliteWriter(writing);
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
        FileChannel lock = null;
        try {
            createPrivately(file);
            lock = lock(file);
            var session = connect(file, durability, false);
            return new SqliteStorage(file, lock, durability, session);
        } catch (SQLException | IOException failed) {
            closeQuietly(lock);
            throw new StorageException("cannot open " + file + ": " + failed.getMessage(), false, failed);
        }
    }

    private static void createPrivately(Path file) throws IOException {
        var folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.exists(folder)) {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        if (!Files.exists(file)) Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static FileChannel lock(Path file) throws IOException {
        var path = file.resolveSibling(file.getFileName() + ".lock");
        var channel = FileChannel.open(path, java.util.Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) return channel;
        } catch (java.nio.channels.OverlappingFileLockException thisProcess) {
            // said below
        }
        channel.close();
        throw new IOException("another server has it open");
    }

    private static SqliteSession connect(Path file, Durability durability, boolean readOnly) throws SQLException {
        var config = new SQLiteConfig();
        config.setBusyTimeout(5000);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(durability == Durability.FLUSHED ? SQLiteConfig.SynchronousMode.FULL : SQLiteConfig.SynchronousMode.OFF);
        Properties properties = config.toProperties();
        var connection = DriverManager.getConnection("jdbc:sqlite:" + file, properties);
        try (var statement = connection.createStatement()) {
            if (!readOnly) prepare(statement, file);
            statement.execute("PRAGMA wal_autocheckpoint=8000");
            statement.execute("PRAGMA mmap_size=268435456");
            statement.execute("PRAGMA cache_size=-16384");
            statement.execute("PRAGMA trusted_schema=OFF");
            return new SqliteSession(connection, readOnly);
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    private static void prepare(java.sql.Statement statement, Path file) throws SQLException {
        int id;
        try (var row = statement.executeQuery("PRAGMA application_id")) {
            id = row.next() ? row.getInt(1) : 0;
        }
        boolean empty;
        try (var row = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
            empty = row.next() && row.getInt(1) == 0;
        }
        if (!empty && id != APPLICATION_ID) throw new SQLException(file + " is a database of another program");
        if (empty) {
            statement.execute("PRAGMA application_id=" + APPLICATION_ID);
            statement.execute("CREATE TABLE entry (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");
        } else {
            try (var row = statement.executeQuery("SELECT count(*) FROM (SELECT key FROM entry LIMIT 1)")) {
                row.next();
            }
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        var session = borrow();
        boolean healthy = false;
        try {
            session.begin();
            T result;
            try {
                result = work.apply(session);
            } finally {
                session.end();
            }
            healthy = true;
            return result;
        } catch (SQLException failed) {
            throw new StorageException("read failed: " + failed.getMessage(), false, failed);
        } catch (RuntimeException | Error fromWork) {
            healthy = !(fromWork instanceof StorageException);
            throw fromWork;
        } finally {
            give(session, healthy);
        }
    }

    private SqliteSession borrow() {
        writer.requireHealthy();
        if (closed) throw new StorageException("the storage is closed", false, null);
        var free = readers.poll();
        if (free != null) return free;
        if (opened.incrementAndGet() <= READERS) {
            try {
                return connect(file, durability, true);
            } catch (SQLException failed) {
                opened.decrementAndGet();
                throw new StorageException("cannot read: " + failed.getMessage(), false, failed);
            }
        }
        opened.decrementAndGet();
        try {
            return readers.take();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted", false, stop);
        }
    }

    private void give(SqliteSession session, boolean healthy) {
        if (healthy && !closed && readers.offer(session)) return;
        opened.decrementAndGet();
        session.close();
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        if (closed) throw new StorageException("the storage is closed", false, null);
        return writer.submit(work);
    }

    /** Copies the store as it is at one moment to a new file, while writes go on. */
    public void backup(Path target) {
        if (Files.exists(target)) throw new StorageException(target + " exists; a backup goes to a new file", false, null);
        try (var session = connect(file, durability, true)) {
            session.vacuumInto(target);
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
        } catch (SQLException | IOException failed) {
            throw new StorageException("backup failed: " + failed.getMessage(), false, failed);
        }
    }

    /** Puts a backup where a server will open it. The server must not run; an existing store is kept unless {@code replace}. */
    public static void restore(Path backup, Path target, boolean replace) {
        if (Files.exists(target) && !replace) throw new StorageException(target + " exists; say that it may be replaced", false, null);
        try (var connection = DriverManager.getConnection("jdbc:sqlite:file:" + backup + "?mode=ro&immutable=1"); var statement = connection.createStatement();
                var row = statement.executeQuery("PRAGMA integrity_check")) {
            if (!row.next() || !"ok".equals(row.getString(1))) throw new StorageException(backup + " is damaged", false, null);
        } catch (SQLException damaged) {
            throw new StorageException(backup + " is not a backup: " + damaged.getMessage(), false, damaged);
        }
        try {
            createPrivately(target);
            try (var lock = lock(target)) {
                for (var suffix : new String[] {"-wal", "-shm"}) Files.deleteIfExists(target.resolveSibling(target.getFileName() + suffix));
                Files.copy(backup, target, StandardCopyOption.REPLACE_EXISTING);
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
                try (var channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                LOG.log(Level.DEBUG, "restored under lock {0}", lock.isOpen());
            }
        } catch (IOException failed) {
            throw new StorageException("restore failed: " + failed.getMessage(), false, failed);
        }
    }

    private static void closeQuietly(@Nullable AutoCloseable resource) {
        try {
            if (resource != null) resource.close();
        } catch (Exception ignored) {
            LOG.log(Level.DEBUG, "close failed", ignored);
        }
    }

    @Override
    public void close() {
        closed = true;
        writer.close();
        SqliteSession session;
        while ((session = readers.poll()) != null) session.close();
        closeQuietly(lockFile);
    }
}
