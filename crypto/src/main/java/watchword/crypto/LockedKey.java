package watchword.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Function;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Secret;

/**
 * A key that lives outside the Java heap, on a page of its own: not moved or copied by the garbage collector, not in a heap dump, kept
 * out of core files, and out of swap where the system allows it ({@link #isLocked}). Closing overwrites it. Any thread; a use that races
 * with closing either gets the whole key or an {@link KeyClearedException}, never a cleared one.
 *
 * <p>It is a {@link SecretKey} so that JCA takes it as it is. JCA works on a copy, which the JDK's own provider clears after use.
 */
@SuppressWarnings("serial") // a key is never serialised; the interface is older than that advice
public final class LockedKey implements SecretKey, AutoCloseable {
    // Locking works on whole pages, so a key has its pages to itself; where pages may be larger, it takes the largest.
    private static final long PAGE = System.getProperty("os.arch", "").equals("amd64") ? 4096 : 65536;

    private final transient Arena arena = Arena.ofShared();
    private final transient MemorySegment page = arena.allocate(PAGE, PAGE);
    private final transient boolean locked;
    private final int size;
    private transient volatile boolean closed;

    private LockedKey(byte[] key) {
        if (key.length == 0 || key.length > PAGE) throw new IllegalArgumentException("a key of " + key.length + " bytes");
        this.size = key.length;
        this.locked = Native.lock(page).done();
        Native.keepOutOfCoreFiles(page);
        MemorySegment.copy(key, 0, page, ValueLayout.JAVA_BYTE, 0, size);
    }

    /** A new random key. Whatever goes wrong in {@code random} is thrown on: there is no key then. */
    public static LockedKey generate(SecureRandom random, int bytes) {
        var key = new byte[bytes];
        random.nextBytes(key);
        return taking(key);
    }

    /** Moves the key off the heap: {@code key} is zeros afterwards. */
    public static LockedKey taking(byte[] key) {
        try {
            return new LockedKey(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    public static LockedKey copyOf(Secret key) {
        return key.use(bytes -> taking(bytes.clone()));
    }

    public LockedKey copy() {
        return taking(getEncoded());
    }

    /** Lends a copy for the length of one call and clears it after. */
    public <T extends @Nullable Object> T use(Function<byte[], T> reader) {
        var copy = getEncoded();
        try {
            return reader.apply(copy);
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    /** A copy, which the caller clears. */
    @Override
    public byte[] getEncoded() {
        if (closed) throw new KeyClearedException();
        var copy = new byte[size];
        MemorySegment.copy(page, ValueLayout.JAVA_BYTE, 0, copy, 0, size);
        // Pairs with the fence in close(): whoever reads a byte that close() has cleared sees closed as well.
        VarHandle.fullFence();
        if (!closed) return copy;
        Arrays.fill(copy, (byte) 0);
        throw new KeyClearedException();
    }

    /** Constant time in the content. */
    public boolean sameAs(LockedKey other) {
        return use(mine -> other.use(theirs -> MessageDigest.isEqual(mine, theirs)));
    }

    public int size() {
        return size;
    }

    /** Whether the system keeps it out of swap. */
    public boolean isLocked() {
        return locked;
    }

    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        VarHandle.fullFence();
        page.fill((byte) 0);
        if (locked) Native.unlock(page);
        arena.close();
    }

    @Override
    public void destroy() {
        close();
    }

    @Override
    public boolean isDestroyed() {
        return closed;
    }

    @Override
    public String getAlgorithm() {
        return "AES"; // the only cipher that asks; HMAC and HKDF take any name
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public String toString() {
        return "LockedKey[" + size + " bytes]";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        throw new UnsupportedOperationException("a key is not a map key");
    }

    private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
        throw new java.io.NotSerializableException("LockedKey");
    }
}
