package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.engines.ServerPlayer.Received;
import watchword.engines.database.Faulty.Died;
import watchword.testkit.MariaDbServer;

/** On a real MariaDB. What MySQL and MariaDB share with PostgreSQL is seen in {@link PostgreSqlTest}. */
class MySqlTest {
    private static final String ADMIN_PASSWORD = "canary-admin-1";
    private static final String CREATE = "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON app.* TO '{{name}}'@'%';";
    private static Optional<MariaDbServer> mariadb = Optional.empty();

    private final AtomicReference<String> dieAt = new AtomicReference<>("");
    private final ServerPlayer server = new ServerPlayer(EngineCatalog.builder()
            .engine("database", (context, _) -> new DatabaseEngine(config -> new Faulty(Kind.of(config.pluginName()).open(config, new Direct(), context.json()), dieAt), context)).build());

    @BeforeAll
    static void given_a_database() {
        mariadb = Optional.of(MariaDbServer.start(ADMIN_PASSWORD));
    }

    @AfterAll
    static void stop() {
        mariadb.ifPresent(MariaDbServer::close);
    }

    private static int port() {
        return mariadb.orElseThrow().port();
    }

    @BeforeEach
    void given_a_connection() throws SQLException {
        for (var account : column("SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User LIKE 'v-%'")) sql("DROP USER " + account);
        sql("CREATE OR REPLACE USER 'vault'@'%' IDENTIFIED BY '" + ADMIN_PASSWORD + "'", "GRANT ALL PRIVILEGES ON *.* TO 'vault'@'%' WITH GRANT OPTION");
        ok(post("sys/mounts/db", Map.of("type", "database")));
        ok(post("db/config/my", Map.of("plugin_name", "mysql-database-plugin", "connection_url", "{{username}}:{{password}}@tcp(127.0.0.1:" + port() + ")/", "username", "vault", "password", ADMIN_PASSWORD,
                "allowed_roles", "*")));
        ok(post("db/roles/app", Map.of("db_name", "my", "creation_statements", CREATE, "default_ttl", "1h", "max_ttl", "24h")));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Received post(String path, Map<String, Object> body) {
        return server.asRoot("POST", "/v1/" + path, body);
    }

    private Received get(String path) {
        return server.asRoot("GET", "/v1/" + path, Map.of());
    }

    private static void ok(Received received) {
        assertThat(received.status()).as(received.errors()).isIn(200, 204);
    }

    private static Connection as(String user, String password) throws SQLException {
        var properties = new java.util.Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("sslMode", "disable");
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port() + "/", properties);
    }

    private static boolean logsIn(String user, String password) {
        try (var connection = as(user, password)) {
            return connection.isValid(1);
        } catch (SQLException refused) {
            assertThat(refused.getSQLState()).as(refused.getMessage()).startsWith("28");
            return false;
        }
    }

    private static void sql(String... statements) throws SQLException {
        try (var connection = as("admin", ADMIN_PASSWORD); var statement = connection.createStatement()) {
            for (var each : statements) statement.execute(each);
        }
    }

    private static List<String> column(String query) throws SQLException {
        try (var connection = as("admin", ADMIN_PASSWORD); var statement = connection.createStatement(); var rows = statement.executeQuery(query)) {
            var all = new ArrayList<String>();
            while (rows.next()) all.add(rows.getString(1));
            return all;
        }
    }

    private static List<String> made() throws SQLException {
        return column("SELECT User FROM mysql.user WHERE User LIKE 'v-%'");
    }

    private void revoke(String lease) {
        ok(post("sys/leases/revoke", Map.of("lease_id", lease, "sync", true)));
    }

    @Test
    void an_account_is_there_as_long_as_its_lease() throws SQLException {
        var made = get("db/creds/app");
        ok(made);
        assertThat(made.text("data", "username")).matches("v-root-app-[0-9A-Za-z]{20}-?");
        assertThat(logsIn(made.text("data", "username"), made.text("data", "password"))).isTrue();
        ok(post("sys/leases/renew", Map.of("lease_id", made.text("lease_id"))));
        revoke(made.text("lease_id"));
        assertThat(logsIn(made.text("data", "username"), made.text("data", "password"))).isFalse();
        assertThat(made()).isEmpty();
    }

    @Test
    void it_is_removed_at_whichever_host_its_statements_chose() throws SQLException {
        ok(post("db/roles/app", Map.of("creation_statements", "CREATE USER '{{name}}'@'127.0.0.1' IDENTIFIED BY '{{password}}'; CREATE USER '{{name}}'@'10.%' IDENTIFIED BY '{{password}}'")));
        var made = get("db/creds/app");
        ok(made);
        assertThat(made()).hasSize(2);
        revoke(made.text("lease_id"));
        assertThat(made()).isEmpty();
    }

    @Test
    void nothing_of_a_failed_creation_stays_although_its_statements_cannot_be_undone() throws SQLException {
        ok(post("db/roles/app", Map.of("creation_statements", CREATE + "GRANT SELECT ON no_such.* TO 'nobody-{{name}}'@'%'")));
        assertThat(get("db/creds/app").status()).isEqualTo(502);
        server.runDue();
        assertThat(made()).isEmpty();
    }

    @Test
    void it_is_no_failure_when_somebody_else_removed_it() throws SQLException {
        ok(post("db/roles/app", Map.of("revocation_statements", "DROP USER '{{name}}'@'%'")));
        var made = get("db/creds/app");
        sql("DROP USER '" + made.text("data", "username") + "'@'%'");
        revoke(made.text("lease_id"));
    }

    @Test
    void accounts_with_hostile_names_are_nothing_but_accounts() throws SQLException {
        int number = 0;
        for (var name : List.of("x'; DROP TABLE app.t; -- ", "a\"b", "back\\slash", "tick`tick", "\\'; DROP TABLE app.t; # ")) {
            sql("CREATE OR REPLACE USER " + Statements.Dialect.MYSQL.text(name) + "@'%' IDENTIFIED BY 'first'");
            var role = "odd" + number++;
            ok(post("db/static-roles/" + role, Map.of("db_name", "my", "username", name, "rotation_period", "1h")));
            for (var statements : List.of("", "ALTER USER {{name}}@'%' IDENTIFIED BY {{password}}", "ALTER USER \"{{username}}\"@'%' IDENTIFIED BY \"{{password}}\"", "ALTER USER `{{name}}`@`%` IDENTIFIED BY '{{password}}'")) {
                ok(post("db/static-roles/" + role, Map.of("rotation_statements", statements)));
                ok(post("db/rotate-role/" + role, Map.of()));
                assertThat(logsIn(name, get("db/static-creds/" + role).text("data", "password"))).as(name + " by " + statements).isTrue();
            }
            sql("DROP USER " + Statements.Dialect.MYSQL.text(name) + "@'%'");
        }
        assertThat(column("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'app'")).containsExactly("t");
    }

    @Test
    void no_account_is_left_wherever_the_server_dies() throws SQLException {
        for (var point : List.of("before create", "after create")) {
            dieAt.set(point);
            assertThatThrownBy(() -> get("db/creds/app")).isInstanceOf(Died.class);
            server.restart();
            server.clock().advance(Duration.ofMinutes(3));
            server.runDue();
            assertThat(made()).as(point).isEmpty();
        }
        for (var point : List.of("before remove", "after remove")) {
            var lease = get("db/creds/app").text("lease_id");
            dieAt.set(point);
            assertThatThrownBy(() -> revoke(lease)).isInstanceOf(Died.class);
            server.restart();
            server.clock().advance(Duration.ofMinutes(3));
            server.runDue();
            assertThat(made()).as(point).isEmpty();
        }
    }

    @Test
    void no_password_is_unknown_wherever_the_server_dies() throws SQLException {
        sql("CREATE OR REPLACE USER 'worker'@'%' IDENTIFIED BY 'first'");
        ok(post("db/static-roles/worker", Map.of("db_name", "my", "username", "worker", "rotation_period", "1h")));
        ok(post("db/rotate-root/my", Map.of()));
        assertThat(logsIn("vault", ADMIN_PASSWORD)).isFalse();
        for (var point : List.of("before setPassword", "after setPassword")) {
            for (var path : List.of("db/rotate-role/worker", "db/rotate-root/my")) {
                dieAt.set(point);
                assertThatThrownBy(() -> post(path, Map.of())).isInstanceOf(Died.class);
                server.restart();
                assertThat(logsIn("worker", get("db/static-creds/worker").text("data", "password"))).as(point + " of " + path).isTrue();
                server.clock().advance(Duration.ofMinutes(10)); // whoever was at it is given up
                ok(post(path, Map.of()));
                ok(get("db/creds/app"));
                assertThat(logsIn("worker", get("db/static-creds/worker").text("data", "password"))).as(point + " of " + path).isTrue();
            }
        }
    }
}
