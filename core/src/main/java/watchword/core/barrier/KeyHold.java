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
    /** The keyring, under the root key. */
    static final String KEYRING = "barrier/keyring";
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
    }

    private final Storage inner;
    private final SecureRandom random;
    private final InstantSource clock;
    private volatile @Nullable Keys keys;
    /** Held while the stored keyring is changed. */
    private final ReentrantLock maintaining = new ReentrantLock();
    /** Held while {@link #keys} is replaced, and never while waiting for the store: a transaction may need it. */
    private final ReentrantLock replacing = new ReentrantLock();

    /** @param granted encryptions set aside in {@code ring} for this process */
    KeyHold(Storage inner, LockedKey rootKey, Keyring ring, long granted, SecureRandom random, InstantSource clock) {
        this.inner = inner;
        this.random = random;
        this.clock = clock;
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
        store(tx, now, now.ring);
        storeRoot(tx, now);
    }

    private void store(Writer tx, Keys now, Keyring ring) {
        try (var encoded = ring.encode()) {
            tx.put(KEYRING, now.root.wrap(KEYRING, encoded, random));
        }
    }

    private void storeRoot(Writer tx, Keys now) {
        tx.put(ROOT, now.rootKey.use(bytes -> encrypt(ROOT, bytes)));
    }

    private Keyring stored(Reader tx, KeyWrap root) {
        return tx.get(KEYRING).flatMap(record -> decode(root, record)).orElseThrow(() -> damaged(KEYRING));
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

    /** Another node may have added a term, or changed the root key too; this transaction sees what that node stored before. */
    private Keys reload(Reader tx, Keys before, int wanted) {
        var record = tx.get(KEYRING).orElseThrow(() -> damaged(KEYRING));
        var ring = decode(before.root, record);
        if (ring.isPresent()) return adopt(ring.get(), wanted, before.root, before.rootKey);
        var rootKey = tx.get(ROOT).flatMap(root -> before.ring.decrypt(ROOT, root)).map(LockedKey::taking).orElseThrow(() -> damaged(ROOT));
        var root = new KeyWrap(rootKey);
        return adopt(decode(root, record).orElseThrow(() -> damaged(KEYRING)), wanted, root, rootKey);
    }

    private Keys adopt(Keyring found, int wanted, KeyWrap root, LockedKey rootKey) {
        if (!found.knows(wanted)) {
            found.close();
            return keys();
        }
        return replace(found, root, rootKey, 0);
    }

    /**
     * Takes a keyring as stored into use. The keys that are known already stay, since others are using them.
     *
     * @param granted what was set aside under its active term for this process; 0 if nothing was, then that term is not used yet
     */
    private Keys replace(Keyring found, KeyWrap root, LockedKey rootKey, long granted) {
        replacing.lock();
        try {
            var now = keys;
            if (now == null || found.active().number() < now.ring.active().number()) {
                found.close();
                if (now == null) throw sealed();
                return now;
            }
            var ring = found.sharing(now.ring);
            var changed = granted == 0 ? new Keys(root, rootKey, ring, now.encrypting, now.allowance) : encryptingUnder(ring, now, root, rootKey, granted);
            keys = changed;
            if (root != now.root) now.root.close();
            return changed;
        } finally {
            replacing.unlock();
        }
    }

    private static Keys encryptingUnder(Keyring ring, Keys now, KeyWrap root, LockedKey rootKey, long granted) {
        if (ring.active().number() != now.allowance.term()) {
            return new Keys(root, rootKey, ring, ring, new Allowance(ring.active().number(), granted));
        }
        now.allowance.grant(granted);
        return new Keys(root, rootKey, ring, ring, now.allowance);
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
            boolean due = isDue(keys().ring);
            if (due) refill(true);
            return due;
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
        try (var fresh = new Fresh()) {
            var now = keys();
            inner.update(tx -> {
                fresh.clear();
                store(tx, now, fresh.hold(change.apply(fresh.hold(current(tx, now)))));
            });
            replace(fresh.take(), now.root, now.rootKey, granted);
        } finally {
            maintaining.unlock();
        }
    }

    /** The stored keyring; one that lacks what is in use here was put back by somebody. */
    private Keyring current(Reader tx, Keys now) {
        var stored = stored(tx, now.root);
        if (stored.active().number() >= now.ring.active().number()) return stored;
        stored.close();
        throw damaged(KEYRING);
    }

    /** Puts another root key in place, with what {@code work} puts, or neither. */
    void changeRootKey(LockedKey rootKey, Consumer<Writer> work) {
        var root = new KeyWrap(rootKey);
        maintaining.lock();
        try (var fresh = new Fresh()) {
            var before = keys();
            var after = new Keys(root, rootKey, before.ring, before.encrypting, before.allowance);
            inner.update(tx -> {
                fresh.clear();
                var stored = fresh.hold(current(tx, before));
                store(tx, after, stored);
                storeRoot(tx, after);
                work.accept(tx);
            });
            replace(fresh.take(), root, rootKey, 0);
        } catch (RuntimeException failed) {
            root.close();
            throw failed;
        } finally {
            maintaining.unlock();
        }
    }

    /** A decoded keyring on its way into use: cleared when the transaction runs again or fails. */
    private static final class Fresh implements AutoCloseable {
        private @Nullable Keyring ring;

        /** A ring that was made from the held one shares its keys, and is held in its place. */
        Keyring hold(Keyring next) {
            ring = next;
            return next;
        }

        Keyring take() {
            var taken = ring;
            ring = null;
            if (taken == null) throw new IllegalStateException("the transaction did not run");
            return taken;
        }

        void clear() {
            if (ring != null) ring.close();
            ring = null;
        }

        @Override
        public void close() {
            clear();
        }
    }

    /** Gives back the encryptions set aside and not made, and clears the keys. */
    void close() {
        Keys last;
        replacing.lock();
        try {
            last = keys;
            keys = null;
        } finally {
            replacing.unlock();
        }
        if (last == null) return;
        try {
            giveBack(last);
        } catch (StorageException failed) {
            LOG.log(Level.WARNING, "sealed without giving back encryptions that were set aside; they count as made", failed);
        } finally {
            last.root.close();
            last.ring.close();
        }
    }

    private void giveBack(Keys last) {
        long left = last.allowance.end();
        if (left == 0) return;
        inner.update(tx -> tx.get(KEYRING).flatMap(record -> decode(last.root, record)).ifPresent(stored -> {
            try (stored) {
                store(tx, last, stored.reserving(last.allowance.term(), -left));
            }
        }));
    }
}
