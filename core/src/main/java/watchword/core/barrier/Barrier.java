package watchword.core.barrier;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.crypto.Aead;
import watchword.crypto.Keyring;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * A store whose values are sealed under a keyring, each bound to its key. It exists only while the server is unsealed: sealing drops
 * it, and with it the way to any value. Key names are readable; what a name would tell is hashed by those who choose it. Any thread.
 */
public final class Barrier implements Storage {
    /** The keyring, sealed under the root key; not below the barrier itself. */
    public static final String KEYRING = "barrier/keyring";
    /** How many messages may be sealed before the count is saved again. */
    private static final long COUNT_SLACK = 1L << 20;

    private final Storage inner;
    private final SecureRandom random;
    private final Secret rootKey;
    private volatile Keyring keyring;
    private final AtomicLong savedCount;

    private Barrier(Storage inner, Keyring keyring, Secret rootKey, SecureRandom random) {
        this.inner = inner;
        this.keyring = keyring;
        this.rootKey = rootKey;
        this.random = random;
        this.savedCount = new AtomicLong(keyring.encryptions());
    }

    /** Makes the keyring of a new server. */
    public static void create(Writer inner, Secret rootKey, SecureRandom random, Instant now) {
        save(inner, Keyring.generate(random, now), rootKey, random);
    }

    private static void save(Writer inner, Keyring keyring, Secret rootKey, SecureRandom random) {
        inner.put(KEYRING, rootKey.use(key -> Aead.seal(key, KEYRING, keyring.encode(), random)));
    }

    /** Opens the barrier; empty when this is not its root key. */
    public static Optional<Barrier> open(Storage inner, Secret rootKey, SecureRandom random) {
        var sealed = inner.read(tx -> tx.get(KEYRING));
        return sealed.flatMap(record -> rootKey.use(key -> Aead.open(key, KEYRING, record)))
                .map(encoded -> new Barrier(inner, Keyring.decode(encoded, COUNT_SLACK), rootKey, random));
    }

    public Secret rootKey() {
        return rootKey;
    }

    public int term() {
        return keyring.term();
    }

    public Instant installed() {
        return keyring.installed();
    }

    public long encryptions() {
        return keyring.encryptions();
    }

    /** A new key seals from here on; the old ones still open. */
    public synchronized void rotate(Instant now) {
        var next = keyring.rotated(random, now);
        inner.update(tx -> save(tx, next, rootKey, random));
        keyring = next;
        savedCount.set(0);
    }

    /** Saves the count when it has grown, and rotates before a key has sealed too much. To be called now and then. */
    public void maintain(Instant now) {
        long count = keyring.encryptions();
        if (count > Keyring.ROTATE_AT) rotate(now);
        else if (count - savedCount.get() > COUNT_SLACK / 2) saveCount(count);
    }

    private synchronized void saveCount(long count) {
        inner.update(tx -> save(tx, keyring, rootKey, random));
        savedCount.set(count);
    }

    /** Seals the keyring under another root key, in a transaction that may record how that one is kept. */
    public synchronized Barrier rekeyed(Secret newRootKey, java.util.function.Consumer<Writer> alongside) {
        inner.update(tx -> {
            save(tx, keyring, newRootKey, random);
            alongside.accept(tx);
        });
        return new Barrier(inner, keyring, newRootKey, random);
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return inner.read(tx -> work.apply(new OpeningReader(tx)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return inner.write(tx -> work.apply(new SealingWriter(tx)));
    }

    /** Forgets the keys; the store below stays open. */
    @Override
    public void close() {
        keyring.clear();
        rootKey.close();
    }

    private byte[] open(String key, byte[] record) {
        return keyring.open(key, record)
                .orElseThrow(() -> new StorageException("an entry was changed outside of the server, or is damaged", false, null));
    }

    private class OpeningReader implements Reader {
        private final Reader tx;

        OpeningReader(Reader tx) {
            this.tx = tx;
        }

        @Override
        public Optional<byte[]> get(String key) {
            return tx.get(key).map(record -> open(key, record));
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            return tx.list(prefix, after, limit);
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            return tx.scan(prefix, after, limit).stream().map(entry -> new Entry(entry.key(), open(entry.key(), entry.value()))).toList();
        }
    }

    private final class SealingWriter extends OpeningReader implements Writer {
        private final Writer tx;

        SealingWriter(Writer tx) {
            super(tx);
            this.tx = tx;
        }

        @Override
        public void put(String key, byte[] value) {
            tx.put(key, keyring.seal(key, value, random));
        }

        @Override
        public void delete(String key) {
            tx.delete(key);
        }
    }
}
