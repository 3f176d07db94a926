package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A real database, as those see it who log in to it.
 *
 * @param admin who may do everything there
 */
record Sql(String url, String admin, String password) {
    /** For a field before its server was started. */
    static final Sql NONE = new Sql("", "", "");

    boolean logsIn(String user, String word) {
        try (var connection = as(user, word)) {
            return connection.isValid(1);
        } catch (SQLException refused) {
            assertThat(refused.getSQLState()).as(refused.getMessage()).startsWith("28");
            return false;
        }
    }

    private Connection as(String user, String word) throws SQLException {
        return DriverManager.getConnection(url, user, word);
    }

    void run(String... statements) throws SQLException {
        try (var connection = as(admin, password); var statement = connection.createStatement()) {
            for (var each : statements) statement.execute(each);
        }
    }

    /** The first column of every row. */
    List<String> column(String query) throws SQLException {
        try (var connection = as(admin, password); var statement = connection.createStatement(); var rows = statement.executeQuery(query)) {
            var all = new ArrayList<String>();
            while (rows.next()) all.add(rows.getString(1));
            return all;
        }
    }
}
