package watchword.core.seal;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.barrier.Barrier;
import watchword.crypto.LockedKey;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * A new key and new shares for the old ones, with the consent of a quorum. With verification, the old ones work until enough of the new
 * ones have been shown. One attempt at a time. Any thread.
 */
public final class Rekey {

    private static final System.Logger LOG = System.getLogger(Rekey.class.getName());

    /** Which key. */
    public enum Target {
        /** The root key, with the unseal key that wraps it; with an auto-seal, the root key alone, for which there are no shares. */
        ROOT,
        /** With an auto-seal, the recovery key. */
        RECOVERY
    }

    /** @param backup kept for clients: there is nothing to back up where shares are answered in clear */
    public record Request(Shares shares, boolean requireVerification, boolean backup) {}

    /**
     * Where the attempt stands.
     *
     * @param nonce of the attempt; empty when there is none
     * @param wanted what the new key is split into
     * @param required how many shares of the old key are needed
     * @param verificationNonce of the verification; empty until it begins
     */
    public record Status(String nonce, Shares wanted, int progress, int required, boolean verificationRequired, String verificationNonce, int verificationProgress) {
        public boolean started() {
            return !nonce.isEmpty();
        }
    }

    /**
     * What came of a share.
     *
     * @param complete whether it was the last that was needed
     * @param shares of the new key, once
     */
    public record Outcome(Status status, boolean complete, List<Secret> shares) {}

    private static final class Attempt {
        private final Request request;
        private final Quorum consent;
        /** How the store was sealed when the quorum agreed. */
        private @Nullable SealRecord agreedOn;
        private @Nullable Secret newKey;
        private @Nullable Quorum verification;

        Attempt(Request request, Quorum consent) {
            this.request = request;
            this.consent = consent;
        }

        void forget() {
            consent.close();
            if (newKey != null) newKey.close();
            if (verification != null) verification.close();
        }
    }

    private final Seal seal;
    private final Target target;
    private @Nullable Attempt attempt;

    Rekey(Seal seal, Target target) {
        this.seal = seal;
        this.target = target;
    }

    public Status status() {
        return seal.inTurn(() -> {
            int required = quorum().threshold();
            return attempt == null ? new Status("", Shares.NONE, 0, required, false, "", 0) : status(attempt, required);
        });
    }

    private static Status status(Attempt a, int required) {
        return new Status(a.consent.nonce(), a.request.shares(), a.consent.progress(), required, a.request.requireVerification(),
                a.verification == null ? "" : a.verification.nonce(), a.verification == null ? 0 : a.verification.progress());
    }

    private Shares quorum() {
        seal.barrier();
        var record = seal.record();
        if (target == Target.RECOVERY && record.isShamir()) throw new Problem.Invalid("recovery rekeying not supported").asException();
        return record.quorum();
    }

    /** Begins one. Where there is no recovery key yet, there is nobody to ask: the first one is made at once. */
    public Outcome start(Request request) {
        return seal.inTurn(() -> {
            var quorum = quorum();
            if (request.backup()) throw new Problem.Invalid("cannot request a backup of the new keys without providing PGP keys for encryption").asException();
            if (attempt != null) throw new Problem.Invalid("rekey already in progress").asException();
            request.shares().require("rekey seal");
            boolean withoutShares = target == Target.ROOT && !seal.record().isShamir();
            if (withoutShares && !request.shares().equals(new Shares(1, 1))) {
                throw new Problem.Invalid("secret_shares and secret_threshold must be 1: the seal keeps the root key, and no shares of it are given out").asException();
            }
            if (withoutShares && request.requireVerification()) {
                throw new Problem.Invalid("requiring verification not supported when rekeying the barrier key with recovery keys").asException();
            }
            if (quorum.isNone() && withoutShares) throw new Problem.Invalid("this server has no recovery key, which a rekey needs").asException();
            var started = new Attempt(request, new Quorum(quorum, seal.newNonce()));
            attempt = started;
            return quorum.isNone() ? agreed(started, 0) : new Outcome(status(started, quorum.threshold()), false, List.of());
        });
    }

    /** Ends the attempt; the old shares stay good. */
    public void cancel() {
        seal.inTurn(() -> {
            forget();
            return true;
        });
    }

    void forget() {
        if (attempt != null) attempt.forget();
        attempt = null;
    }

    /** Adds a share of the old key. */
    public Outcome update(Secret share, String nonce) {
        return seal.inTurn(() -> {
            var quorum = quorum();
            var a = attempt;
            if (a == null) throw new Problem.Invalid("no rekey in progress").asException();
            if (a.newKey != null) throw new Problem.Invalid("rekey operation already finished; verification must be performed; nonce for the verification operation is \""
                    + status(a, 0).verificationNonce() + "\"").asException();
            requireNonce("rekey", a.consent, nonce);
            var key = add(a.consent, Share.parse(share, a.consent.of()));
            if (key.isEmpty()) return new Outcome(status(a, quorum.threshold()), false, List.of());
            try (var whole = key.get()) {
                var record = seal.record();
                if (!seal.isQuorumKey(record, seal.barrier(), whole)) {
                    throw new Problem.Invalid(record.isShamir() ? "unseal key verification failed" : "recovery key verification failed").asException();
                }
            }
            return agreed(a, quorum.threshold());
        });
    }

    static void requireNonce(String operation, Quorum quorum, String nonce) {
        if (nonce.equals(quorum.nonce())) return;
        throw new Problem.Invalid("incorrect nonce supplied; nonce for this " + operation + " operation is \"" + quorum.nonce() + "\"").asException();
    }

    static Optional<Secret> add(Quorum quorum, Secret share) {
        if (quorum.has(share)) throw new Problem.Invalid("given key has already been provided during this generation operation").asException();
        return quorum.add(share);
    }

    private Outcome agreed(Attempt a, int required) {
        var wanted = a.request.shares();
        var newKey = seal.keys().newKey();
        a.agreedOn = seal.record();
        boolean withoutShares = target == Target.ROOT && !seal.record().isShamir();
        var shares = withoutShares ? List.<Secret>of() : seal.keys().split(newKey, wanted);
        if (a.request.requireVerification()) {
            a.newKey = newKey;
            a.verification = new Quorum(wanted, seal.newNonce());
            return new Outcome(status(a, required), true, shares);
        }
        var last = new Status(a.consent.nonce(), wanted, required, required, false, "", 0);
        try (newKey) {
            carryOut(a, newKey);
        }
        forget();
        return new Outcome(last, true, shares);
    }

    /** Starts the verification anew, with another nonce. */
    public Status restartVerification() {
        return seal.inTurn(() -> {
            var a = verifying();
            if (a.verification != null) a.verification.close();
            a.verification = new Quorum(a.request.shares(), seal.newNonce());
            return status(a, quorum().threshold());
        });
    }

    private Attempt verifying() {
        if (attempt == null) throw new Problem.Invalid("no rekey in progress").asException();
        if (attempt.newKey == null) throw new Problem.Invalid("no rekey verification in progress").asException();
        return attempt;
    }

    public Status verificationStatus() {
        return seal.inTurn(() -> status(verifying(), quorum().threshold()));
    }

    /** Adds a share of the new key; after the last one that was needed, the old shares are good for nothing any more. */
    public Outcome verify(Secret share, String nonce) {
        return seal.inTurn(() -> {
            int required = quorum().threshold();
            var a = verifying();
            var verification = a.verification;
            var newKey = a.newKey;
            if (verification == null || newKey == null) throw new IllegalStateException("a verification without a key");
            requireNonce("verify", verification, nonce);
            var key = add(verification, Share.parse(share, verification.of()));
            if (key.isEmpty()) return new Outcome(status(a, required), false, List.of());
            try (var whole = key.get()) {
                if (!whole.sameAs(newKey)) throw new Problem.Invalid("rekey verification failed; incorrect key shares supplied").asException();
            }
            var last = status(a, required);
            carryOut(a, newKey);
            forget();
            return new Outcome(last, true, List.of());
        });
    }

    private void carryOut(Attempt a, Secret newKey) {
        seal.alone(() -> {
            if (a.agreedOn == null || !seal.isStored(a.agreedOn)) throw Seal.changedMeanwhile();
            carryOut(newKey, a.request.shares());
            return true;
        });
    }

    private void carryOut(Secret newKey, Shares wanted) {
        var barrier = seal.barrier();
        barrier.catchUp();
        if (target == Target.RECOVERY) changeRecoveryKey(barrier, newKey, wanted);
        else changeRootKey(barrier, seal.record(), newKey, wanted);
        LOG.log(Level.INFO, "rekeyed: the {0} key is new", target == Target.RECOVERY ? "recovery" : "root");
    }

    private void changeRootKey(Barrier barrier, SealRecord before, Secret unsealKey, Shares wanted) {
        try (var root = seal.keys().newKey()) {
            var after = before.isShamir() ? seal.keys().byShares(root, unsealKey, wanted) : seal.keys().byAuto(seal.auto().orElseThrow(), root, before.recovery());
            settling(after, () -> barrier.changeRootKey(LockedKey.copyOf(root), tx -> tx.put(Barrier.SEAL, after.encode())));
        }
    }

    private void changeRecoveryKey(Barrier barrier, Secret recoveryKey, Shares wanted) {
        try (var root = Seal.rootOf(barrier)) {
            var after = seal.keys().byAuto(seal.auto().orElseThrow(), root, wanted);
            settling(after, () -> barrier.updateBoth((below, tx) -> {
                below.put(Barrier.SEAL, after.encode());
                RecoveryKey.put(tx, barrier, recoveryKey);
            }));
        }
    }

    /** If the old shares may be good for nothing any more, the new ones must not be lost: what became of the change is read back. */
    private void settling(SealRecord after, Runnable change) {
        try {
            change.run();
        } catch (Storage.StorageException failed) {
            if (!failed.isOutcomeUnknown() || !seal.isStored(after)) throw failed;
        }
    }
}
