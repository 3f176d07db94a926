package watchword.core.rotation;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.lease.TimeIndex;
import watchword.core.mount.MountEntry;
import watchword.core.mount.MountFollower;
import watchword.core.mount.Mounts;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.wire.Rows;
import watchword.sdk.Problem;
import watchword.sdk.Rotation;
import watchword.sdk.Storage;

/**
 * What is rotated, in the store: a row for each thing in the part of its namespace, and an index by time of all that is due at some time.
 * Every method acts within the transaction it is given. Rows go with their mount; they know it by its id, so that it may move.
 */
public final class Rotations implements MountFollower {
    static final TimeIndex DUE = new TimeIndex("core/rotation-due/");
    private static final String ROWS = "core/rotation/";
    /** A mark for each that is late, below the id of its namespace. */
    private static final String LATE = "core/rotation-late/";
    private static final int MOST_NAME = 1024;
    private static final int PAGE = 500;
    private static final byte[] NOTHING = new byte[0];

    private final Rows<RotationRow> rows = new Rows<>(ROWS, RotationRow.class);

    /** One thing of a mount. */
    record Id(String namespaceId, String mountUuid, String what) {

        String name() {
            return namespaceId + "/" + row();
        }

        private String row() {
            return mountUuid + "/" + what;
        }

        static Id parse(String name) {
            int first = name.indexOf('/');
            int second = name.indexOf('/', first + 1);
            return new Id(name.substring(0, first), name.substring(first + 1, second), name.substring(second + 1));
        }
    }

    static Id id(Storage.Reader part, MountEntry mount, String what) {
        return new Id(NamespaceStore.idOf(part), mount.uuid(), what);
    }

    /** Takes in what an engine says of a thing of its mount. */
    public void say(Storage.Writer part, MountEntry mount, Rotation rotation) {
        if (rotation.what().isEmpty() || rotation.what().length() > MOST_NAME) throw new Problem.Invalid("a name is too long to be rotated by schedule").asException();
        var id = id(part, mount, rotation.what());
        save(part, id, get(part, id).orElse(RotationRow.NEW).said(rotation));
    }

    /** Keeps nothing more of a thing of a mount: it is gone, or left as it is. */
    public void forget(Storage.Writer part, MountEntry mount, String what) {
        forget(part, id(part, mount, what));
    }

    Optional<RotationRow> get(Storage.Reader part, Id id) {
        return rows.get(part, id.row());
    }

    /** The rows of a mount in the order of their names, a page of them. */
    List<Map.Entry<String, RotationRow>> page(Storage.Reader part, MountEntry mount, String after, int limit) {
        var prefix = mount.uuid() + "/";
        return rows.scan(part, prefix, after.isEmpty() ? "" : prefix + after, limit).stream().map(row -> Map.entry(row.getKey().substring(prefix.length()), row.getValue())).toList();
    }

    void save(Storage.Writer part, Id id, RotationRow row) {
        var before = get(part, id);
        if (before.isPresent() && before.get().equals(row)) return;
        before.flatMap(RotationRow::due).ifPresent(at -> DUE.remove(part, at, id.name()));
        row.due().ifPresent(at -> DUE.add(part, at, id.name()));
        mark(part, id, row.isLate());
        rows.put(part, id.row(), row);
    }

    void forget(Storage.Writer part, Id id) {
        get(part, id).flatMap(RotationRow::due).ifPresent(at -> DUE.remove(part, at, id.name()));
        mark(part, id, false);
        rows.delete(part, id.row());
    }

    private static void mark(Storage.Writer any, Id id, boolean late) {
        var whole = NamespaceStore.view(any, Namespace.ROOT_ID);
        if (late) whole.put(LATE + id.name(), NOTHING);
        else whole.delete(LATE + id.name());
    }

    /** How many things are late, up to a bound: those that failed or missed their window, and those that nobody has begun with since a time. */
    static long late(Storage.Reader any, Instant since, int most) {
        var whole = NamespaceStore.view(any, Namespace.ROOT_ID);
        return (long) whole.scan(LATE, "", most).size() + DUE.due(any, since, most).size();
    }

    // ---- when a mount goes ----

    @Override
    public void removed(Storage.Writer part, MountEntry mount) {
        while (true) {
            var page = page(part, mount, "", PAGE);
            if (page.isEmpty()) return;
            for (var row : page) forget(part, id(part, mount, row.getKey()));
        }
    }

    /** Its rows went with its part; what names them is here. */
    @Override
    public void removed(Storage.Writer store, Namespace namespace) {
        Mounts.deleteAll(store, LATE + namespace.id() + "/");
        var last = new TimeIndex.Due(Instant.EPOCH, "");
        while (true) {
            var page = DUE.after(store, last, PAGE);
            if (page.isEmpty()) return;
            page.stream().filter(due -> due.name().startsWith(namespace.id() + "/")).forEach(due -> DUE.remove(store, due.at(), due.name()));
            last = page.getLast();
        }
    }

    @Override
    public void moved(Storage.Writer store, MountEntry from, String to) {}

    @Override
    public void settled() {}
}
