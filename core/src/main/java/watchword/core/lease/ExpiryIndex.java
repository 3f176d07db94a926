package watchword.core.lease;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.sdk.Storage;

/**
 * Everything that ends by itself, in the order of its end: rows {@code core/expiry/<time>/<kind>/<name>} in the store, so that a million
 * of them cost disk and not heap, and a start reads none. There is one index for all namespaces: names tell whose they are.
 */
public final class ExpiryIndex {
    private static final String PREFIX = "core/expiry/";
    private static final int TIME_CHARS = 16;
    private static final byte[] NOTHING = new byte[0];

    private ExpiryIndex() {}

    /** What ends. */
    public enum Kind {
        TOKEN('t'),
        LEASE('l'),
        LOCK('k'),
        KEY('s'),
        GRANT('g');

        private final char mark;

        Kind(char mark) {
            this.mark = mark;
        }

        private static Kind of(char mark) {
            for (var kind : values()) {
                if (kind.mark == mark) return kind;
            }
            throw new IllegalStateException("an entry of the expiry index is of no kind");
        }
    }

    /** One thing that is due. */
    public record Due(Instant at, Kind kind, String name) {}

    public static void add(Storage.Writer store, Instant at, Kind kind, String name) {
        NamespaceStore.view(store, Namespace.ROOT_ID).put(key(at, kind, name), NOTHING);
    }

    public static void remove(Storage.Writer store, Instant at, Kind kind, String name) {
        NamespaceStore.view(store, Namespace.ROOT_ID).delete(key(at, kind, name));
    }

    /** What was due at {@code now} or before, soonest first. */
    public static List<Due> due(Storage.Reader store, Instant now, int limit) {
        return store.scan(PREFIX, "", limit).stream().map(entry -> parse(entry.key())).takeWhile(due -> !due.at().isAfter(now)).toList();
    }

    /** How many things end by themselves. Reads the store page by page, each on a snapshot of its own. */
    public static long count(Storage storage) {
        long count = 0;
        for (var after = ""; ; ) {
            var from = after;
            var page = storage.<List<Storage.Entry>>read(store -> store.scan(PREFIX, from, 1000));
            if (page.isEmpty()) return count;
            count += page.size();
            after = page.getLast().key();
        }
    }

    private static String key(Instant at, Kind kind, String name) {
        return PREFIX + HexFormat.of().toHexDigits(at.toEpochMilli()) + "/" + kind.mark + "/" + name;
    }

    private static Due parse(String key) {
        int time = PREFIX.length();
        var at = Instant.ofEpochMilli(HexFormat.fromHexDigitsToLong(key, time, time + TIME_CHARS));
        return new Due(at, Kind.of(key.charAt(time + TIME_CHARS + 1)), key.substring(time + TIME_CHARS + 3));
    }
}
