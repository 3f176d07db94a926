package watchword.core.seal;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;

/**
 * Sealing, rekeying and root generation. All of it needs a token and is audited; starting and cancelling, of which there is one slot each
 * that a stranger could hold, need {@code sudo} besides. A share holder needs a token that may write {@code update}.
 */
public final class SealRoutes {
    private final Seal seal;
    private final Runnable sealServer;
    private final Supplier<Secret> newRootToken;

    public SealRoutes(Seal seal, Runnable sealServer, Supplier<Secret> newRootToken) {
        this.seal = seal;
        this.sealServer = sealServer;
        this.newRootToken = newRootToken;
    }

    record Nothing() {}

    record Start(
            @Doc("Into how many shares.") int secretShares,
            @Doc("How many of them are needed.") int secretThreshold,
            @Doc("The old shares work until enough of the new ones were shown.") boolean requireVerification,
            @Doc("Not supported: shares are answered in clear, over TLS.") List<String> pgpKeys,
            @Doc("Not supported: it goes with PGP keys.") boolean backup,
            @Doc("Kept for clients.") int storedShares) {}

    record Given(@Doc("A share, in hexadecimal or base64.") Secret key, @Doc("Nonce of the attempt.") String nonce) {}

    record Progress(
            @Doc("Names the attempt; empty when there is none.") String nonce,
            @Doc("Whether an attempt is under way.") boolean started,
            @Doc("How many of the new shares will be needed.") int t,
            @Doc("How many new shares there will be.") int n,
            @Doc("Old shares given so far.") int progress,
            @Doc("Old shares needed.") int required,
            @Doc("Null: PGP keys are not supported.") @OrNull Optional<List<String>> pgpFingerprints,
            @Doc("Whether the new shares are kept; never.") boolean backup,
            @Doc("Whether the old shares work until enough of the new ones were shown.") boolean verificationRequired,
            @Doc("Names the verification; left out before it begins.") Optional<String> verificationNonce,
            @Doc("Whether this share was the last one needed; left out otherwise.") Optional<Boolean> complete,
            @Doc("The new shares, in hexadecimal; only with the last share.") Optional<List<Secret>> keys,
            @Doc("The new shares, in base64; only with the last share.") Optional<List<Secret>> keysBase64) {}

    record Verification(
            @Doc("Names the verification; empty when there is none.") String nonce,
            @Doc("Whether a rekey is under way.") boolean started,
            @Doc("How many of the new shares are needed.") int t,
            @Doc("How many new shares there are.") int n,
            @Doc("New shares shown so far.") int progress,
            @Doc("Whether this share was the last one needed; left out otherwise.") Optional<Boolean> complete) {}

    record StartRoot(@Doc("One-time password; made when not given.") Secret otp, @Doc("Not supported.") String pgpKey) {}

    record RootProgress(
            @Doc("Whether an attempt is under way.") boolean started,
            @Doc("Names the attempt; empty when there is none.") String nonce,
            @Doc("Shares given so far.") int progress,
            @Doc("Shares needed.") int required,
            @Doc("Whether this share was the last one needed.") boolean complete,
            @Doc("At the end, the token combined by exclusive or with the one-time password, in base64 without padding.") Secret encodedToken,
            @Doc("The same, by its older name.") Secret encodedRootToken,
            @Doc("Empty: PGP keys are not supported.") String pgpFingerprint,
            @Doc("The one-time password that was made; told once, to who began.") Secret otp,
            @Doc("Length of a one-time password.") int otpLength) {}

    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.add(Route.effect(Operation.WRITE, "seal", Nothing.class, None.class, this::seal, "Seal the server: it forgets its keys.").with(Trait.SUDO));
        all.addAll(rekeying("rekey/", seal.rekey()));
        all.addAll(rekeying("rotate/root/", seal.rekey()));
        all.addAll(rekeying("rekey-recovery-key/", seal.rekeyRecovery()));
        all.addAll(rekeying("rotate/recovery/", seal.rekeyRecovery()));
        all.addAll(rootGeneration());
        return List.copyOf(all);
    }

    private Reply<None> seal(Call.Effect<Nothing> call) {
        sealServer.run();
        return Reply.nothing();
    }

    // ---- rekey ----

    private static List<Route<?, ?>> rekeying(String path, Rekey rekey) {
        return List.of(
                effect(Operation.READ, path + "init", Nothing.class, Progress.class, _ -> progress(rekey.status(), Optional.empty(), List.of()), "Tell how a rekey stands.")
                        .with(Trait.FLAT),
                effect(Operation.WRITE, path + "init", Start.class, Progress.class, in -> start(rekey, in), "Start a rekey.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.DELETE, path + "init", Nothing.class, None.class, _ -> done(rekey::cancel), "Cancel a rekey; the old shares stay good.")
                        .with(Trait.SUDO),
                effect(Operation.WRITE, path + "update", Given.class, Progress.class, in -> progress(rekey.update(in.key(), in.nonce())), "Give a share to a rekey.")
                        .with(Trait.FLAT),
                effect(Operation.READ, path + "verify", Nothing.class, Verification.class, _ -> verification(rekey.verificationStatus(), Optional.empty()),
                        "Tell how the verification stands.").with(Trait.FLAT),
                effect(Operation.WRITE, path + "verify", Given.class, Verification.class, in -> verify(rekey, in), "Show a new share.").with(Trait.FLAT),
                effect(Operation.DELETE, path + "verify", Nothing.class, Verification.class, _ -> verification(rekey.restartVerification(), Optional.empty()),
                        "Begin the verification anew.").with(Trait.FLAT, Trait.SUDO));
    }

    private static <I extends Record, O extends Record> Route<I, O> effect(
            Operation operation, String path, Class<I> in, Class<O> out, Function<I, O> run, String summary) {
        return Route.effect(operation, path, in, out, call -> Reply.of(run.apply(call.input())), summary);
    }

    private static Reply<None> done(Runnable move) {
        move.run();
        return Reply.nothing();
    }

    private static Progress start(Rekey rekey, Start in) {
        if (!in.pgpKeys().isEmpty()) throw new Problem.Invalid("pgp_keys is not supported: shares are answered in clear, over TLS").asException();
        return progress(rekey.start(new Rekey.Request(new Shares(in.secretShares(), in.secretThreshold()), in.requireVerification(), in.backup())));
    }

    private static Progress progress(Rekey.Outcome outcome) {
        return progress(outcome.status(), outcome.complete() ? Optional.of(true) : Optional.empty(), outcome.shares());
    }

    private static Progress progress(Rekey.Status s, Optional<Boolean> complete, List<Secret> shares) {
        Optional<List<Secret>> hex = shares.isEmpty() ? Optional.empty() : Optional.of(shares.stream().map(SealRoutes::hex).toList());
        Optional<List<Secret>> base64 = shares.isEmpty() ? Optional.empty() : Optional.of(shares.stream().map(SealRoutes::base64).toList());
        return new Progress(s.nonce(), s.started(), s.wanted().threshold(), s.wanted().shares(), s.progress(), s.required(), Optional.empty(), false,
                s.verificationRequired(), Optional.of(s.verificationNonce()).filter(nonce -> !nonce.isEmpty()), complete, hex, base64);
    }

    private static Verification verify(Rekey rekey, Given in) {
        var outcome = rekey.verify(in.key(), in.nonce());
        return verification(outcome.status(), outcome.complete() ? Optional.of(true) : Optional.empty());
    }

    private static Verification verification(Rekey.Status s, Optional<Boolean> complete) {
        return new Verification(s.verificationNonce(), s.started(), s.wanted().threshold(), s.wanted().shares(), s.verificationProgress(), complete);
    }

    /** A share as it is told. */
    public static Secret hex(Secret share) {
        return share.use(bytes -> Secret.copyOf(HexFormat.of().formatHex(bytes)));
    }

    /** A share as it is told. */
    public static Secret base64(Secret share) {
        return share.use(bytes -> Secret.owning(Base64.getEncoder().encode(bytes)));
    }

    // ---- root generation ----

    private List<Route<?, ?>> rootGeneration() {
        var generation = seal.rootGeneration();
        return List.of(
                effect(Operation.READ, "generate-root/attempt", Nothing.class, RootProgress.class, _ -> shown(generation.status(), Secret.copyOf("")),
                        "Tell how a root generation stands.").with(Trait.FLAT),
                effect(Operation.WRITE, "generate-root/attempt", StartRoot.class, RootProgress.class, this::startRoot, "Start a root generation.")
                        .with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.DELETE, "generate-root/attempt", Nothing.class, None.class, _ -> done(generation::cancel), "Cancel a root generation.")
                        .with(Trait.SUDO),
                effect(Operation.WRITE, "generate-root/update", Given.class, RootProgress.class,
                        in -> shown(generation.update(in.key(), in.nonce(), newRootToken), Secret.copyOf("")), "Give a share to a root generation.").with(Trait.FLAT));
    }

    private RootProgress startRoot(StartRoot in) {
        if (!in.pgpKey().isEmpty()) throw new Problem.Invalid("pgp_key is not supported: the token is answered combined with a one-time password").asException();
        boolean chosen = in.otp().size() > 0;
        var otp = seal.rootGeneration().start(chosen ? Optional.of(in.otp()) : Optional.empty());
        return shown(seal.rootGeneration().status(), chosen ? Secret.copyOf("") : otp);
    }

    private static RootProgress shown(RootGeneration.Status s, Secret otp) {
        var encoded = Secret.copyOf(s.encodedToken());
        return new RootProgress(s.started(), s.nonce(), s.progress(), s.required(), s.complete(), encoded, encoded, "", otp, RootGeneration.OTP_LENGTH);
    }
}
