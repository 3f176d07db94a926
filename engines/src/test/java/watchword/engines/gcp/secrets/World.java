package watchword.engines.gcp.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.testkit.TestClock;

/** A server with the engine at {@code gcp/}, and the cloud that it asks. */
final class World implements AutoCloseable {
    /** The server dies: nothing of it runs on, and nothing is tidied up. */
    static final class Died extends Error {}

    private static final Duration LONGER_THAN_A_TURN = Duration.ofMinutes(3);

    final PretendedGoogle google;
    final List<Duration> pauses = new ArrayList<>();
    final ServerPlayer server;

    World() {
        var clocks = new ArrayList<TestClock>();
        this.google = new PretendedGoogle(() -> clocks.isEmpty() ? new TestClock().instant() : clocks.getFirst().instant());
        this.server = new ServerPlayer(EngineCatalog.builder().engine("gcp", (context, mount) -> new GcpEngine(context, google, pauses::add)).build());
        clocks.add(server.clock());
        write("sys/mounts/gcp", Map.of("type", "gcp"));
        assertThat(write("gcp/config", Map.of("credentials", PretendedGoogle.file(PretendedGoogle.ROOT, "rootkey"), "ttl", "10m", "max_ttl", "1h")).status()).isEqualTo(204);
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

    void account(String path, Object... fields) {
        var written = write("gcp/" + path, body(fields));
        assertThat(written.status()).as(String.valueOf(written.body())).isEqualTo(204);
    }

    static Map<String, Object> body(Object... fields) {
        var body = new HashMap<String, Object>();
        body.put("service_account_email", PretendedGoogle.APP);
        for (int i = 0; i < fields.length; i += 2) body.put(String.valueOf(fields[i]), fields[i + 1]);
        return body;
    }

    void dieAfter(String step) {
        google.after = action -> {
            if (action.equals(step)) throw new Died();
        };
    }

    void dieBefore(String step) {
        google.before = action -> {
            if (action.equals(step)) throw new Died();
            return Optional.empty();
        };
    }

    void live() {
        google.after = _ -> {};
        google.before = _ -> Optional.empty();
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
