package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static watchword.engines.database.DatabasePlayer.ok;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.engines.database.Faulty.Died;
import watchword.testkit.MariaDbServer;

/** On a real MariaDB. What MySQL and MariaDB share with PostgreSQL is seen in {@link PostgreSqlTest}. */
class MySqlTest {
    private static final String ADMIN_PASSWORD = "canary-admin-1";
    private static final String CREATE = "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON app.* TO '{{name}}'@'%';";
    private static Optional<MariaDbServer> mariadb = Optional.empty();
    private static Sql database = Sql.NONE;

    private final DatabasePlayer it = new DatabasePlayer();

    @BeforeAll
    static void given_a_database() {
        mariadb = Optional.of(MariaDbServer.start(ADMIN_PASSWORD));
        database = new Sql("jdbc:mariadb://127.0.0.1:" + port() + "/?sslMode=disable", "admin", ADMIN_PASSWORD);
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
        for (var account : database.column("SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User LIKE 'v-%'")) database.run("DROP USER " + account);
        database.run("CREATE OR REPLACE USER 'vault'@'%' IDENTIFIED BY '" + ADMIN_PASSWORD + "'", "GRANT ALL PRIVILEGES ON *.* TO 'vault'@'%' WITH GRANT OPTION");
        ok(it.post("db/config/my", Map.of("plugin_name", "mysql-database-plugin", "connection_url", "{{username}}:{{password}}@tcp(127.0.0.1:" + port() + ")/", "username", "vault", "password", ADMIN_PASSWORD,
                "allowed_roles", "*")));
        ok(it.post("db/roles/app", Map.of("db_name", "my", "creation_statements", CREATE, "default_ttl", "1h", "max_ttl", "24h")));
    }

    @AfterEach
    void close() {
        it.close();
    }

    private static List<String> made() throws SQLException {
        return database.column("SELECT User FROM mysql.user WHERE User LIKE 'v-%'");
    }

    @Test
    void an_account_is_there_as_long_as_its_lease() throws SQLException {
        var made = it.get("db/creds/app");
        ok(made);
        assertThat(made.text("data", "username")).matches("v-root-app-[0-9A-Za-z]{20}-?");
        assertThat(database.logsIn(made.text("data", "username"), made.text("data", "password"))).isTrue();
        ok(it.post("sys/leases/renew", Map.of("lease_id", made.text("lease_id"))));
        it.revoke(made.text("lease_id"));
        assertThat(database.logsIn(made.text("data", "username"), made.text("data", "password"))).isFalse();
        assertThat(made()).isEmpty();
    }

    @Test
    void it_is_removed_at_whichever_host_its_statements_chose() throws SQLException {
        ok(it.post("db/roles/app", Map.of("creation_statements", "CREATE USER '{{name}}'@'127.0.0.1' IDENTIFIED BY '{{password}}'; CREATE USER '{{name}}'@'10.%' IDENTIFIED BY '{{password}}'")));
        var made = it.get("db/creds/app");
        ok(made);
        assertThat(made()).hasSize(2);
        it.revoke(made.text("lease_id"));
        assertThat(made()).isEmpty();
    }

    @Test
    void nothing_of_a_failed_creation_stays_although_its_statements_cannot_be_undone() throws SQLException {
        ok(it.post("db/roles/app", Map.of("creation_statements", CREATE + "GRANT SELECT ON no_such.* TO 'nobody-{{name}}'@'%'")));
        assertThat(it.get("db/creds/app").status()).isEqualTo(502);
        it.server.runDue();
        assertThat(made()).isEmpty();
    }

    @Test
    void it_is_no_failure_when_somebody_else_removed_it() throws SQLException {
        ok(it.post("db/roles/app", Map.of("revocation_statements", "DROP USER '{{name}}'@'%'")));
        var made = it.get("db/creds/app");
        database.run("DROP USER '" + made.text("data", "username") + "'@'%'");
        it.revoke(made.text("lease_id"));
    }

    @Test
    void accounts_with_hostile_names_are_nothing_but_accounts() throws SQLException {
        int number = 0;
        for (var name : List.of("x'; DROP TABLE app.t; -- ", "a\"b", "back\\slash", "tick`tick", "\\'; DROP TABLE app.t; # ")) {
            database.run("CREATE OR REPLACE USER " + Statements.Dialect.MYSQL.text(name) + "@'%' IDENTIFIED BY 'first'");
            var role = "odd" + number++;
            ok(it.post("db/static-roles/" + role, Map.of("db_name", "my", "username", name, "rotation_period", "1h")));
            for (var statements : List.of("", "ALTER USER {{name}}@'%' IDENTIFIED BY {{password}}", "ALTER USER \"{{username}}\"@'%' IDENTIFIED BY \"{{password}}\"", "ALTER USER `{{name}}`@`%` IDENTIFIED BY '{{password}}'")) {
                ok(it.post("db/static-roles/" + role, Map.of("rotation_statements", statements)));
                ok(it.post("db/rotate-role/" + role, Map.of()));
                assertThat(database.logsIn(name, it.get("db/static-creds/" + role).text("data", "password"))).as(name + " by " + statements).isTrue();
            }
            database.run("DROP USER " + Statements.Dialect.MYSQL.text(name) + "@'%'");
        }
        assertThat(database.column("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'app'")).containsExactly("t");
    }

    @Test
    void no_account_is_left_wherever_the_server_dies() throws SQLException {
        for (var point : List.of("before create", "after create")) {
            it.dieAt(point);
            assertThatThrownBy(() -> it.get("db/creds/app")).isInstanceOf(Died.class);
            it.server.restart();
            it.server.clock().advance(Duration.ofMinutes(3));
            it.server.runDue();
            assertThat(made()).as(point).isEmpty();
        }
        for (var point : List.of("before remove", "after remove")) {
            var lease = it.get("db/creds/app").text("lease_id");
            it.dieAt(point);
            assertThatThrownBy(() -> it.revoke(lease)).isInstanceOf(Died.class);
            it.server.restart();
            it.server.clock().advance(Duration.ofMinutes(3));
            it.server.runDue();
            assertThat(made()).as(point).isEmpty();
        }
    }

    @Test
    void no_password_is_unknown_wherever_the_server_dies() throws SQLException {
        database.run("CREATE OR REPLACE USER 'worker'@'%' IDENTIFIED BY 'first'");
        ok(it.post("db/static-roles/worker", Map.of("db_name", "my", "username", "worker", "rotation_period", "1h")));
        ok(it.post("db/rotate-root/my", Map.of()));
        assertThat(database.logsIn("vault", ADMIN_PASSWORD)).isFalse();
        for (var point : List.of("before setPassword", "after setPassword")) {
            for (var path : List.of("db/rotate-role/worker", "db/rotate-root/my")) {
                it.dieAt(point);
                assertThatThrownBy(() -> it.post(path, Map.of())).isInstanceOf(Died.class);
                it.server.restart();
                assertThat(database.logsIn("worker", it.get("db/static-creds/worker").text("data", "password"))).as(point + " of " + path).isTrue();
                it.server.clock().advance(Duration.ofMinutes(10)); // whoever was at it is given up
                ok(it.post(path, Map.of()));
                ok(it.get("db/creds/app"));
                assertThat(database.logsIn("worker", it.get("db/static-creds/worker").text("data", "password"))).as(point + " of " + path).isTrue();
            }
        }
    }
}
