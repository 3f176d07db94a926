package watchword.engines;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import watchword.core.mount.EngineCatalog;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Outbound;
import watchword.testkit.TestClock;

/** Asks a whole server, as root, with one engine at the name of its type; and has the cloud that this engine asks. */
public class CloudPlayer<C extends Outbound> implements AutoCloseable {
    private static final Duration LONGER_THAN_A_TURN = Duration.ofMinutes(3);

    public final C cloud;
    public final List<Duration> pauses = new ArrayList<>();
    public final ServerPlayer server;

    /** The engine's constructor for tests. */
    public interface Making {
        /** @param pause waits */
        Engine of(EngineContext context, Outbound outbound, Consumer<Duration> pause);
    }

    public CloudPlayer(String type, Function<InstantSource, C> cloud, Making engine) {
        var clock = new TestClock();
        this.cloud = cloud.apply(clock);
        this.server = new ServerPlayer(EngineCatalog.builder().engine(type, (context, _) -> engine.of(context, this.cloud, pauses::add)).build(), clock);
        write("sys/mounts/" + type, Map.of("type", type));
    }

    public final ServerPlayer.Received write(String path, Map<String, Object> body) {
        return server.asRoot("POST", "/v1/" + path, body);
    }

    public final ServerPlayer.Received read(String path) {
        return server.asRoot("GET", "/v1/" + path, Map.of());
    }

    public final ServerPlayer.Received delete(String path) {
        return server.asRoot("DELETE", "/v1/" + path, Map.of());
    }

    public final void revoke(ServerPlayer.Received issued) {
        write("sys/leases/revoke", Map.of("lease_id", issued.text("lease_id"), "sync", true));
    }

    /** What is due is done, and once more after each pause that a failure may have made. */
    public final void later() {
        for (int i = 0; i < 8; i++) {
            server.runDue();
            server.clock().advance(LONGER_THAN_A_TURN);
        }
        server.runDue();
    }

    @Override
    public final void close() {
        server.close();
    }
}
