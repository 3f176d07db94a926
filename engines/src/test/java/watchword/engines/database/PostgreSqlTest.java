package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static watchword.engines.database.DatabasePlayer.ok;
import static watchword.engines.database.RealPostgres.CREATE;
import static watchword.engines.database.RealPostgres.PASSWORD;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.engines.ServerPlayer.Received;
import watchword.engines.database.Faulty.Died;

/** On a real PostgreSQL that asks for passwords. Numbers 84, 122, 123, 132 and 180 to 183 of the vulnerability list. */
class PostgreSqlTest {
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

    // ---- words ----

    private Received connect(Map<String, Object> more) {
        return postgres.connect(it, more);
    }

    /** Accounts that were made here. */
    private static List<String> made() throws SQLException {
        return database.column("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'");
    }

    private record Account(String name, String password, String lease) {}

    private Account account() {
        var made = it.get("db/creds/app");
        ok(made);
        return new Account(made.text("data", "username"), made.text("data", "password"), made.text("lease_id"));
    }

    // ---- accounts that end ----

    @Test
    void an_account_is_there_as_long_as_its_lease() throws SQLException {
        var made = it.get("db/creds/app");
        assertThat(made.at("lease_duration")).isEqualTo(3600L);
        assertThat(made.at("renewable")).isEqualTo(true);
        assertThat(made.text("lease_id")).startsWith("db/creds/app/");
        assertThat(made.text("data", "username")).matches("v-root-app-[0-9A-Za-z]{20}-[0-9]{10}");
        assertThat(made.text("data", "password")).hasSize(20);
        assertThat(database.logsIn(made.text("data", "username"), made.text("data", "password"))).isTrue();

        it.revoke(made.text("lease_id"));

        assertThat(database.logsIn(made.text("data", "username"), made.text("data", "password"))).isFalse();
        assertThat(made()).isEmpty();
    }

    @Test
    void it_ends_by_itself_and_a_renewal_moves_its_end() throws SQLException {
        var account = account();
        assertThat(database.column("SELECT rolvaliduntil AT TIME ZONE 'UTC' FROM pg_roles WHERE rolname = '" + account.name() + "'")).containsExactly("2030-01-01 01:00:05");
        it.server.clock().advance(Duration.ofMinutes(30));
        ok(it.post("sys/leases/renew", Map.of("lease_id", account.lease(), "increment", "2h")));
        assertThat(database.column("SELECT rolvaliduntil AT TIME ZONE 'UTC' FROM pg_roles WHERE rolname = '" + account.name() + "'")).containsExactly("2030-01-01 02:30:05");
        it.server.clock().advance(Duration.ofHours(3));
        it.server.runDue();
        assertThat(made()).isEmpty();
    }

    @Test
    void it_is_removed_although_its_role_is_gone_or_about_something_else() throws SQLException {
        var first = account();
        it.server.asRoot("DELETE", "/v1/db/roles/app", Map.of());
        it.revoke(first.lease());
        assertThat(made()).isEmpty();

        database.run("CREATE TABLE IF NOT EXISTS gone (name text)");
        ok(it.post("db/roles/app", Map.of("db_name", "pg", "creation_statements", CREATE, "revocation_statements",
                "INSERT INTO gone VALUES ('{{name}}'); REVOKE ALL ON ALL TABLES IN SCHEMA public FROM \"{{name}}\"; DROP ROLE \"{{name}}\";")));
        var second = account();
        ok(it.post("db/roles/app", Map.of("db_name", "other", "revocation_statements", "SELECT 1")));
        it.revoke(second.lease());
        assertThat(made()).isEmpty();
        assertThat(database.column("SELECT name FROM gone")).containsExactly(second.name());
        database.run("DROP TABLE gone");
    }

    @Test
    void it_is_no_failure_when_somebody_else_removed_it() throws SQLException {
        ok(it.post("db/roles/app", Map.of("revocation_statements", "DROP OWNED BY \"{{name}}\"; DROP ROLE \"{{name}}\";")));
        var account = account();
        database.run("DROP OWNED BY \"" + account.name() + "\"", "DROP ROLE \"" + account.name() + "\"");
        it.revoke(account.lease());
        assertThat(it.get("sys/leases/lookup/db/creds/app?list=true").status()).isEqualTo(404);
    }

    @Test
    void empty_revocation_statements_are_the_usual_ones() throws SQLException {
        ok(it.post("db/roles/app", Map.of("revocation_statements", List.of("", " "))));
        assertThat(it.get("db/roles/app").at("data", "revocation_statements")).isEqualTo(List.of());
        it.revoke(account().lease());
        assertThat(made()).isEmpty();
    }

    @Test
    void statements_that_say_nothing_are_not_taken_for_done() throws SQLException {
        var account = account();
        ok(it.post("db/roles/app", Map.of("revocation_statements", "[]")));
        assertThat(it.post("sys/leases/revoke", Map.of("lease_id", account.lease(), "sync", true)).status()).isNotIn(200, 204);
        assertThat(made()).containsExactly(account.name());
        ok(it.post("db/roles/app", Map.of("revocation_statements", "")));
        it.server.clock().advance(Duration.ofMinutes(5));
        it.server.runDue();
        assertThat(made()).isEmpty();

        ok(connect(Map.of("root_rotation_statements", ";")));
        assertThat(it.post("db/rotate-root/pg", Map.of()).error()).contains("there is no statement");
        ok(it.get("db/creds/app"));
        ok(connect(Map.of("root_rotation_statements", List.of("", " "))));
        assertThat(it.get("db/config/pg").at("data", "root_credentials_rotate_statements")).isEqualTo(List.of());
        ok(it.post("db/rotate-root/pg", Map.of()));
        assertThat(database.logsIn("vault", PASSWORD)).isFalse();
        ok(it.get("db/creds/app"));
    }

    @Test
    void what_an_account_owns_is_not_dropped_but_nobody_logs_in_by_it() throws SQLException {
        ok(it.post("db/roles/app", Map.of("creation_statements", CREATE + "CREATE TABLE precious (x int); ALTER TABLE precious OWNER TO \"{{name}}\"")));
        var account = account();
        assertThat(it.post("sys/leases/revoke", Map.of("lease_id", account.lease(), "sync", true)).status()).isEqualTo(500);
        assertThat(database.logsIn(account.name(), account.password())).isFalse();
        assertThat(database.column("SELECT relname FROM pg_class WHERE relname = 'precious'")).containsExactly("precious");
        database.run("ALTER TABLE precious OWNER TO watchword", "DROP TABLE precious");
        it.server.clock().advance(Duration.ofMinutes(5));
        it.server.runDue();
        assertThat(made()).isEmpty();
    }

    @Test
    void who_is_no_superuser_takes_back_what_it_granted_in_every_schema() throws SQLException {
        database.run("CREATE ROLE clerk WITH LOGIN CREATEROLE PASSWORD 'clerk-1'", "CREATE SCHEMA \"x\"\"; drop table t;--\" AUTHORIZATION clerk", "CREATE TABLE \"x\"\"; drop table t;--\".u (x int)",
                "ALTER TABLE \"x\"\"; drop table t;--\".u OWNER TO clerk", "CREATE SCHEMA \"a'b\\\" AUTHORIZATION clerk");
        ok(connect(Map.of("username", "clerk", "password", "clerk-1")));
        ok(it.post("db/roles/app", Map.of("creation_statements", List.of("CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}'", "GRANT USAGE ON SCHEMA \"x\"\"; drop table t;--\" TO \"{{name}}\"",
                "GRANT SELECT ON \"x\"\"; drop table t;--\".u TO \"{{name}}\"", "GRANT USAGE ON SCHEMA \"a'b\\\" TO \"{{name}}\""))));
        var account = account();
        it.revoke(account.lease());
        assertThat(made()).isEmpty();
        assertThat(database.column("SELECT tablename FROM pg_tables WHERE tablename IN ('t', 'u')")).containsExactlyInAnyOrder("t", "u");
        database.run("DROP SCHEMA \"x\"\"; drop table t;--\" CASCADE", "DROP SCHEMA \"a'b\\\"");
    }

    @Test
    void statements_come_in_every_form_and_semicolons_in_quotes_end_nothing() throws SQLException {
        database.run("CREATE TABLE IF NOT EXISTS notes (text text)");
        var statements = List.of("[\"CREATE ROLE \\\"{{name}}\\\" LOGIN PASSWORD '{{password}}'\", \"GRANT SELECT ON t TO \\\"{{name}}\\\"\"]",
                Base64.getEncoder().encodeToString("INSERT INTO notes VALUES ('a;b {{name}}'); INSERT INTO notes VALUES ('c')".getBytes(StandardCharsets.UTF_8)),
                "DO $$\nBEGIN\n  IF NOT EXISTS (SELECT 1 FROM notes WHERE text = 'of {{name}}') THEN\n    INSERT INTO notes VALUES ('of {{name}}');\n  END IF;\nEND\n$$; INSERT INTO notes VALUES ('after')");
        ok(it.post("db/roles/app", Map.of("creation_statements", statements)));
        var account = account();
        assertThat(database.column("SELECT text FROM notes")).containsExactly("a;b " + account.name(), "c", "of " + account.name(), "after");
        assertThat(database.logsIn(account.name(), account.password())).isTrue();
        database.run("DROP TABLE notes");
    }

    @Test
    void nothing_of_a_failed_creation_stays() throws SQLException {
        database.run("CREATE TABLE IF NOT EXISTS undone (name text)");
        ok(it.post("db/roles/app", Map.of("creation_statements", CREATE + "SELECT no_such_function('{{password}}')", "rollback_statements", "INSERT INTO undone VALUES ('{{name}}')")));
        var failed = it.get("db/creds/app");
        assertThat(failed.status()).isEqualTo(502);
        assertThat(failed.error()).isEqualTo("failed to execute query: the database does not take a statement (SQLSTATE 42883)");
        assertThat(made()).isEmpty();
        assertThat(database.column("SELECT name FROM undone")).hasSize(1);
        it.server.runDue();
        assertThat(it.get("sys/leases/lookup/db/creds/app?list=true").status()).isEqualTo(404);
        database.run("DROP TABLE undone");
    }

    @Test
    void a_role_that_may_not_use_the_connection_makes_nothing() throws SQLException {
        ok(connect(Map.of("allowed_roles", List.of("web-*", "x"))));
        var refused = it.get("db/creds/app");
        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.error()).isEqualTo("1 error occurred:\n\t* \"app\" is not an allowed role\n\n");
        assertThat(it.get("db/creds/nobody").error()).isEqualTo("unknown role: nobody");
        ok(connect(Map.of("allowed_roles", "a*,x")));
        ok(it.get("db/creds/app"));
    }

    @Test
    void passwords_are_made_by_the_policy_of_role_or_connection() {
        ok(it.post("sys/policies/password/digits", Map.of("policy", "length = 12\nrule \"charset\" { charset = \"0123456789\" }")));
        ok(it.post("sys/policies/password/letters", Map.of("policy", "length = 14\nrule \"charset\" { charset = \"abc\" }")));
        ok(connect(Map.of("password_policy", "digits")));
        assertThat(account().password()).matches("[0-9]{12}");
        ok(it.post("db/roles/app", Map.of("credential_config", Map.of("password_policy", "letters"))));
        assertThat(account().password()).matches("[abc]{14}");
        ok(it.post("db/roles/app", Map.of("credential_config", Map.of("password_policy", "none"))));
        assertThat(it.get("db/creds/app").status()).isEqualTo(404);
    }

    @Test
    void in_a_namespace_the_policies_of_the_namespace_make_them() throws SQLException {
        ok(it.post("sys/namespaces/team", Map.of()));
        ok(it.post("team/sys/policies/password/own", Map.of("policy", "length = 11\nrule \"charset\" { charset = \"xyz\" }")));
        ok(it.post("team/sys/mounts/db", Map.of("type", "database")));
        ok(it.post("team/db/config/pg", Map.of("plugin_name", "postgresql-database-plugin", "connection_url", "postgresql://{{username}}:{{password}}@127.0.0.1:" + postgres.port() + "/postgres?sslmode=disable",
                "username", "vault", "password", PASSWORD, "allowed_roles", "*", "password_policy", "own")));
        ok(it.post("team/db/roles/app", Map.of("db_name", "pg", "creation_statements", CREATE)));
        var made = it.get("team/db/creds/app");
        ok(made);
        assertThat(made.text("data", "password")).matches("[xyz]{11}");
        assertThat(database.logsIn(made.text("data", "username"), made.text("data", "password"))).isTrue();
        ok(it.server.asRoot("DELETE", "/v1/team/sys/mounts/db", Map.of()));
        assertThat(made()).isEmpty();
    }

    @Test
    void a_hash_can_be_told_in_place_of_the_password() throws SQLException {
        ok(connect(Map.of("password_authentication", "scram-sha-256")));
        database.run("CREATE TABLE IF NOT EXISTS told (text text)");
        ok(it.post("db/roles/app", Map.of("creation_statements", CREATE + "INSERT INTO told VALUES ('{{password}}')")));
        var account = account();
        assertThat(database.logsIn(account.name(), account.password())).isTrue();
        assertThat(database.column("SELECT text FROM told").getFirst()).startsWith("SCRAM-SHA-256$4096:").doesNotContain(account.password());
        database.run("DROP TABLE told");
    }

    @Test
    void names_of_those_who_ask_steer_no_statement() throws SQLException {
        it.server.asRoot("PUT", "/v1/sys/policies/acl/all", Map.of("policy", "path \"db/*\" { capabilities = [\"read\"] }"));
        ok(connect(Map.of("username_template", "{{.DisplayName}}-{{random 20}}")));
        for (var name : List.of("x\"; DROP TABLE t; --", "a'b", "back\\slash", "new\nline", "$$; DROP TABLE t; $$", "{{password}}", "ünï")) {
            var token = it.server.asRoot("POST", "/v1/auth/token/create", Map.of("policies", "all", "display_name", name)).token();
            var made = it.server.ask(token, "GET", "/v1/db/creds/app", Map.of());
            ok(made);
            assertThat(made.text("data", "username")).matches("[A-Za-z0-9_.@+:=/~-]+");
            assertThat(database.logsIn(made.text("data", "username"), made.text("data", "password"))).as(name).isTrue();
            it.revoke(made.text("lease_id"));
        }
        assertThat(database.column("SELECT tablename FROM pg_tables WHERE tablename = 't'")).containsExactly("t");
    }

    @Test
    void a_template_that_makes_names_twice_or_too_long_makes_none() throws SQLException {
        assertThat(connect(Map.of("username_template", "{{.RoleName}}")).error()).startsWith("invalid username template: it makes the same name again");
        assertThat(connect(Map.of("username_template", "{{random 20 | truncate 1}}")).status()).isEqualTo(400);
        ok(connect(Map.of("username_template", "v-{{random 70}}")));
        assertThat(it.get("db/creds/app").error()).contains("longer than 63 bytes");
        it.server.runDue();
        assertThat(made()).isEmpty();
    }

    // ---- connections ----

    @Test
    void a_connection_is_read_back_without_its_secrets() {
        ok(connect(Map.of("max_open_connections", "5", "max_connection_lifetime", "10s", "password_policy", "p", "root_rotation_statements", "ALTER ROLE a, b")));
        var data = it.get("db/config/pg").at("data");
        assertThat(data).isEqualTo(Map.ofEntries(Map.entry("allowed_roles", List.of("*")), Map.entry("disable_automated_rotation", false), Map.entry("password_policy", "p"),
                Map.entry("plugin_name", "postgresql-database-plugin"), Map.entry("plugin_version", ""), Map.entry("root_credentials_rotate_statements", List.of("ALTER ROLE a, b")),
                Map.entry("rotation_period", 0L), Map.entry("rotation_schedule", ""), Map.entry("rotation_window", 0L), Map.entry("skip_static_role_import_rotation", false),
                Map.entry("connection_details", Map.of("connection_url", "postgresql://{{username}}:{{password}}@127.0.0.1:" + postgres.port() + "/postgres?sslmode=disable", "username", "vault",
                        "max_open_connections", "5", "max_connection_lifetime", "10s"))));
        assertThat(it.get("db/config?list=true").at("data", "keys")).isEqualTo(List.of("pg"));
        ok(it.server.asRoot("DELETE", "/v1/db/config/pg", Map.of()));
        assertThat(it.get("db/config/pg").status()).isEqualTo(404);
        assertThat(it.get("db/creds/app").status()).isEqualTo(500);
    }

    @Test
    void a_password_in_the_url_is_warned_of_and_not_read_back() {
        var told = connect(Map.of("connection_url", "postgresql://vault:" + PASSWORD + "@127.0.0.1:" + postgres.port() + "/postgres?sslmode=disable"));
        assertThat(told.text("warnings")).contains("Password found in connection_url");
        assertThat(it.get("db/config/pg").text()).contains("vault:xxxxx@").doesNotContain(PASSWORD);
        var words = connect(Map.of("connection_url", "host=127.0.0.1 port=" + postgres.port() + " user=vault password='" + PASSWORD + "' dbname=postgres sslmode=disable"));
        assertThat(words.text("warnings")).contains("Password found in connection_url");
        assertThat(it.get("db/config/pg").text()).doesNotContain(PASSWORD);
        assertThat(it.post("db/rotate-root/pg", Map.of()).error()).contains("connection_url has a password of its own");
        ok(it.get("db/creds/app"));
    }

    @Test
    void a_password_is_in_no_error() {
        for (var change : List.<Map<String, Object>>of(Map.of("password", "canary-wrong"), Map.of("connection_url", "postgresql://{{username}}:{{password}}@127.0.0.1:1/postgres"),
                Map.of("connection_url", "postgresql://{{username}}:canary-x@127.0.0.1:" + postgres.port() + "/none?sslmode=disable"), Map.of("connection_url", "nonsense canary-y"))) {
            var refused = connect(change);
            assertThat(refused.status()).as("%s", change).isEqualTo(400);
            assertThat(refused.text()).doesNotContain("canary");
        }
        assertThat(connect(Map.of("password", "canary-wrong")).error())
                .isEqualTo("error creating database object: error verifying connection: failed to connect: the database does not take the user and password (SQLSTATE 28P01)");
        ok(connect(Map.of("password", "canary-wrong", "verify_connection", false)));
        assertThat(it.get("db/creds/app").text()).doesNotContain("canary");
    }

    @Test
    void parameters_that_choose_code_files_or_protocol_are_refused() {
        for (var parameter : List.of("socketFactory=a.B", "socketFactoryArg=x", "sslfactory=a.B", "sslhostnameverifier=a.B", "sslpasswordcallback=a.B", "loggerFile=/tmp/x", "loggerLevel=TRACE", "jaasLogin=true",
                "jaasApplicationName=x", "options=-c%20x", "preferQueryMode=simple", "channelBinding=disable", "sslcert=/etc/x", "sslkey=/etc/x", "sslrootcert=/etc/x", "passfile=/x", "service=x",
                "authenticationPluginClassName=a.B", "xmlFactoryFactory=a.B", "user%0a=x")) {
            var refused = connect(Map.of("connection_url", "postgresql://{{username}}:{{password}}@127.0.0.1:" + postgres.port() + "/postgres?" + parameter));
            assertThat(refused.status()).as(parameter).isEqualTo(400);
            assertThat(refused.error()).as(parameter).startsWith("connection_url: there is a parameter that is not taken");
        }
    }

    @Test
    void neither_name_nor_password_changes_where_a_connection_leads() throws SQLException {
        for (var name : List.of("x host=evil.example", "x?sslmode=disable", "x@evil.example/", "x' host='evil.example", "x%40evil.example")) {
            for (var url : List.of("postgresql://{{username}}:{{password}}@127.0.0.1:" + postgres.port() + "/postgres", "host=127.0.0.1 port=" + postgres.port() + " user={{username}} password={{password}} dbname=postgres")) {
                it.direct.reached.clear();
                database.run("DROP ROLE IF EXISTS " + Statements.Dialect.POSTGRESQL.name(name), "CREATE ROLE " + Statements.Dialect.POSTGRESQL.name(name) + " LOGIN PASSWORD 'p@/?#: &'''");
                ok(connect(Map.of("connection_url", url, "username", name, "password", "p@/?#: &'")));
                assertThat(it.direct.reached).containsOnly("127.0.0.1:" + postgres.port());
            }
        }
    }

    @Test
    void of_several_hosts_the_first_that_answers_is_taken() {
        ok(connect(Map.of("connection_url", "postgresql://{{username}}:{{password}}@127.0.0.1:1,127.0.0.1:" + postgres.port() + "/postgres?sslmode=disable&target_session_attrs=read-write")));
        ok(it.get("db/creds/app"));
    }

    @Test
    void connections_are_bounded_and_closed_when_theirs_changes() throws SQLException {
        ok(connect(Map.of("max_open_connections", 2)));
        for (int i = 0; i < 6; i++) account();
        var ours = "SELECT pid FROM pg_stat_activity WHERE application_name = 'watchword'";
        assertThat(database.column(ours)).hasSizeBetween(1, 2);
        ok(connect(Map.of("max_open_connections", 3, "verify_connection", false)));
        awaitEmpty(ours);
        account();
        assertThat(database.column(ours)).hasSize(1);
        ok(it.post("db/reset/pg", Map.of()));
        assertThat(it.post("db/reload/postgresql-database-plugin", Map.of()).at("data")).isEqualTo(Map.of("connections", List.of("pg"), "count", 1L));
        it.server.restart();
        awaitEmpty(ours);
        account();
        ok(it.server.asRoot("DELETE", "/v1/sys/mounts/db", Map.of()));
        awaitEmpty(ours);
        assertThat(made()).isEmpty();
    }

    /** A closed connection is gone for the database a moment later. */
    private static void awaitEmpty(String query) throws SQLException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!database.column(query).isEmpty()) assertThat(System.nanoTime()).as("connections are closed").isLessThan(deadline);
    }

    // ---- whatever breaks off ----

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
        for (var point : List.of("before prolong", "after prolong")) {
            var account = account();
            it.dieAt(point);
            assertThatThrownBy(() -> it.post("sys/leases/renew", Map.of("lease_id", account.lease()))).isInstanceOf(Died.class);
            it.server.restart();
            it.server.clock().advance(Duration.ofHours(2));
            it.server.runDue();
            assertThat(made()).as(point).isEmpty();
        }
        for (var point : List.of("before remove", "after remove")) {
            var account = account();
            it.dieAt(point);
            assertThatThrownBy(() -> it.revoke(account.lease())).isInstanceOf(Died.class);
            it.server.restart();
            it.server.clock().advance(Duration.ofMinutes(3));
            it.server.runDue();
            assertThat(made()).as(point).isEmpty();
        }
        assertThat(it.get("sys/leases/lookup/db/creds/app?list=true").status()).isEqualTo(404);
    }
}
