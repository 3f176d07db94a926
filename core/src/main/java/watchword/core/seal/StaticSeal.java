package watchword.core.seal;

import java.security.SecureRandom;
import java.util.Optional;
import watchword.crypto.KeyWrap;
import watchword.crypto.LockedKey;
import watchword.sdk.Secret;

/**
 * {@code seal "static"}: a key that comes with the configuration, from a file, the environment or another secrets manager. It is as safe
 * as the place it comes from. To change it, give the new one as current and the old one as previous, and start the server once.
 */
public final class StaticSeal implements AutoSeal {

    /**
     * A key with its permanent name.
     *
     * @param bytes 32 bytes; copied, and the caller's to clear
     */
    public record Key(String id, Secret bytes) {
        public Key {
            if (bytes.size() != Share.KEY_BYTES) throw new IllegalArgumentException("a static seal's key has 32 bytes");
        }
    }

    private record Held(String id, KeyWrap wrap) {
        Held(Key key) {
            this(key.id(), new KeyWrap(LockedKey.copyOf(key.bytes())));
        }
    }

    private final Held current;
    private final Optional<Held> previous;
    private final SecureRandom random;

    /** @param previous opens what was wrapped before the key was changed */
    public StaticSeal(Key current, Optional<Key> previous, SecureRandom random) {
        this.current = new Held(current);
        this.previous = previous.map(Held::new);
        this.random = random;
    }

    @Override
    public String type() {
        return "static";
    }

    @Override
    public String keyId() {
        return current.id;
    }

    @Override
    public byte[] wrap(String name, Secret rootKey) {
        return current.wrap.wrap(name, rootKey, random);
    }

    @Override
    public Optional<Secret> unwrap(String keyId, String name, byte[] wrapped) {
        if (keyId.equals(current.id)) return current.wrap.unwrap(name, wrapped);
        return previous.filter(held -> held.id.equals(keyId)).flatMap(held -> held.wrap.unwrap(name, wrapped));
    }
}
