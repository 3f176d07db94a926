package watchword.core.lease;

import java.time.Instant;
import java.util.List;
import watchword.sdk.Storage;

/** Everything that ends by itself, in the order of its end. There is one index for all namespaces: names tell whose they are. */
public final class ExpiryIndex {
    private static final TimeIndex INDEX = new TimeIndex("core/expiry/");

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
        INDEX.add(store, at, kind.mark + "/" + name);
    }

    public static void remove(Storage.Writer store, Instant at, Kind kind, String name) {
        INDEX.remove(store, at, kind.mark + "/" + name);
    }

    /** What was due at {@code now} or before, soonest first. */
    public static List<Due> due(Storage.Reader store, Instant now, int limit) {
        return INDEX.due(store, now, limit).stream().map(due -> new Due(due.at(), Kind.of(due.name().charAt(0)), due.name().substring(2))).toList();
    }

    /** How many things end by themselves. Reads the store page by page, each on a snapshot of its own. */
    public static long count(Storage storage) {
        return INDEX.count(storage);
    }
}
