package watchword.crypto;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import watchword.sdk.Secret;

/**
 * The one way to compare secrets: both sides are hashed under a key that only this process has, and the fixed-length hashes are compared
 * in constant time. So neither content nor length tells, and an unknown name costs what a wrong secret costs. Any thread.
 */
public final class Secrets implements AutoCloseable {
    private final KeyedHash hash;
    private final byte[] unknown;

    public Secrets(SecureRandom random) {
        this.hash = new KeyedHash(LockedKey.generate(random, KeyedHash.BYTES));
        this.unknown = new byte[KeyedHash.BYTES];
        random.nextBytes(unknown);
    }

    public boolean matches(Secret given, Secret expected) {
        return MessageDigest.isEqual(hash.of(given), hash.of(expected));
    }

    /** As {@link #matches}, where there may be nothing to compare with: always false then, after the same work. */
    public boolean matchesAny(Secret given, Optional<Secret> expected) {
        var stored = expected.map(hash::of).orElseGet(() -> hash.of(unknown));
        boolean same = MessageDigest.isEqual(hash.of(given), stored);
        return same & expected.isPresent();
    }

    @Override
    public void close() {
        hash.close();
    }
}
