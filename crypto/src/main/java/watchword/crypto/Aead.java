package watchword.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits, {@code nonce || ciphertext || tag}. A name is bound to each message as
 * associated data. One key may seal at most 2^32 messages; {@link Keyring} counts them.
 */
public final class Aead {
    public static final int KEY_BYTES = 32;
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;

    private Aead() {}

    /** @param offset how many bytes to leave free at the front of what is returned */
    static byte[] seal(SecretKeySpec key, String name, byte[] plain, SecureRandom random, int offset) {
        try {
            var nonce = new byte[NONCE_BYTES];
            random.nextBytes(nonce);
            var sealed = new byte[offset + NONCE_BYTES + plain.length + TAG_BYTES];
            System.arraycopy(nonce, 0, sealed, offset, NONCE_BYTES);
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
            cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
            cipher.doFinal(plain, 0, plain.length, sealed, offset + NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** Empty for anything that was not sealed under this key and name: one answer for every way to be wrong. */
    static Optional<byte[]> open(SecretKeySpec key, String name, byte[] sealed, int offset) {
        if (sealed.length < offset + NONCE_BYTES + TAG_BYTES) return Optional.empty();
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * 8, sealed, offset, NONCE_BYTES));
            cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
            return Optional.of(cipher.doFinal(sealed, offset + NONCE_BYTES, sealed.length - offset - NONCE_BYTES));
        } catch (javax.crypto.AEADBadTagException forged) {
            return Optional.empty();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    public static byte[] seal(byte[] key, String name, byte[] plain, SecureRandom random) {
        return seal(new SecretKeySpec(key, "AES"), name, plain, random, 0);
    }

    public static Optional<byte[]> open(byte[] key, String name, byte[] sealed) {
        return open(new SecretKeySpec(key, "AES"), name, Arrays.copyOf(sealed, sealed.length), 0);
    }
}
