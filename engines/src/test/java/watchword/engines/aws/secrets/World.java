package watchword.engines.aws.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.testkit.TestClock;

/** A server with the engine at {@code aws/}, and the cloud that it asks. */
final class World implements AutoCloseable {
    /** The server dies: nothing of it runs on, and nothing is tidied up. */
    static final class Died extends Error {}

    private static final Duration LONGER_THAN_A_TURN = Duration.ofMinutes(3);

    final PretendedCloud cloud;
    final List<Duration> pauses = new ArrayList<>();
    final ServerPlayer server;

    World() {
        var clocks = new ArrayList<TestClock>();
        this.cloud = new PretendedCloud(() -> clocks.isEmpty() ? new TestClock().instant() : clocks.getFirst().instant());
        this.server = new ServerPlayer(EngineCatalog.builder().engine("aws", (context, mount) -> new AwsEngine(context, cloud, pauses::add)).build());
        clocks.add(server.clock());
        write("sys/mounts/aws", Map.of("type", "aws"));
        write("aws/config/root", Map.of("access_key", PretendedCloud.ROOT_KEY, "secret_key", "root-secret", "iam_endpoint", "https://iam.test", "sts_endpoint", "https://sts.test"));
    }

    ServerPlayer.Received write(String path, Map<String, Object> body) {
        return server.asRoot("POST", "/v1/" + path, body);
    }

    ServerPlayer.Received read(String path) {
        return server.asRoot("GET", "/v1/" + path, Map.of());
    }

    ServerPlayer.Received delete(String path) {
        return server.asRoot("DELETE", "/v1/" + path, Map.of());
    }

    void role(String name, Object... fields) {
        var body = new HashMap<String, Object>();
        for (int i = 0; i < fields.length; i += 2) body.put(String.valueOf(fields[i]), fields[i + 1]);
        var written = write("aws/roles/" + name, body);
        assertThat(written.status()).as(String.valueOf(written.body())).isIn(200, 204);
    }

    void revoke(ServerPlayer.Received issued) {
        write("sys/leases/revoke", Map.of("lease_id", issued.text("lease_id"), "sync", true));
    }

    /** What is due is done, and once more after each pause that a failure may have made. */
    void later() {
        for (int i = 0; i < 8; i++) {
            server.runDue();
            server.clock().advance(LONGER_THAN_A_TURN);
        }
        server.runDue();
    }

    @Override
    public void close() {
        server.close();
    }
}
