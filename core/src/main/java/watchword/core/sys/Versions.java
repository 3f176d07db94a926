package watchword.core.sys;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.core.wire.Rows;
import watchword.sdk.Storage;

/** Which versions ran on this store, and since when. */
public final class Versions {
    private static final int MOST = 1000;

    private final Rows<Row> rows = new Rows<>("core/versions/", Row.class);

    /** @param previous empty for the first */
    record Row(String version, String previous, Instant installed) {}

    /** Takes note of the version that runs, if it is not the last one that did. */
    public void note(Storage.Writer store, String version, Instant now) {
        var known = all(store);
        if (known.stream().anyMatch(row -> row.version().equals(version)) || known.size() >= MOST) return;
        rows.put(store, "%06d".formatted(known.size()), new Row(version, known.isEmpty() ? "" : known.getLast().version(), now.truncatedTo(ChronoUnit.SECONDS)));
    }

    public boolean isNoted(Storage.Reader store, String version) {
        return all(store).stream().anyMatch(row -> row.version().equals(version));
    }

    private List<Row> all(Storage.Reader store) {
        return rows.scan(store, "", "", MOST).stream().map(Map.Entry::getValue).toList();
    }

    Map<String, Object> told(Storage.Reader store) {
        var keys = new ArrayList<String>();
        var facts = new LinkedHashMap<String, Object>();
        for (var row : all(store)) {
            keys.add(row.version());
            var entry = new LinkedHashMap<String, Object>();
            putNull(entry, "commit_date");
            if (row.previous().isEmpty()) putNull(entry, "previous_version");
            else entry.put("previous_version", row.previous());
            entry.put("timestamp_installed", row.installed().toString());
            facts.put(row.version(), entry);
        }
        return Map.of("keys", keys, "key_info", facts);
    }

    @SuppressWarnings("NullAway") // JSON null
    private static void putNull(Map<String, Object> tree, String name) {
        tree.put(name, null);
    }
}
