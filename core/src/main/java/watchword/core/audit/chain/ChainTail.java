package watchword.core.audit.chain;

import java.nio.charset.StandardCharsets;

/**
 * The two fields that end every line of a chain, exactly in this form: {@code ,"seq":17,"prev":"<64 hex digits>"}} and the closing brace.
 *
 * @param prev SHA-256 of the line before, without its line end, in lower-case hex
 */
public record ChainTail(long seq, String prev) {
    static final byte[] SEQ = ",\"seq\":".getBytes(StandardCharsets.US_ASCII);
    static final byte[] PREV = ",\"prev\":\"".getBytes(StandardCharsets.US_ASCII);
    static final byte[] END = "\"}".getBytes(StandardCharsets.US_ASCII);
    /** No number needs more digits. */
    private static final int MAX_DIGITS = 18;

    /** How long a tail is at most. */
    static final int MAX_LENGTH = SEQ.length + MAX_DIGITS + PREV.length + Hashes.HEX + END.length;

    /** Null when the line (without line end) does not end as a line of a chain must. */
    public static @org.jspecify.annotations.Nullable ChainTail of(byte[] bytes, int from, int to) {
        int hash = to - END.length - Hashes.HEX;
        int digitsEnd = hash - PREV.length;
        if (digitsEnd - from < SEQ.length + 1 || !matches(bytes, to - END.length, END) || !matches(bytes, digitsEnd, PREV)) return null;
        for (int i = hash; i < to - END.length; i++) if (!Hashes.isHexDigit(bytes[i])) return null;
        int digits = digitsEnd;
        while (digits > from && isDigit(bytes[digits - 1])) digits--;
        if (digits == digitsEnd || digitsEnd - digits > MAX_DIGITS || bytes[digits] == '0') return null;
        if (digits - SEQ.length < from || !matches(bytes, digits - SEQ.length, SEQ)) return null;
        long seq = 0;
        for (int i = digits; i < digitsEnd; i++) seq = seq * 10 + bytes[i] - '0';
        return new ChainTail(seq, new String(bytes, hash, Hashes.HEX, StandardCharsets.ISO_8859_1));
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static boolean matches(byte[] bytes, int at, byte[] what) {
        for (int i = 0; i < what.length; i++) if (bytes[at + i] != what[i]) return false;
        return true;
    }
}
