package watchword.core.snapshot;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, in the form that {@code sha256sum} reads and writes. */
final class Digests {
    private Digests() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java cannot do SHA-256", missing);
        }
    }

    static String line(MessageDigest digest, String name) {
        return HexFormat.of().formatHex(digest.digest()) + "  " + name + "\n";
    }
}
