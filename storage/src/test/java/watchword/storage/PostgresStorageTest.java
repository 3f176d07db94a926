package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Storage.StorageException;
import watchword.testkit.PostgresServer;
import watchword.testkit.StorageOrderContract;

/** Numbers 106 and 132 of the vulnerability list, besides the contract, on a real server. */
class PostgresStorageTest extends StorageOrderContract {
    private static final AtomicInteger TABLES = new AtomicInteger();
    private static PostgresServer server = PostgresServer.none();
    private final String table = "store_" + TABLES.incrementAndGet();

    @BeforeAll
    static void given_a_server() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    protected Storage open() {
        return PostgresStorage.open(Secret.copyOf(server.url()), table, Duration.ofSeconds(30));
    }

    @Test
    void a_table_name_is_a_name_and_nothing_else() {
        assertThatThrownBy(() -> PostgresStorage.open(Secret.copyOf(server.url()), "x\";drop", Duration.ofSeconds(1))).isInstanceOf(StorageException.class);
    }

    @Test
    void a_password_is_in_no_message() {
        var failure = org.assertj.core.api.Assertions.catchThrowable(
                () -> PostgresStorage.open(Secret.copyOf("postgres://nobody:canary-pg-password@127.0.0.1:1/none"), "t", Duration.ofSeconds(1)));
        for (var at = failure; at != null; at = at.getCause()) assertThat(at.toString()).doesNotContain("canary-pg-password");
        assertThat(failure).isInstanceOf(StorageException.class);
    }

    @Test
    void of_several_servers_on_a_table_one_is_alone_at_a_time() throws Exception {
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        try (var one = (PostgresStorage) open(); var other = (PostgresStorage) open(); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < 12; i++) {
                var server = i % 2 == 0 ? one : other;
                running.add(threads.submit(() -> server.alone(() -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    put(server, "k" + inside.get(), "v"); // a transaction of its own, while it is alone
                    inside.decrementAndGet();
                    return true;
                })));
            }
            for (var each : running) assertThat(each.get()).isTrue();
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void who_failed_while_alone_does_not_keep_others_out() {
        try (var one = (PostgresStorage) open(); var other = (PostgresStorage) open()) {
            assertThatThrownBy(() -> one.alone(() -> {
                throw new IllegalStateException("failed");
            })).hasMessage("failed");
            assertThat(other.<String>alone(() -> "in")).isEqualTo("in");
        }
    }
}
