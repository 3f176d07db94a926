package watchword.core.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Numbers lines and ties each to the one before it: {@code prev} is the SHA-256 of the line before, without its line end. Now and then a
 * checkpoint line holds the Merkle root (RFC 6962 section 2.1) over the lines since the last, signed. One thread at a time.
 */
final class Chain {
    static final String START = "0".repeat(64);
    static final int LINES_PER_CHECKPOINT = 1000;

    private static final HexFormat HEX = HexFormat.of();

    private final CheckpointKey key;
    private final MessageDigest sha = sha256();
    private final List<byte[]> sinceCheckpoint = new ArrayList<>();
    private long seq;
    private String prev;

    Chain(CheckpointKey key, long lastSeq, String lastHash) {
        this.key = key;
        this.seq = lastSeq;
        this.prev = lastHash;
    }

    /** Where the chain stands: the number and hash of its last line. */
    record Head(long seq, String hash) {}

    Head head() {
        return new Head(seq, prev);
    }

    /** Completes a line that {@link LineFormat#open} began, line end included. */
    byte[] close(byte[] open) {
        var tail = (",\"seq\":" + (seq + 1) + ",\"prev\":\"" + prev + "\"}").getBytes(StandardCharsets.US_ASCII);
        var line = new byte[open.length + tail.length + 1];
        System.arraycopy(open, 0, line, 0, open.length);
        System.arraycopy(tail, 0, line, open.length, tail.length);
        line[line.length - 1] = '\n';
        sha.update(line, 0, line.length - 1);
        var hash = sha.digest();
        seq++;
        prev = HEX.formatHex(hash);
        sinceCheckpoint.add(hash);
        return line;
    }

    int linesSinceCheckpoint() {
        return sinceCheckpoint.size();
    }

    /** A checkpoint over the lines since the last one. */
    byte[] checkpoint(String time) {
        var root = HEX.formatHex(MerkleTree.root(sinceCheckpoint));
        long covered = sinceCheckpoint.size();
        var signed = signedText(seq + 1, covered, root, prev);
        var open = "{\"time\":\"" + time + "\",\"type\":\"checkpoint\",\"lines\":" + covered + ",\"root\":\"" + root + "\",\"key\":\"" + key.id()
                + "\",\"signature\":\"" + key.sign(signed) + "\"";
        var line = close(open.getBytes(StandardCharsets.US_ASCII));
        sinceCheckpoint.clear();
        return line;
    }

    /** What a checkpoint's signature is over. */
    static byte[] signedText(long seq, long lines, String root, String prev) {
        return ("watchword audit checkpoint\n" + seq + "\n" + lines + "\n" + root + "\n" + prev + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    static String hash(byte[] line) {
        return HEX.formatHex(sha256().digest(line));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** A state to fall back to when a batch could not be written. */
    record Mark(long seq, String prev, int since) {}

    Mark mark() {
        return new Mark(seq, prev, sinceCheckpoint.size());
    }

    void reset(Mark mark) {
        seq = mark.seq();
        prev = mark.prev();
        while (sinceCheckpoint.size() > mark.since()) sinceCheckpoint.removeLast();
    }
}
