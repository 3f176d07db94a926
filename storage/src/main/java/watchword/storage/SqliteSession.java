package watchword.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Storage;
import watchword.sdk.Storage.StorageException;

/** One connection with its prepared statements; one thread at a time. */
final class SqliteSession implements Storage.Writer, AutoCloseable {
    private static final int KEYS_PER_PAGE = 256;

    private final Connection connection;
    private final boolean readOnly;
    private final PreparedStatement get;
    private final PreparedStatement keys;
    private final PreparedStatement scan;
    private final PreparedStatement put;
    private final PreparedStatement delete;
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;
    private final PreparedStatement savepoint;
    private final PreparedStatement release;
    private final PreparedStatement rollbackTo;

    SqliteSession(Connection connection, boolean readOnly) throws SQLException {
        this.connection = connection;
        this.readOnly = readOnly;
        this.get = connection.prepareStatement("SELECT value FROM entry WHERE key = ?");
        this.keys = connection.prepareStatement("SELECT key FROM entry WHERE key >= ? AND key < ? ORDER BY key LIMIT " + KEYS_PER_PAGE);
        this.scan = connection.prepareStatement("SELECT key, value FROM entry WHERE key >= ? AND key < ? ORDER BY key LIMIT ?");
        this.put = connection.prepareStatement("INSERT INTO entry (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
        this.delete = connection.prepareStatement("DELETE FROM entry WHERE key = ?");
        this.begin = connection.prepareStatement(readOnly ? "BEGIN" : "BEGIN IMMEDIATE");
        this.commit = connection.prepareStatement("COMMIT");
        this.rollback = connection.prepareStatement("ROLLBACK");
        this.savepoint = connection.prepareStatement("SAVEPOINT one");
        this.release = connection.prepareStatement("RELEASE one");
        this.rollbackTo = connection.prepareStatement("ROLLBACK TO one");
    }

    void begin() throws SQLException {
        begin.execute();
    }

    /** Ends a snapshot. */
    void end() throws SQLException {
        commit.execute();
    }

    void commit() throws SQLException {
        commit.execute();
    }

    void rollback() throws SQLException {
        rollback.execute();
    }

    void savepoint() throws SQLException {
        savepoint.execute();
    }

    void release() throws SQLException {
        release.execute();
    }

    void rollbackToSavepoint() throws SQLException {
        rollbackTo.execute();
        release.execute();
    }

    @Override
    public Optional<byte[]> get(String key) {
        try {
            get.setBytes(1, Limits.key(key));
            try (ResultSet row = get.executeQuery()) {
                return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            }
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    @Override
    public List<String> list(String prefix, String after, int limit) {
        var end = upper(Names.bytes(prefix));
        return Names.list(prefix, after, limit, from -> keys(from, end));
    }

    /** Above every key: UTF-8 has no byte 0xff. */
    private static byte[] upper(byte[] prefix) {
        var end = Names.end(prefix);
        return end.length == 0 ? new byte[] {(byte) 0xff} : end;
    }

    private List<byte[]> keys(byte[] from, byte[] end) {
        try {
            keys.setBytes(1, from);
            keys.setBytes(2, end);
            var page = new ArrayList<byte[]>();
            try (ResultSet rows = keys.executeQuery()) {
                while (rows.next()) page.add(rows.getBytes(1));
            }
            return page;
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    @Override
    public List<Storage.Entry> scan(String prefix, String after, int limit) {
        var from = after.isEmpty() ? Names.bytes(prefix) : Names.bytes(after + "\0");
        try {
            scan.setBytes(1, Arrays.compareUnsigned(from, Names.bytes(prefix)) < 0 ? Names.bytes(prefix) : from);
            scan.setBytes(2, upper(Names.bytes(prefix)));
            scan.setInt(3, limit);
            var page = new ArrayList<Storage.Entry>();
            try (ResultSet rows = scan.executeQuery()) {
                while (rows.next()) page.add(new Storage.Entry(new String(rows.getBytes(1), StandardCharsets.UTF_8), rows.getBytes(2)));
            }
            return page;
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    @Override
    public void put(String key, byte[] value) {
        Limits.value(value);
        try {
            put.setBytes(1, Limits.key(key));
            put.setBytes(2, value);
            put.executeUpdate();
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    @Override
    public void delete(String key) {
        try {
            delete.setBytes(1, Limits.key(key));
            delete.executeUpdate();
        } catch (SQLException failed) {
            throw failure(failed);
        }
    }

    void vacuumInto(Path target) throws SQLException {
        try (var statement = connection.prepareStatement("VACUUM INTO ?")) {
            statement.setString(1, target.toString());
            statement.execute();
        }
    }

    static StorageException failure(SQLException failed) {
        return new StorageException("the database failed: " + failed.getMessage(), false, failed);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException ignored) {
            System.getLogger(SqliteSession.class.getName()).log(System.Logger.Level.DEBUG, readOnly ? "reader" : "writer", ignored);
        }
    }
}
