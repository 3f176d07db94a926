package watchword.storage;

import java.nio.charset.StandardCharsets;
import watchword.sdk.Storage;
import watchword.sdk.Storage.StorageException;

/** The bounds of keys and values, checked the same everywhere. */
final class Limits {
    private Limits() {}

    static byte[] key(String key) {
        var bytes = key.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > Storage.MAX_KEY_BYTES) {
            throw new StorageException("a key of " + bytes.length + " bytes; 1 to " + Storage.MAX_KEY_BYTES + " are allowed", false, null);
        }
        return bytes;
    }

    static void value(byte[] value) {
        if (value.length > Storage.MAX_VALUE_BYTES) {
            throw new StorageException("a value of " + value.length + " bytes; at most " + Storage.MAX_VALUE_BYTES + " are allowed", false, null);
        }
    }
}
