package watchword.core.seal;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import watchword.core.barrier.Barrier;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;

/**
 * The parts of the seal's API that need a token: sealing, key rotation, rekeying and root generation. Starting and cancelling the last
 * two is open to nobody without {@code sudo}: each has one slot, which a stranger could hold.
 */
public final class SealRoutes {
    private final Supplier<Barrier> barrier;
    private final Consumer<Barrier> rekeyed;
    private final Runnable sealServer;
    private final Supplier<Secret> newRootToken;
    private final Rekey rekey;
    private final RootGeneration generation;

    /**
     * @param barrier the one in use
     * @param rekeyed takes the barrier to use after a rekey
     */
    public SealRoutes(Seal seal, Supplier<Barrier> barrier, Consumer<Barrier> rekeyed, Runnable sealServer, Supplier<Secret> newRootToken, SecureRandom random) {
        this.barrier = barrier;
        this.rekeyed = rekeyed;
        this.sealServer = sealServer;
        this.newRootToken = newRootToken;
        this.rekey = new Rekey(seal);
        this.generation = new RootGeneration(seal, random);
    }

    record Nothing() {}

    record KeyStatus(int term, Instant installTime, long encryptions) {}

    record StartRekey(
            @Doc("Into how many shares.") int secretShares,
            @Doc("How many of them are needed.") int secretThreshold,
            @Doc("The old shares work until the new ones were shown once.") boolean requireVerification,
            @Doc("Not supported: shares are answered in clear, over TLS.") List<String> pgpKeys,
            @Doc("Kept for clients.") boolean backup) {}

    record Share(@Doc("A share, hex or base64.") String key, @Doc("Nonce of the attempt.") String nonce) {}

    record RekeyStatus(String nonce, boolean started, int t, int n, int progress, int required, Optional<List<String>> pgpFingerprints, boolean backup,
            boolean verificationRequired, Optional<String> verificationNonce) {}

    record RekeyOutcome(String nonce, boolean complete, boolean started, Optional<List<String>> keys, Optional<List<String>> keysBase64, int t, int n, int progress,
            int required, boolean verificationRequired, Optional<String> verificationNonce) {}

    record StartRoot(@Doc("One-time password; made when not given.") String otp, @Doc("Not supported.") String pgpKey) {}

    record RootStatus(boolean started, String nonce, int progress, int required, boolean complete, String encodedToken, String encodedRootToken, String pgpFingerprint,
            Optional<String> otp, int otpLength) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.effect(Operation.WRITE, "seal", Nothing.class, None.class, this::seal, "Seal the server: it forgets its keys.").with(Trait.SUDO),
                Route.read("key-status", Nothing.class, KeyStatus.class, this::keyStatus, "Tell about the key that seals the store.").with(Trait.FLAT),
                Route.effect(Operation.WRITE, "rotate", Nothing.class, None.class, this::rotate, "Seal with a new key from now on.").with(Trait.SUDO),
                Route.effect(Operation.WRITE, "rotate/keyring", Nothing.class, None.class, this::rotate, "Seal with a new key from now on.").with(Trait.SUDO),
                Route.effect(Operation.READ, "rekey/init", Nothing.class, RekeyStatus.class, _ -> Reply.of(shown(rekey.status())), "Tell how a rekey stands.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.WRITE, "rekey/init", StartRekey.class, RekeyStatus.class, this::startRekey, "Start a rekey.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.DELETE, "rekey/init", Nothing.class, None.class, this::cancelRekey, "Cancel a rekey.").with(Trait.SUDO),
                Route.effect(Operation.WRITE, "rekey/update", Share.class, RekeyOutcome.class, this::updateRekey, "Give a share to a rekey.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.READ, "rekey/verify", Nothing.class, RekeyStatus.class, _ -> Reply.of(shown(rekey.status())), "Tell how a verification stands.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.WRITE, "rekey/verify", Share.class, RekeyOutcome.class, this::verifyRekey, "Show a new share.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.DELETE, "rekey/verify", Nothing.class, None.class, this::restartVerify, "Begin the verification anew.").with(Trait.SUDO),
                Route.effect(Operation.READ, "generate-root/attempt", Nothing.class, RootStatus.class, _ -> Reply.of(shown(generation.status(), Optional.empty())),
                        "Tell how a root generation stands.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.WRITE, "generate-root/attempt", StartRoot.class, RootStatus.class, this::startRoot, "Start a root generation.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.DELETE, "generate-root/attempt", Nothing.class, None.class, this::cancelRoot, "Cancel a root generation.").with(Trait.SUDO),
                Route.effect(Operation.WRITE, "generate-root/update", Share.class, RootStatus.class, this::updateRoot, "Give a share to a root generation.").with(Trait.FLAT, Trait.SUDO));
    }

    private Reply<None> seal(Call.Effect<Nothing> call) {
        sealServer.run();
        return Reply.nothing();
    }

    private Reply<KeyStatus> keyStatus(Call.Read<Nothing> call) {
        var b = barrier.get();
        return Reply.of(new KeyStatus(b.term(), b.installed(), b.encryptions()));
    }

    private Reply<None> rotate(Call.Effect<Nothing> call) {
        barrier.get().rotate(call.now());
        return Reply.nothing();
    }

    // ---- rekey ----

    private static RekeyStatus shown(Rekey.Status s) {
        return new RekeyStatus(s.nonce(), s.started(), s.t(), s.n(), s.progress(), s.required(), Optional.empty(), false, s.verificationRequired(),
                Optional.of(s.verificationNonce()).filter(nonce -> !nonce.isEmpty()));
    }

    private Reply<RekeyStatus> startRekey(Call.Effect<StartRekey> call) {
        if (!call.input().pgpKeys().isEmpty()) throw new Problem.Invalid("pgp_keys is not supported").asException();
        return Reply.of(shown(rekey.start(new Seal.Shares(call.input().secretShares(), call.input().secretThreshold()), call.input().requireVerification())));
    }

    private Reply<None> cancelRekey(Call.Effect<Nothing> call) {
        rekey.cancel();
        return Reply.nothing();
    }

    private Reply<RekeyOutcome> updateRekey(Call.Effect<Share> call) {
        return outcome(rekey.update(barrier.get(), call.input().key(), call.input().nonce()));
    }

    private Reply<RekeyOutcome> verifyRekey(Call.Effect<Share> call) {
        return outcome(rekey.verify(barrier.get(), call.input().key(), call.input().nonce()));
    }

    private Reply<RekeyOutcome> outcome(Rekey.Outcome outcome) {
        outcome.barrier().ifPresent(rekeyed);
        var s = outcome.status();
        Optional<List<String>> hex = outcome.shares().isEmpty() ? Optional.empty() : Optional.of(outcome.shares().stream().map(SealRoutes::hex).toList());
        Optional<List<String>> base64 = outcome.shares().isEmpty() ? Optional.empty() : Optional.of(outcome.shares().stream().map(SealRoutes::base64).toList());
        return Reply.of(new RekeyOutcome(s.nonce(), outcome.complete(), !outcome.complete(), hex, base64, s.t(), s.n(), outcome.complete() ? s.required() : s.progress(),
                s.required(), s.verificationRequired(), Optional.of(s.verificationNonce()).filter(nonce -> !nonce.isEmpty())));
    }

    public static String hex(Secret share) {
        return share.use(bytes -> HexFormat.of().formatHex(bytes));
    }

    public static String base64(Secret share) {
        return share.use(bytes -> Base64.getEncoder().encodeToString(bytes));
    }

    private Reply<None> restartVerify(Call.Effect<Nothing> call) {
        rekey.restartVerification();
        return Reply.nothing();
    }

    // ---- root generation ----

    private static RootStatus shown(RootGeneration.Status s, Optional<String> otp) {
        return new RootStatus(s.started() && !s.complete(), s.nonce(), s.progress(), s.required(), s.complete(), s.encodedToken(), s.encodedToken(), "", otp, RootGeneration.OTP_LENGTH);
    }

    private Reply<RootStatus> startRoot(Call.Effect<StartRoot> call) {
        if (!call.input().pgpKey().isEmpty()) throw new Problem.Invalid("pgp_key is not supported").asException();
        var otp = generation.start(call.input().otp());
        return Reply.of(shown(generation.status(), Optional.of(call.input().otp().isEmpty() ? otp : "")));
    }

    private Reply<None> cancelRoot(Call.Effect<Nothing> call) {
        generation.cancel();
        return Reply.nothing();
    }

    private Reply<RootStatus> updateRoot(Call.Effect<Share> call) {
        return Reply.of(shown(generation.update(barrier.get(), call.input().key(), call.input().nonce(), newRootToken), Optional.empty()));
    }
}
