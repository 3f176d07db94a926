package watchword.core.audit.chain;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a log, one after the other, without a copy of each. One thread at a time. */
final class LogLines {
    private static final int LONGEST = 512 << 20;

    private final InputStream from;
    private byte[] bytes = new byte[128 << 10];
    private int filled;
    private int start;
    private int end = -1;
    private boolean ended;
    private boolean hasLineEnd;
    private long number;

    LogLines(InputStream from) {
        this.from = from;
    }

    /** Moves on to the next line. */
    boolean next() throws IOException {
        start = end + 1;
        int looked = start;
        while (true) {
            for (; looked < filled; looked++) {
                if (bytes[looked] == '\n') return line(looked, true);
            }
            if (ended) return start < filled && line(filled, false);
            looked -= start;
            fill();
            looked += start;
        }
    }

    private boolean line(int at, boolean lineEnd) {
        end = at;
        hasLineEnd = lineEnd;
        number++;
        return true;
    }

    private void fill() throws IOException {
        int rest = Math.max(filled - start, 0);
        if (start > 0) System.arraycopy(bytes, Math.min(start, filled), bytes, 0, rest);
        else if (rest == bytes.length) bytes = Arrays.copyOf(bytes, Math.multiplyExact(bytes.length, 2));
        if (bytes.length > LONGEST) throw new IOException("line " + (number + 1) + " is longer than " + (LONGEST >> 20) + " MiB");
        start = 0;
        end = -1;
        filled = rest;
        int read = from.read(bytes, filled, bytes.length - filled);
        if (read < 0) ended = true;
        else filled += read;
    }

    byte[] bytes() {
        return bytes;
    }

    int start() {
        return start;
    }

    /** Behind the last byte, before the line end. */
    int end() {
        return end;
    }

    boolean hasLineEnd() {
        return hasLineEnd;
    }

    /** Of the current line, from 1. */
    long number() {
        return number;
    }
}
