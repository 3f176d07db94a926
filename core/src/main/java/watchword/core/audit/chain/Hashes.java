package watchword.core.audit.chain;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, and its hex form. */
final class Hashes {
    static final int BYTES = 32;
    static final int HEX = 64;

    private static final HexFormat FORMAT = HexFormat.of();

    private Hashes() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    static String hex(byte[] hash) {
        return FORMAT.formatHex(hash);
    }

    static String hash(byte[] bytes, int from, int to) {
        var sha = sha256();
        sha.update(bytes, from, to - from);
        return hex(sha.digest());
    }

    static boolean isHex(String text) {
        if (text.length() != HEX) return false;
        for (int i = 0; i < HEX; i++) if (!isHexDigit(text.charAt(i))) return false;
        return true;
    }

    /** Lower case only, so that a hash has one form. */
    static boolean isHexDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
}
