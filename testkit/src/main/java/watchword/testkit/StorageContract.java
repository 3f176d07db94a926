package watchword.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import watchword.sdk.Storage;
import watchword.sdk.Storage.Entry;
import watchword.sdk.Storage.Reader;
import watchword.sdk.Storage.StorageException;

/**
 * What every {@link Storage} promises, decorated or not: extend it and say how to open one. The laws of order and paging are in {@link
 * StorageOrderContract}.
 */
public abstract class StorageContract {

    /** Opens the storage of this test: empty at first, then as it was left when it was closed. */
    protected abstract Storage open();

    /** Whether {@link #open} finds again what was written; a storage in memory does not. */
    protected boolean isKept() {
        return true;
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    protected static String text(Reader tx, String key) {
        return tx.get(key).map(value -> new String(value, StandardCharsets.UTF_8)).orElse("none");
    }

    protected static void put(Storage storage, String key, String value) {
        storage.update(tx -> tx.put(key, bytes(value)));
    }

    protected static String get(Storage storage, String key) {
        return storage.read(tx -> text(tx, key));
    }

    @Test
    public void what_a_write_returned_from_survives_reopening() {
        try (var storage = open()) {
            put(storage, "a", "1");
            put(storage, "a", "2");
            put(storage, "b/c", "3");
            put(storage, "empty", "");
            storage.update(tx -> tx.delete("b/c"));
        }
        try (var again = open()) {
            if (!isKept()) {
                assertThat(again.<List<Entry>>read(tx -> tx.scan("", "", 9))).isEmpty();
                return;
            }
            assertThat(get(again, "a")).isEqualTo("2");
            assertThat(get(again, "empty")).isEmpty();
            assertThat(get(again, "b/c")).isEqualTo("none");
        }
    }

    @Test
    public void a_thrown_lambda_changes_nothing_and_what_it_threw_is_thrown_on_unchanged() {
        try (var storage = open()) {
            put(storage, "a", "1");
            for (Throwable thrown : List.of(new IllegalArgumentException("mine"), new AssertionError("mine"), new StorageException("mine", false, null))) {
                assertThatThrownBy(() -> storage.update(tx -> {
                    tx.put("a", bytes("2"));
                    tx.put("b", bytes("2"));
                    tx.delete("a");
                    throwOn(thrown);
                })).isSameAs(thrown);
                assertThat(get(storage, "a") + get(storage, "b")).isEqualTo("1none");
                assertThatThrownBy(() -> storage.read(tx -> {
                    assertThat(text(tx, "a")).isEqualTo("1");
                    throwOn(thrown);
                    return true;
                })).isSameAs(thrown);
            }
            put(storage, "c", "3");
            assertThat(get(storage, "c")).isEqualTo("3");
        }
    }

    private static void throwOn(Throwable thrown) {
        if (thrown instanceof Error error) throw error;
        throw (RuntimeException) thrown;
    }

    @Test
    public void a_transaction_that_throws_leaves_those_beside_it_alone() {
        try (var storage = open()) {
            Parallel.onVirtualThreads(60, i -> {
                try {
                    storage.update(tx -> {
                        tx.put("k/" + i, bytes("x"));
                        tx.put("shared", bytes("by " + i));
                        if (i % 3 == 0) throw new Abandoned();
                    });
                } catch (Abandoned expected) {
                    assertThat(i % 3).isZero();
                }
            });
            var expected = IntStream.range(0, 60).filter(i -> i % 3 != 0).mapToObj(String::valueOf).sorted().toList();
            assertThat(storage.<List<String>>read(tx -> tx.list("k/", "", 100))).isEqualTo(expected);
            assertThat(Integer.parseInt(get(storage, "shared").substring(3)) % 3).isNotZero();
        }
    }

    /** Thrown by a transaction that wants to be undone. */
    @SuppressWarnings("serial")
    private static final class Abandoned extends RuntimeException {}

    @Test
    public void a_writer_sees_its_own_writes_and_nobody_else_does_before_the_end() {
        try (var storage = open()) {
            put(storage, "f/old", "1");
            storage.update(tx -> {
                tx.put("f/a", bytes("1"));
                tx.delete("f/old");
                assertThat(text(tx, "f/a") + text(tx, "f/old")).isEqualTo("1none");
                assertThat(tx.list("f/", "", 10)).containsExactly("a");
                assertThat(tx.scan("f/", "", 10)).extracting(Entry::key).containsExactly("f/a");
                Parallel.elsewhere(() -> assertThat(get(storage, "f/a") + get(storage, "f/old")).isEqualTo("none1"));
                tx.put("f/a", bytes("2"));
                assertThat(text(tx, "f/a")).isEqualTo("2");
                tx.delete("f/a");
                assertThat(text(tx, "f/a")).isEqualTo("none");
                assertThat(tx.list("f/", "", 10)).isEmpty();
                tx.put("f/b", bytes("1"));
            });
            assertThat(storage.<List<String>>read(tx -> tx.list("f/", "", 10))).containsExactly("b");
        }
    }

    @Test
    public void a_value_is_what_its_decoder_makes_of_it() {
        try (var storage = open()) {
            put(storage, "n", "41");
            java.util.function.Function<byte[], Integer> number = value -> Integer.valueOf(new String(value, StandardCharsets.UTF_8));
            for (int i = 0; i < 3; i++) assertThat(storage.<Integer>read(tx -> tx.get("n", number).orElse(0))).isEqualTo(41);
            storage.update(tx -> {
                tx.put("n", bytes("42"));
                assertThat(tx.get("n", number)).contains(42);
            });
            assertThat(storage.<Integer>read(tx -> tx.get("n", number).orElse(0))).isEqualTo(42);
            assertThat(storage.<Integer>read(tx -> tx.get("m", number).orElse(0))).isZero();
        }
    }

    @Test
    public void many_increments_at_once_lose_nothing() {
        try (var storage = open()) {
            Parallel.onVirtualThreads(40, _ -> {
                for (int i = 0; i < 5; i++) storage.update(tx -> tx.put("n", bytes(String.valueOf(1 + number(text(tx, "n"))))));
            });
            assertThat(get(storage, "n")).isEqualTo("200");
        }
    }

    private static int number(String text) {
        return text.equals("none") ? 0 : Integer.parseInt(text);
    }

    /** Whatever it looks at after its first look, the same moment is seen, though a write came between. */
    @Test
    public void a_reader_sees_one_moment() {
        try (var storage = open()) {
            for (var first : Look.values()) {
                for (var second : Look.values()) {
                    for (boolean warm : new boolean[] {false, true}) {
                        var folder = first + "-" + second + warm + "/";
                        set(storage, folder, "0");
                        if (warm) storage.read(tx -> text(tx, folder + "left") + text(tx, folder + "right"));
                        assertThat(lookTwice(storage, folder, first, second)).isIn("00", "11");
                        assertThat(storage.<String>read(tx -> first.at(tx, folder) + second.at(tx, folder))).isEqualTo("11");
                    }
                }
            }
        }
    }

    private enum Look {
        LEFT,
        RIGHT,
        LIST,
        SCAN;

        String at(Reader tx, String folder) {
            return switch (this) {
                case LEFT -> text(tx, folder + "left");
                case RIGHT -> text(tx, folder + "right");
                case LIST -> tx.list(folder, "", 10).contains("marker1") ? "1" : "0";
                case SCAN -> new String(tx.scan(folder, folder + "l", 1).getFirst().value(), StandardCharsets.UTF_8);
            };
        }
    }

    private static void set(Storage storage, String folder, String value) {
        storage.update(tx -> {
            tx.put(folder + "left", bytes(value));
            tx.put(folder + "right", bytes(value));
            tx.put(folder + "marker" + value, bytes(value));
        });
    }

    private static String lookTwice(Storage storage, String folder, Look first, Look second) {
        var done = new AtomicBoolean();
        return storage.read(tx -> {
            var seen = first.at(tx, folder);
            if (done.compareAndSet(false, true)) Parallel.elsewhere(() -> set(storage, folder, "1"));
            return seen + second.at(tx, folder);
        });
    }

    /** Two entries always change together, by writers that sometimes give up; and so does the order in which they are listed. */
    @Test
    public void readers_and_writers_at_once_never_mix_two_moments() {
        try (var storage = open()) {
            storage.update(tx -> {
                tx.put("p/left", bytes("0"));
                tx.put("p/right", bytes("0"));
            });
            Parallel.onPlatformThreads(4, i -> {
                for (int n = 0; n < 60; n++) {
                    if (i < 2) change(storage, i + "-" + n, n % 4 == 0);
                    else assertThat(storage.<List<String>>read(StorageContract::threeLooks)).satisfies(seen -> assertThat(Collections.frequency(seen, seen.getFirst())).isEqualTo(4));
                }
            });
        }
    }

    private static void change(Storage storage, String value, boolean abandon) {
        try {
            storage.update(tx -> {
                tx.put("p/left", bytes(value));
                tx.put("p/right", bytes(value));
                if (abandon) throw new Abandoned();
            });
        } catch (Abandoned expected) {
            assertThat(abandon).isTrue();
        }
    }

    private static List<String> threeLooks(Reader tx) {
        var seen = new ArrayList<>(List.of(text(tx, "p/right"), text(tx, "p/left")));
        for (var entry : tx.scan("p/", "", 5)) seen.add(new String(entry.value(), StandardCharsets.UTF_8));
        return seen;
    }

    @Test
    public void a_write_inside_a_write_is_refused() {
        try (var storage = open()) {
            assertThatThrownBy(() -> storage.update(tx -> storage.update(inner -> inner.put("a", bytes("1"))))).isInstanceOf(IllegalStateException.class);
            assertThat(get(storage, "a")).isEqualTo("none");
            put(storage, "a", "2");
            assertThat(get(storage, "a")).isEqualTo("2");
        }
    }

    @Test
    public void what_is_too_large_is_refused_and_changes_nothing() {
        try (var storage = open()) {
            var longest = "k".repeat(Storage.MAX_KEY_BYTES);
            for (var key : List.of("", longest + "k", "ü".repeat(Storage.MAX_KEY_BYTES / 2) + "k", "lone \ud800 surrogate", "\udc00")) {
                assertThatThrownBy(() -> put(storage, key, "x")).isInstanceOf(StorageException.class);
                assertThatThrownBy(() -> get(storage, key)).isInstanceOf(StorageException.class);
                assertThatThrownBy(() -> storage.update(tx -> tx.delete(key))).isInstanceOf(StorageException.class);
            }
            assertThatThrownBy(() -> storage.update(tx -> {
                tx.put("before", bytes("x"));
                tx.put("k", new byte[Storage.MAX_VALUE_BYTES + 1]);
            })).isInstanceOf(StorageException.class);
            assertThat(storage.<List<Entry>>read(tx -> tx.scan("", "", 9))).isEmpty();
            put(storage, longest, "x");
            assertThat(get(storage, longest)).isEqualTo("x");
        }
    }

    @Test
    public void the_largest_value_is_kept_whole() {
        var largest = new byte[Storage.MAX_VALUE_BYTES - headroom()];
        new java.util.Random(42).nextBytes(largest);
        try (var storage = open()) {
            storage.update(tx -> tx.put("large", largest));
            assertThat(storage.<byte[]>read(tx -> tx.get("large").orElse(new byte[0]))).isEqualTo(largest);
        }
    }

    /** Bytes that this storage adds to a value, as encryption does. */
    protected int headroom() {
        return 0;
    }

    @Test
    public void a_closed_storage_refuses() {
        var storage = open();
        put(storage, "a", "1");
        assertThat(get(storage, "a")).isEqualTo("1");
        storage.close();
        storage.close();
        List<Supplier<Object>> uses = List.of(() -> get(storage, "a"), () -> storage.<List<String>>read(tx -> tx.list("", "", 1)), () -> storage.write(tx -> {
            tx.put("a", bytes("2"));
            return true;
        }));
        for (var use : uses) assertThatThrownBy(use::get).isInstanceOf(StorageException.class).hasMessageContaining("closed");
    }
}
