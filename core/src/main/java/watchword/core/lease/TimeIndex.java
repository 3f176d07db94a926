package watchword.core.lease;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.sdk.Storage;

/**
 * Names in the order of their times: rows {@code <prefix><time>/<name>} in the store, so that a million of them cost disk and not heap, and
 * a start reads none. There is one for all namespaces.
 *
 * @param prefix with its trailing slash
 */
public record TimeIndex(String prefix) {
    private static final int TIME_CHARS = 16;
    private static final byte[] NOTHING = new byte[0];

    /** A name at its time. */
    public record Due(Instant at, String name) {}

    public void add(Storage.Writer store, Instant at, String name) {
        NamespaceStore.view(store, Namespace.ROOT_ID).put(key(at, name), NOTHING);
    }

    public void remove(Storage.Writer store, Instant at, String name) {
        NamespaceStore.view(store, Namespace.ROOT_ID).delete(key(at, name));
    }

    /** What was due at {@code now} or before, soonest first. */
    public List<Due> due(Storage.Reader store, Instant now, int limit) {
        return all(store, "", limit).stream().takeWhile(due -> !due.at().isAfter(now)).toList();
    }

    /** All that come after one, a page of them. */
    public List<Due> after(Storage.Reader store, Due last, int limit) {
        return all(store, key(last.at(), last.name()), limit);
    }

    private List<Due> all(Storage.Reader store, String after, int limit) {
        return NamespaceStore.view(store, Namespace.ROOT_ID).scan(prefix, after, limit).stream().map(entry -> parse(entry.key())).toList();
    }

    /** How many names there are. Reads the store page by page, each on a snapshot of its own. */
    public long count(Storage storage) {
        long count = 0;
        for (var after = ""; ; ) {
            var from = after;
            var page = storage.<List<Storage.Entry>>read(store -> store.scan(prefix, from, 1000));
            if (page.isEmpty()) return count;
            count += page.size();
            after = page.getLast().key();
        }
    }

    private String key(Instant at, String name) {
        return prefix + HexFormat.of().toHexDigits(at.toEpochMilli()) + "/" + name;
    }

    private Due parse(String key) {
        int time = prefix.length();
        var at = Instant.ofEpochMilli(HexFormat.fromHexDigitsToLong(key, time, time + TIME_CHARS));
        return new Due(at, key.substring(time + TIME_CHARS + 1));
    }
}
