package watchword.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import watchword.core.request.Request;
import watchword.core.request.RequestHead;
import watchword.core.request.RequestPath;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/** Number 149 of the vulnerability list: whatever differs from request to request, nothing remembers it for ever. */
class BoundedMemoryTest {
    private static final int WARM = 100_000;
    private static final int REQUESTS = 1_000_000;
    /** What the machine itself still makes meanwhile, compiled code's bookkeeping for one. */
    private static final long NOISE = 2L << 20;

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static void ask(TestServer it, Secret root, int i) {
        var address = "10." + (i >> 16 & 255) + "." + (i >> 8 & 255) + "." + (i & 255);
        var peer = new Peer(address, i & 0xffff, List.of());
        var path = new RequestPath(switch (i & 3) {
            case 0 -> "toy/none/" + i;
            case 1 -> "mount" + i + "/x";
            case 2 -> "auth/none" + i + "/login";
            default -> "sys/policies/acl/none" + i;
        });
        it.server.enter(new RequestHead(Operation.READ, path, peer));
        var token = (i & 4) == 0 ? root : Secret.copyOf("hvs.unknown" + i);
        it.server.serve(new Request("id" + i, (i & 8) == 0 ? Operation.READ : Operation.LIST, path, Map.of("field" + i, "x"), false, Optional.of(token), Optional.empty(), Map.of("header" + i, List.of("x")), peer));
    }

    @Test
    void a_million_distinct_requests_leave_the_heap_as_it_was() {
        try (var it = TestServer.start()) {
            it.write(it.root, "sys/mounts/toy", "type", "toy");
            it.write(it.root, "sys/quotas/rate-limit/q", "rate", 1000);
            var root = Secret.copyOf(it.root);
            // The table of clients and the caches fill up first: they are bounded, not empty.
            for (int i = 0; i < WARM; i++) ask(it, root, i);
            long before = used();
            for (int i = WARM; i < WARM + REQUESTS; i++) ask(it, root, i);
            long after = used();

            assertThat(after).as("bytes in use, %d before", before).isLessThan(before + before / 20 + NOISE);
        }
    }
}
