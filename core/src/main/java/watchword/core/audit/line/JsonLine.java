package watchword.core.audit.line;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes JSON as plain ASCII into an array that is used again: whatever is not printable ASCII is escaped, so no text can end a line,
 * move a terminal's cursor or turn the reading direction. One thread at a time.
 */
public final class JsonLine {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int KEPT = 1 << 20;
    private static final int FIRST = 4096;

    private byte[] bytes = new byte[FIRST];
    private int length;
    /** Whether the next member or element needs a comma before it. */
    private boolean comma;

    private void reserve(int count) {
        if (bytes.length - length < count) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(length, count)));
    }

    private void raw(char c) {
        reserve(1);
        bytes[length++] = (byte) c;
    }

    private void separate() {
        if (comma) raw(',');
        comma = true;
    }

    public JsonLine beginObject() {
        separate();
        raw('{');
        comma = false;
        return this;
    }

    public JsonLine endObject() {
        raw('}');
        comma = true;
        return this;
    }

    public JsonLine beginArray() {
        separate();
        raw('[');
        comma = false;
        return this;
    }

    public JsonLine endArray() {
        raw(']');
        comma = true;
        return this;
    }

    public JsonLine name(String name) {
        separate();
        quoted(name);
        raw(':');
        comma = false;
        return this;
    }

    public JsonLine text(String text) {
        separate();
        quoted(text);
        return this;
    }

    /** A member whose value is empty is left out, as in the field. */
    public void member(String name, String text) {
        if (!text.isEmpty()) name(name).text(text);
    }

    public void number(long number) {
        separate();
        reserve(20);
        if (number < 0) {
            plain(Long.toString(number));
            return;
        }
        int digits = 1;
        for (long rest = number; rest > 9; rest /= 10) digits++;
        for (int at = length + digits - 1; at >= length; at--, number /= 10) bytes[at] = (byte) ('0' + number % 10);
        length += digits;
    }

    public void truth(boolean truth) {
        separate();
        plain(truth ? "true" : "false");
    }

    void nothing() {
        separate();
        plain("null");
    }

    /** A number that is not a long, as it was written. */
    void number(Number number) {
        separate();
        plain(number.toString());
    }

    private void plain(String ascii) {
        reserve(ascii.length());
        for (int i = 0; i < ascii.length(); i++) bytes[length++] = (byte) ascii.charAt(i);
    }

    /** {@code prefix} and the hash in hex, as a text. */
    void hash(byte[] prefix, byte[] hash) {
        separate();
        reserve(prefix.length + hash.length * 2 + 2);
        bytes[length++] = '"';
        System.arraycopy(prefix, 0, bytes, length, prefix.length);
        length += prefix.length;
        for (byte b : hash) {
            bytes[length++] = HEX[b >> 4 & 15];
            bytes[length++] = HEX[b & 15];
        }
        bytes[length++] = '"';
    }

    private void quoted(String text) {
        int count = text.length();
        reserve(Math.addExact(count, 2));
        bytes[length++] = '"';
        int i = 0;
        for (; i < count; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') break;
            bytes[length++] = (byte) c;
        }
        for (; i < count; i++) escaped(isHalf(text, i) ? '\ufffd' : text.charAt(i), count - i);
        raw('"');
    }

    /** A surrogate without its other half is no text; some readers would refuse the line for it. */
    private static boolean isHalf(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }

    private void escaped(char c, int left) {
        reserve(left + 8);
        if (c >= 0x20 && c <= 0x7e && c != '"' && c != '\\') {
            bytes[length++] = (byte) c;
            return;
        }
        bytes[length++] = '\\';
        switch (c) {
            case '"', '\\' -> bytes[length++] = (byte) c;
            case '\n' -> bytes[length++] = 'n';
            case '\r' -> bytes[length++] = 'r';
            case '\t' -> bytes[length++] = 't';
            default -> {
                bytes[length++] = 'u';
                for (int shift = 12; shift >= 0; shift -= 4) bytes[length++] = HEX[c >> shift & 15];
            }
        }
    }

    public int length() {
        return length;
    }

    /** Members that were written before, in this form: from the comma in front of the first to the end of the last. */
    public void again(byte[] line, int from, int to) {
        reserve(to - from);
        System.arraycopy(line, from, bytes, length, to - from);
        length += to - from;
        comma = true;
    }

    public byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    /** Begins anew; what was written is overwritten where it may hold what should not stay. */
    public void clear(boolean wipe) {
        if (wipe) Arrays.fill(bytes, 0, length, (byte) 0);
        if (bytes.length > KEPT) bytes = new byte[FIRST];
        length = 0;
        comma = false;
    }
}
