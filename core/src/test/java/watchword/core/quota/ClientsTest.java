package watchword.core.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The table of counts: bounded, exact for those who have a place, and right under concurrency. */
class ClientsTest {
    private static final Limit HOUR = new Limit(1, "q", 3, 3_600_000, 0, true);

    @Test
    void a_million_addresses_take_no_more_room_than_there_is() {
        var clients = new Clients(1 << 10, 7);
        for (int i = 0; i < 1_000_000; i++) clients.take(HOUR, "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), i);

        assertThat(clients.known()).isLessThanOrEqualTo(1 << 10).isGreaterThan(900);
    }

    @Test
    void a_flood_of_others_leaves_a_client_that_is_kept_out_for_longer_its_place() {
        var clients = new Clients(1 << 10, 7);
        var blocking = new Limit(2, "q", 1, 1000, 10_000_000, true);
        clients.take(blocking, "192.0.2.1", 0);
        assertThat(clients.take(blocking, "192.0.2.1", 0).allowed()).isFalse();
        for (int i = 0; i < 100_000; i++) clients.take(HOUR, "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), 1);

        assertThat(clients.take(blocking, "192.0.2.1", 2_000_000).allowed()).isFalse();
    }

    @Test
    void a_hundred_at_once_get_exactly_what_there_is() throws Exception {
        var clients = new Clients(1 << 10, 7);
        var limit = new Limit(3, "q", 5_000, 3_600_000, 0, true);
        var let = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            clients.take(limit, "192.0.2.1", 0);
            for (int t = 0; t < 100; t++) {
                threads.execute(() -> {
                    for (int i = 0; i < 100; i++) if (clients.take(limit, "192.0.2.1", 1).allowed()) let.incrementAndGet();
                });
            }
        }
        assertThat(let.get()).isEqualTo(4_999);
    }

    @Test
    void limits_count_apart() {
        var clients = new Clients(1 << 10, 7);
        var other = new Limit(9, "q", 3, 3_600_000, 0, true);
        for (int i = 0; i < 5; i++) clients.take(HOUR, "192.0.2.1", 0);

        assertThat(clients.take(HOUR, "192.0.2.1", 0).allowed()).isFalse();
        assertThat(clients.take(other, "192.0.2.1", 0).allowed()).isTrue();
    }
}
