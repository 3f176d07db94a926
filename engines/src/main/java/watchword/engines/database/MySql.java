package watchword.engines.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.mariadb.jdbc.Driver;
import watchword.engines.database.Statements.Dialect;
import watchword.engines.database.Statements.Value;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** MySQL and MariaDB. An account there is a name at a host; the name is ours, the hosts are those that the statements chose. */
final class MySql extends SqlDatabase {

    MySql(Config config, Outbound outbound, JsonCodec json) {
        super(config, Address.mysql(config.connectionUrl().reveal(), config.login()), Dialect.MYSQL, outbound, json);
    }

    @Override
    Connection connect(Address address, Address.Host host, String user, Secret password) throws SQLException {
        boolean tls = !address.tls().equals("disable") || !config.tlsCa().isBlank() || config.trust().client().isPresent();
        if (!address.database().matches("[A-Za-z0-9_$.-]*")) throw new Problem.Invalid("connection_url: the name of the database is of letters, digits, _, $, . and -").asException();
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password.reveal());
        properties.setProperty("socketFactory", BoundSockets.class.getName());
        properties.setProperty("sslMode", tls ? "verify-ca" : "disable"); // our own plugin checks, the name too
        properties.setProperty("tlsSocketType", MySqlTls.NAME);
        properties.setProperty("allowPublicKeyRetrieval", String.valueOf(!tls));
        properties.setProperty("allowLocalInfile", "false");
        properties.setProperty("allowMultiQueries", "false");
        properties.setProperty("connectTimeout", "5000");
        properties.setProperty("socketTimeout", "35000");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("dumpQueriesOnException", "false");
        properties.setProperty("includeThreadDumpInDeadlockExceptions", "false");
        var url = "jdbc:mariadb://" + (host.name().contains(":") ? "address=(host=" + host.name() + ")(port=" + host.port() + ")" : host.toString()) + "/" + address.database();
        var name = config.tlsServerName().isEmpty() ? host.name() : config.tlsServerName();
        var connection = ScopedValue.where(Reach.BOUND, new Reach(outbound, host.name(), host.port(), config.trust(), name)).call(() -> (Connection) new Driver().connect(url, properties));
        if (connection == null) throw new SQLException("no connection");
        connection.setAutoCommit(false);
        return connection;
    }

    @Override
    boolean has(Connection connection, String username) throws SQLException {
        return !hosts(connection, username).isEmpty();
    }

    private static List<String> hosts(Connection connection, String username) throws SQLException {
        return column(connection, "SELECT Host FROM mysql.user WHERE User = ?", username);
    }

    private static String account(String username, String host) {
        return Dialect.MYSQL.text(username) + "@" + Dialect.MYSQL.text(host);
    }

    /** Accounts there have no end of their own. */
    @Override
    public void prolong(String username, Instant end, List<String> renewal) {
        if (renewal.isEmpty()) return;
        var values = named(username);
        values.put("expiration", expiration(end));
        run("failed to renew", renewal, values);
    }

    @Override
    Work<?> usual(String username, Value password) {
        return connection -> {
            var hosts = hosts(connection, username);
            for (var host : hosts.isEmpty() ? List.of("%") : hosts) execute(connection, "ALTER USER " + account(username, host) + " IDENTIFIED BY " + Dialect.MYSQL.text(password.text()));
            return true;
        };
    }

    @Override
    void removeByDefault(String username) {
        transaction("failed to revoke", connection -> {
            for (var host : hosts(connection, username)) {
                var account = account(username, host);
                execute(connection, "REVOKE ALL PRIVILEGES, GRANT OPTION FROM " + account);
                execute(connection, "DROP USER " + account);
            }
            return true;
        });
    }
}
