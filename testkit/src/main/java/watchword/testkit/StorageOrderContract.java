package watchword.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.sdk.Storage;
import watchword.sdk.Storage.Entry;
import watchword.sdk.Storage.Reader;
import watchword.sdk.Storage.Writer;

/** The laws of {@link StorageContract}, and those of order and paging, against a model: a map sorted by the bytes of its keys. */
public abstract class StorageOrderContract extends StorageContract {
    /** Names that a pattern, a collation, a path or UTF-16 order would treat in another way than as bytes. */
    private static final List<String> NAMES = List.of("a", "ab", "A", "b", "%", "_", "*", "?", "'", "\\", ".", "..", "0", "~", " ", "\0", "\u007f", "ü", "\ue000",
            "\ufffd", "\ud83d\ude00", "\udbff\udfff", "z");

    private static NavigableMap<String, String> model() {
        return new TreeMap<>((left, right) -> Arrays.compareUnsigned(bytes(left), bytes(right)));
    }

    private static String pick(RandomGenerator random) {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private static String key(RandomGenerator random) {
        var key = new StringBuilder(pick(random));
        for (int depth = random.nextInt(4); depth > 0; depth--) key.append('/').append(random.nextInt(20) == 0 ? "" : pick(random));
        return key.toString();
    }

    @Test
    public void it_answers_as_a_sorted_map_would() {
        try (var storage = open()) {
            Property.holds(cases(), random -> {
                var model = model();
                storage.update(tx -> clear(tx));
                for (int i = 0; i < 12; i++) {
                    change(storage, model, random);
                    compare(storage, model, random);
                }
            });
        }
    }

    /** How many random histories are tried; each is a dozen transactions. */
    protected int cases() {
        return 25;
    }

    private static void clear(Writer tx) {
        for (var old : tx.scan("", "", 100_000)) tx.delete(old.key());
    }

    private static void change(Storage storage, NavigableMap<String, String> model, RandomGenerator random) {
        var next = model();
        var seed = random.nextLong();
        boolean abandon = random.nextInt(4) == 0;
        try {
            storage.update(tx -> {
                next.clear();
                next.putAll(model);
                var again = new java.util.SplittableRandom(seed);
                for (int n = again.nextInt(20); n > 0; n--) {
                    var key = key(again);
                    if (again.nextInt(4) == 0) {
                        next.remove(key);
                        tx.delete(key);
                    } else {
                        next.put(key, "v" + n);
                        tx.put(key, bytes("v" + n));
                    }
                }
                agree(tx, next, again);
                if (abandon) throw new IllegalArgumentException("abandoned");
            });
            model.clear();
            model.putAll(next);
        } catch (IllegalArgumentException abandoned) {
            if (!abandon) throw abandoned;
        }
    }

    private static void compare(Storage storage, NavigableMap<String, String> model, RandomGenerator random) {
        var seed = random.nextLong();
        storage.read(tx -> {
            agree(tx, model, new java.util.SplittableRandom(seed));
            return true;
        });
    }

    private static void agree(Reader tx, NavigableMap<String, String> model, RandomGenerator random) {
        for (int i = 0; i < 5; i++) {
            var key = key(random);
            assertThat(text(tx, key)).isEqualTo(model.getOrDefault(key, "none"));
        }
        var prefix = random.nextInt(3) == 0 ? "" : pick(random) + "/";
        assertThat(pagesOfNames(tx, prefix, random.nextInt(1, 9))).isEqualTo(names(model, prefix));
        var anyPrefix = random.nextBoolean() ? prefix : key(random);
        assertThat(pagesOfEntries(tx, anyPrefix, random.nextInt(1, 9))).isEqualTo(entries(model, anyPrefix, ""));
        var after = key(random);
        assertThat(tx.scan(anyPrefix, after, 1000).stream().map(Entry::key).toList()).isEqualTo(entries(model, anyPrefix, after));
        var afterName = pick(random);
        assertThat(tx.list(prefix, afterName, 1000)).isEqualTo(names(model, prefix).stream().filter(name -> isAfter(name, afterName)).toList());
        assertThat(tx.list(prefix, "", 0)).isEmpty();
        assertThat(tx.scan(prefix, "", 0)).isEmpty();
    }

    private static boolean isAfter(String left, String right) {
        return Arrays.compareUnsigned(bytes(left), bytes(right)) > 0;
    }

    private static List<String> pagesOfNames(Reader tx, String prefix, int size) {
        var all = new ArrayList<String>();
        while (true) {
            var page = tx.list(prefix, all.isEmpty() ? "" : all.getLast(), size);
            assertThat(page.size()).isLessThanOrEqualTo(size);
            if (page.isEmpty()) return all;
            all.addAll(page);
        }
    }

    private static List<String> pagesOfEntries(Reader tx, String prefix, int size) {
        var all = new ArrayList<String>();
        while (true) {
            var page = tx.scan(prefix, all.isEmpty() ? "" : all.getLast(), size);
            assertThat(page.size()).isLessThanOrEqualTo(size);
            if (page.isEmpty()) return all;
            for (var entry : page) {
                all.add(entry.key());
                assertThat(tx.get(entry.key()).orElseThrow()).isEqualTo(entry.value());
            }
        }
    }

    private static List<String> names(NavigableMap<String, String> model, String prefix) {
        return model.keySet().stream().filter(key -> key.startsWith(prefix) && key.length() > prefix.length()).map(key -> {
            int slash = key.indexOf('/', prefix.length());
            return key.substring(prefix.length(), slash < 0 ? key.length() : slash + 1);
        }).distinct().toList();
    }

    private static List<String> entries(NavigableMap<String, String> model, String prefix, String after) {
        return model.keySet().stream().filter(key -> key.startsWith(prefix) && (after.isEmpty() || isAfter(key, after))).toList();
    }

    @Test
    public void a_folder_costs_one_name_however_much_is_below() {
        try (var storage = open()) {
            storage.update(tx -> {
                for (int i = 0; i < 900; i++) tx.put("top/" + i % 30 + "/key/" + i, bytes("x"));
                tx.put("top/plain", bytes("x"));
                tx.put("topmost", bytes("x"));
            });
            assertThat(storage.<List<String>>read(tx -> tx.list("top/", "", 1000))).hasSize(31).startsWith("0/", "1/", "10/").endsWith("plain");
            assertThat(storage.<List<String>>read(tx -> tx.list("top/", "1/", 2))).containsExactly("10/", "11/");
            assertThat(storage.<List<String>>read(tx -> tx.list("", "", 1000))).containsExactly("top/", "topmost");
        }
    }
}
