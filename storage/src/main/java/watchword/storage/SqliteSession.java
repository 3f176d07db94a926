package watchword.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage.Entry;
import watchword.sdk.Storage.StorageException;
import watchword.sdk.Storage.Writer;

/**
 * One connection with its prepared statements; one thread at a time.
 *
 * <p>SQLite gives up a whole transaction on some errors (no room, no memory), and what follows would then be committed statement by
 * statement. So after a failed statement everything is refused until the transaction ended, whatever the work did with the exception.
 */
final class SqliteSession implements Writer, AutoCloseable {
    private static final int SQLITE_ERROR = 1;

    private final Connection connection;
    private SqliteStatements sql;
    private @Nullable SQLException failure;
    /** In this group of transactions: whether any changed something, and whether the present one did. */
    private boolean groupChanged;
    private boolean changed;
    private boolean saved;

    SqliteSession(Connection connection) throws SQLException {
        this.connection = connection;
        this.sql = SqliteStatements.prepare(connection);
    }

    Connection connection() {
        return connection;
    }

    void beginRead() throws SQLException {
        failure = null;
        sql.beginRead().execute();
    }

    void beginGroup() throws SQLException {
        failure = null;
        groupChanged = false;
        sql.beginWrite().execute();
    }

    /** Begins one transaction of a group. */
    void beginOne() {
        changed = false;
        saved = false;
    }

    /** Ends one transaction of a group, keeping what it changed. */
    void keepOne() throws SQLException {
        if (saved) sql.release().execute();
        groupChanged |= changed;
    }

    /** Ends one transaction of a group as if it had never been. */
    void undoOne() throws SQLException {
        if (saved) {
            sql.rollbackTo().execute();
            sql.release().execute();
        } else if (changed) {
            sql.rollback().execute();
            sql.beginWrite().execute();
        }
    }

    /** A transaction can be undone alone from here; the first of a group that changes something is undone with the group. */
    private void beforeChange() throws SQLException {
        if (groupChanged && !saved) {
            sql.savepoint().execute();
            saved = true;
        }
        changed = true;
    }

    boolean hasGroupChanged() {
        return groupChanged;
    }

    void commit() throws SQLException {
        sql.commit().execute();
    }

    /** After a failure: ends the transaction, which may be gone already, and makes the statements anew, of which the driver has closed those that failed. */
    void recover() throws SQLException {
        sql.close();
        try (var rollback = connection.createStatement()) {
            rollback.executeUpdate("ROLLBACK");
        } catch (SQLException none) {
            if ((none.getErrorCode() & 0xff) != SQLITE_ERROR) throw none;
        }
        sql = SqliteStatements.prepare(connection);
    }

    /** What went wrong in the transaction that is under way. */
    Optional<SQLException> failure() {
        return Optional.ofNullable(failure);
    }

    private StorageException failed(SQLException cause) {
        failure = cause;
        return SqliteErrors.exception("the database failed", cause, false);
    }

    private void requireWhole() {
        if (failure != null) throw SqliteErrors.exception("this transaction failed already", failure, false);
    }

    @Override
    public Optional<byte[]> get(String key) {
        requireWhole();
        var bytes = Bytes.key(key);
        try {
            sql.get().setBytes(1, bytes);
            try (ResultSet row = sql.get().executeQuery()) {
                return row.next() ? Optional.of(value(row, 1)) : Optional.empty();
            }
        } catch (SQLException cause) {
            throw failed(cause);
        }
    }

    /** The driver gives null for an empty blob. */
    private static byte[] value(ResultSet row, int column) throws SQLException {
        byte @Nullable [] value = row.getBytes(column);
        return value == null ? new byte[0] : value;
    }

    @Override
    public List<String> list(String prefix, String after, int limit) {
        var end = Bytes.end(Bytes.of(prefix));
        return Names.list(prefix, after, limit, (from, most) -> keys(from, end, most));
    }

    private List<byte[]> keys(byte[] from, byte[] end, int most) {
        requireWhole();
        try {
            sql.keys().setBytes(1, from);
            sql.keys().setBytes(2, end);
            sql.keys().setInt(3, most);
            var page = new ArrayList<byte[]>();
            try (ResultSet rows = sql.keys().executeQuery()) {
                while (rows.next()) page.add(rows.getBytes(1));
            }
            return page;
        } catch (SQLException cause) {
            throw failed(cause);
        }
    }

    @Override
    public List<Entry> scan(String prefix, String after, int limit) {
        requireWhole();
        var start = Bytes.start(prefix, after);
        try {
            sql.scan().setBytes(1, start);
            sql.scan().setBytes(2, Bytes.end(Bytes.of(prefix)));
            sql.scan().setInt(3, Math.max(0, limit));
            var page = new ArrayList<Entry>();
            try (ResultSet rows = sql.scan().executeQuery()) {
                while (rows.next()) page.add(new Entry(Bytes.text(rows.getBytes(1)), value(rows, 2)));
            }
            return page;
        } catch (SQLException cause) {
            throw failed(cause);
        }
    }

    @Override
    public void put(String key, byte[] value) {
        requireWhole();
        var bytes = Bytes.key(key);
        Bytes.value(value);
        try {
            beforeChange();
            sql.put().setBytes(1, bytes);
            sql.put().setBytes(2, value);
            sql.put().executeUpdate();
        } catch (SQLException cause) {
            throw failed(cause);
        }
    }

    @Override
    public void delete(String key) {
        requireWhole();
        var bytes = Bytes.key(key);
        try {
            beforeChange();
            sql.delete().setBytes(1, bytes);
            sql.delete().executeUpdate();
        } catch (SQLException cause) {
            throw failed(cause);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException ignored) {
            System.getLogger(SqliteSession.class.getName()).log(System.Logger.Level.DEBUG, "closing a connection", ignored);
        }
    }
}
