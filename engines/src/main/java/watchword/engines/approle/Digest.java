package watchword.engines.approle;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import watchword.crypto.KeyedHash;
import watchword.sdk.EngineContext;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * What the store has of role ids, secret ids and accessors: a hash under the mount's own key, of which kind it is included. So nothing
 * that was given out can be read off a key of the store, or used as something of another kind, or of another role.
 */
final class Digest {
    private static final String ROW = "key";
    /** For a mount without roles, which nobody can log in to; a login there costs what it costs elsewhere. */
    private static final Key NOBODYS = new Key(Secret.owning(new byte[KeyedHash.BYTES]));

    enum Kind {
        ROLE_ID,
        SECRET_ID,
        ACCESSOR
    }

    record Key(Secret hash) {}

    private final Table<Key> keys;
    private final SecureRandom random;

    Digest(EngineContext context) {
        this.keys = context.table("digest", Key.class);
        this.random = context.random();
    }

    /** Before anything is stored under a hash. */
    void prepare(Storage.Writer store) {
        if (keys.get(store, ROW).isPresent()) return;
        var key = new byte[KeyedHash.BYTES];
        random.nextBytes(key);
        keys.put(store, ROW, new Key(Secret.owning(key)));
    }

    /** @param role whose it is; empty for what is known before its role */
    String of(Storage.Reader store, Kind kind, String role, Secret value) {
        var key = keys.get(store, ROW).orElse(NOBODYS).hash();
        var context = (kind.name() + '\0' + role + '\0').getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(value.use(bytes -> {
            var whole = new byte[context.length + bytes.length];
            System.arraycopy(context, 0, whole, 0, context.length);
            System.arraycopy(bytes, 0, whole, context.length, bytes.length);
            return KeyedHash.of(key, whole);
        }));
    }

    String of(Storage.Reader store, Kind kind, String role, String value) {
        return of(store, kind, role, Secret.copyOf(value));
    }

    /** A new identifier, in the form of a UUID. */
    String newId() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        var hex = HexFormat.of().formatHex(bytes);
        return hex.substring(0, 8) + '-' + hex.substring(8, 12) + '-' + hex.substring(12, 16) + '-' + hex.substring(16, 20) + '-' + hex.substring(20);
    }
}
