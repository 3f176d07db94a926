package watchword.engines.kv;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** A page of a folder, as a list or scan asks for it. */
record Folder(
        @Doc("Path of the folder; the mount's root when empty.") String path,
        @Doc("Only names after this one, which need not exist.") String after,
        @Doc("At most so many names; all of them when 0.") int limit) {

    /** The names found. */
    record Keys(@Doc("Names below the folder, sorted; a folder ends in a slash.") List<String> keys) {}

    private static final int PAGE = 500;

    String prefix() {
        return path.isEmpty() || path.endsWith("/") ? path : path + "/";
    }

    /** @throws Problem.ProblemException 404 when there is nothing: an empty folder does not exist */
    List<String> names(Table<?> rows, Storage.Reader store, int most) {
        return found(rows.names(store, prefix(), after, upTo(most)));
    }

    /** Everything below the folder, in the order of whole names; no name is a folder. */
    List<String> namesBelow(Table<?> rows, Storage.Reader store, int most) {
        var names = new ArrayList<String>();
        var open = new ArrayDeque<Level>();
        resume(rows, store, open);
        while (!open.isEmpty() && names.size() < upTo(most)) {
            var level = open.peek();
            var name = level.next();
            if (name.isEmpty()) open.pop();
            else if (name.endsWith("/")) open.push(new Level(rows, store, prefix(), level.folder + name, ""));
            else names.add(level.folder + name);
        }
        return found(names);
    }

    /** Goes down to where {@link #after} is, leaving on every level what comes later there. */
    private void resume(Table<?> rows, Storage.Reader store, Deque<Level> open) {
        int from = 0;
        for (int slash = after.indexOf('/'); slash >= 0; slash = after.indexOf('/', from)) {
            open.push(new Level(rows, store, prefix(), after.substring(0, from), after.substring(from, slash + 1)));
            from = slash + 1;
        }
        open.push(new Level(rows, store, prefix(), after.substring(0, from), after.substring(from)));
    }

    private int upTo(int most) {
        return limit > 0 ? Math.min(limit, most) : most;
    }

    private static List<String> found(List<String> names) {
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return names;
    }

    /** One folder on the way down, read a page at a time. */
    private static final class Level {
        private final Table<?> rows;
        private final Storage.Reader store;
        private final String prefix;
        private final String folder;
        private final Deque<String> page = new ArrayDeque<>();
        private String last;
        private boolean more = true;

        Level(Table<?> rows, Storage.Reader store, String prefix, String folder, String after) {
            this.rows = rows;
            this.store = store;
            this.prefix = prefix;
            this.folder = folder;
            this.last = after;
        }

        /** Empty at the end; no name is. */
        String next() {
            if (page.isEmpty() && more) {
                page.addAll(rows.names(store, prefix + folder, last, PAGE));
                more = page.size() == PAGE;
            }
            if (page.isEmpty()) return "";
            last = page.pop();
            return last;
        }
    }
}
