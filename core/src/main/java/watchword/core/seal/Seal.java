package watchword.core.seal;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import watchword.core.barrier.Barrier;
import watchword.core.barrier.RollbackGuard;
import watchword.crypto.LockedKey;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * The way from shares, or from a key outside of the server, to an open {@link Barrier}, and back. Any thread; the moves are rare and take
 * turns. The root key is in the store only wrapped: by the unseal key, which is in nobody's hands but as shares, or by an auto-seal.
 */
public final class Seal {
    private static final System.Logger LOG = System.getLogger(Seal.class.getName());

    /**
     * How the operator configured it.
     *
     * @param auto keeps the root key; without one, it is shares
     * @param retired kept it before, and still opens it: for the move to shares
     * @param others keeps other servers on the same store out meanwhile
     */
    public record Options(Optional<AutoSeal> auto, Optional<AutoSeal> retired, RollbackGuard guard, Exclusion others) {
        /** Of a server that has its store for itself. */
        public Options(Optional<AutoSeal> auto, Optional<AutoSeal> retired, RollbackGuard guard) {
            this(auto, retired, guard, Exclusion.NOT_NEEDED);
        }

        /** Shares, and nothing watched: for tests and stores that do not last. */
        public static Options shamir() {
            return new Options(Optional.empty(), Optional.empty(), RollbackGuard.none());
        }
    }

    /**
     * What {@code sys/init} asks for.
     *
     * @param storedShares kept for clients: 0 or 1
     */
    public record InitRequest(Shares unseal, Shares recovery, int storedShares) {}

    /**
     * What can be seen once.
     *
     * @param shares of the unseal key; none with an auto-seal
     * @param first what the caller made of the new store
     */
    public record Initialized<T>(List<Secret> shares, List<Secret> recoveryShares, T first) {}

    private final Storage inner;
    private final Options options;
    private final SecureRandom random;
    private final InstantSource clock;
    private final RootKeys keys;
    private final ReentrantLock turn = new ReentrantLock();
    private final Rekey rekey = new Rekey(this, Rekey.Target.ROOT);
    private final Rekey rekeyRecovery = new Rekey(this, Rekey.Target.RECOVERY);
    private final RootGeneration rootGeneration = new RootGeneration(this);
    private @Nullable Quorum unsealing;
    private volatile @Nullable Barrier open;

    /** @param inner the storage below the barrier; stays open */
    public Seal(Storage inner, Options options, SecureRandom random, InstantSource clock) {
        this.inner = inner;
        this.options = options;
        this.random = random;
        this.keys = new RootKeys(options, random);
        this.clock = clock;
    }

    <T extends @Nullable Object> T inTurn(Supplier<T> move) {
        turn.lock();
        try {
            return move.get();
        } finally {
            turn.unlock();
        }
    }

    /** {@link #inTurn}, and while no other server on the same store does such a thing. */
    <T extends @Nullable Object> T alone(Supplier<T> move) {
        return inTurn(() -> options.others().alone(move));
    }

    // ---- what it is ----

    public boolean isInitialized() {
        return SealRecord.read(inner).isPresent();
    }

    /** Whether a key outside of the server unseals it. */
    public boolean isAuto() {
        return options.auto().isPresent();
    }

    public SealStatus status() {
        return inTurn(() -> {
            var record = SealRecord.read(inner);
            var quorum = record.map(SealRecord::quorum).orElse(Shares.NONE);
            var type = record.map(SealRecord::type).orElseGet(() -> options.auto().map(AutoSeal::type).orElse(SealRecord.SHAMIR));
            return new SealStatus(type, record.isPresent(), open == null, quorum.threshold(), quorum.shares(), unsealing == null ? 0 : unsealing.progress(),
                    unsealing == null ? "" : unsealing.nonce(), open == null && record.map(this::isMoving).orElse(false), !type.equals(SealRecord.SHAMIR));
        });
    }

    /** The open barrier. */
    Barrier barrier() {
        var barrier = open;
        if (barrier == null) throw new Problem.Unavailable("Vault is sealed").asException();
        return barrier;
    }

    SealRecord record() {
        return SealRecord.read(inner).orElseThrow(() -> new Problem.Invalid("Vault is not initialized").asException());
    }

    public Rekey rekey() {
        return rekey;
    }

    public Rekey rekeyRecovery() {
        return rekeyRecovery;
    }

    public RootGeneration rootGeneration() {
        return rootGeneration;
    }

    // ---- initializing ----

    /**
     * Makes the keys of a new store and leaves it sealed. Until {@code first} has returned, the store counts as not initialized; what is
     * left of an attempt that broke off is cleared by the next one.
     *
     * @param first writes what a new server has, through the barrier, which is closed afterwards
     */
    public <T> Initialized<T> initialize(InitRequest wanted, Function<Barrier, T> first) {
        return alone(() -> {
            if (isInitialized()) throw new Problem.Invalid("Vault is already initialized").asException();
            return new Initialization(inner, options, keys, random, clock).run(wanted, first);
        });
    }

    // ---- keys ----

    RootKeys keys() {
        return keys;
    }

    SecureRandom random() {
        return random;
    }

    String newNonce() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        var both = ByteBuffer.wrap(bytes);
        return new UUID((both.getLong() & 0xffffffffffff0fffL) | 0x4000L, (both.getLong() & 0x3fffffffffffffffL) | 0x8000000000000000L).toString();
    }

    Optional<AutoSeal> auto() {
        return options.auto();
    }

    /** Whether a quorum's shares made what they should: the unseal key, or with an auto-seal the recovery key. */
    boolean isQuorumKey(SealRecord record, Barrier barrier, Secret key) {
        barrier.catchUp(); // another server may have changed the root key
        if (!record.isShamir()) return RecoveryKey.is(barrier, key);
        return keys.unwrapByKey(record, key).map(root -> {
            try (root; var locked = LockedKey.copyOf(root)) {
                return barrier.isRootKey(locked);
            }
        }).orElse(false);
    }

    // ---- unsealing ----

    /**
     * Adds a share.
     *
     * @param share in hexadecimal or base64
     * @param migrate the operator knows that this unseal moves the root key to another seal
     * @return the barrier, once there were enough of the right ones
     * @throws Problem.ProblemException if the share is none, or if enough were given and are not the right ones; then it begins anew
     */
    public Optional<Barrier> unseal(Secret share, boolean migrate) {
        return inTurn(() -> {
            var record = record();
            if (open != null) return Optional.empty();
            requireConsent(record, migrate);
            var quorum = unsealing(record);
            var key = quorum.add(Share.parse(share, record.quorum()));
            if (key.isEmpty()) return Optional.empty();
            unsealing = null;
            try (var whole = key.get()) {
                return Optional.of(unsealBy(record, whole));
            }
        });
    }

    private void requireConsent(SealRecord record, boolean migrate) {
        boolean moving = isMoving(record);
        if (migrate && !moving) throw new Problem.Invalid("can't perform a seal migration, no migration seal found").asException();
        if (!migrate && moving) throw new Problem.Invalid("migrate option not provided and seal migration is pending").asException();
        if (record.quorum().isNone()) throw new Problem.Invalid("this server unseals itself and has no recovery key: start it again to unseal it").asException();
    }

    private Quorum unsealing(SealRecord record) {
        var quorum = unsealing;
        if (quorum != null && quorum.of().equals(record.quorum())) return quorum;
        var fresh = new Quorum(record.quorum(), newNonce());
        unsealing = fresh;
        return fresh;
    }

    public void resetUnseal() {
        inTurn(() -> {
            if (unsealing != null) unsealing.close();
            unsealing = null;
            return true;
        });
    }

    private Barrier unsealBy(SealRecord record, Secret key) {
        var root = record.isShamir() ? keys.unwrapByKey(record, key) : keys.unwrapByConfigured(record);
        var barrier = barrierOf(root.orElseThrow(() -> record.isShamir() ? invalidKey() : autoSealFailed()));
        try {
            if (!record.isShamir() && !RecoveryKey.is(barrier, key)) throw invalidKey();
            options.guard().check(barrier);
            if (isMoving(record)) alone(() -> move(record, barrier, key));
            open = barrier;
            LOG.log(Level.INFO, "unsealed by a quorum of {0}", record.quorum().threshold());
            return barrier;
        } finally {
            if (open == null) barrier.close();
        }
    }

    private Barrier barrierOf(Secret root) {
        try (root) {
            return Barrier.open(inner, LockedKey.copyOf(root), random, clock).orElseThrow(() ->
                    new Storage.StorageException("the root key is right, but the keyring is damaged, or was tampered with", false, null));
        }
    }

    private static Problem.ProblemException invalidKey() {
        return new Problem.Invalid("Unseal failed, invalid key").asException();
    }

    private static Problem.ProblemException autoSealFailed() {
        return new Problem.Unavailable("the configured seal does not give the root key of this store").asException();
    }

    /** Unseals with the configured auto-seal, if there is one; if it does not work, the server stays sealed and the log says why. */
    public Optional<Barrier> autoUnseal() {
        return inTurn(() -> {
            var record = SealRecord.read(inner);
            if (record.isEmpty() || record.get().isShamir() || open != null || isMoving(record.get())) return Optional.empty();
            try {
                return Optional.of(autoUnseal(record.get()));
            } catch (Problem.ProblemException | Storage.StorageException failed) {
                LOG.log(Level.ERROR, "the server stays sealed: {0}", failed.getMessage());
                return Optional.empty();
            }
        });
    }

    private Barrier autoUnseal(SealRecord record) {
        var barrier = barrierOf(keys.unwrapByConfigured(record).orElseThrow(Seal::autoSealFailed));
        try {
            options.guard().check(barrier);
            var auto = options.auto().orElseThrow(Seal::autoSealFailed);
            if (!auto.keyId().equals(record.keyId())) {
                var renewed = keys.byAuto(auto, rootOf(barrier), record.recovery());
                alone(() -> {
                    if (!isStored(record)) throw changedMeanwhile();
                    inner.update(tx -> tx.put(Barrier.SEAL, renewed.encode()));
                    return true;
                });
                LOG.log(Level.INFO, "the root key is now kept by the seal key {0}; {1} is not needed any more", auto.keyId(), record.keyId());
            }
            open = barrier;
            LOG.log(Level.INFO, "unsealed by the {0} seal", record.type());
            return barrier;
        } finally {
            if (open == null) barrier.close();
        }
    }

    static Secret rootOf(Barrier barrier) {
        try (var root = barrier.rootKey()) {
            return Secret.owning(root.getEncoded());
        }
    }

    // ---- moving to another seal ----

    private boolean isMoving(SealRecord record) {
        return record.isShamir() ? options.auto().isPresent() : options.auto().isEmpty() && options.retired().isPresent();
    }

    /** The unseal key becomes the recovery key, or the other way round: the same shares go on, for what they are good for then. */
    private boolean move(SealRecord record, Barrier barrier, Secret key) {
        if (!isStored(record)) throw changedMeanwhile();
        try (var root = rootOf(barrier)) {
            if (record.isShamir()) {
                var moved = keys.byAuto(options.auto().orElseThrow(), root, record.unseal());
                barrier.updateBoth((below, tx) -> {
                    below.put(Barrier.SEAL, moved.encode());
                    RecoveryKey.put(tx, barrier, key);
                });
            } else {
                var moved = keys.byShares(root, key, record.recovery());
                barrier.updateBoth((below, tx) -> {
                    below.put(Barrier.SEAL, moved.encode());
                    RecoveryKey.delete(tx);
                });
            }
        }
        LOG.log(Level.INFO, "the root key moved from the {0} seal to the other one", record.type());
        return true;
    }

    static Problem.ProblemException changedMeanwhile() {
        return new Problem.Invalid("another server has changed the keys meanwhile; begin anew").asException();
    }

    // ---- changing and sealing ----

    /** Whether this is how the store is sealed now: for a change whose outcome is not known. */
    boolean isStored(SealRecord record) {
        return SealRecord.read(inner).filter(stored -> java.util.Arrays.equals(stored.encode(), record.encode())).isPresent();
    }

    /** Remembers outside of the store how far it has come; to be called every few seconds while unsealed. */
    public void advanceEpoch() {
        var barrier = open;
        if (barrier != null) options.guard().advance(barrier);
    }

    /**
     * Replaces what is in the store, below the barrier. The keys are forgotten in that same transaction, so that no other brings what they
     * encrypted into the new store.
     *
     * @return the barrier, open again, if the new store has the same root key
     * @throws Storage.StorageException when it failed; the server is sealed then, unless {@link #stillOpen} has the old barrier
     */
    public Optional<Barrier> replace(Consumer<Storage.Writer> work) {
        return alone(() -> {
            var before = barrier();
            before.catchUp();
            var rootKey = before.rootKey();
            boolean replaced = false;
            try {
                inner.update(tx -> {
                    work.accept(tx);
                    Barrier.beginGeneration(tx, random);
                    before.abandon();
                });
                replaced = true;
            } finally {
                if (!replaced) rootKey.close();
                if (before.isClosed()) forget();
            }
            options.guard().forget();
            var after = Barrier.open(inner, rootKey, random, clock);
            after.ifPresent(barrier -> {
                options.guard().check(barrier);
                barrier.rotate(); // how often the old key was used is not known: the count in the backup is of an earlier day
                open = barrier;
            });
            LOG.log(Level.INFO, after.isPresent() ? "the store was replaced" : "the store was replaced by another's; sealed");
            return after;
        });
    }

    /** The open barrier, if there is one. */
    public Optional<Barrier> stillOpen() {
        return Optional.ofNullable(open);
    }

    private void forget() {
        rekey.forget();
        rekeyRecovery.forget();
        rootGeneration.forget();
        resetUnseal();
        open = null;
    }

    /** Closes the barrier and forgets every share that was given. Again, it does nothing. */
    public void seal() {
        inTurn(() -> {
            var barrier = open;
            forget();
            if (barrier == null) return false;
            try (barrier) {
                LOG.log(Level.INFO, "sealed");
                options.guard().advance(barrier);
            } catch (Storage.StorageException failed) {
                LOG.log(Level.WARNING, "sealed without noting how far the store had come: {0}", failed.getMessage());
            }
            return true;
        });
    }
}
