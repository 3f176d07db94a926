package watchword.core.barrier;

import java.util.List;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;

/** What an attacker or a crash does to a store. */
public final class Stores {
    private Stores() {}

    public static List<Storage.Entry> entries(Storage store) {
        return store.read(tx -> tx.scan("", "", Integer.MAX_VALUE));
    }

    public static Storage copy(Storage store) {
        var copy = new MemoryStorage();
        restore(copy, entries(store));
        return copy;
    }

    /** Puts a store back to what it held. */
    public static void restore(Storage store, List<Storage.Entry> entries) {
        store.update(tx -> {
            tx.scan("", "", Integer.MAX_VALUE).forEach(entry -> tx.delete(entry.key()));
            entries.forEach(entry -> tx.put(entry.key(), entry.value()));
        });
    }

    public static byte[] get(Storage store, String key) {
        return store.<byte[]>read(tx -> tx.get(key).orElseThrow());
    }

    public static void put(Storage store, String key, byte[] value) {
        store.update(tx -> tx.put(key, value));
    }
}
