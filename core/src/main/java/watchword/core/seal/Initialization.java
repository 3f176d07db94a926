package watchword.core.seal;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import watchword.core.barrier.Barrier;
import watchword.crypto.LockedKey;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** The first keys of a new store. Used once, by {@link Seal#initialize}, while nobody else does the like. */
final class Initialization {
    private static final System.Logger LOG = System.getLogger(Initialization.class.getName());
    /** In the store while it is being initialized; what is found with it was never told to anybody. */
    private static final String INITIALIZING = "barrier/initializing";

    private final Storage inner;
    private final Seal.Options options;
    private final RootKeys keys;
    private final SecureRandom random;
    private final InstantSource clock;

    Initialization(Storage inner, Seal.Options options, RootKeys keys, SecureRandom random, InstantSource clock) {
        this.inner = inner;
        this.options = options;
        this.keys = keys;
        this.random = random;
        this.clock = clock;
    }

    <T> Seal.Initialized<T> run(Seal.InitRequest wanted, Function<Barrier, T> first) {
        require(wanted);
        clearAttempt();
        return options.auto().isPresent() ? initializeAuto(options.auto().get(), wanted.recovery(), first) : initializeShares(wanted.unseal(), first);
    }

    private void require(Seal.InitRequest wanted) {
        if (options.auto().isPresent()) {
            if (wanted.unseal().shares() > 1 || wanted.unseal().threshold() > 1) throw notApplicable("secret_shares,secret_threshold");
            if (!wanted.recovery().equals(Shares.NONE)) wanted.recovery().require("recovery");
        } else {
            if (!wanted.recovery().equals(Shares.NONE)) throw notApplicable("recovery_shares,recovery_threshold");
            wanted.unseal().require("seal");
        }
        if (wanted.storedShares() > 1) throw new Problem.Invalid("invalid seal configuration: stored keys cannot be larger than 1").asException();
    }

    private Problem.ProblemException notApplicable(String parameters) {
        return new Problem.Invalid("parameters " + parameters + " not applicable to seal type " + options.auto().map(AutoSeal::type).orElse(SealRecord.SHAMIR)).asException();
    }

    private void clearAttempt() {
        boolean brokenOff = inner.<Boolean>read(tx -> tx.get(INITIALIZING).isPresent());
        if (!brokenOff) options.guard().requireFirst();
        inner.update(tx -> {
            for (var page = tx.scan("", "", 500); !page.isEmpty(); page = tx.scan("", page.getLast().key(), 500)) {
                page.stream().map(Storage.Entry::key).filter(key -> Barrier.owns(key) || !key.startsWith("barrier/")).forEach(key -> {
                    if (!brokenOff) throw notEmpty();
                    tx.delete(key);
                });
            }
        });
    }

    private static Problem.ProblemException notEmpty() {
        return new Problem.Invalid("the store is not empty, but has lost how it is sealed: bring its entry " + Barrier.SEAL + " back, or begin with an empty store")
                .asException();
    }

    private <T> Seal.Initialized<T> initializeShares(Shares wanted, Function<Barrier, T> first) {
        try (var root = keys.newKey(); var unseal = keys.newKey()) {
            var record = keys.byShares(root, unseal, wanted);
            var made = store(root, record, Optional.empty(), first);
            return new Seal.Initialized<>(keys.split(unseal, wanted), List.of(), made);
        }
    }

    private <T> Seal.Initialized<T> initializeAuto(AutoSeal auto, Shares recovery, Function<Barrier, T> first) {
        try (var root = keys.newKey(); var recoveryKey = keys.newKey()) {
            var record = keys.byAuto(auto, root, recovery);
            var made = store(root, record, recovery.isNone() ? Optional.empty() : Optional.of(recoveryKey), first);
            return new Seal.Initialized<>(List.of(), recovery.isNone() ? List.of() : keys.split(recoveryKey, recovery), made);
        }
    }

    private <T> T store(Secret root, SealRecord record, Optional<Secret> recoveryKey, Function<Barrier, T> first) {
        try (var barrier = Barrier.create(inner, LockedKey.copyOf(root), random, clock)) {
            barrier.initialize((below, tx) -> {
                below.put(INITIALIZING, new byte[] {1});
                recoveryKey.ifPresent(key -> RecoveryKey.put(tx, barrier, key));
            });
            var made = first.apply(barrier);
            inner.update(tx -> {
                tx.put(Barrier.SEAL, record.encode());
                tx.delete(INITIALIZING);
            });
            LOG.log(Level.INFO, "initialized, with a {0} seal", record.type());
            return made;
        }
    }
}
