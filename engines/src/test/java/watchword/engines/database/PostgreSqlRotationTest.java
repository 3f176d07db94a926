package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static watchword.engines.database.DatabasePlayer.ok;
import static watchword.engines.database.RealPostgres.PASSWORD;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.engines.database.Faulty.Died;

/** Accounts of a real PostgreSQL that stay, and that of the connection itself: their passwords change, and none is ever unknown. Numbers 55 and 122 of the vulnerability list. */
class PostgreSqlRotationTest {
    private static RealPostgres postgres = RealPostgres.none();
    private static Sql database = Sql.NONE;

    private final DatabasePlayer it = new DatabasePlayer();

    @BeforeAll
    static void given_a_database() throws SQLException {
        postgres = RealPostgres.start();
        database = postgres.sql();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void given_a_connection() throws SQLException {
        postgres.begin(it);
    }

    @AfterEach
    void close() {
        it.close();
    }

    private void given_static(String name, Map<String, Object> more) throws SQLException {
        database.run("CREATE ROLE " + name + " LOGIN PASSWORD 'first'");
        var body = new HashMap<String, Object>(Map.of("db_name", "pg", "username", name));
        body.putAll(more);
        if (!more.containsKey("rotation_schedule")) body.put("rotation_period", "1h");
        ok(it.post("db/static-roles/" + name, body));
    }

    private boolean isKnown(String name) {
        var creds = it.get("db/static-creds/" + name);
        ok(creds);
        return database.logsIn(creds.text("data", "username"), creds.text("data", "password"));
    }

    @Test
    void a_static_role_has_its_password_changed_at_once_and_on_its_schedule() throws SQLException {
        given_static("worker", Map.of());
        assertThat(database.logsIn("worker", "first")).isFalse();
        var creds = it.get("db/static-creds/worker");
        assertThat(creds.at("data")).isEqualTo(Map.of("username", "worker", "password", creds.text("data", "password"), "ttl", 3600L, "rotation_period", 3600L, "last_vault_rotation", "2030-01-01T00:00:00Z"));
        assertThat(isKnown("worker")).isTrue();
        assertThat(it.get("db/static-roles/worker").at("data")).isEqualTo(Map.of("credential_type", "password", "db_name", "pg", "last_vault_rotation", "2030-01-01T00:00:00Z", "rotation_period", 3600L,
                "rotation_statements", List.of(), "skip_import_rotation", false, "username", "worker"));

        var before = it.get("db/static-creds/worker").text("data", "password");
        it.server.clock().advance(Duration.ofMinutes(61));
        it.server.runDue();
        assertThat(it.get("db/static-creds/worker").text("data", "password")).isNotEqualTo(before);
        assertThat(isKnown("worker")).isTrue();
        ok(it.post("db/rotate-role/worker", Map.of()));
        assertThat(isKnown("worker")).isTrue();
    }

    @Test
    void a_static_role_by_a_cron_schedule_tells_when_the_next_rotation_is() throws SQLException {
        given_static("night", Map.of("rotation_schedule", "0 4 * * *", "rotation_window", "2h"));
        var creds = it.get("db/static-creds/night");
        assertThat(creds.at("data", "ttl")).isEqualTo(4 * 3600L);
        assertThat(creds.at("data", "rotation_schedule")).isEqualTo("0 4 * * *");
        assertThat(creds.at("data", "rotation_window")).isEqualTo(7200L);
        assertThat(creds.at("data", "rotation_period")).isNull();
    }

    @Test
    void a_static_role_may_keep_the_password_it_has() throws SQLException {
        given_static("old", Map.of("skip_import_rotation", true, "password", "first"));
        assertThat(database.logsIn("old", "first")).isTrue();
        assertThat(it.get("db/static-creds/old").text("data", "password")).isEqualTo("first");
        assertThat(it.post("db/static-roles/old", Map.of("username", "old", "skip_import_rotation", false)).error()).isEqualTo("skip_import_rotation has no effect on updates");
        ok(it.post("db/rotate-role/old", Map.of()));
        assertThat(database.logsIn("old", "first")).isFalse();
        assertThat(isKnown("old")).isTrue();
    }

    @Test
    void an_account_may_change_its_password_itself() throws SQLException {
        given_static("self", Map.of("self_managed_password", "first"));
        assertThat(database.logsIn("self", "first")).isFalse();
        assertThat(isKnown("self")).isTrue();
        ok(it.post("db/rotate-role/self", Map.of()));
        assertThat(isKnown("self")).isTrue();
    }

    @Test
    void of_two_accounts_the_one_before_logs_in_until_the_rotation_after_next() throws SQLException {
        database.run("CREATE ROLE app_a LOGIN PASSWORD 'first'", "CREATE ROLE app_b LOGIN PASSWORD 'first'");
        ok(it.post("db/static-roles/pair", Map.of("db_name", "pg", "usernames", List.of("app_a", "app_b"), "rotation_period", "1h")));
        assertThat(it.get("db/static-roles/pair").at("data", "usernames")).isEqualTo(List.of("app_a", "app_b"));
        var before = it.get("db/static-creds/pair");
        for (int i = 0; i < 5; i++) {
            ok(it.post("db/rotate-role/pair", Map.of()));
            var now = it.get("db/static-creds/pair");
            assertThat(now.text("data", "username")).isNotEqualTo(before.text("data", "username"));
            assertThat(database.logsIn(now.text("data", "username"), now.text("data", "password"))).isTrue();
            assertThat(database.logsIn(before.text("data", "username"), before.text("data", "password"))).as("handed out before").isTrue();
            before = now;
        }
    }

    @Test
    void a_password_that_the_database_refuses_is_forgotten_and_another_is_tried() throws SQLException {
        given_static("picky", Map.of());
        ok(it.post("db/static-roles/picky", Map.of("username", "picky", "rotation_statements", "SELECT 1/0; ALTER ROLE \"{{name}}\" PASSWORD '{{password}}'")));
        var refused = it.post("db/rotate-role/picky", Map.of());
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.error()).isEqualTo("failed to change the password: the database refused (SQLSTATE 22012)");
        assertThat(isKnown("picky")).isTrue();
        ok(it.post("db/static-roles/picky", Map.of("username", "picky", "rotation_statements", "")));
        ok(it.post("db/rotate-role/picky", Map.of()));
        assertThat(isKnown("picky")).isTrue();
    }

    @Test
    void accounts_with_hostile_names_are_nothing_but_accounts() throws SQLException {
        int number = 0;
        for (var name : List.of("x\"; DROP TABLE t; --", "a'b", "back\\slash", "semi;colon", "space d", "ünï", "{{password}}")) {
            database.run("CREATE ROLE " + Statements.Dialect.POSTGRESQL.name(name) + " LOGIN PASSWORD 'first'");
            var role = "odd" + number++;
            ok(it.post("db/static-roles/" + role, Map.of("db_name", "pg", "username", name, "rotation_period", "1h")));
            assertThat(isKnown(role)).as(name).isTrue();
            ok(it.post("db/static-roles/" + role, Map.of("username", name, "rotation_statements", "ALTER ROLE {{name}} PASSWORD {{password}}; COMMENT ON ROLE {{name}} IS 'of {{name}}; {{username}}'")));
            ok(it.post("db/rotate-role/" + role, Map.of()));
            assertThat(isKnown(role)).as(name).isTrue();
            assertThat(database.column("SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = " + Statements.Dialect.POSTGRESQL.text(name))).containsExactly("of " + name + "; " + name);
        }
        assertThat(database.column("SELECT tablename FROM pg_tables WHERE tablename = 't'")).containsExactly("t");
        assertThat(it.post("db/static-roles/no", Map.of("db_name", "pg", "username", "new\nline", "rotation_period", "1h")).status()).isEqualTo(400);
        for (var whose : List.of(Map.of("username", "vault"), Map.of("usernames", List.of("vault", "other")))) {
            var role = new HashMap<String, Object>(whose);
            role.putAll(Map.of("db_name", "pg", "rotation_period", "1h"));
            assertThat(it.post("db/static-roles/no", role).error()).startsWith("the account is the one that the connection logs in as");
        }
    }

    @Test
    void a_static_role_says_what_it_lacks() throws SQLException {
        assertThat(it.post("db/static-roles/s", Map.of("username", "a", "rotation_period", "1h")).error()).isEqualTo("database name is a required field");
        assertThat(it.post("db/static-roles/s", Map.of("db_name", "pg", "rotation_period", "1h")).error()).isEqualTo("username is a required field to create a static account");
        assertThat(it.post("db/static-roles/s", Map.of("db_name", "pg", "username", "a")).error()).isEqualTo("one of rotation_schedule or rotation_period must be provided to create a static account");
        assertThat(it.post("db/static-roles/s", Map.of("db_name", "pg", "username", "a", "rotation_period", "4s")).error()).isEqualTo("rotation_period must be 5 seconds or more");
        assertThat(it.post("db/static-roles/s", Map.of("db_name", "pg", "username", "a", "rotation_period", "1h", "rotation_schedule", "* * * * *")).error())
                .isEqualTo("mutually exclusive fields rotation_period and rotation_schedule were both specified; only one of them can be provided");
        assertThat(it.post("db/static-roles/s", Map.of("db_name", "pg", "username", "a", "rotation_schedule", "* * *")).error()).startsWith("could not parse rotation_schedule");
        assertThat(it.post("db/static-roles/app", Map.of("db_name", "pg", "username", "a", "rotation_period", "1h")).error()).isEqualTo("Role and Static Role names must be unique");
        assertThat(it.post("db/static-roles/s", Map.of("db_name", "pg", "username", "nobody", "rotation_period", "1h")).status()).as("no such account").isEqualTo(502);
        assertThat(it.get("db/static-roles/s").status()).as("and none is kept").isEqualTo(404);
        given_static("there", Map.of());
        assertThat(it.post("db/static-roles/there", Map.of("username", "other")).error()).isEqualTo("cannot update static account username");
        assertThat(it.post("db/roles/there", Map.of("db_name", "pg")).error()).isEqualTo("Role and Static Role names must be unique");
        assertThat(it.post("db/rotate-role/nothing", Map.of()).error()).isEqualTo("no static role found for role name");
    }

    @Test
    void no_password_is_unknown_wherever_the_server_dies() throws SQLException {
        given_static("w", Map.of());
        for (var point : List.of("before setPassword", "after setPassword")) {
            it.dieAt(point);
            assertThatThrownBy(() -> it.post("db/rotate-role/w", Map.of())).isInstanceOf(Died.class);
            it.server.restart();
            assertThat(isKnown("w")).as(point + ": before anything is tried again").isTrue();
            it.server.clock().advance(Duration.ofMinutes(10));
            it.server.runDue();
            assertThat(isKnown("w")).as(point).isTrue();
        }
        for (var point : List.of("before setPassword", "after setPassword")) {
            database.run("DROP ROLE IF EXISTS fresh", "CREATE ROLE fresh LOGIN PASSWORD 'first'");
            it.dieAt(point);
            assertThatThrownBy(() -> it.post("db/static-roles/fresh", Map.of("db_name", "pg", "username", "fresh", "rotation_period", "1h"))).isInstanceOf(Died.class);
            it.server.restart();
            it.server.clock().advance(Duration.ofMinutes(10));
            it.server.runDue();
            assertThat(isKnown("fresh")).as(point + ": made").isTrue();
            ok(it.server.asRoot("DELETE", "/v1/db/static-roles/fresh", Map.of()));
        }
    }

    @Test
    void the_password_of_the_connection_itself_is_changed_and_never_unknown() throws SQLException {
        ok(it.post("db/rotate-root/pg", Map.of()));
        assertThat(database.logsIn("vault", PASSWORD)).isFalse();
        ok(it.get("db/creds/app"));
        for (var point : List.of("before setPassword", "after setPassword")) {
            it.dieAt(point);
            assertThatThrownBy(() -> it.post("db/rotate-root/pg", Map.of())).isInstanceOf(Died.class);
            ok(it.get("db/creds/app"));
            it.server.restart();
            assertThat(it.get("db/creds/app").status()).as(point).isEqualTo(200);
            it.server.clock().advance(Duration.ofMinutes(10)); // whoever was at it is given up
            ok(it.post("db/rotate-root/pg", Map.of()));
            assertThat(it.get("db/creds/app").status()).as(point).isEqualTo(200);
        }
        ok(postgres.connect(it, Map.of("password", "x", "verify_connection", false)));
        assertThat(it.post("db/rotate-root/pg", Map.of()).status()).isEqualTo(502);
        assertThat(it.post("db/rotate-root/none", Map.of()).status()).isEqualTo(500);
    }

    @Test
    void the_connection_itself_is_rotated_on_a_schedule() throws SQLException {
        ok(postgres.connect(it, Map.of("rotation_period", "1h")));
        it.server.clock().advance(Duration.ofMinutes(61));
        it.server.runDue();
        assertThat(database.logsIn("vault", PASSWORD)).isFalse();
        ok(it.get("db/creds/app"));
    }
}
