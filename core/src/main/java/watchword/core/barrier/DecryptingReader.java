package watchword.core.barrier;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Storage;
import watchword.sdk.Storage.Entry;

/** A transaction of the storage below, seen in clear. */
class DecryptingReader implements Storage.Reader {
    /** The barrier has fewer entries of its own. */
    private static final int OWN_ENTRIES = 16;

    final KeyHold hold;
    private final Storage.Reader tx;

    DecryptingReader(KeyHold hold, Storage.Reader tx) {
        this.hold = hold;
        this.tx = tx;
    }

    static String allowed(String key) {
        if (key.startsWith(Barrier.OWN)) throw new IllegalArgumentException("keys below " + Barrier.OWN + " are the barrier's own");
        return key;
    }

    @Override
    public Optional<byte[]> get(String key) {
        return tx.get(allowed(key)).map(record -> hold.decrypt(tx, key, record));
    }

    @Override
    public List<String> list(String prefix, String after, int limit) {
        if (prefix.startsWith(Barrier.OWN)) return List.of();
        if (!prefix.isEmpty() || limit == Integer.MAX_VALUE) return tx.list(prefix, after, limit).stream().filter(name -> !isOwn(prefix, name)).toList();
        return tx.list(prefix, after, limit + 1).stream().filter(name -> !isOwn(prefix, name)).limit(limit).toList();
    }

    private static boolean isOwn(String prefix, String name) {
        return prefix.isEmpty() && name.equals(Barrier.OWN);
    }

    @Override
    public List<Entry> scan(String prefix, String after, int limit) {
        if (prefix.startsWith(Barrier.OWN)) return List.of();
        boolean overOwn = Barrier.OWN.startsWith(prefix) && limit < Integer.MAX_VALUE - OWN_ENTRIES;
        var clear = new ArrayList<Entry>();
        for (var entry : tx.scan(prefix, after, overOwn ? limit + OWN_ENTRIES : limit)) {
            if (entry.key().startsWith(Barrier.OWN)) continue;
            if (clear.size() == limit) break;
            clear.add(new Entry(entry.key(), hold.decrypt(tx, entry.key(), entry.value())));
        }
        return clear;
    }
}
