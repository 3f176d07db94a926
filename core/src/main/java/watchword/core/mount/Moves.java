package watchword.core.mount;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.Storage;

/** How the last {@value #KEPT} moves of mounts went: in the store, so that every server knows, and after a restart too. */
final class Moves {
    static final int KEPT = 256;

    private final Rows<Row> rows = new Rows<>("core/remount/", Row.class);

    record Row(String sourceMount, String targetMount, String status, Instant when) {}

    void add(Storage.Writer store, String id, Row row) {
        var all = rows.scan(store, "", "", 2 * KEPT);
        all.stream().sorted(Comparator.comparing((Map.Entry<String, Row> each) -> each.getValue().when())).limit(Math.max(0, all.size() - KEPT + 1))
                .forEach(oldest -> rows.delete(store, oldest.getKey()));
        rows.put(store, id, row);
    }

    Optional<Row> find(Storage.Reader store, String id) {
        return rows.get(store, id);
    }

    int count(Storage.Reader store) {
        return rows.names(store, "", "", 2 * KEPT).size();
    }
}
