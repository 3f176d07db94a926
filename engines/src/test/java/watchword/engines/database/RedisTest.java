package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
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
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.engines.ServerPlayer.Received;
import watchword.engines.database.Faulty.Died;
import watchword.testkit.RedisServer;

/** On a real Redis. */
class RedisTest {
    private static final String PASSWORD = "canary-admin-1";
    private static Optional<RedisServer> redis = Optional.empty();

    private final AtomicReference<String> dieAt = new AtomicReference<>("");
    private final ServerPlayer server = new ServerPlayer(EngineCatalog.builder()
            .engine("database", (context, _) -> new DatabaseEngine(config -> new Faulty(Kind.of(config.pluginName()).open(config, new Direct(), context.json()), dieAt), context)).build());

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
        ok(post("sys/mounts/db", Map.of("type", "database")));
        ok(connect(Map.of()));
        ok(post("db/roles/app", Map.of("db_name", "redis", "creation_statements", List.of("[\"~app:*\", \"+@read\"]"), "default_ttl", "1h")));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Received connect(Map<String, Object> more) {
        var body = new HashMap<String, Object>(Map.of("plugin_name", "redis-database-plugin", "host", "127.0.0.1", "port", redis.orElseThrow().port(), "username", "vault", "password", PASSWORD, "allowed_roles", "*"));
        body.putAll(more);
        return post("db/config/redis", body);
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

    @Test
    void an_account_is_there_as_long_as_its_lease_and_may_do_what_its_role_says() {
        var made = get("db/creds/app");
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
        ok(post("sys/leases/revoke", Map.of("lease_id", made.text("lease_id"), "sync", true)));
        assertThat(logsIn(name, password)).isFalse();
        assertThat(users().toString()).doesNotContain("V_");
    }

    @Test
    void without_rules_an_account_only_reads() {
        ok(post("db/roles/app", Map.of("creation_statements", List.of())));
        var made = get("db/creds/app");
        ok(made);
        try (var connection = as(made.text("data", "username"), made.text("data", "password"))) {
            connection.sendCommand(Command.SET, "x", "y");
            assertThatThrownBy(connection::getOne).hasMessageContaining("NOPERM");
        }
    }

    @Test
    void no_account_is_left_and_no_password_unknown_wherever_the_server_dies() {
        for (var point : List.of("before create", "after create")) {
            dieAt.set(point);
            assertThatThrownBy(() -> get("db/creds/app")).isInstanceOf(Died.class);
            server.restart();
            server.clock().advance(Duration.ofMinutes(3));
            server.runDue();
            assertThat(users().toString()).as(point).doesNotContain("V_");
        }
        ask("default", PASSWORD, Command.ACL, "SETUSER", "worker", "ON", ">first", "~*", "+@read");
        ok(post("db/static-roles/worker", Map.of("db_name", "redis", "username", "worker", "rotation_period", "1h")));
        assertThat(logsIn("worker", "first")).isFalse();
        for (var point : List.of("before setPassword", "after setPassword")) {
            for (var path : List.of("db/rotate-role/worker", "db/rotate-root/redis")) {
                dieAt.set(point);
                assertThatThrownBy(() -> post(path, Map.of())).isInstanceOf(Died.class);
                server.restart();
                assertThat(logsIn("worker", get("db/static-creds/worker").text("data", "password"))).as(point + " of " + path).isTrue();
                server.clock().advance(Duration.ofMinutes(10)); // whoever was at it is given up
                ok(post(path, Map.of()));
                ok(get("db/creds/app"));
            }
        }
        assertThat(logsIn("vault", PASSWORD)).isFalse();
    }

    @Test
    void it_is_addressed_by_url_as_well_and_says_what_it_lacks() {
        ok(post("db/config/url", Map.of("plugin_name", "valkey-database-plugin", "connection_url", "valkey://{{username}}:{{password}}@127.0.0.1:" + redis.orElseThrow().port(), "username", "vault", "password", PASSWORD)));
        assertThat(connect(Map.of("host", "")).error()).isEqualTo("error creating database object: host cannot be empty");
        assertThat(connect(Map.of("insecure_tls", true)).error()).startsWith("certificates are always checked");
        assertThat(connect(Map.of("password", "canary-wrong")).text()).contains("does not take the user and password").doesNotContain("canary");
        assertThat(post("db/static-roles/none", Map.of("db_name", "redis", "username", "nobody", "rotation_period", "1h")).error()).contains("there is no such account");
    }
}
