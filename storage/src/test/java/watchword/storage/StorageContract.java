package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.sdk.Storage;
import watchword.sdk.Storage.StorageException;
import watchword.testkit.Property;

/** What every storage promises. */
abstract class StorageContract {
    private Storage storage = new MemoryStorage();

    /** An empty one. */
    abstract Storage open();

    /** The same one, after it was closed. */
    abstract Storage reopen();

    @BeforeEach
    void given_a_storage() {
        storage = open();
    }

    @AfterEach
    void close() {
        storage.close();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void put(String key, String value) {
        storage.update(tx -> tx.put(key, bytes(value)));
    }

    private String get(String key) {
        return storage.<Optional<byte[]>>read(tx -> tx.get(key)).map(value -> new String(value, StandardCharsets.UTF_8)).orElse("none");
    }

    @Test
    void what_a_write_returned_from_survives_reopening() {
        put("a", "1");
        put("a", "2");
        put("b/c", "3");
        storage.update(tx -> tx.delete("b/c"));
        storage.close();
        storage = reopen();
        assertThat(get("a")).isEqualTo("2");
        assertThat(get("b/c")).isEqualTo("none");
    }

    @Test
    void a_thrown_lambda_changes_nothing_and_is_thrown_on() {
        put("a", "1");
        var thrown = new IllegalArgumentException("mine");
        assertThatThrownBy(() -> storage.update(tx -> {
            tx.put("a", bytes("2"));
            tx.put("b", bytes("2"));
            throw thrown;
        })).isSameAs(thrown);
        assertThat(get("a") + get("b")).isEqualTo("1none");
        put("c", "3");
        assertThat(get("c")).isEqualTo("3");
    }

    @Test
    void a_writer_sees_its_own_writes_and_nobody_else_before_the_end() {
        storage.update(tx -> {
            tx.put("f/a", bytes("1"));
            assertThat(tx.get("f/a")).isPresent();
            assertThat(tx.list("f/", "", 10)).containsExactly("a");
            tx.delete("f/a");
            assertThat(tx.get("f/a")).isEmpty();
            tx.put("f/b", bytes("1"));
        });
        assertThat(storage.<List<String>>read(tx -> tx.list("f/", "", 10))).containsExactly("b");
    }

    @Test
    void many_at_once_lose_nothing() throws InterruptedException {
        put("n", "0");
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            pool.invokeAll(IntStream.range(0, 200).<java.util.concurrent.Callable<Boolean>>mapToObj(i -> () -> storage.write(tx -> {
                tx.put("n", bytes(String.valueOf(1 + Integer.parseInt(new String(tx.get("n").orElseThrow(), StandardCharsets.UTF_8)))));
                return true;
            })).toList());
        }
        assertThat(get("n")).isEqualTo("200");
    }

    @Test
    void a_reader_sees_one_moment() throws InterruptedException {
        storage.update(tx -> {
            tx.put("left", bytes("0"));
            tx.put("right", bytes("0"));
        });
        try (var pool = Executors.newCachedThreadPool()) {
            var writers = pool.submit(() -> {
                for (int i = 1; i < 300; i++) {
                    var value = String.valueOf(i);
                    storage.update(tx -> {
                        tx.put("left", bytes(value));
                        tx.put("right", bytes(value));
                    });
                }
            });
            var readers = IntStream.range(0, 4).mapToObj(_ -> pool.submit(() -> {
                int seen = 0;
                while (!writers.isDone() || seen == 0) {
                    var pair = storage.read(tx -> List.of(new String(tx.get("left").orElseThrow(), StandardCharsets.UTF_8), tx.scan("right", "", 1).getFirst(),
                            new String(tx.get("right").orElseThrow(), StandardCharsets.UTF_8)));
                    assertThat(pair.get(0)).isEqualTo(pair.get(2));
                    assertThat(new String(((Storage.Entry) pair.get(1)).value(), StandardCharsets.UTF_8)).isEqualTo(pair.get(0));
                    var again = storage.read(tx -> List.of(new String(tx.get("right").orElseThrow(), StandardCharsets.UTF_8), new String(tx.get("left").orElseThrow(), StandardCharsets.UTF_8)));
                    assertThat(again.get(0)).isEqualTo(again.get(1));
                    seen++;
                }
                return seen;
            })).toList();
            for (var reader : readers) assertThat(reader.state()).isNotNull();
            for (var reader : readers) {
                try {
                    assertThat(reader.get()).isPositive();
                } catch (java.util.concurrent.ExecutionException failed) {
                    throw new AssertionError(failed.getCause());
                }
            }
        }
    }

    @Test
    void it_lists_and_scans_as_a_sorted_map_would() {
        Property.holds(15, random -> {
            var model = new TreeMap<String, String>();
            var alphabet = new String[] {"a", "b", "ab", "%", "_", "*", "ü", "z", "0", "A"};
            storage.update(tx -> {
                for (var old : tx.scan("t/", "", 10_000)) tx.delete(old.key());
                for (int i = 0; i < 60; i++) {
                    var key = new StringBuilder("t");
                    for (int s = random.nextInt(1, 4); s > 0; s--) key.append('/').append(alphabet[random.nextInt(alphabet.length)]);
                    model.put(key.toString(), "v" + i);
                    tx.put(key.toString(), bytes("v" + i));
                }
            });
            assertThat(storage.<List<Storage.Entry>>read(tx -> tx.scan("t/", "", 10_000)).stream().map(Storage.Entry::key).toList()).isEqualTo(List.copyOf(model.keySet()));
            var names = new ArrayList<String>();
            for (var after = ""; ; after = names.getLast()) {
                var from = after;
                var page = storage.<List<String>>read(tx -> tx.list("t/", from, 2));
                if (page.isEmpty()) break;
                names.addAll(page);
            }
            var expected = model.keySet().stream().map(key -> key.substring(2)).map(rest -> rest.contains("/") ? rest.substring(0, rest.indexOf('/') + 1) : rest).distinct().sorted().toList();
            assertThat(names).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
        });
    }

    @Test
    void what_is_too_large_is_refused_and_changes_nothing() {
        assertThatThrownBy(() -> put("", "x")).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> put("k".repeat(Storage.MAX_KEY_BYTES + 1), "x")).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> storage.update(tx -> tx.put("k", new byte[Storage.MAX_VALUE_BYTES + 1]))).isInstanceOf(StorageException.class);
        put("k".repeat(1000), "x");
        assertThat(get("k")).isEqualTo("none");
    }

    @Test
    void a_closed_storage_refuses() {
        storage.close();
        assertThatThrownBy(() -> put("a", "1")).isInstanceOf(StorageException.class);
        storage = reopen();
    }
}
