package watchword.core.barrier;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.crypto.KeyWrap;
import watchword.crypto.KeyedHash;
import watchword.crypto.Keyring;
import watchword.crypto.LockedKey;
import watchword.crypto.RotationPolicy;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * A storage whose values are encrypted in the storage below, each bound to its key name ({@code spec/barrier-record.md}). It exists only
 * while the server is unsealed: it holds the keys, and {@link #close} clears them, after which every operation fails. The storage below
 * stays open. Any thread; reading and writing take no lock of their own.
 *
 * <p>A record that cannot be authenticated is a {@link StorageException} that says the same whatever is wrong with it. Entries below
 * {@code barrier/} are its own: they are not listed, read or written through it.
 */
public final class Barrier implements Storage {
    static final String OWN = "barrier/";
    /** The keyring, under the root key. */
    public static final String KEYRING = "barrier/keyring";
    /** Where a seal keeps the root key, under its own key. The one entry that is not the barrier's, but below its folder. */
    public static final String SEAL = "barrier/seal";

    /** Changes when a backup is put into the store; not there before the first. A server that opened the store before must not write to it any more. */
    public static final String GENERATION = "barrier/generation";

    /** In the transaction that puts a backup into a store. */
    public static void beginGeneration(Writer tx, SecureRandom random) {
        Generation.begin(tx, random);
    }

    /** Whether an entry of the storage below is one that a barrier, its seal or its guard made. */
    public static boolean owns(String key) {
        return key.equals(KeyHold.KEYRING) || key.equals(KeyHold.ROOT) || key.equals(SEAL) || key.equals(GENERATION) || key.equals(RollbackGuard.EPOCH);
    }

    /**
     * What is known of the key in use.
     *
     * @param encryptions made under it; what was set aside when a process died counts as made
     */
    public record KeyStatus(int term, Instant installed, long encryptions) {}

    private final Storage inner;
    private final KeyHold hold;
    private final AtomicLong commits = new AtomicLong();

    private Barrier(Storage inner, KeyHold hold) {
        this.inner = inner;
        this.hold = hold;
    }

    /**
     * A new barrier on an empty store, with a new keyring that is stored by {@link #initialize}, which comes first.
     *
     * @param rootKey is taken over
     */
    public static Barrier create(Storage inner, LockedKey rootKey, SecureRandom random, InstantSource clock) {
        var ring = Keyring.generate(random, clock.instant()).reserving(1, KeyHold.BLOCK);
        return new Barrier(inner, new KeyHold(inner, rootKey, ring, KeyHold.BLOCK, new Generation(inner), random, clock));
    }

    /**
     * The barrier of a store that has one; nothing when this is not its root key.
     *
     * @param rootKey is taken over; when there is nothing, it is cleared
     */
    public static Optional<Barrier> open(Storage inner, LockedKey rootKey, SecureRandom random, InstantSource clock) {
        var wrap = new KeyWrap(rootKey);
        var generation = new Generation(inner);
        var ring = inner.<Optional<byte[]>>read(tx -> tx.get(KeyHold.KEYRING)).flatMap(record -> KeyHold.decode(wrap, record));
        if (ring.isEmpty()) wrap.close();
        return ring.map(found -> new Barrier(inner, new KeyHold(inner, rootKey, found, 0, generation, random, clock)));
    }

    /** The first transaction: stores the keys with what {@code work} puts below (first argument) and through the barrier, or nothing. */
    public void initialize(BiConsumer<Writer, Writer> work) {
        inner.update(tx -> {
            hold.storeFirst(tx);
            work.accept(tx, new EncryptingWriter(hold, tx));
        });
        commits.incrementAndGet();
    }

    /** One transaction on the storage below (first argument) and through the barrier. */
    public void updateBoth(BiConsumer<Writer, Writer> work) {
        hold.refillIfLow();
        inner.update(tx -> {
            hold.generation.require(tx);
            work.accept(tx, new EncryptingWriter(hold, tx));
        });
        commits.incrementAndGet();
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        hold.keys();
        return inner.read(tx -> work.apply(new DecryptingReader(hold, tx)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        hold.refillIfLow();
        var result = inner.<T>write(tx -> {
            hold.generation.require(tx);
            return work.apply(new EncryptingWriter(hold, tx));
        });
        commits.incrementAndGet();
        return result;
    }

    /** Transactions committed through it since it was opened. */
    long commits() {
        return commits.get();
    }

    /** An entry of the barrier's own. */
    Optional<byte[]> readOwn(String key) {
        return inner.<Optional<byte[]>>read(tx -> tx.get(key).map(record -> hold.decrypt(tx, key, record)));
    }

    /** Changes an entry of the barrier's own, and tells what it is then. */
    byte[] changeOwn(String key, Function<Optional<byte[]>, byte[]> change) {
        hold.refillIfLow();
        return inner.<byte[]>write(tx -> {
            hold.generation.require(tx);
            var changed = change.apply(tx.get(key).map(record -> hold.decrypt(tx, key, record)));
            tx.put(key, hold.encrypt(key, changed));
            return changed;
        });
    }

    /** Adds a key of a new term; everything written from now on is encrypted under it, and everything before stays readable. */
    public void rotate() {
        hold.rotate();
    }

    /** Rotates when the policy asks for it now, and says whether. To be called every few minutes. */
    public boolean rotateIfDue() {
        return hold.rotateIfDue();
    }

    public RotationPolicy rotationPolicy() {
        return hold.keys().ring().policy();
    }

    public void setRotationPolicy(RotationPolicy policy) {
        hold.changeStored(0, ring -> ring.withPolicy(policy));
    }

    public KeyStatus keyStatus() {
        var now = hold.keys();
        var active = now.ring().active();
        long spare = now.allowance().term() == active.number() ? now.allowance().left() : 0;
        return new KeyStatus(active.number(), active.installed(), Math.max(0, active.encryptions() - spare));
    }

    /**
     * Puts another root key in place, with what {@code work} puts below, or neither.
     *
     * @param rootKey is taken over
     */
    public void changeRootKey(LockedKey rootKey, Consumer<Writer> work) {
        hold.changeRootKey(rootKey, work);
    }

    /** Whether this is the root key; in constant time. */
    public boolean isRootKey(LockedKey candidate) {
        return hold.keys().rootKey().sameAs(candidate);
    }

    /** A copy of the root key, for a seal to wrap; the caller closes it. */
    public LockedKey rootKey() {
        return hold.keys().rootKey().copy();
    }

    /** The key for another purpose, the same for the life of the store; see {@link watchword.crypto.Hkdf#derive}. The caller closes it. */
    public LockedKey derive(String label) {
        return hold.keys().ring().derive(label, KeyedHash.BYTES);
    }

    /** {@link #derive}, for who needs the bytes. The caller closes it. */
    public Secret deriveSecret(String label) {
        try (var key = derive(label)) {
            return Secret.owning(key.getEncoded());
        }
    }

    /** The keyed hash for one purpose, the same for the life of the store. The caller closes it. */
    public KeyedHash keyedHash(String label) {
        return new KeyedHash(derive(label));
    }

    /** Takes in what another server on the same store has done to the keys: before the root key is asked for. */
    public void catchUp() {
        hold.catchUp();
    }

    /** Whether another server has put a backup into the store since this barrier was opened: then it has to be opened anew. */
    public boolean isReplaced() {
        return hold.generation.isPast();
    }

    /** All keys in clear: for the test that looks for them. The caller closes it. */
    Secret encodedKeyring() {
        return hold.keys().ring().encode();
    }

    /** Whether its root key opens the keyring of another copy of the store, as {@link #KEYRING} is there. */
    public boolean opens(byte[] keyring) {
        var ring = KeyHold.decode(hold.keys().root(), keyring);
        ring.ifPresent(Keyring::close);
        return ring.isPresent();
    }

    /** Whether it has no keys any more. */
    public boolean isClosed() {
        return hold.isClosed();
    }

    /** Clears the keys without a word to the store, which is being replaced: what was set aside there counts as used. May be called in a transaction. */
    public void abandon() {
        hold.abandon();
    }

    /** Seals: gives back the encryptions set aside and not made, and clears the keys. Again, it does nothing. */
    @Override
    public void close() {
        hold.close();
    }
}
