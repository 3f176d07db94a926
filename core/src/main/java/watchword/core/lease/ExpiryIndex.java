package watchword.core.lease;

import java.time.Instant;
import java.util.List;
import watchword.core.lease.TimeIndex.Due;
import watchword.sdk.Storage;

/**
 * Everything that ends by itself, in the order of its end. What ends within the store is in one index for all namespaces,
 * {@code core/expiry/own/<time>/<kind>/<name>}: names tell whose it is. Leases have an index for each mount,
 * {@code core/expiry/lease/<mount>/<time>/<id>}, since what is slow or dead behind one must not hold up the others.
 */
public final class ExpiryIndex {
    private static final String ALL = "core/expiry/";
    private static final String LEASES = ALL + "lease/";
    private static final TimeIndex OWN = new TimeIndex(ALL + "own/");
    private static final int MOST_MOUNTS = 1_000_000;

    private ExpiryIndex() {}

    /** What ends. */
    public enum Kind {
        TOKEN('t'),
        LOCK('k'),
        RUN('r'),
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

    /** One thing of the store itself that is due. */
    public record End(Instant at, Kind kind, String name) {}

    public static void add(Storage.Writer store, Instant at, Kind kind, String name) {
        OWN.add(store, at, kind.mark + "/" + name);
    }

    public static void remove(Storage.Writer store, Instant at, Kind kind, String name) {
        OWN.remove(store, at, kind.mark + "/" + name);
    }

    /** What of the store itself was due at {@code now} or before, soonest first. */
    public static List<End> due(Storage.Reader store, Instant now, int limit) {
        return OWN.due(store, now, limit).stream().map(due -> new End(due.at(), Kind.of(due.name().charAt(0)), due.name().substring(2))).toList();
    }

    private static TimeIndex leases(String mountUuid) {
        return new TimeIndex(LEASES + mountUuid + "/");
    }

    static void addLease(Storage.Writer store, LeaseRow row, String id) {
        leases(row.mountUuid()).add(store, row.expires(), id);
    }

    static void removeLease(Storage.Writer store, LeaseRow row, String id) {
        leases(row.mountUuid()).remove(store, row.expires(), id);
    }

    /** For an entry whose lease is gone, or due at another time. */
    static void removeStale(Storage.Writer store, String mountUuid, Due due) {
        leases(mountUuid).remove(store, due.at(), due.name());
    }

    /** Ids of leases of a mount that were due at {@code now} or before, soonest first. */
    static List<Due> dueLeases(Storage.Reader store, String mountUuid, Instant now, int limit) {
        return leases(mountUuid).due(store, now, limit);
    }

    /** The mounts with leases that are due. */
    static List<String> dueMounts(Storage.Reader store, Instant now) {
        return store.list(LEASES, "", MOST_MOUNTS).stream().map(folder -> folder.substring(0, folder.length() - 1)).filter(mount -> !dueLeases(store, mount, now, 1).isEmpty()).toList();
    }

    /** How many things end by themselves. Reads the store page by page, each on a snapshot of its own. */
    public static long count(Storage storage) {
        return new TimeIndex(ALL).count(storage);
    }
}
