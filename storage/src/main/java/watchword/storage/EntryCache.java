package watchword.storage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a {@link CachedStorage}. Any thread.
 *
 * <p><b>An entry that is here is the committed one</b>, from some moment before it came until it goes; one that went never comes back as
 * the same object. What keeps this true: a write makes its keys {@link #beginChange pending}, which also takes them out, before it can
 * commit, and ends that after it has committed or failed. An entry comes in only by {@link #fill}, which looks whether the key is pending
 * or was since its snapshot began, and puts the entry in, as one step for that key; so a change either was seen, or comes after and takes
 * the entry out again.
 */
final class EntryCache {
    private static final int PLACES = 4096;
    /** One entry may not push out all others. */
    private static final int PARTS = 8;

    private final Cache<String, Slot> slots;
    private final long largest;
    private final Map<String, Pending> pending = new ConcurrentHashMap<>();
    /** Orders the beginnings of snapshots and the ends of changes. */
    private final AtomicLong clock = new AtomicLong();
    /** When the last change of a key, or of one that shares its place, ended. */
    private final AtomicLongArray changed = new AtomicLongArray(PLACES);
    private volatile long cleared;

    EntryCache(long maxBytes) {
        this.largest = maxBytes / PARTS;
        this.slots = Caffeine.newBuilder().maximumWeight(maxBytes).weigher(EntryCache::weight).executor(Runnable::run).build();
    }

    /** An entry, or that there is none, with what a decoder made of it. */
    static final class Slot {
        private final byte @Nullable [] value;
        /** When it was known to be the committed one; set before anybody else can see it. */
        private long born;
        private volatile @Nullable Decoded decoded;

        Slot(Optional<byte[]> value) {
            this.value = value.orElse(null);
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

    /**
     * @param changes of a key that are under way
     * @param contended whether there was ever more than one: then none may say which value is the last
     * @param wanted whether the entry was here before: what nobody has read yet need not be kept because it was written
     */
    private record Pending(int changes, boolean contended, boolean wanted) {}

    /** Bytes on the heap, about: what a decoder makes is taken to be three times as large as what it made it from. */
    private static int weight(String key, Slot slot) {
        return 160 + 2 * key.length() + (slot.value == null ? 0 : 4 * slot.value.length);
    }

    /** The committed entry, if it is here. */
    @Nullable Slot get(String key) {
        return slots.getIfPresent(key);
    }

    /** A moment before which a snapshot is not begun yet. */
    long now() {
        return clock.incrementAndGet();
    }

    /** The entry, if it is here, and was the committed one at {@code moment} already. */
    @Nullable Slot getFrom(String key, long moment) {
        var slot = slots.getIfPresent(key);
        return slot != null && slot.born < moment ? slot : null;
    }

    /** Makes an entry of what was read from a snapshot that began after {@code since}, and keeps it if it is still the committed one. */
    Slot fill(String key, Optional<byte[]> value, long since) {
        var slot = new Slot(value);
        if (weight(key, slot) > largest) return slot;
        slots.asMap().compute(key, (_, present) -> present != null || !isUnchanged(key, since) ? present : born(slot));
        if (cleared > since) slots.asMap().remove(key, slot);
        return slot;
    }

    private boolean isUnchanged(String key, long since) {
        return !pending.containsKey(key) && changed.get(place(key)) < since && cleared < since;
    }

    /** After it was seen to be the committed one: see {@link #getFrom}. */
    private Slot born(Slot slot) {
        slot.born = clock.get();
        return slot;
    }

    private static int place(String key) {
        int hash = key.hashCode();
        return (hash ^ hash >>> 16) & PLACES - 1;
    }

    /** Takes the entry out and keeps it out. Comes before the commit, as often as {@link #endChange} comes after it. */
    void beginChange(String key) {
        boolean wanted = slots.getIfPresent(key) != null;
        pending.merge(key, new Pending(1, false, wanted), (now, one) -> new Pending(now.changes() + one.changes(), true, now.wanted()));
        slots.asMap().remove(key);
    }

    /** @param committed what is surely the entry now; null when it may be another */
    void endChange(String key, @Nullable Slot committed) {
        changed.accumulateAndGet(place(key), clock.incrementAndGet(), Math::max);
        pending.computeIfPresent(key, (_, now) -> {
            if (now.changes() > 1) return new Pending(now.changes() - 1, true, now.wanted());
            if (committed != null && now.wanted() && !now.contended() && weight(key, committed) <= largest) slots.put(key, born(committed));
            return null;
        });
    }

    boolean isEmpty() {
        return slots.asMap().isEmpty();
    }

    /** Forgets everything, and all that is being read now. */
    void clear() {
        cleared = clock.incrementAndGet();
        slots.invalidateAll();
    }
}
