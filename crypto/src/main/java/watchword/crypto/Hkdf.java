package watchword.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.regex.Pattern;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Makes one key into many (RFC 5869, HKDF-SHA256): a key for each purpose, so that no two purposes share one and none tells anything of
 * another or of the first. The label is part of what is stored with a key, for ever: changing it changes the key.
 */
public final class Hkdf {
    private static final byte[] SALT = "watchword/1".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9./_-]{0,199}");

    private Hkdf() {}

    /**
     * @param label what the key is for, such as {@code token/hash}; a purpose has one label and a label one purpose
     * @param bytes 1 to 8160
     */
    public static LockedKey derive(SecretKey from, String label, int bytes) {
        if (!LABEL.matcher(label).matches()) throw new IllegalArgumentException("not a key label: " + label);
        return LockedKey.taking(expand(from, SALT, label.getBytes(StandardCharsets.US_ASCII), bytes));
    }

    /** Plain extract and expand. */
    static byte[] expand(SecretKey from, byte[] salt, byte[] info, int bytes) {
        try {
            var parameters = HKDFParameterSpec.ofExtract().addIKM(from).addSalt(salt).thenExpand(info, bytes);
            return KDF.getInstance("HKDF-SHA256").deriveData(parameters);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java cannot do HKDF-SHA256", missing);
        }
    }
}
