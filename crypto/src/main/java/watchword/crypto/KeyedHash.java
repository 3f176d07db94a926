package watchword.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import watchword.sdk.Secret;

/**
 * HMAC-SHA256 under a key for one purpose. What is looked up or compared by secret (tokens, API keys, one-time codes) is stored as this:
 * the store then tells nothing, and comparing costs the same for every value. Any thread.
 */
public final class KeyedHash implements AutoCloseable {
    /** Length of a hash. */
    public static final int BYTES = 32;
    private static final String HMAC = "HmacSHA256";

    private final LockedKey key;

    /** Takes {@code key} over and closes it with itself. Make the key with {@link Hkdf#derive}, one for each purpose. */
    public KeyedHash(LockedKey key) {
        this.key = key;
    }

    public byte[] of(byte[] value) {
        return of(key, value);
    }

    /** Under a key that is itself kept in the store, such as a mount's own: it comes and goes with its row, and is locked nowhere. */
    public static byte[] of(Secret storedKey, byte[] value) {
        return storedKey.use(bytes -> of(new SecretKeySpec(bytes, HMAC), value));
    }

    private static byte[] of(Key key, byte[] value) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(value);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java cannot do HMAC-SHA256", missing);
        }
    }

    public byte[] of(Secret value) {
        return value.use(this::of);
    }

    public byte[] of(String value) {
        return of(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether {@code expected} is the hash of {@code value}; in constant time. */
    public boolean matches(Secret value, byte[] expected) {
        return MessageDigest.isEqual(of(value), expected);
    }

    @Override
    public void close() {
        key.close();
    }
}
