package watchword.core.snapshot;

import java.util.ArrayDeque;
import java.util.Optional;
import watchword.sdk.Storage.Entry;
import watchword.sdk.Storage.Reader;

/** All entries of a store in byte order, a page in memory. Pages grow while entries are small: {@value #MOST} entries at most. */
final class EntryWalk {
    private static final int MOST = 128;
    private static final int PAGE_BYTES = 1 << 20;

    private final Reader store;
    private final ArrayDeque<Entry> page = new ArrayDeque<>();
    private String last = "";
    private int limit = 8;
    private boolean ended;

    EntryWalk(Reader store) {
        this.store = store;
    }

    /** The entry that {@link #next} would give. */
    Optional<Entry> peek() {
        if (page.isEmpty() && !ended) fill();
        return Optional.ofNullable(page.peek());
    }

    Optional<Entry> next() {
        var entry = peek();
        page.poll();
        return entry;
    }

    private void fill() {
        var found = store.scan("", last, limit);
        ended = found.size() < limit;
        if (found.isEmpty()) return;
        page.addAll(found);
        last = found.getLast().key();
        long bytes = found.stream().mapToLong(entry -> entry.value().length).sum();
        limit = bytes > PAGE_BYTES ? Math.max(1, limit / 8) : Math.min(MOST, limit * 2);
    }
}
