package watchword.engines.database;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.util.PasswordUtil;
import watchword.engines.database.Statements.Dialect;
import watchword.engines.database.Statements.Value;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** PostgreSQL and what speaks its protocol. */
final class PostgreSql extends SqlDatabase {
    /** Longer names the server cuts off in silence, and would then find no account by them. */
    static final int MAX_NAME_BYTES = 63;

    private static final List<String> PROLONG = List.of("ALTER ROLE \"{{name}}\" VALID UNTIL '{{expiration}}'");
    private static final String SCHEMAS = "SELECT n.nspname FROM pg_catalog.pg_namespace n, pg_catalog.pg_roles r WHERE r.rolname = ? AND ("
            + "EXISTS (SELECT 1 FROM pg_catalog.aclexplode(n.nspacl) a WHERE a.grantee = r.oid)"
            + " OR EXISTS (SELECT 1 FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.relnamespace = n.oid AND a.grantee = r.oid)"
            + " OR EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid, pg_catalog.aclexplode(t.attacl) a WHERE c.relnamespace = n.oid AND a.grantee = r.oid)"
            + " OR EXISTS (SELECT 1 FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a WHERE p.pronamespace = n.oid AND a.grantee = r.oid))";
    private static final String OWNED = "SELECT 1 FROM pg_catalog.pg_shdepend d JOIN pg_catalog.pg_roles r ON r.oid = d.refobjid WHERE r.rolname = ? AND d.deptype = 'o' LIMIT 1";

    PostgreSql(Config config, Outbound outbound, JsonCodec json) {
        super(config, Address.postgresql(config.connectionUrl().reveal(), config.login()), Dialect.POSTGRESQL, outbound, json);
    }

    @Override
    Connection connect(Address address, Address.Host host, String user, Secret password) throws SQLException {
        var mode = config.tlsCa().isBlank() || !address.tls().equals("prefer") ? address.tls() : "verify-full";
        var properties = new Properties();
        properties.setProperty("user", user);
        if (password.size() > 0) properties.setProperty("password", password.reveal());
        properties.setProperty("socketFactory", BoundSockets.class.getName());
        properties.setProperty("sslmode", switch (mode) {
            case "disable", "prefer" -> mode;
            default -> "require"; // the rest is checked by our own factory, in the handshake
        });
        properties.setProperty("sslfactory", mode.equals("prefer") ? "org.postgresql.ssl.NonValidatingFactory" : BoundTls.class.getName());
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "35");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "watchword");
        properties.setProperty("logServerErrorDetail", "false");
        properties.setProperty("targetServerType", address.primaryOnly() ? "primary" : "any");
        properties.setProperty("scramMaxIterations", "100000"); // what a server that is not ours may make us compute
        var url = "jdbc:postgresql://" + host + "/" + URLEncoder.encode(address.database(), StandardCharsets.UTF_8).replace("+", "%20");
        var name = !mode.equals("verify-full") ? "" : config.tlsServerName().isEmpty() ? host.name() : config.tlsServerName();
        var connection = ScopedValue.where(Reach.BOUND, new Reach(outbound, host.name(), host.port(), config.trust(), name)).call(() -> new Driver().connect(url, properties));
        if (connection == null) throw new SQLException("no connection");
        return prepared(connection);
    }

    private static Connection prepared(Connection connection) throws SQLException {
        try {
            // Texts are read as they are quoted here, and nothing takes for ever.
            execute(connection, "SET standard_conforming_strings = on; SET statement_timeout = '30s'; SET lock_timeout = '20s'; SET timezone = 'UTC'");
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    @Override
    boolean has(Connection connection, String username) throws SQLException {
        return !column(connection, "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ?", username).isEmpty();
    }

    @Override
    String written(Secret password) {
        return config.passwordAuthentication().equals("scram-sha-256") ? PasswordUtil.encodeScramSha256(password.reveal().toCharArray()) : password.reveal();
    }

    @Override
    public void create(Account account, List<String> creation, List<String> rollback) {
        requireShort(account.username());
        super.create(account, creation, rollback);
    }

    private static void requireShort(String username) {
        if (username.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new Problem.Invalid("a name of an account is longer than " + MAX_NAME_BYTES + " bytes: truncate it in username_template").asException();
        }
    }

    @Override
    public void prolong(String username, Instant end, List<String> renewal) {
        var values = named(username);
        values.put("expiration", expiration(end));
        run("failed to renew", renewal.isEmpty() ? PROLONG : renewal, values);
    }

    @Override
    Work<?> usual(String username, Value password) {
        return connection -> {
            execute(connection, "ALTER ROLE " + Dialect.POSTGRESQL.name(username) + " WITH PASSWORD " + Dialect.POSTGRESQL.text(password.text()));
            return true;
        };
    }

    /** Nobody logs in by it any more, even if the rest fails; then what it was granted is taken back, and it goes. What it owns is nobody's to delete: then it stays, without a login. */
    @Override
    void removeByDefault(String username) {
        var role = Dialect.POSTGRESQL.name(username);
        boolean there = this.<Boolean>transaction("failed to revoke", connection -> {
            boolean known = has(connection, username);
            if (known) execute(connection, "ALTER ROLE " + role + " NOLOGIN");
            return known;
        });
        if (!there) return;
        transaction("failed to revoke", connection -> {
            if (!owns(connection, username)) dropGrants(connection, username, role);
            execute(connection, "DROP ROLE IF EXISTS " + role);
            return true;
        });
    }

    private static boolean owns(Connection connection, String username) throws SQLException {
        return !column(connection, OWNED, username).isEmpty();
    }

    /** As nothing is owned, {@code DROP OWNED} takes back grants alone, all of them; who may not do that takes back what is granted in schemas. */
    private static void dropGrants(Connection connection, String username, String role) throws SQLException {
        var before = connection.setSavepoint();
        try {
            execute(connection, "DROP OWNED BY " + role);
        } catch (SQLException notAllowed) {
            connection.rollback(before);
            for (var name : column(connection, SCHEMAS, username)) {
                var schema = Dialect.POSTGRESQL.name(name);
                for (var kind : List.of("TABLES", "SEQUENCES", "ROUTINES")) execute(connection, "REVOKE ALL PRIVILEGES ON ALL " + kind + " IN SCHEMA " + schema + " FROM " + role);
                execute(connection, "REVOKE ALL PRIVILEGES ON SCHEMA " + schema + " FROM " + role);
            }
            for (var database : column(connection, "SELECT current_database()")) execute(connection, "REVOKE ALL PRIVILEGES ON DATABASE " + Dialect.POSTGRESQL.name(database) + " FROM " + role);
        }
    }
}
