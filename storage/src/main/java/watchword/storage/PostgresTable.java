package watchword.storage;

import java.sql.Connection;
import java.sql.SQLException;
import watchword.sdk.Storage.StorageException;

/** The table, and the statements with its name in them. The name has no character that could end it, and is quoted. */
record PostgresTable(String name, String get, String keys, String scan, String put, String delete, String lock) {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String DUPLICATE_TABLE = "42P07";

    static PostgresTable named(String name) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,62}")) {
            throw new StorageException("a table's name is a letter or _, then up to 62 letters, digits, _", false, null);
        }
        var table = '"' + name + '"';
        return new PostgresTable(
                name,
                "SELECT value FROM " + table + " WHERE key = ?",
                names(table),
                "SELECT key, value FROM " + table + " WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
                "INSERT INTO " + table + " (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                "DELETE FROM " + table + " WHERE key = ?",
                "LOCK TABLE " + table + " IN EXCLUSIVE MODE"); // readers go on
    }

    /**
     * One key for each name in a folder, each found by one look into the index, in one round trip. Parameters: from, end, the place after the
     * folder, the place before it less one, the place after it, end, limit.
     */
    private static String names(String table) {
        return """
                WITH RECURSIVE name(key) AS (
                  (SELECT key FROM %1$s WHERE key >= ? AND key < ? ORDER BY key LIMIT 1)
                  UNION ALL
                  SELECT (
                    SELECT key FROM %1$s
                    WHERE key >= CASE position('\\x2f'::bytea IN substring(name.key FROM ?))
                                 WHEN 0 THEN name.key || '\\x00'::bytea
                                 ELSE substring(name.key FOR ? + position('\\x2f'::bytea IN substring(name.key FROM ?))) || '\\x30'::bytea
                                 END
                      AND key < ?
                    ORDER BY key LIMIT 1)
                  FROM name WHERE name.key IS NOT NULL
                )
                SELECT key FROM name WHERE key IS NOT NULL LIMIT ?""".formatted(table);
    }

    /** One who may use the table need not be allowed to make one, so it is looked for first. */
    void createIfMissing(Connection connection) throws SQLException {
        if (!exists(connection)) create(connection);
        try (var statement = connection.createStatement()) {
            statement.executeQuery("SELECT key, value FROM \"" + name + "\" LIMIT 0").close();
        }
        connection.commit();
    }

    private boolean exists(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            statement.setString(1, '"' + name + '"');
            try (var row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private void create(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            // Room in each page lets a new version of a row stay there, which spares the index; sealed values do not compress.
            statement.execute("CREATE TABLE \"" + name + "\" (key bytea PRIMARY KEY, value bytea NOT NULL) WITH (fillfactor = 80)");
            statement.execute("ALTER TABLE \"" + name + "\" ALTER COLUMN value SET STORAGE EXTERNAL");
            connection.commit();
        } catch (SQLException failed) {
            connection.rollback();
            var state = failed.getSQLState();
            if (!UNIQUE_VIOLATION.equals(state) && !DUPLICATE_TABLE.equals(state)) throw failed; // another server was quicker
        }
    }
}
