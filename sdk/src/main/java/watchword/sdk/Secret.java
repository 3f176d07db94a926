package watchword.sdk;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that must not be printed, logged, compared with {@code equals} in variable time, or kept longer than needed.
 *
 * <p>The only way to the bytes is {@link #use} (and {@link #reveal} for text that has to leave as JSON), so a search for those two
 * lists every reader. Closing overwrites this copy; it cannot reach copies that the JVM or a library made.
 */
public final class Secret implements AutoCloseable {
    private static final String LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final byte[] bytes;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes ownership of {@code bytes}: the caller must not use the array again. */
    public static Secret owning(byte[] bytes) {
        return new Secret(bytes);
    }

    public static Secret copyOf(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Letters and digits by chance, as a password. */
    public static Secret letters(RandomGenerator random, int length) {
        var bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte) LETTERS.charAt(random.nextInt(LETTERS.length()));
        return new Secret(bytes);
    }

    /** Lends the bytes for the length of one call. The array is this object's own and must not escape {@code reader}. */
    public <T extends @Nullable Object> T use(Function<byte[], T> reader) {
        return reader.apply(bytes);
    }

    /** The secret as text, for the one place where it leaves the server: an answer to somebody who may see it. */
    public String reveal() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Constant time in the content; the length is not hidden. */
    public boolean sameAs(Secret other) {
        return MessageDigest.isEqual(bytes, other.bytes);
    }

    public int size() {
        return bytes.length;
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "Secret[" + bytes.length + " bytes]";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret secret && sameAs(secret);
    }

    @Override
    public int hashCode() {
        throw new UnsupportedOperationException("a secret is not a map key");
    }
}
