package watchword.core.audit;

import java.security.MessageDigest;
import java.util.List;

/** The hash of a list, RFC 6962 section 2.1: leaves are {@code H(0x00 || leaf)}, nodes {@code H(0x01 || left || right)}. */
final class MerkleTree {
    private MerkleTree() {}

    static byte[] root(List<byte[]> leaves) {
        return leaves.isEmpty() ? Chain.sha256().digest() : root(leaves, Chain.sha256());
    }

    private static byte[] root(List<byte[]> leaves, MessageDigest sha) {
        if (leaves.size() == 1) {
            sha.update((byte) 0);
            return sha.digest(leaves.getFirst());
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        var left = root(leaves.subList(0, split), sha);
        var right = root(leaves.subList(split, leaves.size()), sha);
        sha.update((byte) 1);
        sha.update(left);
        return sha.digest(right);
    }
}
