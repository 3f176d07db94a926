package watchword.core.policy.advise;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Lines of a log in bounded memory: one that is too long is passed over and counted. One thread. */
final class LongLines {
    /** A request of the largest body that the server takes, in escapes, is shorter. */
    private static final int LONGEST = 32 << 20;

    private final InputStream from;
    private final byte[] chunk = new byte[64 << 10];
    private int at;
    private int filled;
    private byte[] line = new byte[8 << 10];
    private int length;
    private long tooLong;

    LongLines(InputStream from) {
        this.from = from;
    }

    /** Moves on to the next line. */
    boolean next() throws IOException {
        length = 0;
        boolean over = false;
        while (at < filled || fill()) {
            int end = at;
            while (end < filled && chunk[end] != '\n') end++;
            over = over || !took(end - at);
            boolean ended = end < filled;
            at = ended ? end + 1 : end;
            if (ended && !over) return true;
            if (ended) {
                tooLong++;
                length = 0;
                over = false;
            }
        }
        if (over) tooLong++;
        return length > 0 && !over;
    }

    private boolean fill() throws IOException {
        at = 0;
        filled = Math.max(from.read(chunk, 0, chunk.length), 0);
        return filled > 0;
    }

    private boolean took(int count) {
        if (length + count > LONGEST) return false;
        if (length + count > line.length) line = Arrays.copyOf(line, Math.min(Math.max(line.length * 2, length + count), LONGEST));
        System.arraycopy(chunk, at, line, length, count);
        length += count;
        return true;
    }

    /** Of the current line, without its line end. */
    byte[] bytes() {
        return line;
    }

    int length() {
        return length;
    }

    long tooLong() {
        return tooLong;
    }
}
