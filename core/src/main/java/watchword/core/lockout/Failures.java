package watchword.core.lockout;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Failed logins of each name, in a table that never grows: when a place is wanted, the name with the fewest failures loses its, of several the
 * one that failed longest ago. So a flood of names costs no memory, and does not make the one that somebody guesses at be forgotten. Any thread.
 */
final class Failures {
    /** Names that share a bucket. */
    private static final int WAYS = 8;

    private final AtomicReferenceArray<@Nullable Bucket> buckets;

    /** @param size names in all: a power of two, eight or more */
    Failures(int size) {
        this.buckets = new AtomicReferenceArray<>(size / WAYS);
    }

    /** Three arrays rather than eight objects: twenty bytes a name. */
    private static final class Bucket {
        private final long[] names = new long[WAYS];
        private final long[] lastMillis = new long[WAYS];
        private final int[] counts = new int[WAYS];

        synchronized int add(long name, long now, long reset) {
            int place = place(name, now, reset);
            boolean goesOn = counts[place] > 0 && names[place] == name && now - lastMillis[place] <= reset;
            counts[place] = goesOn ? counts[place] + 1 : 1;
            names[place] = name;
            lastMillis[place] = now;
            return counts[place];
        }

        private int place(long name, long now, long reset) {
            int free = 0;
            for (int i = 0; i < WAYS; i++) {
                if (counts[i] > 0 && names[i] == name) return i;
                if (weight(i, now, reset) < weight(free, now, reset) || (weight(i, now, reset) == weight(free, now, reset) && lastMillis[i] < lastMillis[free])) free = i;
            }
            return free;
        }

        private int weight(int i, long now, long reset) {
            return now - lastMillis[i] > reset ? 0 : counts[i];
        }

        synchronized int count(long name, long now, long within) {
            for (int i = 0; i < WAYS; i++) {
                if (counts[i] > 0 && names[i] == name) return now - lastMillis[i] <= within ? counts[i] : 0;
            }
            return 0;
        }

        synchronized void forget(long name) {
            for (int i = 0; i < WAYS; i++) {
                if (names[i] == name) counts[i] = 0;
            }
        }
    }

    private int index(long name) {
        return (int) (name & (buckets.length() - 1));
    }

    /**
     * One more.
     *
     * @param name a keyed hash of it
     * @param reset how long after the last failure the next one counts as the first
     * @return how many there are now
     */
    int add(long name, long now, long reset) {
        var there = buckets.get(index(name));
        if (there == null) {
            var fresh = new Bucket();
            var before = buckets.compareAndExchange(index(name), null, fresh);
            there = before == null ? fresh : before;
        }
        return there.add(name, now, reset);
    }

    /** @param within how long ago the last one may be */
    int count(long name, long now, long within) {
        var there = buckets.get(index(name));
        return there == null ? 0 : there.count(name, now, within);
    }

    void forget(long name) {
        var there = buckets.get(index(name));
        if (there != null) there.forget(name);
    }
}
