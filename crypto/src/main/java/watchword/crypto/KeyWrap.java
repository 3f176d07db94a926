package watchword.crypto;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import watchword.sdk.Secret;

/** Encrypts a few keys under another: the keyring under the root key, the root key under a seal's. Records are as {@code spec/barrier-record.md} says, with term 0. */
public final class KeyWrap implements AutoCloseable {
    private final Aead aead;

    /** Takes {@code key} (32 bytes) over and closes it with itself. */
    public KeyWrap(LockedKey key) {
        this.aead = new Aead(key, Aead.Use.RARELY);
    }

    /** @param name what the record is for, with everything that must not be exchanged under it */
    public byte[] wrap(String name, Secret value, SecureRandom random) {
        return value.use(bytes -> Records.encrypt(aead, 0, name.getBytes(StandardCharsets.UTF_8), bytes, random));
    }

    /** The value, or nothing when key, name or record is not the one. */
    public Optional<Secret> unwrap(String name, byte[] record) {
        if (Records.term(record) != 0) return Optional.empty();
        return Records.decrypt(aead, name.getBytes(StandardCharsets.UTF_8), record).map(Secret::owning);
    }

    @Override
    public void close() {
        aead.close();
    }
}
