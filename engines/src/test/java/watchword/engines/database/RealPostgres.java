package watchword.engines.database;

import static watchword.engines.database.DatabasePlayer.ok;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import watchword.engines.ServerPlayer.Received;
import watchword.testkit.PostgresServer;

/** A PostgreSQL that asks for passwords, with a table {@code t}. */
record RealPostgres(PostgresServer program, Sql sql) implements AutoCloseable {
    static final String PASSWORD = "canary-admin-1";
    static final String CREATE = "CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"{{name}}\";";

    /** For a field before its server was started. */
    static RealPostgres none() {
        return new RealPostgres(PostgresServer.none(), Sql.NONE);
    }

    static RealPostgres start() throws SQLException {
        var program = PostgresServer.start(PASSWORD);
        var sql = new Sql("jdbc:postgresql://127.0.0.1:" + program.port() + "/postgres", "watchword", PASSWORD);
        sql.run("CREATE TABLE t (x int)");
        return new RealPostgres(program, sql);
    }

    int port() {
        return program.port();
    }

    /** Nobody is there but {@code vault}, as whom the engine is connected, and a role {@code app} makes accounts. */
    void begin(DatabasePlayer it) throws SQLException {
        for (var role : sql.column("SELECT rolname FROM pg_roles WHERE NOT rolname LIKE 'pg\\_%' AND rolname <> 'watchword'")) {
            sql.run("DROP OWNED BY " + Statements.Dialect.POSTGRESQL.name(role));
            sql.run("DROP ROLE " + Statements.Dialect.POSTGRESQL.name(role));
        }
        sql.run("CREATE ROLE vault WITH SUPERUSER LOGIN PASSWORD '" + PASSWORD + "'");
        ok(connect(it, Map.of()));
        ok(it.post("db/roles/app", Map.of("db_name", "pg", "creation_statements", CREATE, "default_ttl", "1h", "max_ttl", "24h")));
    }

    Received connect(DatabasePlayer it, Map<String, Object> more) {
        var body = new HashMap<String, Object>(Map.of("plugin_name", "postgresql-database-plugin", "connection_url",
                "postgresql://{{username}}:{{password}}@127.0.0.1:" + port() + "/postgres?sslmode=disable", "username", "vault", "password", PASSWORD, "allowed_roles", "*"));
        body.putAll(more);
        return it.post("db/config/pg", body);
    }

    @Override
    public void close() {
        program.close();
    }
}
