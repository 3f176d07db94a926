package watchword.core.seal;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import watchword.core.barrier.Barrier;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** A root token with the consent of a quorum: nobody on the way sees it, since it is answered combined with a one-time password. Any thread. */
final class RootGeneration {
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    /** Length of a token's text, which its one-time password must have. */
    static final int OTP_LENGTH = 37;

    private final Seal seal;
    private final SecureRandom random;
    private @Nullable Quorum consent;
    private String otp = "";

    RootGeneration(Seal seal, SecureRandom random) {
        this.seal = seal;
        this.random = random;
    }

    record Status(String nonce, boolean started, int progress, int required, boolean complete, String encodedToken) {}

    synchronized Status status() {
        int required = seal.config().map(SealConfig::threshold).orElse(0);
        return consent == null ? new Status("", false, 0, required, false, "") : new Status(consent.nonce(), true, consent.progress(), required, false, "");
    }

    /** @return the password, which the operator needs at the end */
    synchronized String start(String chosenOtp) {
        if (consent != null) throw new Problem.Invalid("root generation already in progress").asException();
        if (!chosenOtp.isEmpty() && chosenOtp.length() != OTP_LENGTH) throw new Problem.Invalid("OTP string is wrong length: it must have " + OTP_LENGTH + " characters").asException();
        otp = chosenOtp.isEmpty() ? newOtp() : chosenOtp;
        consent = new Quorum(seal.config().orElseThrow().threshold(), seal.newNonce());
        return otp;
    }

    private String newOtp() {
        var text = new StringBuilder();
        for (int i = 0; i < OTP_LENGTH; i++) text.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        return text.toString();
    }

    synchronized void cancel() {
        if (consent != null) consent.clear();
        consent = null;
        otp = "";
    }

    synchronized Status update(Barrier barrier, String share, String nonce, Supplier<Secret> makeToken) {
        var quorum = consent;
        if (quorum == null) throw new Problem.Invalid("no root generation in progress").asException();
        if (!nonce.equals(quorum.nonce())) throw new Problem.Invalid("incorrect nonce supplied; nonce for this root generation operation is not this one").asException();
        var agreed = quorum.add(Quorum.parse(share));
        if (agreed.isEmpty()) return status();
        if (!seal.isQuorumKey(agreed.get(), barrier)) throw new Problem.Invalid("root generation failed, invalid key").asException();
        var password = otp;
        cancel();
        var encoded = makeToken.get().use(token -> {
            var mixed = new byte[token.length];
            for (int i = 0; i < token.length; i++) mixed[i] = (byte) (token[i] ^ password.charAt(i % password.length()));
            return Base64.getEncoder().withoutPadding().encodeToString(mixed);
        });
        int required = status().required();
        return new Status(nonce, true, required, required, true, encoded);
    }
}
