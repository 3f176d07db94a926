package watchword.core.lease;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.sdk.Storage;

/**
 * Everything that ends by itself, in the order of its end: rows in the store, so that a million of them cost disk and not heap, and a start
 * reads none. What ends within the store is in one index for all namespaces, {@code core/expiry/own/<time>/<kind>/<name>}: names tell whose
 * it is. Leases have an index for each mount, {@code core/expiry/lease/<mount>/<time>/<id>}, since what is slow or dead behind one must not
 * hold up the others.
 */
public final class ExpiryIndex {
    private static final String PREFIX = "core/expiry/";
    private static final String OWN = PREFIX + "own/";
    private static final String LEASES = PREFIX + "lease/";
    private static final int TIME_CHARS = 16;
    private static final int MOST_MOUNTS = 1_000_000;
    private static final byte[] NOTHING = new byte[0];

    private ExpiryIndex() {}

    /** What ends. */
    public enum Kind {
        TOKEN('t'),
        LOCK('k'),
        RUN('r');

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

    /**
     * A lease that is due.
     *
     * @param key of its entry in the index
     */
    record DueLease(Instant at, String id, String key) {}

    public static void add(Storage.Writer store, Instant at, Kind kind, String name) {
        root(store).put(key(at, kind, name), NOTHING);
    }

    public static void remove(Storage.Writer store, Instant at, Kind kind, String name) {
        root(store).delete(key(at, kind, name));
    }

    static void addLease(Storage.Writer store, LeaseRow row, String id) {
        root(store).put(key(row, id), NOTHING);
    }

    static void removeLease(Storage.Writer store, LeaseRow row, String id) {
        root(store).delete(key(row, id));
    }

    /** For an entry whose lease is gone, or due at another time. */
    static void removeStale(Storage.Writer store, DueLease due) {
        root(store).delete(due.key());
    }

    private static Storage.Writer root(Storage.Writer store) {
        return NamespaceStore.view(store, Namespace.ROOT_ID);
    }

    /** What of the store itself was due at {@code now} or before, soonest first. */
    public static List<Due> due(Storage.Reader store, Instant now, int limit) {
        return store.scan(OWN, "", limit).stream().map(entry -> parse(entry.key())).takeWhile(due -> !due.at().isAfter(now)).toList();
    }

    /** Leases of a mount that were due at {@code now} or before, soonest first. */
    static List<DueLease> dueLeases(Storage.Reader store, String mountUuid, Instant now, int limit) {
        var prefix = LEASES + mountUuid + "/";
        return store.scan(prefix, "", limit).stream().map(entry -> new DueLease(time(entry.key(), prefix.length()), entry.key().substring(prefix.length() + TIME_CHARS + 1), entry.key()))
                .takeWhile(due -> !due.at().isAfter(now)).toList();
    }

    /** The mounts with leases that are due. */
    static List<String> dueMounts(Storage.Reader store, Instant now) {
        return store.list(LEASES, "", MOST_MOUNTS).stream().map(folder -> folder.substring(0, folder.length() - 1)).filter(mount -> !dueLeases(store, mount, now, 1).isEmpty()).toList();
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
        return OWN + HexFormat.of().toHexDigits(at.toEpochMilli()) + "/" + kind.mark + "/" + name;
    }

    private static String key(LeaseRow row, String id) {
        return LEASES + row.mountUuid() + "/" + HexFormat.of().toHexDigits(row.expires().toEpochMilli()) + "/" + id;
    }

    private static Due parse(String key) {
        int time = OWN.length();
        return new Due(time(key, time), Kind.of(key.charAt(time + TIME_CHARS + 1)), key.substring(time + TIME_CHARS + 3));
    }

    private static Instant time(String key, int from) {
        return Instant.ofEpochMilli(HexFormat.fromHexDigitsToLong(key, from, from + TIME_CHARS));
    }
}
