package watchword.core.audit.chain;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The hash of a growing list, RFC 6962 section 2.1: a leaf is {@code SHA-256(0x00 || entry)}, a node {@code SHA-256(0x01 || left || right)};
 * an entry is the hash of a line. Keeps one hash for each complete subtree, so it stays small however long the list. One thread at a time.
 */
final class MerkleTree {
    private final MessageDigest sha = Hashes.sha256();
    private final List<byte[]> complete = new ArrayList<>();
    private long size;

    long size() {
        return size;
    }

    void add(byte[] entry) {
        sha.update((byte) 0);
        var node = sha.digest(entry);
        for (long bits = size; (bits & 1) == 1; bits >>= 1) node = node(complete.removeLast(), node);
        complete.add(node);
        size++;
    }

    /** The empty list has the hash of nothing. */
    byte[] root() {
        if (size == 0) return sha.digest();
        var root = complete.getLast();
        for (int i = complete.size() - 2; i >= 0; i--) root = node(complete.get(i), root);
        return root;
    }

    private byte[] node(byte[] left, byte[] right) {
        sha.update((byte) 1);
        sha.update(left);
        return sha.digest(right);
    }

    void clear() {
        complete.clear();
        size = 0;
    }
}
