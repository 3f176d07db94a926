package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.sdk.Storage;
import watchword.sdk.Storage.StorageException;
import watchword.storage.FaultyStorage.AtCommit;
import watchword.testkit.Parallel;
import watchword.testkit.StorageOrderContract;

/** The contract with a cache so small that entries come and go all the time; then what is particular to it, step by step. */
class CachedStorageTest extends StorageOrderContract {
    @TempDir
    Path folder = Path.of("");

    /** What was asked of the storage below, and something to do right after it answered. */
    private final List<String> asked = new ArrayList<>();
    private Runnable afterGet = () -> {};
    private final Storage cached = new CachedStorage(new WatchedStorage(new MemoryStorage(), this::answered), 1 << 20);

    @Override
    protected Storage open() {
        return new CachedStorage(SqliteStorage.open(folder.resolve("store.db")), 1 << 14);
    }

    private void answered(String key) {
        asked.add(key);
        afterGet.run();
    }

    private void setBoth(String value) {
        cached.update(tx -> {
            tx.put("left", bytes(value));
            tx.put("right", bytes(value));
        });
    }

    private void forget() {
        ((CachedStorage) cached).clear();
        asked.clear();
    }

    @Test
    void what_was_read_once_is_not_asked_for_again_whoever_writes_it() {
        setBoth("1");
        for (int i = 0; i < 3; i++) assertThat(get(cached, "left") + get(cached, "right") + get(cached, "none")).isEqualTo("11none");
        assertThat(asked).containsExactly("left", "right", "none");
        cached.update(tx -> {
            tx.delete("left");
            tx.put("right", bytes("2"));
            tx.put("none", bytes("3"));
        });
        assertThat(get(cached, "left") + get(cached, "right") + get(cached, "none")).isEqualTo("none23");
        assertThat(asked).containsExactly("left", "right", "none");
    }

    @Test
    void what_nobody_has_read_does_not_push_out_what_somebody_did() {
        setBoth("1");
        assertThat(get(cached, "left")).isEqualTo("1");
        for (int i = 0; i < 2000; i++) {
            int n = i;
            cached.update(tx -> tx.put("new" + n, new byte[1000]));
        }
        asked.clear();
        assertThat(get(cached, "left")).isEqualTo("1");
        assertThat(asked).isEmpty();
    }

    @Test
    void what_a_writer_reads_is_asked_for_once() {
        setBoth("1");
        forget();
        for (int i = 0; i < 3; i++) cached.update(tx -> assertThat(text(tx, "left")).isEqualTo("1"));
        assertThat(get(cached, "left")).isEqualTo("1");
        assertThat(asked).containsExactly("left");
    }

    @Test
    void a_cold_entry_does_not_cost_the_hot_ones_beside_it() {
        setBoth("1");
        forget();
        assertThat(get(cached, "left")).isEqualTo("1");
        assertThat(cached.<String>read(tx -> text(tx, "left") + text(tx, "right") + text(tx, "left"))).isEqualTo("111");
        assertThat(asked).containsExactly("left", "right");
    }

    @Test
    void an_entry_is_decoded_once_until_it_changes() {
        var decoded = new AtomicInteger();
        Function<byte[], String> decode = bytes -> decoded.incrementAndGet() + new String(bytes, StandardCharsets.UTF_8);
        cached.update(tx -> tx.put("k", bytes("a")));
        for (int i = 0; i < 10; i++) assertThat(cached.<Optional<String>>read(tx -> tx.get("k", decode))).contains("1a");
        cached.update(tx -> assertThat(tx.get("k", decode)).contains("1a"));
        cached.update(tx -> tx.put("k", bytes("b")));
        assertThat(cached.<Optional<String>>read(tx -> tx.get("k", decode))).contains("2b");
        Function<byte[], Integer> length = bytes -> bytes.length;
        assertThat(cached.<Optional<Integer>>read(tx -> tx.get("k", length))).contains(1);
    }

    /** The reader has its answer in hand when the entry changes; what it then puts into the cache would be old. */
    @Test
    void an_answer_that_was_overtaken_is_not_kept() {
        setBoth("1");
        forget();
        afterGet = once(() -> setBoth("2"));
        assertThat(get(cached, "left")).isEqualTo("1"); // it was the value when the read began
        assertThat(get(cached, "left")).isEqualTo("2");
    }

    /** As above, but the change has not ended: its commit may come at any moment. */
    @Test
    void an_answer_during_a_change_is_not_kept() {
        setBoth("1");
        forget();
        cached.update(tx -> {
            tx.put("left", bytes("2"));
            Parallel.elsewhere(() -> assertThat(get(cached, "left")).isEqualTo("1"));
        });
        assertThat(get(cached, "left")).isEqualTo("2");
    }

    /** On its snapshot a read may use the cache, but not for what changed after the snapshot. */
    @Test
    void a_snapshot_takes_nothing_newer_from_the_cache() {
        setBoth("1");
        forget();
        assertThat(get(cached, "left")).isEqualTo("1");
        afterGet = once(() -> setBoth("2"));
        assertThat(cached.<String>read(tx -> text(tx, "right") + text(tx, "left"))).isEqualTo("11");
        assertThat(get(cached, "left") + get(cached, "right")).isEqualTo("22");
    }

    @Test
    void a_change_that_was_abandoned_leaves_the_old_entry() {
        setBoth("1");
        assertThatThrownBy(() -> cached.update(tx -> {
            tx.put("left", bytes("2"));
            throw new IllegalArgumentException("abandoned");
        })).hasMessage("abandoned");
        assertThat(get(cached, "left")).isEqualTo("1");
        assertThat(asked).containsExactly("left");
    }

    @Test
    void a_value_that_was_refused_is_not_kept_though_the_work_went_on() {
        setBoth("1");
        cached.update(tx -> {
            assertThatThrownBy(() -> tx.put("left", new byte[Storage.MAX_VALUE_BYTES + 1])).isInstanceOf(StorageException.class);
            tx.put("right", bytes("2"));
        });
        assertThat(get(cached, "left") + get(cached, "right")).isEqualTo("12");
    }

    @Test
    void after_an_unknown_outcome_the_store_is_asked() {
        var below = new MemoryStorage();
        var storage = new CachedStorage(new FaultyStorage(below, 5, AtCommit.WRITTEN_BUT_UNACKNOWLEDGED), 1 << 20);
        storage.update(tx -> tx.put("k", bytes("1"))); // put, commit
        assertThat(get(storage, "k")).isEqualTo("1"); // asked for once, then in the cache
        assertThatThrownBy(() -> storage.update(tx -> tx.put("k", bytes("2")))).isInstanceOf(StorageException.class).hasMessageContaining("commit");
        assertThatThrownBy(() -> get(storage, "k")).isInstanceOf(StorageException.class).hasMessageContaining("get");
        assertThat(get(below, "k")).isEqualTo("2");
    }

    @Test
    void a_work_that_catches_everything_gets_the_truth_all_the_same() {
        setBoth("1");
        forget();
        assertThat(cached.<String>read(tx -> {
            try {
                return text(tx, "left");
            } catch (Throwable everything) {
                return "swallowed";
            }
        })).isEqualTo("1");
    }

    private static Runnable once(Runnable work) {
        var left = new AtomicInteger(1);
        return () -> {
            if (left.getAndDecrement() > 0) Parallel.elsewhere(work);
        };
    }
}
