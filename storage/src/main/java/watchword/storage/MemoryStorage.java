package watchword.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;

/**
 * Keeps everything in a map that never changes once it can be seen; a write makes a new one, so use it for small things. Forgets when it
 * is closed. Any thread.
 */
public final class MemoryStorage implements Storage {
    private final ReentrantLock writing = new ReentrantLock();
    private volatile @Nullable NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return work.apply(new View(snapshot()));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        if (writing.isHeldByCurrentThread()) throw new IllegalStateException("a transaction inside a transaction");
        writing.lock();
        try {
            var changed = new TreeMap<>(snapshot());
            var result = work.apply(new Changes(changed));
            snapshot();
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
            return Optional.ofNullable(map.get(Bytes.key(key)));
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            var folder = Bytes.of(prefix);
            return Names.list(prefix, after, limit, (from, most) -> map.tailMap(from, true).keySet().stream().takeWhile(key -> Bytes.startsWith(key, folder)).limit(most).toList());
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            var first = Bytes.of(prefix);
            var found = new ArrayList<Entry>();
            for (var each : map.tailMap(Bytes.start(prefix, after), true).entrySet()) {
                if (found.size() >= limit || !Bytes.startsWith(each.getKey(), first)) break;
                found.add(new Entry(Bytes.text(each.getKey()), each.getValue()));
            }
            return found;
        }
    }

    private static final class Changes extends View implements Writer {
        Changes(NavigableMap<byte[], byte[]> map) {
            super(map);
        }

        @Override
        public void put(String key, byte[] value) {
            map.put(Bytes.key(key), Bytes.value(value));
        }

        @Override
        public void delete(String key) {
            map.remove(Bytes.key(key));
        }
    }
}
