package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import watchword.sdk.Storage;
import watchword.sdk.Storage.Reader;
import watchword.testkit.Parallel;

/**
 * Readers and writers at once on a cached store. Each pair of entries holds the same number, which only grows; each write that returned is
 * noted. So every read must find both numbers equal, and no smaller than what was noted before it began; and the numbers count the writes.
 */
class CacheStressTest {
    private static final int PAIRS = 12;
    private static  Integer number(byte[] bytes){return Integer.valueOf(new String(bytes, StandardCharsets.UTF_8));}

    @TempDir
    Path folder = Path.of("");

    private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(PAIRS);
    private final AtomicIntegerArray writes = new AtomicIntegerArray(PAIRS);
    private final AtomicInteger writersLeft = new AtomicInteger();

    private static String left(int pair) {
        return "pair/" + pair + "/left";
    }

    private static String right(int pair) {
        return "pair/" + pair + "/right";
    }

    /** With room for all, for about half, and for hardly any. */
    @ParameterizedTest
    @CsvSource({"memory,1000000", "memory,3000", "memory,400", "sqlite,1000000", "sqlite,3000"})
    void a_read_is_one_moment_and_not_an_old_one(String kind, long maxBytes) {
        try (var storage = new CachedStorage(kind.equals("memory") ? new MemoryStorage() : SqliteStorage.open(folder.resolve("s.db"), SqliteStorage.Durability.LOST_ON_CRASH), maxBytes)) {
            storage.update(tx -> {
                for (int p = 0; p < PAIRS; p++) put(tx, p, 0);
            });
            int writers = 3;
            writersLeft.set(writers);
            Parallel.onPlatformThreads(2 * writers, i -> {
                if (i < writers) write(storage, new SplittableRandom(i));
                else read(storage, new SplittableRandom(i));
            });
            for (int p = 0; p < PAIRS; p++) assertThat(number(storage, left(p))).isEqualTo(writes.get(p));
        }
    }

    private static int number(Storage storage, String key) {
        return storage.read(tx -> tx.get(key, CacheStressTest::number).orElseThrow());
    }

    private static void put(Storage.Writer tx, int pair, int number) {
        var value = String.valueOf(number).getBytes(StandardCharsets.UTF_8);
        tx.put(left(pair), value);
        tx.put(right(pair), value);
    }

    private void write(Storage storage, SplittableRandom random) {
        try {
            for (int i = 0; i < 1500; i++) writeOnce(storage, random.nextInt(PAIRS), random.nextInt(5) == 0, random.nextInt(10) == 0);
        } finally {
            writersLeft.decrementAndGet();
        }
    }

    private void writeOnce(Storage storage, int pair, boolean abandon, boolean renewed) {
        try {
            int made = storage.write(tx -> {
                int next = tx.get(left(pair), CacheStressTest::number).orElseThrow() + 1;
                assertThat(tx.get(right(pair), CacheStressTest::number)).contains(next - 1);
                if (renewed) tx.delete(left(pair));
                put(tx, pair, abandon ? -1 : next);
                if (abandon) throw new IllegalArgumentException("abandoned");
                return next;
            });
            acknowledged.accumulateAndGet(pair, made, Math::max);
            writes.incrementAndGet(pair);
        } catch (IllegalArgumentException abandoned) {
            if (!abandon) throw abandoned;
        }
    }

    private void read(Storage storage, SplittableRandom random) {
        int reads = 0;
        while (writersLeft.get() > 0 || reads < 100) {
            int pair = random.nextInt(PAIRS);
            int other = random.nextInt(PAIRS);
            int shape = random.nextInt(5);
            int atLeast = acknowledged.get(pair);
            List<Integer> seen = storage.read(tx -> look(tx, pair, other, shape));
            assertThat(seen.get(0)).isEqualTo(seen.get(1)).isGreaterThanOrEqualTo(atLeast);
            if (seen.size() > 2) assertThat(seen.get(2)).isEqualTo(seen.get(3));
            reads++;
        }
    }

    private static List<Integer> look(Reader tx, int pair, int other, int shape) {
        return switch (shape) {
            case 0 -> List.of(at(tx, left(pair)), at(tx, right(pair)));
            case 1 -> List.of(at(tx, right(pair)), at(tx, left(pair)), at(tx, left(other)), at(tx, right(other)));
            case 2 -> List.of(at(tx, left(pair)), scanned(tx, pair, 1));
            case 3 -> List.of(scanned(tx, pair, 0), at(tx, right(pair)), at(tx, left(other)), scanned(tx, other, 1));
            default -> {
                int one = at(tx, left(pair));
                yield List.of(one, one);
            }
        };
    }

    private static int at(Reader tx, String key) {
        return tx.get(key, CacheStressTest::number).orElseThrow();
    }

    private static int scanned(Reader tx, int pair, int place) {
        return number(tx.scan("pair/" + pair + "/", "", 2).get(place).value());
    }
}
