package watchword.core.audit.chain;

import java.util.Arrays;

/**
 * Whole lines one behind the other, each with its line end, as they go out in one write. Reused from batch to batch; one thread at a time.
 */
public final class LineBatch {
    private static final int KEPT = 4 << 20;

    private byte[] bytes = new byte[64 << 10];
    private int[] ends = new int[64];
    private int lines;
    private int length;

    /** The array behind; only the first {@link #length} bytes mean anything. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    public int lines() {
        return lines;
    }

    /** Where line {@code index} begins. */
    public int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    /** Where line {@code index} ends, behind its line end. */
    public int end(int index) {
        return ends[index];
    }

    void append(byte[] part) {
        append(part, part.length);
    }

    void append(byte[] part, int count) {
        reserve(count);
        System.arraycopy(part, 0, bytes, length, count);
        length += count;
    }

    void append(long number) {
        reserve(20);
        int digits = 1;
        for (long rest = number; rest > 9; rest /= 10) digits++;
        for (int at = length + digits - 1; at >= length; at--, number /= 10) bytes[at] = (byte) ('0' + number % 10);
        length += digits;
    }

    private void reserve(int count) {
        if (length + count > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }

    void endLine() {
        reserve(1);
        bytes[length++] = '\n';
        if (lines == ends.length) ends = Arrays.copyOf(ends, lines * 2);
        ends[lines++] = length;
    }

    public void clear() {
        if (bytes.length > KEPT) bytes = new byte[64 << 10];
        lines = 0;
        length = 0;
    }

    /** Drops the first {@code count} lines, which are out. */
    public void dropFirst(int count) {
        int cut = start(count);
        System.arraycopy(bytes, cut, bytes, 0, length - cut);
        for (int i = count; i < lines; i++) ends[i - count] = ends[i] - cut;
        lines -= count;
        length -= cut;
    }
}
