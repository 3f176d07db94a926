package watchword.core.audit.chain;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/**
 * What the end of an existing log says about where its chain stands.
 *
 * @param last the last line; number 0 when the log has lines but none of a chain
 * @param sinceCheckpoint hashes of the lines that no checkpoint covers yet, 32 bytes each; empty when that cannot be told from this piece
 * @param isCovered whether {@code sinceCheckpoint} could be told: if not, an earlier piece of the log may help
 * @param tornBytes how much stands behind the last line that is no line: what a crash left of a write; without its last line end
 * @param tornHash SHA-256 of that, hex; empty when there is none
 * @param lacksLineEnd whether the very last byte is something else than a line end
 */
@SuppressWarnings("ArrayRecordComponent") // read once, by the chain that goes on; never compared
public record LogEnd(ChainHead last, byte[] sinceCheckpoint, boolean isCovered, long tornBytes, String tornHash, boolean lacksLineEnd) {
    /** Of a log without a byte. */
    public static final LogEnd EMPTY = new LogEnd(ChainHead.START, new byte[0], true, 0, "", false);

    public boolean isTorn() {
        return tornBytes > 0;
    }

    public boolean isEmpty() {
        return last.equals(ChainHead.START) && !isTorn();
    }

    /**
     * Reads a piece of a log.
     *
     * @param whole whether {@code bytes} is all of the log; if not, it is its end, and what precedes the first line end is skipped
     */
    public static LogEnd of(byte[] bytes, int length, boolean whole) {
        return new Scan(bytes, length, whole).end();
    }

    private static final class Scan {
        private final byte[] bytes;
        private final int length;
        private final ByteArrayOutputStream since = new ByteArrayOutputStream();
        private ChainHead last = ChainHead.START;
        private boolean covered;
        private int behindLast;

        Scan(byte[] bytes, int length, boolean whole) {
            this.bytes = bytes;
            this.length = length;
            int start = whole ? 0 : lineEnd(0) + 1;
            this.behindLast = Math.min(start, length);
            while (start < length) {
                int end = lineEnd(start);
                line(start, end);
                start = end + 1;
            }
        }

        /** Where the line that begins at {@code from} ends; the last one may lack its line end. */
        private int lineEnd(int from) {
            int at = from;
            while (at < length && bytes[at] != '\n') at++;
            return at;
        }

        private void line(int start, int end) {
            var tail = ChainTail.of(bytes, start, end);
            if (tail == null && (last.seq() > 0 || end == length)) return; // unfinished, or what is left of a torn write
            var hash = Hashes.hash(bytes, start, end);
            last = new ChainHead(tail == null ? 0 : tail.seq(), hash);
            behindLast = Math.min(end + 1, length);
            if (tail == null) return;
            if (LineFields.isOfType(bytes, start, end, Checkpoint.TYPE)) {
                since.reset();
                covered = true;
            } else {
                covered |= tail.seq() == 1;
                since.writeBytes(HexFormat.of().parseHex(hash));
            }
        }

        LogEnd end() {
            boolean lacksLineEnd = length > 0 && bytes[length - 1] != '\n';
            int tornEnd = lacksLineEnd ? length : length - 1;
            int torn = Math.max(tornEnd - behindLast, 0);
            return new LogEnd(last, covered ? since.toByteArray() : new byte[0], covered, torn, torn > 0 ? Hashes.hash(bytes, behindLast, tornEnd) : "",
                    lacksLineEnd);
        }
    }
}
