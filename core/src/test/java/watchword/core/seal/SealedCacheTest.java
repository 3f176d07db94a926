package watchword.core.seal;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import watchword.core.Server;
import watchword.core.TestServer;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.sys.ServerInfo;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.storage.CachedStorage;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** A cache holds entries in clear, so sealing empties it. */
final class SealedCacheTest {
    private static final Secret ROOT = Secret.copyOf("root-of-the-test");

    @Test
    void sealing_empties_it() {
        var clock = new TestClock();
        var caches = new ArrayList<CachedStorage>();
        var info = new ServerInfo("0", "1.18.5", "test", "id", "memory", "http://127.0.0.1", clock.instant(), Duration.ofHours(1), Duration.ofHours(1));
        var options = new Server.Options(info, EngineCatalog.builder().build(), TestServer.seal(), Optional.empty(), List.of(), barrier -> {
            var cache = new CachedStorage(barrier, 1 << 20);
            caches.add(cache);
            return cache;
        });
        var server = new Server(new MemoryStorage(), options, new SecureRandom(), clock);
        server.initialize(TestServer.init(), Optional.of(ROOT));
        assertThat(ask(server)).isEqualTo(200);
        var cache = caches.getLast();
        assertThat(cache.isEmpty()).isFalse();

        server.seal();

        assertThat(cache.isEmpty()).isTrue();
        assertThat(ask(server)).isEqualTo(503);
    }

    private static int ask(Server server) {
        return server.serve(new Request("id", Operation.READ, new RequestPath("auth/token/lookup-self"), Map.of(), false, Optional.of(ROOT), Optional.empty(), Map.of(),
                new Peer("127.0.0.1", 1, List.of()))).status();
    }
}
