package watchword.core.seal;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.barrier.Barrier;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** New shares for the old ones, with the consent of a quorum; with verification, the old ones work until the new ones were seen. Any thread. */
final class Rekey {
    private final Seal seal;
    private @Nullable Attempt attempt;

    Rekey(Seal seal) {
        this.seal = seal;
    }

    private static final class Attempt {
        private final Seal.Shares wanted;
        private final boolean verify;
        private final Quorum consent;
        private @Nullable Secret newKey;
        private @Nullable Quorum verification;

        Attempt(Seal.Shares wanted, boolean verify, Quorum consent) {
            this.wanted = wanted;
            this.verify = verify;
            this.consent = consent;
        }
    }

    /** Where the attempt stands; an empty nonce when there is none. */
    record Status(String nonce, boolean started, int t, int n, int progress, int required, boolean verificationRequired, String verificationNonce,
            int verificationProgress) {}

    /** What came of a share. @param shares the new ones, when the quorum is complete */
    record Outcome(Status status, boolean complete, List<Secret> shares, Optional<Barrier> barrier) {}

    synchronized Status status() {
        int required = seal.config().map(SealConfig::threshold).orElse(0);
        var a = attempt;
        if (a == null) return new Status("", false, 0, 0, 0, required, false, "", 0);
        return new Status(a.consent.nonce(), true, a.wanted.threshold(), a.wanted.shares(), a.consent.progress(), required, a.verify,
                a.verification == null ? "" : a.verification.nonce(), a.verification == null ? 0 : a.verification.progress());
    }

    synchronized Status start(Seal.Shares wanted, boolean verify) {
        wanted.require("rekey");
        if (attempt != null) throw new Problem.Invalid("rekey already in progress").asException();
        attempt = new Attempt(wanted, verify, new Quorum(seal.config().orElseThrow().threshold(), seal.newNonce()));
        return status();
    }

    synchronized void cancel() {
        if (attempt != null) attempt.consent.clear();
        attempt = null;
    }

    synchronized Outcome update(Barrier barrier, String share, String nonce) {
        var a = attempt;
        if (a == null) throw new Problem.Invalid("no rekey in progress").asException();
        if (!nonce.equals(a.consent.nonce())) throw new Problem.Invalid("incorrect nonce supplied; nonce for this rekey operation is not this one").asException();
        if (a.newKey != null) throw new Problem.Invalid("rekey operation already finished; verification must be performed").asException();
        var agreed = a.consent.add(Quorum.parse(share));
        if (agreed.isEmpty()) return new Outcome(status(), false, List.of(), Optional.empty());
        if (!seal.isQuorumKey(agreed.get(), barrier)) throw new Problem.Invalid("rekey failed, invalid key").asException();
        var newKey = seal.newKey();
        var shares = seal.split(newKey, a.wanted);
        if (a.verify) {
            a.newKey = newKey;
            a.verification = new Quorum(a.wanted.threshold(), seal.newNonce());
            return new Outcome(status(), true, shares, Optional.empty());
        }
        var last = status();
        attempt = null;
        return new Outcome(last, true, shares, Optional.of(seal.rekey(barrier, newKey, a.wanted)));
    }

    synchronized Outcome verify(Barrier barrier, String share, String nonce) {
        var a = attempt;
        if (a == null || a.verification == null || a.newKey == null) throw new Problem.Invalid("no rekey verification in progress").asException();
        if (!nonce.equals(a.verification.nonce())) throw new Problem.Invalid("incorrect nonce supplied; nonce for this verify operation is not this one").asException();
        var combined = a.verification.add(Quorum.parse(share));
        if (combined.isEmpty()) return new Outcome(status(), false, List.of(), Optional.empty());
        if (!combined.get().sameAs(a.newKey)) throw new Problem.Invalid("rekey verification failed; incorrect key shares supplied").asException();
        var last = status();
        attempt = null;
        return new Outcome(last, true, List.of(), Optional.of(seal.rekey(barrier, a.newKey, a.wanted)));
    }

    synchronized void restartVerification() {
        if (attempt != null && attempt.newKey != null) attempt.verification = new Quorum(attempt.wanted.threshold(), seal.newNonce());
    }
}
