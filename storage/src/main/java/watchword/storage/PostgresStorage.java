package watchword.storage;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * One table in PostgreSQL ({@code docs/failures.md}). Reads see one snapshot; writes are serializable and run again on a conflict, so
 * several servers may share the table. Talks to the primary only: what decides about access is never read from a replica. Any thread.
 */
public final class PostgresStorage implements Storage {
    private static final System.Logger LOG = System.getLogger(PostgresStorage.class.getName());
    private static final int CONNECTIONS_TO_READ = 8;
    private static final int CONNECTIONS_TO_WRITE = 12;
    private static final int MOST_TRIES = 24;
    /** From here on a transaction runs while no other of this server does. */
    private static final int TRIES_TOGETHER = 4;
    private static final ScopedValue<PostgresStorage> WRITING = ScopedValue.newInstance();

    private static final int ALONE = 0x57577264;
    private static final Duration LONGEST_WAIT_TO_BE_ALONE = Duration.ofSeconds(30);

    private final PostgresAddress address;
    private final PostgresTable table;
    private final PostgresPool readers;
    private final PostgresPool writers;
    private final ReadWriteLock together = new ReentrantReadWriteLock(true);

    private PostgresStorage(PostgresAddress address, PostgresTable table, Duration patience) {
        this.address = address;
        this.table = table;
        this.readers = new PostgresPool(() -> reader(address), CONNECTIONS_TO_READ, patience);
        this.writers = new PostgresPool(() -> writer(address), CONNECTIONS_TO_WRITE, patience);
    }

    /**
     * Connects, and makes the table if there is none.
     *
     * @param url {@code postgres://user:password@host:port/database?...}, or the same as {@code jdbc:postgresql:}; several hosts may be
     *     named, separated by commas, of which the primary is used
     * @param table a letter or {@code _}, then up to 62 letters, digits, {@code _}
     * @param patience how long a transaction waits for a connection
     * @throws StorageException when it is not to be reached, or the table cannot be used; no message holds the password
     */
    public static PostgresStorage open(Secret url, String table, Duration patience) {
        var storage = new PostgresStorage(PostgresAddress.parse(url), PostgresTable.named(table), patience);
        var connection = storage.writers.take();
        try {
            storage.table.createIfMissing(connection);
            storage.writers.give(connection, true);
            return storage;
        } catch (SQLException failed) {
            storage.writers.give(connection, false);
            storage.close();
            throw PostgresErrors.exception("cannot use the table " + table, failed, false);
        }
    }

    private static Connection connect(PostgresAddress address, int isolation) throws SQLException {
        var connection = DriverManager.getConnection(address.url(), address.properties());
        try {
            connection.setTransactionIsolation(isolation);
            connection.setAutoCommit(false); // the driver then sends BEGIN along with the first statement
            return connection;
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    private static Connection reader(PostgresAddress address) throws SQLException {
        var connection = connect(address, Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
        return connection;
    }

    private static Connection writer(PostgresAddress address) throws SQLException {
        var connection = connect(address, Connection.TRANSACTION_SERIALIZABLE);
        // Somebody may have traded durability for speed in the database's configuration; stronger settings than "on" stay.
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT current_setting('fsync'), CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END")) {
            if (row.next() && "off".equals(row.getString(1))) {
                LOG.log(Level.WARNING, "the database runs with fsync=off: when its machine fails, writes that were acknowledged can be lost");
            }
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
        connection.commit();
        return connection;
    }

    /**
     * Runs {@code work} while no other server on this table does; for what is rare and must not meet its like.
     *
     * @throws StorageException when another one does so for too long, or the database fails
     */
    public <T extends @Nullable Object> T alone(Supplier<T> work) {
        try (var connection = connect(address, Connection.TRANSACTION_READ_COMMITTED)) {
            lock(connection);
            return work.get();
        } catch (SQLException failed) {
            throw PostgresErrors.exception("no turn among the servers of the table " + table.name(), failed, false);
        }
    }

    /** Until the connection is closed, or breaks with the process that has it. */
    private void lock(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        try (var patience = connection.createStatement(); var lock = connection.prepareStatement("SELECT pg_advisory_lock(?, hashtext(?))")) {
            patience.execute("SET lock_timeout = " + LONGEST_WAIT_TO_BE_ALONE.toMillis());
            lock.setInt(1, ALONE);
            lock.setString(2, table.name());
            lock.executeQuery().close();
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return once(readers, work::apply);
            } catch (PostgresErrors.RunAgain again) {
                if (tries == MOST_TRIES) throw PostgresErrors.exception("the read failed", again.why(), false);
            }
        }
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        if (WRITING.isBound() && WRITING.get() == this) throw new IllegalStateException("a transaction inside a transaction");
        for (int tries = 1; ; tries++) {
            // The same few transactions could go on meeting each other for ever; so one that met too many runs alone.
            Lock turn = tries <= TRIES_TOGETHER ? together.readLock() : together.writeLock();
            turn.lock();
            try {
                return ScopedValue.where(WRITING, this).<T, RuntimeException>call(() -> once(writers, work::apply));
            } catch (PostgresErrors.RunAgain again) {
                if (tries == MOST_TRIES) throw PostgresErrors.exception("the write met too many conflicts", again.why(), false);
            } finally {
                turn.unlock();
            }
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(500_000L << Math.min(tries, 7)));
        }
    }

    private <T extends @Nullable Object> T once(PostgresPool pool, Function<PostgresSession, T> work) {
        var connection = pool.take();
        boolean reusable = false;
        try {
            var session = new PostgresSession(connection, table);
            T result;
            try {
                result = work.apply(session);
            } catch (RuntimeException | Error thrown) {
                reusable = rolledBack(connection);
                runAgainIfItMay(pool, session.failure());
                throw thrown;
            }
            var swallowed = session.failure();
            if (swallowed != null) {
                reusable = rolledBack(connection);
                runAgainIfItMay(pool, swallowed);
                throw PostgresErrors.exception("the database failed", swallowed, false);
            }
            commit(connection);
            reusable = true;
            return result;
        } finally {
            pool.give(connection, reusable);
        }
    }

    /** What was lost before its commit was asked for was surely not committed. */
    private static void runAgainIfItMay(PostgresPool pool, @Nullable SQLException failed) {
        if (failed == null) return;
        if (PostgresErrors.isConflict(failed)) throw new PostgresErrors.RunAgain(failed);
        if (PostgresErrors.isConnectionLost(failed) && pool.forgetIdle()) throw new PostgresErrors.RunAgain(failed);
    }

    private static void commit(Connection connection) {
        try {
            connection.commit();
        } catch (SQLException failed) {
            boolean unknown = PostgresErrors.mayHaveBeenCommitted(failed);
            if (!unknown) rolledBack(connection);
            if (PostgresErrors.isConflict(failed)) throw new PostgresErrors.RunAgain(failed);
            throw PostgresErrors.exception("the commit failed", failed, unknown);
        }
    }

    private static boolean rolledBack(Connection connection) {
        try {
            connection.rollback();
            return true;
        } catch (SQLException gone) {
            return false;
        }
    }

    @Override
    public void close() {
        writers.close();
        readers.close();
    }
}
