package watchword.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** What a {@link SqliteSession} asks of its connection, prepared once. The driver closes a statement whose step failed, so they do not outlive a failure. */
record SqliteStatements(PreparedStatement get, PreparedStatement keys, PreparedStatement scan, PreparedStatement put, PreparedStatement delete,
        PreparedStatement beginRead, PreparedStatement beginWrite, PreparedStatement commit, PreparedStatement rollback, PreparedStatement savepoint,
        PreparedStatement release, PreparedStatement rollbackTo) implements AutoCloseable {

    static SqliteStatements prepare(Connection connection) throws SQLException {
        return new SqliteStatements(
                connection.prepareStatement("SELECT value FROM entry WHERE key = ?"),
                connection.prepareStatement("SELECT key FROM entry WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"),
                connection.prepareStatement("SELECT key, value FROM entry WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"),
                connection.prepareStatement("INSERT INTO entry (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
                connection.prepareStatement("DELETE FROM entry WHERE key = ?"),
                connection.prepareStatement("BEGIN"),
                connection.prepareStatement("BEGIN IMMEDIATE"),
                connection.prepareStatement("COMMIT"),
                connection.prepareStatement("ROLLBACK"),
                connection.prepareStatement("SAVEPOINT one"),
                connection.prepareStatement("RELEASE one"),
                connection.prepareStatement("ROLLBACK TO one"));
    }

    @Override
    public void close() {
        for (var each : List.of(get, keys, scan, put, delete, beginRead, beginWrite, commit, rollback, savepoint, release, rollbackTo)) {
            try {
                each.close();
            } catch (SQLException ignored) {
                System.getLogger(SqliteStatements.class.getName()).log(System.Logger.Level.DEBUG, "closing a statement", ignored);
            }
        }
    }
}
