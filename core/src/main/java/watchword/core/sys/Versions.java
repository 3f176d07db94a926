package watchword.core.sys;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
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

    record History(
            @Doc("The versions, oldest first.") List<String> keys,
            @Doc("About each, by the version.") Map<String, Installed> keyInfo) {}

    record Installed(
            @Doc("Kept for clients; null.") @OrNull Optional<String> commitDate,
            @Doc("The version before it; null for the first.") @OrNull Optional<String> previousVersion,
            @Doc("When it first ran on this store.") Instant timestampInstalled) {}

    History told(Storage.Reader store) {
        var rows = all(store);
        var facts = new LinkedHashMap<String, Installed>();
        for (var row : rows) {
            facts.put(row.version(), new Installed(Optional.empty(), Optional.of(row.previous()).filter(previous -> !previous.isEmpty()), row.installed()));
        }
        return new History(rows.stream().map(Row::version).toList(), facts);
    }
}
