package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.engines.ServerPlayer.Received;

/** A server with the engine at {@code db/}, which can die before or after what it does in a real database. */
final class DatabasePlayer implements AutoCloseable {
    final Direct direct = new Direct();
    private final AtomicReference<String> dieAt = new AtomicReference<>("");
    final ServerPlayer server = new ServerPlayer(EngineCatalog.builder()
            .engine("database", (context, _) -> new DatabaseEngine(config -> new Faulty(Kind.of(config.pluginName()).open(config, direct, context.json()), dieAt), context)).build());

    DatabasePlayer() {
        ok(post("sys/mounts/db", Map.of("type", "database")));
    }

    void dieAt(String point) {
        dieAt.set(point);
    }

    Received post(String path, Map<String, Object> body) {
        return server.asRoot("POST", "/v1/" + path, body);
    }

    Received get(String path) {
        return server.asRoot("GET", "/v1/" + path, Map.of());
    }

    static void ok(Received received) {
        assertThat(received.status()).as(received.errors()).isIn(200, 204);
    }

    void revoke(String lease) {
        ok(post("sys/leases/revoke", Map.of("lease_id", lease, "sync", true)));
    }

    @Override
    public void close() {
        server.close();
    }
}
