package watchword.core.policy;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was used of late, bounded: two generations, of which the older is dropped when the younger is full. Reading takes no lock. Any thread;
 * two that miss at once both make the value, and one of them is kept.
 */
public final class Recent<K, V> {
    private final int most;
    private volatile Map<K, V> young = new ConcurrentHashMap<>();
    private volatile Map<K, V> old = Map.of();

    /** @param most entries of a generation: up to twice as many are kept */
    public Recent(int most) {
        this.most = most;
    }

    public @Nullable V get(K key) {
        var value = young.get(key);
        if (value != null) return value;
        value = old.get(key);
        if (value != null) put(key, value);
        return value;
    }

    public void put(K key, V value) {
        if (young.size() >= most) turnOver();
        young.put(key, value);
    }

    private synchronized void turnOver() {
        if (young.size() < most) return;
        old = young;
        young = new ConcurrentHashMap<>();
    }

    int size() {
        return young.size() + old.size();
    }
}
