package watchword.engines.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.engines.FaultyOutbound;
import watchword.engines.ServerPlayer;
import watchword.sdk.Tree;

/** Users of a broker: what they may, how long, and that none is left behind. */
class RabbitMqTest {
    private static final String VHOSTS = "{\"/\":{\"configure\":\"\",\"write\":\"jobs\",\"read\":\".*\"},\"a/b\":{\"read\":\"x\"}}";
    private static final String TOPICS = "{\"/\":{\"amq.topic\":{\"write\":\"ml\",\"read\":\".*\"}}}";

    private PretendedBroker broker = new PretendedBroker();
    private FaultyOutbound way = new FaultyOutbound(broker);
    private ServerPlayer it = new ServerPlayer(EngineCatalog.builder().build());

    @BeforeEach
    void mount() {
        it.close();
        broker = new PretendedBroker();
        way = new FaultyOutbound(broker);
        it = new ServerPlayer(EngineCatalog.builder().engine("rabbitmq", (context, mount) -> new RabbitMqEngine(context, way)).build());
        it.asRoot("POST", "/v1/sys/mounts/rabbitmq", Map.of("type", "rabbitmq"));
        assertThat(connect(Map.of()).status()).isEqualTo(204);
        it.asRoot("POST", "/v1/rabbitmq/roles/Train", Map.of("tags", "management", "vhosts", VHOSTS, "vhost_topics", TOPICS));
    }

    @AfterEach
    void close() {
        it.close();
    }

    private ServerPlayer.Received connect(Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("connection_uri", PretendedBroker.ADDRESS, "username", "maker", "password", "the-password"));
        all.putAll(more);
        return it.asRoot("POST", "/v1/rabbitmq/config/connection", all);
    }

    private ServerPlayer.Received creds() {
        return it.asRoot("GET", "/v1/rabbitmq/creds/Train", Map.of());
    }

    private ServerPlayer.Received revoke(String lease) {
        return it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", lease, "sync", true));
    }

    @Test
    void a_user_is_made_with_its_permissions_and_goes_with_the_lease() {
        it.asRoot("POST", "/v1/rabbitmq/config/lease", Map.of("ttl", "1h", "max_ttl", "2h"));
        var made = creds();
        var name = made.part("data").text("username");
        assertThat(name).matches("root-[0-9a-f-]{36}");
        assertThat(made.part("data").text("password")).matches("[0-9A-Za-z]{36}");
        assertThat(made.at("lease_duration")).isEqualTo(3600L);
        assertThat(made.at("renewable")).isEqualTo(true);
        assertThat(broker.users.get(name)).isEqualTo(Tree.of(Map.of("password", made.part("data").text("password"), "tags", "management")));
        assertThat(broker.permissions).isEqualTo(Map.of(
                "permissions / " + name + " ", Tree.of(Map.of("configure", "", "write", "jobs", "read", ".*")),
                "permissions a/b " + name + " ", Tree.of(Map.of("configure", "", "write", "", "read", "x")),
                "topic-permissions / " + name + " amq.topic", Tree.of(Map.of("exchange", "amq.topic", "write", "ml", "read", ".*"))));
        assertThat(it.asRoot("POST", "/v1/sys/leases/renew", Map.of("lease_id", made.text("lease_id"))).status()).isEqualTo(200);
        revoke(made.text("lease_id"));
        assertThat(broker.users).isEmpty();
        assertThat(broker.permissions).isEmpty();
    }

    @Test
    void settings_and_roles_are_read_as_they_were_written() {
        assertThat(it.asRoot("GET", "/v1/rabbitmq/config/connection", Map.of()).status()).as("a password is in it").isEqualTo(405);
        assertThat(it.asRoot("GET", "/v1/rabbitmq/config/lease", Map.of()).status()).isEqualTo(404);
        it.asRoot("POST", "/v1/rabbitmq/config/lease", Map.of("ttl", "1h"));
        assertThat(it.asRoot("GET", "/v1/rabbitmq/config/lease", Map.of()).part("data").members()).isEqualTo(Map.of("ttl", 3600L, "max_ttl", 0L));
        assertThat(it.asRoot("GET", "/v1/rabbitmq/roles/Train", Map.of()).part("data").members()).isEqualTo(Map.of("tags", "management",
                "vhosts", Map.of("/", Map.of("configure", "", "write", "jobs", "read", ".*"), "a/b", Map.of("configure", "", "write", "", "read", "x")),
                "vhost_topics", Map.of("/", Map.of("amq.topic", Map.of("write", "ml", "read", ".*")))));
        it.asRoot("POST", "/v1/rabbitmq/roles/bare", Map.of("tags", "monitoring"));
        assertThat(it.asRoot("GET", "/v1/rabbitmq/roles/bare", Map.of()).part("data").members()).isEqualTo(Map.of("tags", "monitoring", "vhosts", Map.of(), "vhost_topics", Map.of()));
        assertThat(it.asRoot("LIST", "/v1/rabbitmq/roles", Map.of()).part("data").members()).containsEntry("keys", List.of("Train", "bare"));
        it.asRoot("DELETE", "/v1/rabbitmq/roles/bare", Map.of());
        assertThat(it.asRoot("GET", "/v1/rabbitmq/creds/bare", Map.of()).error()).isEqualTo("unknown role: bare");
    }

    @Test
    void what_cannot_be_meant_is_refused() {
        assertThat(connect(Map.of("connection_uri", "")).error()).isEqualTo("missing connection_uri");
        assertThat(connect(Map.of("username", "")).error()).isEqualTo("missing username");
        assertThat(connect(Map.of("password", "")).error()).isEqualTo("missing password");
        assertThat(connect(Map.of("connection_uri", "amqp://broker.test")).status()).isEqualTo(400);
        assertThat(connect(Map.of("connection_uri", "http://a:b@broker.test")).status()).isEqualTo(400);
        assertThat(connect(Map.of("username_template", "{{.RoleName}}")).error()).contains("same name again");
        assertThat(connect(Map.of("password", "wrong")).error()).isEqualTo("failed to validate the connection: status 401");
        assertThat(connect(Map.of("password", "wrong", "verify_connection", false)).status()).isEqualTo(204);
        assertThat(it.asRoot("POST", "/v1/rabbitmq/roles/x", Map.of()).error()).isEqualTo("both tags and vhosts not specified");
        for (var vhosts : List.of("x", "[]", "{\"/\":\".*\"}", "{\"/\":{\"read\":1}}")) {
            assertThat(it.asRoot("POST", "/v1/rabbitmq/roles/x", Map.of("vhosts", vhosts)).error()).as(vhosts).startsWith("failed to unmarshal");
        }
        assertThat(it.asRoot("GET", "/v1/rabbitmq/roles/x", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void passwords_follow_a_policy() {
        it.asRoot("POST", "/v1/sys/policies/password/digits", Map.of("policy", "length = 12\nrule \"charset\" { charset = \"0123456789\" }"));
        connect(Map.of("password_policy", "digits", "username_template", "{{.RoleName}}-{{random 12}}"));
        assertThat(creds().part("data").text("password")).matches("[0-9]{12}");
        assertThat(creds().part("data").text("username")).matches("Train-[0-9A-Za-z]{12}");
    }

    @Test
    void nothing_is_left_when_the_broker_refuses_a_permission() {
        it.asRoot("POST", "/v1/rabbitmq/roles/Train", Map.of("vhosts", "{\"nowhere\":{}}"));
        var refused = creds();
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.error()).isEqualTo("error updating vhost permissions for nowhere - 400: vhost_or_user_not_found");
        it.runDue();
        assertThat(broker.users).isEmpty();
    }

    @Test
    void a_broker_that_is_down_is_asked_again() {
        var lease = creds().text("lease_id");
        broker.down = true;
        assertThat(revoke(lease).status()).isEqualTo(500);
        broker.down = false;
        it.clock().advance(Duration.ofMinutes(1));
        it.runDue();
        assertThat(broker.users).isEmpty();
    }

    @Test
    void nothing_is_left_wherever_the_server_dies() {
        broker.asked.clear();
        creds();
        int requests = broker.asked.size();
        assertThat(requests).as("a question, a user, three permissions").isEqualTo(5);
        for (int at = 1; at <= requests; at++) {
            for (boolean after : List.of(false, true)) {
                mount();
                way.dieAt(at, after);
                assertThatThrownBy(this::creds).isInstanceOf(FaultyOutbound.Died.class);
                settle();
                assertThat(broker.users).as("died at %s, after it %s", at, after).isEmpty();
            }
        }
    }

    @Test
    void nothing_is_left_when_the_server_dies_while_it_revokes() {
        for (boolean after : List.of(false, true)) {
            mount();
            var lease = creds().text("lease_id");
            way.dieAt(1, after);
            assertThatThrownBy(() -> revoke(lease)).isInstanceOf(FaultyOutbound.Died.class);
            settle();
            assertThat(broker.users).isEmpty();
        }
    }

    private void settle() {
        it.restart();
        it.clock().advance(Duration.ofMinutes(3));
        it.runDue();
        assertThat(it.asRoot("LIST", "/v1/sys/leases/lookup/rabbitmq/creds/Train", Map.of()).status()).isEqualTo(404);
    }
}
