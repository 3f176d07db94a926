package watchword.engines.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import watchword.engines.database.Statements.Dialect;
import watchword.engines.database.Statements.Value;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** What databases that speak SQL have in common: connections in a pool, and statements run in one transaction. */
abstract class SqlDatabase implements Database {
    private static final System.Logger LOG = System.getLogger(SqlDatabase.class.getName());
    private static final DateTimeFormatter EXPIRATION = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ssxx", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int CHECK_SECONDS = 5;

    final Config config;
    final Outbound outbound;
    private final Dialect dialect;
    private final JsonCodec json;
    private final Address address;
    private final Pool<Connection> pool;

    SqlDatabase(Config config, Address address, Dialect dialect, Outbound outbound, JsonCodec json) {
        this.config = config;
        this.address = address;
        this.dialect = dialect;
        this.outbound = outbound;
        this.json = json;
        this.pool = new Pool<>(this::open, SqlDatabase::isAlive, config.poolSize());
    }

    /** Something to do with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    /** @param host one of the address's */
    abstract Connection connect(Address address, Address.Host host, String user, Secret password) throws SQLException;

    private Connection open() {
        try {
            return tryAll(address.user(), address.password());
        } catch (SQLException failed) {
            throw Failures.problem("failed to connect", failed);
        }
    }

    private Connection tryAll(String user, Secret password) throws SQLException {
        SQLException last = new SQLException("no hosts");
        for (var host : address.hosts()) {
            try {
                return connect(address, host, user, password);
            } catch (SQLException failed) {
                last = failed;
                if (Failures.isRefusedLogin(failed)) break;
            }
        }
        throw last;
    }

    private static boolean isAlive(Connection connection) {
        try {
            return connection.isValid(CHECK_SECONDS);
        } catch (SQLException dead) {
            return false;
        }
    }

    /** Runs {@code work} in a transaction of its own; what it did is undone when it fails. */
    <T> T transaction(String doing, Work<T> work) {
        return pool.use(connection -> {
            try {
                var result = work.with(connection);
                connection.commit();
                return result;
            } catch (SQLException failed) {
                throw Failures.problem(doing, failed);
            }
        });
    }

    /** The same; what a database refused is told rather than thrown. */
    private Optional<Problem> attempt(String doing, Work<?> work) {
        return pool.use(connection -> {
            try {
                work.with(connection);
                connection.commit();
                return Optional.empty();
            } catch (SQLException failed) {
                var problem = Failures.problem(doing, failed);
                if (!Failures.isRefusal(failed) || !isUndone(connection)) throw problem;
                return Optional.of(problem.problem());
            }
        });
    }

    private static boolean isUndone(Connection connection) {
        try {
            connection.rollback();
            return true;
        } catch (SQLException lost) {
            return false;
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    /** The first column of every row. */
    static List<String> column(Connection connection, String sql, String... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) statement.setString(i + 1, values[i]);
            var all = new ArrayList<String>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) all.add(rows.getString(1));
            }
            return all;
        }
    }

    /** What an operator wrote, with these in place. */
    private Work<Boolean> written(List<String> statements, Map<String, Value> values) {
        var sql = Statements.parse(dialect, statements, json).stream().map(statement -> statement.with(values)).toList();
        // Such as [] and ;, after which nothing would be done and all be well.
        if (sql.isEmpty()) throw new Problem.Invalid("there is no statement among the statements").asException();
        return connection -> {
            for (var each : sql) execute(connection, each);
            return true;
        };
    }

    void run(String doing, List<String> statements, Map<String, Value> values) {
        transaction(doing, written(statements, values));
    }

    static Map<String, Value> named(String username) {
        var values = new HashMap<String, Value>();
        values.put("name", Value.name(username));
        values.put("username", Value.name(username));
        return values;
    }

    static Value expiration(Instant end) {
        return Value.text(EXPIRATION.format(end));
    }

    /** The password as statements have it. */
    String written(Secret password) {
        return password.reveal();
    }

    @Override
    public void verify() {
        transaction("failed to connect", connection -> {
            execute(connection, "SELECT 1");
            return true;
        });
    }

    @Override
    public boolean has(String username) {
        return this.<Boolean>transaction("failed to look for the account", connection -> has(connection, username));
    }

    abstract boolean has(Connection connection, String username) throws SQLException;

    @Override
    public void create(Account account, List<String> creation, List<String> rollback) {
        var values = named(account.username());
        values.put("password", Value.text(written(account.password())));
        values.put("expiration", expiration(account.end()));
        try {
            run("failed to execute query", creation, values);
        } catch (RuntimeException failed) {
            if (!rollback.isEmpty()) rollBack(rollback, values);
            throw failed;
        }
    }

    /** What was announced is revoked in any case. */
    private void rollBack(List<String> rollback, Map<String, Value> values) {
        try {
            run("failed to roll back", rollback, values);
        } catch (Problem.ProblemException failed) {
            LOG.log(System.Logger.Level.WARNING, "rollback_statements failed: {0}", failed.getMessage());
        }
    }

    @Override
    public void remove(String username, List<String> revocation) {
        try {
            if (revocation.isEmpty()) removeByDefault(username);
            else run("failed to execute query", revocation, named(username));
        } catch (Problem.ProblemException failed) {
            if (has(username)) throw failed;
        }
    }

    abstract void removeByDefault(String username);

    @Override
    public Optional<Problem> setPassword(String username, Secret password, List<String> rotation) {
        var text = Value.text(written(password));
        if (rotation.isEmpty()) return attempt("failed to change the password", usual(username, text));
        var values = named(username);
        values.put("password", text);
        return attempt("failed to change the password", written(rotation, values));
    }

    /** What changes a password where nobody wrote how. */
    abstract Work<?> usual(String username, Value password);

    @Override
    public boolean logsIn(String username, Secret password) {
        try (var _ = tryAll(username, password)) {
            return true;
        } catch (SQLException failed) {
            if (Failures.isRefusedLogin(failed)) return false;
            throw Failures.problem("failed to try a password", failed);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
