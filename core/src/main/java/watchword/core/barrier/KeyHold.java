package watchword.core.barrier;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import watchword.crypto.KeyClearedException;
import watchword.crypto.KeyWrap;
import watchword.crypto.Keyring;
import watchword.crypto.LockedKey;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Storage.Reader;
import watchword.sdk.Storage.StorageException;
import watchword.sdk.Storage.Writer;

/**
 * The keys of an unsealed barrier, and their upkeep in the store. What is stored leads: another node may have rotated, so every change
 * starts from the stored keyring, and a record of an unknown term is a reason to look. Any thread.
 */
final class KeyHold {
    static final String KEYRING = Barrier.KEYRING;
    /** The root key, under the keyring. */
    static final String ROOT = "barrier/root";

    /** Encryptions set aside at a time. What is left of a block is lost when the process dies: 14,000 deaths use a key up. */
    static final long BLOCK = 1 << 18;

    private static final System.Logger LOG = System.getLogger(KeyHold.class.getName());

    /**
     * @param ring reads every term known
     * @param encrypting the ring whose active term encrypts; behind {@code ring} when another node rotated, until some are set aside there
     */
    record Keys(KeyWrap root, LockedKey rootKey, Keyring ring, Keyring encrypting, Allowance allowance) {
        boolean isLow() {
            return allowance.left() <= BLOCK / 2 || encrypting.active().number() != ring.active().number();
        }

        void clear() {
            root.close();
            ring.close();
        }
    }

    private final Storage inner;
    private final SecureRandom random;
    private final InstantSource clock;
    final Generation generation;
    private volatile @Nullable Keys keys;
    /** Held while the stored keyring is changed. */
    private final ReentrantLock maintaining = new ReentrantLock();
    /** Held while {@link #keys} is replaced, and never while waiting for the store: a transaction may need it. */
    private final ReentrantLock replacing = new ReentrantLock();

    /** @param granted encryptions set aside in {@code ring} for this process */
    KeyHold(Storage inner, LockedKey rootKey, Keyring ring, long granted, Generation generation, SecureRandom random, InstantSource clock) {
        this.inner = inner;
        this.random = random;
        this.clock = clock;
        this.generation = generation;
        this.keys = new Keys(new KeyWrap(rootKey), rootKey, ring, ring, new Allowance(ring.active().number(), granted));
    }

    static Optional<Keyring> decode(KeyWrap root, byte[] record) {
        return root.unwrap(KEYRING, record).map(encoded -> {
            try (encoded) {
                return Keyring.decode(encoded);
            }
        });
    }

    Keys keys() {
        var now = keys;
        if (now == null) throw sealed();
        return now;
    }

    boolean isClosed() {
        return keys == null;
    }

    static Problem.ProblemException sealed() {
        return new Problem.Unavailable("Vault is sealed").asException();
    }

    private static <T> T usingKeys(Supplier<T> work) {
        try {
            return work.get();
        } catch (KeyClearedException meanwhile) {
            throw sealed();
        }
    }

    static StorageException damaged(String key) {
        return new StorageException("the entry " + key + " is not what this server wrote: it is damaged, or was tampered with", false, null);
    }

    /** Puts the keys of a new store into {@code tx}. */
    void storeFirst(Writer tx) {
        var now = keys();
        store(tx, now.root, now.ring);
        storeRoot(tx, now.rootKey);
    }

    private void store(Writer tx, KeyWrap root, Keyring ring) {
        try (var encoded = ring.encode()) {
            tx.put(KEYRING, root.wrap(KEYRING, encoded, random));
        }
    }

    private void storeRoot(Writer tx, LockedKey rootKey) {
        tx.put(ROOT, rootKey.use(bytes -> encrypt(ROOT, bytes)));
    }

    /** The stored keyring with the root key that opens it; that is another than before when another node changed it. */
    private record Stored(KeyWrap root, LockedKey rootKey, Keyring ring) {
        void discard(Keys keeping) {
            ring.close();
            if (root != keeping.root) root.close();
        }
    }

    private Stored stored(Reader tx, Keys now) {
        var record = tx.get(KEYRING).orElseThrow(() -> damaged(KEYRING));
        var ring = decode(now.root, record);
        if (ring.isPresent()) return new Stored(now.root, now.rootKey, ring.get());
        var rootKey = tx.get(ROOT).flatMap(root -> now.ring.decrypt(ROOT, root)).map(LockedKey::taking).orElseThrow(() -> damaged(KEYRING));
        var root = new KeyWrap(rootKey);
        var found = decode(root, record);
        if (found.isEmpty()) root.close();
        return new Stored(root, rootKey, found.orElseThrow(() -> damaged(KEYRING)));
    }

    /** Encrypts for {@code key}; an encryption that was not set aside before is refused. */
    byte[] encrypt(String key, byte[] value) {
        var now = keys();
        if (!now.allowance.take()) {
            if (keys == null) throw sealed();
            throw new StorageException("more encryptions in one transaction than are set aside at a time", false, null);
        }
        return usingKeys(() -> now.encrypting.encrypt(key, value, random));
    }

    /** The value of a record that {@code tx} found. */
    byte[] decrypt(Reader tx, String key, byte[] record) {
        var now = keys();
        int term = Keyring.termOf(record);
        return usingKeys(() -> {
            var ring = term <= 0 || now.ring.knows(term) ? now.ring : reload(tx, now, term).ring;
            return ring.decrypt(key, record).orElseThrow(() -> damaged(key));
        });
    }

    /** Another node may have added a term; this transaction sees what that node stored before. */
    private Keys reload(Reader tx, Keys before, int wanted) {
        var stored = stored(tx, before);
        if (stored.ring.knows(wanted)) return replace(stored, 0);
        stored.discard(before);
        return keys();
    }

    /**
     * Takes a keyring as stored into use. The keys that are known already stay, since others are using them.
     *
     * @param granted what was set aside under its active term for this process; 0 if nothing was, then that term is not used yet
     */
    private Keys replace(Stored stored, long granted) {
        replacing.lock();
        try {
            var now = keys;
            if (now == null || stored.ring.active().number() < now.ring.active().number()) {
                stored.ring.close();
                if (now == null || stored.root != now.root) stored.root.close();
                if (now == null) throw sealed();
                return now;
            }
            var ring = stored.ring.sharing(now.ring);
            var changed = granted == 0 ? new Keys(stored.root, stored.rootKey, ring, now.encrypting, now.allowance) : encryptingUnder(ring, now, stored, granted);
            keys = changed;
            if (stored.root != now.root) now.root.close();
            return changed;
        } finally {
            replacing.unlock();
        }
    }

    private static Keys encryptingUnder(Keyring ring, Keys now, Stored stored, long granted) {
        if (ring.active().number() != now.allowance.term()) {
            return new Keys(stored.root, stored.rootKey, ring, ring, new Allowance(ring.active().number(), granted));
        }
        now.allowance.grant(granted);
        return new Keys(stored.root, stored.rootKey, ring, ring, now.allowance);
    }

    void refillIfLow() {
        if (!keys().isLow()) return;
        if (keys().allowance.left() > 0) {
            if (!maintaining.tryLock()) return; // another thread is at it, and there is enough meanwhile
        } else {
            maintaining.lock();
        }
        try {
            if (keys().isLow()) refill(false);
        } finally {
            maintaining.unlock();
        }
    }

    /** Adds a term and encrypts under it. */
    void rotate() {
        maintaining.lock();
        try {
            refill(true);
        } finally {
            maintaining.unlock();
        }
    }

    /** Adds a term if the policy asks for one now; says whether. */
    boolean rotateIfDue() {
        maintaining.lock();
        try {
            int before = keys().ring.active().number();
            if (isDue(keys().ring)) refill(false); // which looks whether it still is: another server may have been first
            return keys().ring.active().number() != before;
        } finally {
            maintaining.unlock();
        }
    }

    /** Sets encryptions aside, under a new term where the policy asks for one or {@code rotate} does. */
    private void refill(boolean rotate) {
        changeStored(BLOCK, ring -> {
            var grown = rotate || isDue(ring) ? ring.rotated(random, clock.instant()) : ring;
            return grown.reserving(grown.active().number(), BLOCK);
        });
    }

    private boolean isDue(Keyring ring) {
        var active = ring.active();
        var policy = ring.policy();
        if (active.encryptions() + BLOCK > policy.operationLimit()) return true;
        return policy.enabled() && !policy.interval().isZero() && !clock.instant().isBefore(active.installed().plus(policy.interval()));
    }

    /** Changes the keyring as it is in the store and takes the result into use. */
    void changeStored(long granted, UnaryOperator<Keyring> change) {
        maintaining.lock();
        try (var fresh = new Fresh(keys())) {
            inner.update(tx -> {
                generation.require(tx);
                fresh.read(tx, this);
                var changed = fresh.put(change.apply(fresh.held().ring));
                store(tx, changed.root, changed.ring);
            });
            replace(fresh.take(), granted);
        } finally {
            maintaining.unlock();
        }
    }

    /** Takes the stored keyring and its root key into use. */
    void catchUp() {
        maintaining.lock();
        try (var fresh = new Fresh(keys())) {
            inner.<Boolean>read(tx -> fresh.read(tx, this));
            replace(fresh.take(), 0);
        } finally {
            maintaining.unlock();
        }
    }

    /** Puts another root key in place, with what {@code work} puts, or neither. */
    void changeRootKey(LockedKey rootKey, Consumer<Writer> work) {
        var root = new KeyWrap(rootKey);
        try {
            refillIfLow();
            changeRootKey(root, rootKey, work);
        } catch (RuntimeException failed) {
            root.close();
            throw failed;
        }
    }

    private void changeRootKey(KeyWrap root, LockedKey rootKey, Consumer<Writer> work) {
        maintaining.lock();
        try (var fresh = new Fresh(keys())) {
            inner.update(tx -> {
                generation.require(tx);
                fresh.read(tx, this);
                store(tx, root, fresh.held().ring);
                storeRoot(tx, rootKey);
                work.accept(tx);
            });
            replace(fresh.take(root, rootKey), 0);
        } finally {
            maintaining.unlock();
        }
    }

    /** The stored keyring on its way into use: cleared when the transaction runs again or fails. One that lacks what is in use was put back. */
    private static final class Fresh implements AutoCloseable {
        private final Keys before;
        private @Nullable Stored held;

        Fresh(Keys before) {
            this.before = before;
        }

        boolean read(Reader tx, KeyHold hold) {
            discard();
            held = hold.stored(tx, before);
            if (held().ring.active().number() < before.ring.active().number()) throw damaged(KEYRING);
            return true;
        }

        Stored held() {
            var now = held;
            if (now == null) throw new IllegalStateException("the transaction did not run");
            return now;
        }

        /** @param changed was made from the held ring and shares its keys */
        Stored put(Keyring changed) {
            var next = new Stored(held().root, held().rootKey, changed);
            held = next;
            return next;
        }

        Stored take() {
            var taken = held();
            held = null;
            return taken;
        }

        Stored take(KeyWrap root, LockedKey rootKey) {
            var taken = take();
            if (taken.root != before.root) taken.root.close();
            return new Stored(root, rootKey, taken.ring);
        }

        private void discard() {
            if (held != null) held.discard(before);
            held = null;
        }

        @Override
        public void close() {
            discard();
        }
    }

    /** Gives back the encryptions set aside and not made, and clears the keys. */
    void close() {
        take().ifPresent(last -> {
            try {
                giveBack(last);
            } catch (StorageException failed) {
                LOG.log(Level.WARNING, "sealed without giving back encryptions that were set aside; they count as made", failed);
            } finally {
                last.clear();
            }
        });
    }

    /** Clears the keys, and nothing else. */
    void abandon() {
        take().ifPresent(Keys::clear);
    }

    private Optional<Keys> take() {
        replacing.lock();
        try {
            var last = Optional.ofNullable(keys);
            keys = null;
            return last;
        } finally {
            replacing.unlock();
        }
    }

    private void giveBack(Keys last) {
        long left = last.allowance.end();
        if (left == 0) return;
        if (generation.isPast()) return;
        inner.update(tx -> tx.get(KEYRING).flatMap(record -> decode(last.root, record)).ifPresent(stored -> {
            try (stored) {
                store(tx, last.root, stored.reserving(last.allowance.term(), -left));
            }
        }));
    }
}
