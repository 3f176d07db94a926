package watchword.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage.Entry;
import watchword.sdk.Storage.StorageException;
import watchword.sdk.Storage.Writer;

/** One transaction; one thread at a time. After a failed statement all else is refused, whatever the work did with the exception. */
final class PostgresSession implements Writer {
    private final Connection connection;
    private final PostgresTable table;
    private @Nullable SQLException failure;

    PostgresSession(Connection connection, PostgresTable table) {
        this.connection = connection;
        this.table = table;
    }

    /** What went wrong, if anything did. */
    @Nullable SQLException failure() {
        return failure;
    }

    /** Something to do with a prepared statement. */
    @FunctionalInterface
    private interface Use<T> {
        T of(PreparedStatement statement) throws SQLException;
    }

    private <T> T with(String sql, Use<T> use) {
        if (failure != null) throw failed(failure);
        try (var statement = connection.prepareStatement(sql)) { // the driver keeps it prepared
            return use.of(statement);
        } catch (SQLException cause) {
            failure = cause;
            throw failed(cause);
        }
    }

    private static StorageException failed(SQLException cause) {
        return PostgresErrors.exception("the database failed", cause, false);
    }

    /** Comes first: what the transaction sees is then of a moment from which on nobody else writes. */
    void lockOut() {
        var unused = with(table.lock(), PreparedStatement::execute);
    }

    @Override
    public Optional<byte[]> get(String key) {
        var bytes = Bytes.key(key);
        return with(table.get(), statement -> {
            statement.setBytes(1, bytes);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            }
        });
    }

    @Override
    public List<String> list(String prefix, String after, int limit) {
        var folder = Bytes.of(prefix);
        return Names.list(prefix, after, limit, (from, most) -> keys(folder.length, from, Bytes.end(folder), most));
    }

    private List<byte[]> keys(int folderLength, byte[] from, byte[] end, int most) {
        return with(table.keys(), statement -> {
            statement.setBytes(1, from);
            statement.setBytes(2, end);
            statement.setInt(3, folderLength + 1);
            statement.setInt(4, folderLength - 1);
            statement.setInt(5, folderLength + 1);
            statement.setBytes(6, end);
            statement.setInt(7, most);
            var page = new ArrayList<byte[]>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) page.add(rows.getBytes(1));
            }
            return page;
        });
    }

    @Override
    public List<Entry> scan(String prefix, String after, int limit) {
        var start = Bytes.start(prefix, after);
        return with(table.scan(), statement -> {
            statement.setBytes(1, start);
            statement.setBytes(2, Bytes.end(Bytes.of(prefix)));
            statement.setInt(3, Math.max(0, limit));
            var page = new ArrayList<Entry>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) page.add(new Entry(Bytes.text(rows.getBytes(1)), rows.getBytes(2)));
            }
            return page;
        });
    }

    @Override
    public void put(String key, byte[] value) {
        var bytes = Bytes.key(key);
        Bytes.value(value);
        var _ = with(table.put(), statement -> {
            statement.setBytes(1, bytes);
            statement.setBytes(2, value);
            return statement.executeUpdate();
        });
    }

    @Override
    public void delete(String key) {
        var bytes = Bytes.key(key);
        var _ = with(table.delete(), statement -> {
            statement.setBytes(1, bytes);
            return statement.executeUpdate();
        });
    }
}
