package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.sdk.Storage;
import watchword.testkit.StorageOrderContract;

class CachedStorageTest extends StorageOrderContract {
    @TempDir
    Path folder = Path.of("");

    @Override
    protected Storage open() {
        return new CachedStorage(SqliteStorage.open(folder.resolve("store.db")), 1 << 16);
    }

    @Test
    void an_entry_is_decoded_once_until_it_changes() {
        try (var storage = new CachedStorage(SqliteStorage.open(folder.resolve("decoded.db")), 1 << 20)) {
            var decoded = new AtomicInteger();
            Function<byte[], String> decode = bytes -> decoded.incrementAndGet() + new String(bytes, StandardCharsets.UTF_8);
            storage.update(tx -> tx.put("k", bytes("a")));
            for (int i = 0; i < 10; i++) assertThat(storage.<Optional<String>>read(tx -> tx.get("k", decode))).contains("1a");
            storage.update(tx -> tx.put("k", bytes("b")));
            assertThat(storage.<Optional<String>>read(tx -> tx.get("k", decode))).contains("2b");
        }
    }

    /** Pairs that always change together, read from a cache too small for them while writers change and abandon them. */
    @Test
    void no_read_ever_mixes_two_moments() throws InterruptedException {
        try (var storage = new CachedStorage(SqliteStorage.open(folder.resolve("stress.db"), SqliteStorage.Durability.LOST_ON_CRASH), 6_000)) {
            int pairs = 20;
            storage.update(tx -> {
                for (int p = 0; p < pairs; p++) {
                    tx.put("l" + p, bytes("0"));
                    tx.put("r" + p, bytes("0"));
                }
            });
            try (var pool = Executors.newCachedThreadPool()) {
                var writers = IntStream.range(0, 4).mapToObj(w -> pool.submit(() -> {
                    for (int i = 0; i < 1500; i++) {
                        var pair = (i * 7 + w) % pairs;
                        var value = w + "-" + i;
                        boolean abandon = i % 5 == 0;
                        try {
                            storage.update(tx -> {
                                tx.put("l" + pair, bytes(value));
                                tx.put("r" + pair, bytes(value));
                                if (abandon) throw new IllegalStateException("abandoned");
                            });
                        } catch (IllegalStateException abandoned) {
                            assertThat(abandon).isTrue();
                        }
                    }
                    return true;
                })).toList();
                var readers = IntStream.range(0, 4).mapToObj(r -> pool.submit(() -> {
                    for (int i = 0; i < 30_000; i++) {
                        var pair = (i + r) % pairs;
                        assertThat(storage.<Boolean>read(tx -> text(tx, "l" + pair).equals(text(tx, "r" + pair)))).isTrue();
                    }
                    return true;
                })).toList();
                for (var each : writers) assertThat(each.get()).isTrue();
                for (var each : readers) assertThat(each.get()).isTrue();
            } catch (java.util.concurrent.ExecutionException failed) {
                throw new AssertionError(failed.getCause());
            }
        }
    }

}
