package watchword.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import watchword.sdk.Storage.StorageException;

/** A bounded number of connections; the one used last is used first. Any thread. */
final class PostgresPool implements AutoCloseable {
    private static final Duration LONGEST_WAIT_TO_CLOSE = Duration.ofSeconds(10);

    /** How a connection is made. */
    @FunctionalInterface
    interface Connector {
        Connection connect() throws SQLException;
    }

    private final Connector connector;
    private final int most;
    private final Duration patience;
    private final Semaphore permits;
    private final BlockingDeque<Connection> idle;
    private volatile boolean closed;

    PostgresPool(Connector connector, int most, Duration patience) {
        this.connector = connector;
        this.most = most;
        this.patience = patience;
        this.permits = new Semaphore(most, true);
        this.idle = new LinkedBlockingDeque<>(most);
    }

    Connection take() {
        try {
            if (!permits.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StorageException("no database connection became free within " + patience.toMillis() + " ms", false, null, "its database is busy or does not answer; try again");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted before anything was done", false, stop);
        }
        boolean got = false;
        try {
            if (closed) throw new StorageException("the storage is closed", false, null);
            var free = idle.pollFirst();
            var connection = free != null ? free : connector.connect();
            got = true;
            return connection;
        } catch (SQLException failed) {
            throw PostgresErrors.exception("cannot connect to the database", failed, false);
        } finally {
            if (!got) permits.release();
        }
    }

    void give(Connection connection, boolean reusable) {
        if (!reusable || closed || !idle.offerFirst(connection)) close(connection);
        permits.release();
    }

    /**
     * Closes what is idle, as after the database restarted all of it is useless.
     *
     * @return whether the pool had been open, so that it is worth another try
     */
    boolean forgetIdle() {
        for (Connection connection; (connection = idle.poll()) != null; ) close(connection);
        return !closed;
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException ignored) {
            System.getLogger(PostgresPool.class.getName()).log(System.Logger.Level.DEBUG, "closing a connection", ignored);
        }
    }

    /** Waits a while for the transactions that are under way. */
    @Override
    public void close() {
        closed = true;
        boolean all = false;
        try {
            all = permits.tryAcquire(most, LONGEST_WAIT_TO_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        for (Connection connection; (connection = idle.poll()) != null; ) close(connection);
        if (all) permits.release(most);
    }
}
