package watchword.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;
import watchword.storage.SqliteStorage.Durability;

/** The file of a store: claimed for this process alone, readable by its owner alone, checked before it is believed. */
final class SqliteFile implements AutoCloseable {
    /** Marks the file as ours; "WWrd". */
    private static final int APPLICATION_ID = 0x57577264;
    private static final int FORMAT = 1;
    private static final String TABLE = "CREATE TABLE entry (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID";
    private static final long CHECKED_AT_OPENING = 1L << 30;
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<?> OWNER_FILE = PosixFilePermissions.asFileAttribute(OWNER);
    private static final FileAttribute<?> OWNER_FOLDER = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private final Durability durability;
    private final FileChannel lock;

    private SqliteFile(Path path, Durability durability, FileChannel lock) {
        this.path = path;
        this.durability = durability;
        this.lock = lock;
    }

    /** Claims the place, and makes its folder if need be. */
    static SqliteFile claim(Path file, Durability durability) throws IOException {
        var path = file.toAbsolutePath();
        Files.createDirectories(folder(path), OWNER_FOLDER);
        return new SqliteFile(path, durability, lock(path));
    }

    /** Makes the file if there is none; looks whether an old one can be a store at all. */
    void prepare() throws IOException {
        if (!Files.exists(path)) {
            if (hasLog(path)) throw new IOException("it is gone, but its log is there");
            createPrivately(path);
            flushFolder(folder(path));
        }
        Files.setPosixFilePermissions(path, OWNER);
        requireHeader(path);
    }

    private static boolean hasLog(Path path) throws IOException {
        var log = beside(path, "-wal");
        return Files.exists(log) && Files.size(log) > 0;
    }

    /** Creates an empty file that only its owner can read, whatever the umask. */
    static void createPrivately(Path file) throws IOException {
        Files.createFile(file, OWNER_FILE);
        Files.setPosixFilePermissions(file, OWNER);
    }

    static Path folder(Path file) throws IOException {
        var folder = file.toAbsolutePath().getParent();
        if (folder == null) throw new IOException("it is a root folder");
        return folder;
    }

    static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    static void flushFolder(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder)) {
            channel.force(true);
        }
    }

    /** Of a file of its own, because closing any descriptor of the database would let go of SQLite's locks. */
    private static FileChannel lock(Path path) throws IOException {
        var channel = FileChannel.open(beside(path, ".lock"), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_FILE);
        try {
            if (channel.tryLock() != null) return channel;
        } catch (OverlappingFileLockException thisProcess) {
            // as below
        }
        channel.close();
        throw new IOException("another server has it open");
    }

    /** SQLite takes an empty file for a new database, and throws its log away. */
    static void requireHeader(Path path) throws IOException {
        long size = Files.size(path);
        if (size == 0 && hasLog(path)) throw new IOException("it is empty, but its log is not");
        if (size == 0) return;
        try (var in = Files.newInputStream(path)) {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) throw new IOException("it is not a SQLite database");
        }
    }

    /** The connection that writes; makes the table in a new file, and checks an old one. */
    SqliteSession writer() throws SQLException {
        var connection = connect();
        try (var statement = connection.createStatement()) {
            if (isNew(statement)) {
                create(statement);
            } else {
                requireOurs(statement);
                if (isCheckedAtOpening()) requireWhole(statement);
            }
            statement.execute("PRAGMA wal_autocheckpoint=0"); // SqliteLog does it
            statement.execute("PRAGMA journal_size_limit=67108864");
            statement.execute("PRAGMA temp_store=MEMORY");
            return new SqliteSession(connection);
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    SqliteSession reader() throws SQLException {
        var connection = connect();
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_autocheckpoint=0");
            return new SqliteSession(connection);
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    private Connection connect() throws SQLException {
        var config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.NOMUTEX); // a session is used by one thread at a time
        config.setBusyTimeout(5000);
        config.setGetGeneratedKeys(false); // it would ask for them after every statement
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(durability == Durability.FLUSHED ? SQLiteConfig.SynchronousMode.FULL : SQLiteConfig.SynchronousMode.OFF);
        var connection = DriverManager.getConnection(address(path, ""), config.toProperties());
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA trusted_schema=OFF");
            statement.execute("PRAGMA cell_size_check=ON");
            statement.execute("PRAGMA mmap_size=0"); // no faster here, and a read error would be a signal that ends the process
            statement.execute("PRAGMA cache_size=-16384");
            return connection;
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    /** As a URI: a path may hold what the driver would take for parameters. */
    static String address(Path path, String parameters) {
        return "jdbc:sqlite:file:" + path.toAbsolutePath().toUri().getRawPath() + parameters;
    }

    private static boolean isNew(Statement statement) throws SQLException {
        return number(statement, "SELECT count(*) FROM sqlite_schema") == 0 && number(statement, "PRAGMA application_id") == 0;
    }

    private static void create(Statement statement) throws SQLException {
        statement.execute("BEGIN IMMEDIATE");
        statement.execute("PRAGMA application_id=" + APPLICATION_ID);
        statement.execute("PRAGMA user_version=" + FORMAT);
        statement.execute(TABLE);
        statement.execute("COMMIT");
    }

    static void requireOurs(Statement statement) throws SQLException {
        if (number(statement, "PRAGMA application_id") != APPLICATION_ID) throw new SQLException("it is a database of another program");
        if (number(statement, "PRAGMA user_version") > FORMAT) throw new SQLException("it was written by a newer version of this program");
        try (var rows = statement.executeQuery("SELECT sql FROM sqlite_schema")) {
            if (!rows.next() || !TABLE.equals(rows.getString(1)) || rows.next()) throw new SQLException("its schema is not ours");
        }
    }

    /** Whether the file is small enough to be checked before it is served; a larger one is checked meanwhile. */
    boolean isCheckedAtOpening() {
        return path.toFile().length() <= CHECKED_AT_OPENING;
    }

    /** Reads every page: about a second for two million entries. */
    static void requireWhole(Statement statement) throws SQLException {
        try (var row = statement.executeQuery("PRAGMA integrity_check(1)")) {
            var found = row.next() ? row.getString(1) : "no answer";
            if (!"ok".equals(found)) throw new SQLException("it is damaged: " + found);
        }
    }

    private static long number(Statement statement, String query) throws SQLException {
        try (var row = statement.executeQuery(query)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Lets another process have it. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException ignored) {
            System.getLogger(SqliteFile.class.getName()).log(System.Logger.Level.DEBUG, "letting go of the lock", ignored);
        }
    }
}
