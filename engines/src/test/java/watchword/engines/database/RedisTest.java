package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static watchword.engines.database.DatabasePlayer.ok;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import watchword.engines.ServerPlayer.Received;
import watchword.engines.database.Faulty.Died;
import watchword.testkit.RedisServer;

/** On a real Redis. */
class RedisTest {
    private static final String PASSWORD = "canary-admin-1";
    private static Optional<RedisServer> redis = Optional.empty();

    private final DatabasePlayer it = new DatabasePlayer();

    @BeforeAll
    static void given_a_database() {
        redis = Optional.of(RedisServer.start(PASSWORD));
    }

    @AfterAll
    static void stop() {
        redis.ifPresent(RedisServer::close);
    }

    private static Connection as(String user, String password) {
        return new Connection(new HostAndPort("127.0.0.1", redis.orElseThrow().port()), DefaultJedisClientConfig.builder().user(user).password(password).build());
    }

    private static Object ask(String user, String password, Command command, String... words) {
        try (var connection = as(user, password)) {
            connection.sendCommand(command, words);
            return connection.getOne();
        }
    }

    private static boolean logsIn(String user, String password) {
        try {
            ask(user, password, Command.GET, "x");
            return true;
        } catch (JedisDataException refused) {
            assertThat(refused.getMessage()).startsWith("WRONGPASS");
            return false;
        }
    }

    private static List<?> users() {
        return ((List<?>) ask("default", PASSWORD, Command.ACL, "USERS")).stream().map(name -> new String((byte[]) name, java.nio.charset.StandardCharsets.UTF_8)).toList();
    }

    @BeforeEach
    void given_a_connection() {
        for (var user : users()) if (!user.equals("default")) ask("default", PASSWORD, Command.ACL, "DELUSER", user.toString());
        ask("default", PASSWORD, Command.ACL, "SETUSER", "vault", "ON", "RESETPASS", ">" + PASSWORD, "~*", "+@all");
        ok(connect(Map.of()));
        ok(it.post("db/roles/app", Map.of("db_name", "redis", "creation_statements", List.of("[\"~app:*\", \"+@read\"]"), "default_ttl", "1h")));
    }

    @AfterEach
    void close() {
        it.close();
    }

    private Received connect(Map<String, Object> more) {
        var body = new HashMap<String, Object>(Map.of("plugin_name", "redis-database-plugin", "host", "127.0.0.1", "port", redis.orElseThrow().port(), "username", "vault", "password", PASSWORD, "allowed_roles", "*"));
        body.putAll(more);
        return it.post("db/config/redis", body);
    }

    @Test
    void an_account_is_there_as_long_as_its_lease_and_may_do_what_its_role_says() {
        var made = it.get("db/creds/app");
        ok(made);
        var name = made.text("data", "username");
        var password = made.text("data", "password");
        assertThat(name).matches("V_ROOT_APP_[0-9A-Z]{20}_[0-9]{10}");
        try (var connection = as(name, password)) {
            connection.sendCommand(Command.GET, "app:x");
            connection.getOne();
            connection.sendCommand(Command.GET, "other:x");
            assertThatThrownBy(connection::getOne).hasMessageContaining("NOPERM");
        }
        it.revoke(made.text("lease_id"));
        assertThat(logsIn(name, password)).isFalse();
        assertThat(users().toString()).doesNotContain("V_");
    }

    @Test
    void without_rules_an_account_only_reads() {
        ok(it.post("db/roles/app", Map.of("creation_statements", List.of())));
        var made = it.get("db/creds/app");
        ok(made);
        try (var connection = as(made.text("data", "username"), made.text("data", "password"))) {
            connection.sendCommand(Command.SET, "x", "y");
            assertThatThrownBy(connection::getOne).hasMessageContaining("NOPERM");
        }
    }

    @Test
    void no_account_is_left_and_no_password_unknown_wherever_the_server_dies() {
        for (var point : List.of("before create", "after create")) {
            it.dieAt(point);
            assertThatThrownBy(() -> it.get("db/creds/app")).isInstanceOf(Died.class);
            it.server.restart();
            it.server.clock().advance(Duration.ofMinutes(3));
            it.server.runDue();
            assertThat(users().toString()).as(point).doesNotContain("V_");
        }
        ask("default", PASSWORD, Command.ACL, "SETUSER", "worker", "ON", ">first", "~*", "+@read");
        ok(it.post("db/static-roles/worker", Map.of("db_name", "redis", "username", "worker", "rotation_period", "1h")));
        assertThat(logsIn("worker", "first")).isFalse();
        for (var point : List.of("before setPassword", "after setPassword")) {
            for (var path : List.of("db/rotate-role/worker", "db/rotate-root/redis")) {
                it.dieAt(point);
                assertThatThrownBy(() -> it.post(path, Map.of())).isInstanceOf(Died.class);
                it.server.restart();
                assertThat(logsIn("worker", it.get("db/static-creds/worker").text("data", "password"))).as(point + " of " + path).isTrue();
                it.server.clock().advance(Duration.ofMinutes(10)); // whoever was at it is given up
                ok(it.post(path, Map.of()));
                ok(it.get("db/creds/app"));
            }
        }
        assertThat(logsIn("vault", PASSWORD)).isFalse();
    }

    @Test
    void it_is_addressed_by_url_as_well_and_says_what_it_lacks() {
        ok(it.post("db/config/url", Map.of("plugin_name", "valkey-database-plugin", "connection_url", "valkey://{{username}}:{{password}}@127.0.0.1:" + redis.orElseThrow().port(), "username", "vault", "password", PASSWORD)));
        assertThat(connect(Map.of("host", "")).error()).isEqualTo("error creating database object: host cannot be empty");
        assertThat(connect(Map.of("insecure_tls", true)).error()).startsWith("certificates are always checked");
        assertThat(connect(Map.of("password", "canary-wrong")).text()).contains("does not take the user and password").doesNotContain("canary");
        assertThat(it.post("db/static-roles/none", Map.of("db_name", "redis", "username", "nobody", "rotation_period", "1h")).error()).contains("there is no such account");
    }
}
