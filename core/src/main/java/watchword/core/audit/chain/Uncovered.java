package watchword.core.audit.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Hashes of the lines since the last checkpoint. One thread. */
final class Uncovered {
    /** Enough for any checkpoint interval; beyond it the root is not checked, and the reader is told. */
    private static final int MAX_KEPT = 2 << 20;

    private final List<byte[]> hashes = new ArrayList<>();
    private long first;
    private long next;
    private long lines;

    void add(long seq, byte[] hash) {
        if (hashes.isEmpty()) first = seq;
        else if (seq != next) first = Long.MAX_VALUE; // out of order: no root can hold
        next = seq + 1;
        lines++;
        if (hashes.size() < MAX_KEPT) hashes.add(hash);
    }

    long lines() {
        return lines;
    }

    /** Number of the first line. */
    long first() {
        return first;
    }

    boolean isTooLong() {
        return lines > MAX_KEPT;
    }

    /** The root of the last {@code count} lines, if those are what begins with {@code from}. */
    Optional<String> root(long from, long count) {
        if (count > 0 && (hashes.isEmpty() || from < first || from + count != next)) return Optional.empty();
        var tree = new MerkleTree();
        for (int i = hashes.size() - (int) count; i < hashes.size(); i++) tree.add(hashes.get(i));
        return Optional.of(Hashes.hex(tree.root()));
    }

    void clear() {
        hashes.clear();
        lines = 0;
        next = 0;
    }
}
