package watchword.crypto;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * AES-256-GCM under one key, with a random 96-bit nonce each time. Any thread, without waiting. Who uses it keeps the number of
 * encryptions under one key below 2^32 (NIST SP 800-38D, 8.3); {@link Keyring} and the barrier do.
 */
final class Aead implements AutoCloseable {
    static final int KEY_BYTES = 32;
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;
    private static final int KEPT = 8;
    private static final SecretKeySpec NO_KEY = new SecretKeySpec(new byte[KEY_BYTES], "AES");

    /** How often a key is used. */
    enum Use {
        /** Ciphers are kept, since setting one up costs three times what a small value does. They hold the key on the heap until closed. */
        OFTEN,
        /** The key is on the heap only while it is used. */
        RARELY
    }

    private final LockedKey key;
    private final boolean keeping;
    private final AtomicReferenceArray<@Nullable Cipher> idle = new AtomicReferenceArray<>(KEPT);

    /** Takes {@code key} over and closes it with itself. */
    Aead(LockedKey key, Use use) {
        if (key.size() != KEY_BYTES) throw new IllegalArgumentException("a key of " + key.size() + " bytes");
        this.key = key;
        this.keeping = use == Use.OFTEN;
    }

    LockedKey key() {
        return key;
    }

    /**
     * Writes nonce, ciphertext and tag into {@code record} from {@code offset} on; what stands before is authenticated too.
     *
     * @throws RuntimeException when {@code random} fails; nothing is encrypted then
     */
    void encrypt(byte[] plaintext, byte[] name, byte[] record, int offset, SecureRandom random) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        System.arraycopy(nonce, 0, record, offset, NONCE_BYTES);
        var cipher = take();
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
            cipher.updateAAD(record, 0, offset);
            cipher.updateAAD(name);
            cipher.doFinal(plaintext, 0, plaintext.length, record, offset + NONCE_BYTES);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM refused to encrypt", impossible);
        }
        keep(cipher);
    }

    /** What {@link #encrypt} was given, or nothing when key, name or any byte of {@code record} is another. */
    Optional<byte[]> decrypt(byte[] record, int offset, byte[] name) {
        int ciphertext = offset + NONCE_BYTES;
        if (record.length < ciphertext + TAG_BYTES) return Optional.empty();
        var cipher = take();
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(8 * TAG_BYTES, record, offset, NONCE_BYTES));
            cipher.updateAAD(record, 0, offset);
            cipher.updateAAD(name);
            var plaintext = cipher.doFinal(record, ciphertext, record.length - ciphertext);
            keep(cipher);
            return Optional.of(plaintext);
        } catch (AEADBadTagException forged) {
            keep(cipher);
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM refused to decrypt", impossible);
        }
    }

    private static int slot() {
        return (int) (Thread.currentThread().threadId() % KEPT);
    }

    private Cipher take() {
        var kept = idle.getAndSet(slot(), null);
        if (kept != null) return kept;
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java cannot do AES-GCM", missing);
        }
    }

    private void keep(Cipher cipher) {
        if (keeping && !key.isDestroyed()) {
            idle.setRelease(slot(), cipher);
            if (key.isDestroyed()) dropAll();
        } else {
            overwriteKey(cipher);
        }
    }

    /** A cipher that is only dropped leaves its copy of the key in memory until something else is written there. */
    private static void overwriteKey(Cipher cipher) {
        try {
            cipher.init(Cipher.DECRYPT_MODE, NO_KEY, new GCMParameterSpec(8 * TAG_BYTES, new byte[NONCE_BYTES]));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM refused a key", impossible);
        }
    }

    private void dropAll() {
        for (int slot = 0; slot < KEPT; slot++) {
            var kept = idle.getAndSet(slot, null);
            if (kept != null) overwriteKey(kept);
        }
    }

    @Override
    public void close() {
        key.close();
        dropAll();
    }
}
