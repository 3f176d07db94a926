package watchword.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;

/** Keeps everything in the heap: the model that the others are tested against. A write copies the map, so use it for small things. */
public final class MemoryStorage implements Storage {
    private volatile @Nullable NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
    private final ReentrantLock writing = new ReentrantLock();

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return work.apply(new View(snapshot()));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        writing.lock();
        try {
            var changed = new TreeMap<>(snapshot());
            var result = work.apply(new Changes(changed));
            entries = changed;
            return result;
        } finally {
            writing.unlock();
        }
    }

    private NavigableMap<byte[], byte[]> snapshot() {
        var now = entries;
        if (now == null) throw new StorageException("the storage is closed", false, null);
        return now;
    }

    @Override
    public void close() {
        entries = null;
    }

    private static class View implements Reader {
        final NavigableMap<byte[], byte[]> map;

        View(NavigableMap<byte[], byte[]> map) {
            this.map = map;
        }

        @Override
        public Optional<byte[]> get(String key) {
            return Optional.ofNullable(map.get(Limits.key(key)));
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            return Names.list(prefix, after, limit, from -> {
                var next = map.ceilingKey(from);
                return next != null && startsWith(next, Names.bytes(prefix)) ? List.of(next) : List.of();
            });
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            var found = new ArrayList<Entry>();
            var start = after.isEmpty() ? Names.bytes(prefix) : Names.bytes(after);
            for (Map.Entry<byte[], byte[]> each : map.tailMap(start, after.isEmpty()).entrySet()) {
                if (found.size() == limit || !startsWith(each.getKey(), Names.bytes(prefix))) break;
                found.add(new Entry(new String(each.getKey(), java.nio.charset.StandardCharsets.UTF_8), each.getValue()));
            }
            return found;
        }

        private static boolean startsWith(byte[] key, byte[] prefix) {
            return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
        }
    }

    private static final class Changes extends View implements Writer {
        Changes(NavigableMap<byte[], byte[]> map) {
            super(map);
        }

        @Override
        public void put(String key, byte[] value) {
            Limits.value(value);
            map.put(Limits.key(key), value);
        }

        @Override
        public void delete(String key) {
            map.remove(Limits.key(key));
        }
    }
}
