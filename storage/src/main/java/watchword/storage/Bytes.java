package watchword.storage;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import watchword.sdk.Storage;
import watchword.sdk.Storage.StorageException;

/** Keys as bytes, and the bounds of keys and values: the same for every kind of storage. */
final class Bytes {
    /** Above every key: UTF-8 has no byte 0xff. */
    private static final byte[] ABOVE_ALL = {(byte) 0xff};

    private Bytes() {}

    static byte[] key(String key) {
        var bytes = of(key);
        if (bytes.length == 0 || bytes.length > Storage.MAX_KEY_BYTES) {
            throw new StorageException("a key of " + bytes.length + " bytes; 1 to " + Storage.MAX_KEY_BYTES + " are allowed", false, null);
        }
        return bytes;
    }

    static byte[] value(byte[] value) {
        if (value.length > Storage.MAX_VALUE_BYTES) {
            throw new StorageException("a value of " + value.length + " bytes; at most " + Storage.MAX_VALUE_BYTES + " are allowed", false, null);
        }
        return value;
    }

    /** {@code String.getBytes} would write a lone surrogate as a question mark, and two keys would be one. */
    static byte[] of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) return strictly(text);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] strictly(String text) {
        try {
            var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(encoded.array(), encoded.limit());
        } catch (CharacterCodingException malformed) {
            throw new StorageException("a key must be well-formed Unicode; this one has half of a surrogate pair", false, malformed);
        }
    }

    static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }

    /** Where a scan begins: at the prefix, or just after the key {@code after} if that is further on. */
    static byte[] start(String prefix, String after) {
        var first = of(prefix);
        if (after.isEmpty()) return first;
        var next = of(after + "\0");
        return Arrays.compareUnsigned(next, first) < 0 ? first : next;
    }

    /** The first key after every key with this prefix. */
    static byte[] end(byte[] prefix) {
        if (prefix.length == 0) return ABOVE_ALL;
        var end = prefix.clone();
        end[end.length - 1]++; // no byte of UTF-8 is 0xff
        return end;
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
