package watchword.core.audit.chain;

/**
 * Where a chain stands: the number of its last line, and that line's SHA-256 in hex. Kept outside the log, it shows a log cut short.
 */
public record ChainHead(long seq, String hash) {
    /** Before the first line. */
    public static final ChainHead START = new ChainHead(0, "0".repeat(64));

    public ChainHead {
        if (seq < 0 || !Hashes.isHex(hash)) throw new IllegalArgumentException("not a chain head");
    }

    /** @param text as {@link #toString} writes it: {@code seq:hash} */
    public static ChainHead parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 1) throw new IllegalArgumentException("not a chain head");
        return new ChainHead(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1));
    }

    @Override
    public String toString() {
        return seq + ":" + hash;
    }
}
