package watchword.storage;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * One table in PostgreSQL. Reads see one snapshot; writes are serializable and run again on a conflict, so several servers may share the
 * table. Any thread.
 */
public final class PostgresStorage implements Storage {
    private static final int CONNECTIONS = 16;
    private static final int MAX_TRIES = 12;
    private static final String SERIALIZATION_FAILURE = "40001";
    private static final String DEADLOCK = "40P01";

    private final Secret url;
    private final Statements statements;
    private final BlockingQueue<Connection> idle = new ArrayBlockingQueue<>(CONNECTIONS);
    private final Semaphore permits = new Semaphore(CONNECTIONS, true);
    private final Duration patience;
    private volatile boolean closed;

    private PostgresStorage(Secret url, String table, Duration patience) {
        this.url = url;
        this.statements = new Statements(table);
        this.patience = patience;
    }

    /** The statements, with the table's name in them; the name was checked. */
    private record Statements(String table) {
        String create() {
            return "CREATE TABLE IF NOT EXISTS " + table + " (key bytea PRIMARY KEY, value bytea NOT NULL)";
        }

        String get() {
            return "SELECT value FROM " + table + " WHERE key = ?";
        }

        String keys() {
            return "SELECT key FROM " + table + " WHERE key >= ? AND key < ? ORDER BY key LIMIT 256";
        }

        String scan() {
            return "SELECT key, value FROM " + table + " WHERE key >= ? AND key < ? ORDER BY key LIMIT ?";
        }

        String put() {
            return "INSERT INTO " + table + " (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        }

        String delete() {
            return "DELETE FROM " + table + " WHERE key = ?";
        }
    }

    /**
     * Connects, and makes the table if there is none.
     *
     * @param url {@code postgres://user:password@host:port/database?...}, or the same as {@code jdbc:postgresql:}
     * @param patience how long a transaction waits for a connection
     */
    public static PostgresStorage open(Secret url, String table, Duration patience) {
        if (!table.matches("[A-Za-z_][A-Za-z0-9_]{0,62}")) throw new StorageException("a table's name has letters, digits and _ only", false, null);
        var storage = new PostgresStorage(url, table, patience);
        try (var connection = storage.connect(); var statement = connection.createStatement()) {
            statement.execute(storage.statements.create());
            return storage;
        } catch (SQLException failed) {
            throw storage.failure("cannot open the database", failed, false);
        }
    }

    private Connection connect() throws SQLException {
        var properties = new Properties();
        var address = jdbcUrl(url.reveal(), properties);
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "60");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("prepareThreshold", "3");
        properties.setProperty("ApplicationName", "watchword");
        return DriverManager.getConnection(address, properties);
    }

    /** The driver wants user and password apart from the address, and so do we: an address may end up in a message. */
    private static String jdbcUrl(String url, Properties properties) {
        if (url.startsWith("jdbc:")) return url;
        var uri = java.net.URI.create(url);
        if (uri.getRawUserInfo() != null) {
            var parts = uri.getRawUserInfo().split(":", 2);
            properties.setProperty("user", java.net.URLDecoder.decode(parts[0], StandardCharsets.UTF_8));
            if (parts.length > 1) properties.setProperty("password", java.net.URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        var port = uri.getPort() > 0 ? ":" + uri.getPort() : "";
        return "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return transact("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", session -> work.apply(session));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return transact("BEGIN ISOLATION LEVEL SERIALIZABLE", session -> work.apply(session));
    }

    private <T extends @Nullable Object> T transact(String begin, Function<Session, T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(begin, work);
            } catch (ConflictException conflict) {
                if (attempt == MAX_TRIES) throw new StorageException("the transaction met too many conflicts", false, conflict);
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1_000_000L << Math.min(attempt, 6)));
            }
        }
    }

    /** The database asks to run the transaction again. */
    private static final class ConflictException extends RuntimeException {
        ConflictException(SQLException cause) {
            super("conflict", cause, false, false);
        }
    }

    private <T extends @Nullable Object> T once(String begin, Function<Session, T> work) {
        var connection = borrow();
        boolean committing = false;
        boolean reusable = false;
        try {
            execute(connection, begin);
            T result;
            try (var session = new Session(connection, statements)) {
                result = work.apply(session);
            } catch (RuntimeException | Error thrown) {
                execute(connection, "ROLLBACK");
                reusable = true;
                throw thrown;
            }
            committing = true;
            execute(connection, "COMMIT");
            reusable = true;
            return result;
        } catch (SQLException failed) {
            boolean conflict = isConflict(failed);
            if (conflict) reusable = rolledBack(connection);
            if (conflict) throw new ConflictException(failed);
            throw failure("the database failed", failed, committing && failed.getSQLState() != null && failed.getSQLState().startsWith("08"));
        } finally {
            give(connection, reusable);
        }
    }

    private static boolean rolledBack(Connection connection) {
        try {
            execute(connection, "ROLLBACK");
            return true;
        } catch (SQLException gone) {
            return false;
        }
    }

    private static boolean isConflict(SQLException failed) {
        return SERIALIZATION_FAILURE.equals(failed.getSQLState()) || DEADLOCK.equals(failed.getSQLState());
    }

    private static void execute(Connection connection, String statement) throws SQLException {
        try (var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private StorageException failure(String what, SQLException failed, boolean outcomeUnknown) {
        // The driver's message can hold the address, never the password; its class and state say enough to look further.
        return new StorageException(what + " (" + failed.getSQLState() + ")", outcomeUnknown, failed);
    }

    private Connection borrow() {
        if (closed) throw new StorageException("the storage is closed", false, null);
        try {
            if (!permits.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) throw new StorageException("no database connection became free in time", false, null);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted", false, stop);
        }
        boolean got = false;
        try {
            var free = idle.poll();
            var connection = free != null && free.isValid(2) ? free : connect();
            got = true;
            return connection;
        } catch (SQLException failed) {
            throw failure("cannot connect to the database", failed, false);
        } finally {
            if (!got) permits.release();
        }
    }

    private void give(Connection connection, boolean reusable) {
        if (!reusable || closed || !idle.offer(connection)) close(connection);
        permits.release();
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException ignored) {
            System.getLogger(PostgresStorage.class.getName()).log(System.Logger.Level.DEBUG, "close", ignored);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Connection connection; (connection = idle.poll()) != null; ) close(connection);
    }

    private static final class Session implements Writer, AutoCloseable {
        private final Connection connection;
        private final Statements statements;

        Session(Connection connection, Statements statements) {
            this.connection = connection;
            this.statements = statements;
        }

        private static RuntimeException thrown(SQLException failed) {
            return isConflict(failed) ? new ConflictException(failed) : new StorageException("the database failed (" + failed.getSQLState() + ")", false, failed);
        }

        private PreparedStatement prepare(String sql, byte[]... arguments) throws SQLException {
            var statement = connection.prepareStatement(sql);
            for (int i = 0; i < arguments.length; i++) statement.setBytes(i + 1, arguments[i]);
            return statement;
        }

        @Override
        public Optional<byte[]> get(String key) {
            try (var statement = prepare(statements.get(), Bytes.key(key)); ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            } catch (SQLException failed) {
                throw thrown(failed);
            }
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            var end = Bytes.end(Bytes.of(prefix));
            return Names.list(prefix, after, limit, (from, most) -> keys(from, end));
        }

        private List<byte[]> keys(byte[] from, byte[] end) {
            var page = new ArrayList<byte[]>();
            try (var statement = prepare(statements.keys(), from, end); ResultSet rows = statement.executeQuery()) {
                while (rows.next()) page.add(rows.getBytes(1));
                return page;
            } catch (SQLException failed) {
                throw thrown(failed);
            }
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            var from = after.isEmpty() ? Bytes.of(prefix) : Bytes.of(after + "\0");
            var page = new ArrayList<Entry>();
            try (var statement = prepare(statements.scan(), from, Bytes.end(Bytes.of(prefix)))) {
                statement.setInt(3, limit);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) page.add(new Entry(new String(rows.getBytes(1), StandardCharsets.UTF_8), rows.getBytes(2)));
                }
                return page;
            } catch (SQLException failed) {
                throw thrown(failed);
            }
        }

        @Override
        public void put(String key, byte[] value) {
            Bytes.value(value);
            try (var statement = prepare(statements.put(), Bytes.key(key), value)) {
                statement.executeUpdate();
            } catch (SQLException failed) {
                throw thrown(failed);
            }
        }

        @Override
        public void delete(String key) {
            try (var statement = prepare(statements.delete(), Bytes.key(key))) {
                statement.executeUpdate();
            } catch (SQLException failed) {
                throw thrown(failed);
            }
        }

        @Override
        public void close() {}
    }
}
