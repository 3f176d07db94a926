package watchword.storage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;

/**
 * Keeps entries of a storage that this process alone writes, with what their decoders made of them, bounded in bytes. Any thread.
 *
 * <h2>Why a read is one snapshot</h2>
 *
 * A read runs first on the cache alone, noting what it used. (1) A write takes its keys out of the cache before it can commit, and nobody
 * may put them back until it has ended: they are <i>pending</i>. So an entry in the cache is the committed one. (2) At the end the read
 * looks whether all it used is still there, the very same objects. Then at the first of those looks they were all current together. (3) If
 * one is not, or if it needs something that is not cached or a list, it runs again on a real snapshot, and what it finds is put into the
 * cache, unless a write of the key began or ended after the snapshot did.
 */
public final class CachedStorage implements Storage {
    private static final int STAMPS = 4096;

    private final Storage inner;
    private final Cache<String, Slot> cache;
    private final Map<String, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong clock = new AtomicLong();
    /** When a key (or one that shares its place) was last written, by {@link #clock}. */
    private final AtomicLongArray stamps = new AtomicLongArray(STAMPS);

    public CachedStorage(Storage inner, long maxBytes) {
        this.inner = inner;
        this.cache = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .<String, Slot>weigher((key, slot) -> 160 + 2 * key.length() + 4 * slot.size())
                .executor(Runnable::run)
                .build();
    }

    /** An entry, or that there is none, with what a decoder made of it. */
    private static final class Slot {
        private final byte @Nullable [] value;
        private volatile @Nullable Decoded decoded;

        Slot(byte @Nullable [] value) {
            this.value = value;
        }

        int size() {
            return value == null ? 0 : value.length;
        }

        Optional<byte[]> bytes() {
            return Optional.ofNullable(value);
        }

        @SuppressWarnings("unchecked") // the same decoder made it
        <T> Optional<T> decoded(Function<byte[], T> decode) {
            if (value == null) return Optional.empty();
            var known = decoded;
            if (known != null && known.by() == decode) return Optional.of((T) known.object());
            var made = decode.apply(value);
            decoded = new Decoded(decode, made);
            return Optional.of(made);
        }
    }

    private record Decoded(Function<byte[], ?> by, Object object) {}

    /** How many writes of a key are under way, and whether there was ever more than one: then none may say what the last value is. */
    private record Pending(int writes, boolean contended) {}

    /** What the cache alone cannot answer. */
    private static final class Miss extends RuntimeException {
        static final Miss MISS = new Miss();

        private Miss() {
            super("miss", null, false, false);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        var cached = new CacheReader();
        try {
            var result = work.apply(cached);
            if (cached.isCurrent()) return result;
        } catch (Miss miss) {
            // on a snapshot then
        } catch (RuntimeException thrown) {
            if (cached.isCurrent()) throw thrown;
        }
        long since = clock.get();
        return inner.read(snapshot -> work.apply(new FillingReader(snapshot, since)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        var marked = new HashMap<String, Optional<byte[]>>();
        boolean committed = false;
        try {
            var result = inner.write(tx -> {
                marked.replaceAll((_, _) -> Optional.empty());
                return work.apply(new MarkingWriter(tx, marked));
            });
            committed = true;
            return result;
        } finally {
            for (var change : marked.entrySet()) unmark(change.getKey(), change.getValue(), committed);
        }
    }

    private void mark(String key) {
        pending.merge(key, new Pending(1, false), (now, one) -> new Pending(now.writes() + 1, true));
        stamp(key);
        cache.invalidate(key);
    }

    private void unmark(String key, Optional<byte[]> value, boolean committed) {
        stamp(key);
        pending.computeIfPresent(key, (_, now) -> {
            if (now.writes() > 1) return new Pending(now.writes() - 1, true);
            if (committed && !now.contended()) value.ifPresent(bytes -> cache.put(key, new Slot(bytes)));
            return null;
        });
    }

    private void stamp(String key) {
        stamps.set(place(key), clock.incrementAndGet());
    }

    private static int place(String key) {
        int hash = key.hashCode();
        return (hash ^ hash >>> 16) & STAMPS - 1;
    }

    private void fill(String key, Slot slot, long since) {
        if (pending.containsKey(key) || stamps.get(place(key)) > since) return;
        cache.put(key, slot);
        if (pending.containsKey(key) || stamps.get(place(key)) > since) cache.asMap().remove(key, slot);
    }

    @Override
    public void close() {
        inner.close();
        cache.invalidateAll();
    }

    /** Forgets everything: when the keys that opened the entries are gone. */
    public void clear() {
        cache.invalidateAll();
    }

    private final class CacheReader implements Reader {
        private @Nullable String firstKey;
        private @Nullable Slot firstSlot;
        private @Nullable List<Map.Entry<String, Slot>> more;

        private Slot slot(String key) {
            var slot = cache.getIfPresent(key);
            if (slot == null) throw Miss.MISS;
            if (firstKey == null) {
                firstKey = key;
                firstSlot = slot;
            } else {
                if (more == null) more = new ArrayList<>();
                more.add(Map.entry(key, slot));
            }
            return slot;
        }

        boolean isCurrent() {
            if (more == null || firstKey == null) return true;
            if (cache.getIfPresent(firstKey) != firstSlot) return false;
            for (var each : more) {
                if (cache.getIfPresent(each.getKey()) != each.getValue()) return false;
            }
            return true;
        }

        @Override
        public Optional<byte[]> get(String key) {
            return slot(key).bytes();
        }

        @Override
        public <T> Optional<T> get(String key, Function<byte[], T> decode) {
            return slot(key).decoded(decode);
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            throw Miss.MISS;
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            throw Miss.MISS;
        }
    }

    private final class FillingReader implements Reader {
        private final Reader snapshot;
        private final long since;

        FillingReader(Reader snapshot, long since) {
            this.snapshot = snapshot;
            this.since = since;
        }

        private Slot slot(String key) {
            var slot = new Slot(snapshot.get(key).orElse(null));
            fill(key, slot, since);
            return slot;
        }

        @Override
        public Optional<byte[]> get(String key) {
            return slot(key).bytes();
        }

        @Override
        public <T> Optional<T> get(String key, Function<byte[], T> decode) {
            return slot(key).decoded(decode);
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            return snapshot.list(prefix, after, limit);
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            return snapshot.scan(prefix, after, limit);
        }
    }

    /** Marks what it changes. What is cached is committed and pending nowhere, so the one writer may read it too. */
    private final class MarkingWriter implements Writer {
        private final Writer tx;
        private final Map<String, Optional<byte[]>> marked;

        MarkingWriter(Writer tx, Map<String, Optional<byte[]>> marked) {
            this.tx = tx;
            this.marked = marked;
        }

        private void change(String key, Optional<byte[]> value) {
            if (marked.put(key, value) == null) mark(key);
        }

        @Override
        public void put(String key, byte[] value) {
            change(key, Optional.of(value));
            tx.put(key, value);
        }

        @Override
        public void delete(String key) {
            change(key, Optional.empty());
            tx.delete(key);
        }

        /** What this group of transactions has not touched is as it was committed, and may be kept. */
        private Slot slot(String key) {
            var known = cache.getIfPresent(key);
            if (known != null) return known;
            long since = clock.get();
            var slot = new Slot(tx.get(key).orElse(null));
            if (slot.value != null) fill(key, slot, since);
            return slot;
        }

        @Override
        public Optional<byte[]> get(String key) {
            return slot(key).bytes();
        }

        @Override
        public <T> Optional<T> get(String key, Function<byte[], T> decode) {
            return slot(key).decoded(decode);
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            return tx.list(prefix, after, limit);
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            return tx.scan(prefix, after, limit);
        }
    }
}
