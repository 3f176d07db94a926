package watchword.core.audit.chain;

import java.security.DigestException;
import java.security.MessageDigest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Numbers lines and ties each to the one before it. Lines are linked into a batch, and count only when the batch was written: what was
 * not is taken back, so that a failed write leaves no hole in the numbers. One thread at a time.
 */
public final class Chain {
    /** What {@link #link} adds to a line at most, its line end included. */
    public static final int TAIL_BYTES = ChainTail.MAX_LENGTH + 1;

    private static final HexFormat HEX = HexFormat.of();

    private final String id;
    private final CheckpointSigner signer;
    private final MessageDigest sha = Hashes.sha256();
    private final MerkleTree sinceCheckpoint = new MerkleTree();
    private ChainHead head;
    private long firstSinceCheckpoint;

    private long linked;
    private final byte[] prev = new byte[Hashes.HEX];
    private byte[] pending = new byte[64 * Hashes.BYTES];
    private int pendingLines;

    /**
     * @param id of the chain: letters and digits, the same for all its life
     * @param head where it goes on
     * @param sinceCheckpoint hashes of the lines, up to the head, that no checkpoint covers yet, 32 bytes each
     */
    public Chain(String id, CheckpointSigner signer, ChainHead head, byte[] sinceCheckpoint) {
        this.id = id;
        this.signer = signer;
        this.head = head;
        for (int at = 0; at < sinceCheckpoint.length; at += Hashes.BYTES) this.sinceCheckpoint.add(Arrays.copyOfRange(sinceCheckpoint, at, at + Hashes.BYTES));
        this.firstSinceCheckpoint = head.seq() + 1 - this.sinceCheckpoint.size();
        rollBack();
    }

    public String id() {
        return id;
    }

    /** The last line that was committed. */
    public ChainHead head() {
        return head;
    }

    public long linesSinceCheckpoint() {
        return sinceCheckpoint.size();
    }

    /** Adds a line to the batch. @param open an object as ASCII JSON without its closing brace, with at least one member */
    public void link(LineBatch batch, byte[] open) {
        int start = batch.length();
        batch.append(open);
        appendTail(batch, linked + 1, prev);
        sha.update(batch.bytes(), start, batch.length() - start);
        remember();
        batch.endLine();
        linked++;
    }

    static void appendTail(LineBatch batch, long seq, byte[] prev) {
        batch.append(ChainTail.SEQ);
        batch.append(seq);
        batch.append(ChainTail.PREV);
        batch.append(prev);
        batch.append(ChainTail.END);
    }

    private void remember() {
        int at = pendingLines * Hashes.BYTES;
        if (at == pending.length) pending = Arrays.copyOf(pending, at * 2);
        try {
            sha.digest(pending, at, Hashes.BYTES);
        } catch (DigestException impossible) {
            throw new IllegalStateException(impossible);
        }
        pendingLines++;
        for (int i = 0; i < Hashes.BYTES; i++) {
            prev[2 * i] = (byte) HEX.toHighHexDigit(pending[at + i]);
            prev[2 * i + 1] = (byte) HEX.toLowHexDigit(pending[at + i]);
        }
    }

    /** The first {@code lines} linked since the last commit are written; the others wait. */
    public void commit(int lines) {
        if (lines == 0) return;
        for (int i = 0; i < lines; i++) sinceCheckpoint.add(hash(i));
        head = new ChainHead(head.seq() + lines, Hashes.hex(hash(lines - 1)));
        System.arraycopy(pending, lines * Hashes.BYTES, pending, 0, (pendingLines - lines) * Hashes.BYTES);
        pendingLines -= lines;
    }

    private byte[] hash(int line) {
        return Arrays.copyOfRange(pending, line * Hashes.BYTES, (line + 1) * Hashes.BYTES);
    }

    /** Forgets what was linked and not committed. */
    public void rollBack() {
        linked = head.seq();
        pendingLines = 0;
        System.arraycopy(head.hash().getBytes(StandardCharsets.US_ASCII), 0, prev, 0, prev.length);
    }

    /** Adds a checkpoint over the committed lines; nothing else may be pending. After its commit the next one begins. */
    public void linkCheckpoint(LineBatch batch, Instant time) {
        if (pendingLines != 0) throw new IllegalStateException("a checkpoint covers committed lines only");
        var root = Hashes.hex(sinceCheckpoint.root());
        link(batch, Checkpoint.signed(time.toString(), id, head, firstSinceCheckpoint, sinceCheckpoint.size(), root, signer).open());
    }

    /** Commits the line that {@link #linkCheckpoint} added. */
    public void commitCheckpoint() {
        commit(1);
        sinceCheckpoint.clear();
        firstSinceCheckpoint = head.seq() + 1;
    }
}
