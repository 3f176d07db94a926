package watchword.storage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;
import watchword.storage.EntryCache.Slot;

/**
 * Keeps entries of a storage, with what their decoders made of them, bounded in bytes. For a storage that this process alone writes, one
 * transaction after another. Any thread.
 *
 * <h2>Why a read is one snapshot</h2>
 *
 * A read runs first on the cache alone, noting what it used. What is in the cache is committed (see {@link EntryCache}). At the end it
 * looks whether all that it used is still there, the very same objects: then at the moment before the first of those looks all of them
 * were there together, so they were the store of that moment. If one is not, or if the read needs something that is not cached or a list,
 * it runs again on a real snapshot. There it may use the cache, too, for what was in it before the snapshot began and still is after: its
 * value at the snapshot can be no other. A write reads the cache freely, because what is there is committed, and what its group of
 * transactions has changed is not there.
 */
public final class CachedStorage implements Storage {
    private final Storage inner;
    private final EntryCache entries;
    private volatile boolean closed;

    /** @param maxBytes what entries and their decoded forms may take on the heap, about */
    public CachedStorage(Storage inner, long maxBytes) {
        this.inner = inner;
        this.entries = new EntryCache(maxBytes);
    }

    /** What the cache alone cannot answer. An error, so that no work catches it by mistake. */
    @SuppressWarnings("serial")
    private static final class Miss extends Error {
        static final Miss MISS = new Miss();

        private Miss() {
            super("not cached", null, false, false);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        var cached = new CacheReader(entries);
        try {
            if (!closed) {
                var result = work.apply(cached);
                if (cached.isOneMoment()) return result;
            }
        } catch (Miss miss) {
            // on a snapshot then
        } catch (RuntimeException | Error thrown) {
            if (cached.isOneMoment()) throw thrown;
        }
        long since = entries.now();
        return inner.read(snapshot -> work.apply(new SnapshotReader(entries, snapshot, since, cached.missed)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        var changes = new Changes(entries);
        boolean committed = false;
        try {
            var result = inner.write(tx -> {
                changes.again();
                return work.apply(new ChangingWriter(entries, tx, changes));
            });
            committed = true;
            return result;
        } finally {
            changes.end(committed);
        }
    }

    @Override
    public void close() {
        closed = true;
        inner.close();
        entries.clear();
    }

    /** Whether nothing is in it. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Forgets everything: when the keys that opened the entries are gone. */
    public void clear() {
        entries.clear();
    }

    private static final class CacheReader implements Reader {
        private final EntryCache entries;
        private @Nullable String firstKey;
        private @Nullable Slot firstSlot;
        private @Nullable List<Map.Entry<String, Slot>> more;
        private boolean incomplete;
        /** The key that was not cached; null while all were, or when a list was wanted. */
        private @Nullable String missed;

        CacheReader(EntryCache entries) {
            this.entries = entries;
        }

        private Slot slot(String key) {
            var slot = entries.get(key);
            if (slot == null) throw miss(key);
            if (firstKey == null) {
                firstKey = key;
                firstSlot = slot;
            } else {
                if (more == null) more = new ArrayList<>();
                more.add(Map.entry(key, slot));
            }
            return slot;
        }

        private Miss miss(@Nullable String key) {
            incomplete = true;
            if (missed == null) missed = key;
            return Miss.MISS;
        }

        boolean isOneMoment() {
            if (incomplete) return false;
            if (more == null || firstKey == null) return true;
            if (entries.get(firstKey) != firstSlot) return false;
            for (var each : more) {
                if (entries.get(each.getKey()) != each.getValue()) return false;
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
            throw miss(null);
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            throw miss(null);
        }
    }

    private static final class SnapshotReader implements Reader {
        private final EntryCache entries;
        private final Reader snapshot;
        private final long since;
        /** Whether something was read from the snapshot: only then is it sure to have begun. */
        private boolean begun;
        private @Nullable String firstKey;
        private @Nullable Slot firstSlot;

        /** @param first a key that will surely be asked for, if there is one */
        SnapshotReader(EntryCache entries, Reader snapshot, long since, @Nullable String first) {
            this.entries = entries;
            this.snapshot = snapshot;
            this.since = since;
            if (first != null) begin(first);
        }

        private void begin(String first) {
            try {
                firstSlot = real(first);
                firstKey = first;
            } catch (RuntimeException refused) {
                firstSlot = null; // the work will meet it where it asks
            }
        }

        private Slot real(String key) {
            var slot = entries.fill(key, snapshot.get(key), since);
            begun = true;
            return slot;
        }

        private Slot slot(String key) {
            if (firstSlot != null && key.equals(firstKey)) return firstSlot;
            var known = begun ? entries.getFrom(key, since) : null;
            return known != null ? known : real(key);
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
            var names = snapshot.list(prefix, after, limit);
            begun |= limit > 0;
            return names;
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            var page = snapshot.scan(prefix, after, limit);
            begun |= limit > 0;
            return page;
        }
    }

    /** What one write changed: begun on the writer's thread, ended by its caller. */
    private static final class Changes {
        private final EntryCache entries;
        private final Map<String, Optional<Slot>> last = new HashMap<>();

        Changes(EntryCache entries) {
            this.entries = entries;
        }

        /** The work runs from its start, so what it had changed is not changed yet. */
        void again() {
            last.replaceAll((_, _) -> Optional.empty());
        }

        void begin(String key) {
            if (last.put(key, Optional.empty()) == null) entries.beginChange(key);
        }

        void made(String key, Optional<byte[]> value) {
            last.put(key, Optional.of(new Slot(value)));
        }

        void end(boolean committed) {
            last.forEach((key, slot) -> entries.endChange(key, committed ? slot.orElse(null) : null));
        }
    }

    private static final class ChangingWriter implements Writer {
        private final EntryCache entries;
        private final Writer tx;
        private final Changes changes;
        private final long since;

        ChangingWriter(EntryCache entries, Writer tx, Changes changes) {
            this.entries = entries;
            this.tx = tx;
            this.changes = changes;
            this.since = entries.now();
        }

        @Override
        public void put(String key, byte[] value) {
            changes.begin(key);
            tx.put(key, value);
            changes.made(key, Optional.of(value));
        }

        @Override
        public void delete(String key) {
            changes.begin(key);
            tx.delete(key);
            changes.made(key, Optional.empty());
        }

        private Slot slot(String key) {
            var known = entries.get(key);
            return known != null ? known : entries.fill(key, tx.get(key), since);
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
