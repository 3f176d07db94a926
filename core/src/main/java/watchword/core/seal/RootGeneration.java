package watchword.core.seal;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import watchword.core.token.TokenText;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/**
 * A root token with the consent of a quorum. It is answered combined with a one-time password that only who began it has, so that the
 * last one to give a share does not get it. One attempt at a time. Any thread.
 */
public final class RootGeneration {
    private static final System.Logger LOG = System.getLogger(RootGeneration.class.getName());
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    /** A one-time password is as long as the token it covers. */
    public static final int OTP_LENGTH = TokenText.SERVICE_CHARS;

    /**
     * Where the attempt stands.
     *
     * @param encodedToken at the end: the token's bytes combined by exclusive or with the one-time password's, in base64 without padding
     */
    public record Status(String nonce, boolean started, int progress, int required, boolean complete, String encodedToken) {}

    private record Attempt(Quorum consent, Secret otp) {
        void forget() {
            consent.close();
            otp.close();
        }
    }

    private final Seal seal;
    private @Nullable Attempt attempt;

    RootGeneration(Seal seal) {
        this.seal = seal;
    }

    public Status status() {
        return seal.inTurn(() -> {
            int required = quorum().threshold();
            var a = attempt;
            return a == null ? new Status("", false, 0, required, false, "") : new Status(a.consent.nonce(), true, a.consent.progress(), required, false, "");
        });
    }

    private Shares quorum() {
        seal.barrier();
        return seal.record().quorum();
    }

    /**
     * Begins one.
     *
     * @param chosen a one-time password of {@link #OTP_LENGTH} characters
     * @return the one-time password: {@code chosen}, or one made here; it is not told again
     */
    public Secret start(Optional<Secret> chosen) {
        return seal.inTurn(() -> {
            var quorum = quorum();
            if (attempt != null) throw new Problem.Invalid("root generation already in progress").asException();
            if (quorum.isNone()) throw new Problem.Invalid("this server has no recovery key, which root generation needs").asException();
            if (chosen.isPresent() && chosen.get().size() != OTP_LENGTH) {
                throw new Problem.Invalid("otp string is wrong length: it must have " + OTP_LENGTH + " characters").asException();
            }
            var otp = chosen.orElseGet(() -> newOtp(seal.random()));
            attempt = new Attempt(new Quorum(quorum, seal.newNonce()), copy(otp));
            return otp;
        });
    }

    private static Secret newOtp(SecureRandom random) {
        var text = new byte[OTP_LENGTH];
        for (int at = 0; at < text.length; at++) text[at] = (byte) DIGITS.charAt(random.nextInt(DIGITS.length()));
        return Secret.owning(text);
    }

    private static Secret copy(Secret secret) {
        return secret.use(bytes -> Secret.owning(bytes.clone()));
    }

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

    /**
     * Adds a share.
     *
     * @param makeToken makes the root token; called once a quorum has agreed
     */
    public Status update(Secret share, String nonce, Supplier<Secret> makeToken) {
        return seal.inTurn(() -> {
            int required = quorum().threshold();
            var a = attempt;
            if (a == null) throw new Problem.Invalid("no root generation in progress").asException();
            Rekey.requireNonce("root generation", a.consent, nonce);
            var key = Rekey.add(a.consent, Share.parse(share, a.consent.of()));
            if (key.isEmpty()) return status();
            try (var whole = key.get()) {
                var record = seal.record();
                if (!seal.isQuorumKey(record, seal.barrier(), whole)) {
                    throw new Problem.Invalid(record.isShamir() ? "unseal key verification failed" : "recovery key verification failed").asException();
                }
            }
            try (var token = makeToken.get()) {
                LOG.log(Level.WARNING, "a quorum made a root token; revoke it when it has served");
                return new Status(nonce, true, required, required, true, combine(token, a.otp));
            } finally {
                forget();
            }
        });
    }

    private static String combine(Secret token, Secret otp) {
        if (token.size() != otp.size()) throw new IllegalStateException("a token and its one-time password differ in length");
        return token.use(text -> otp.use(pad -> {
            var mixed = new byte[text.length];
            for (int at = 0; at < mixed.length; at++) mixed[at] = (byte) (text[at] ^ pad[at]);
            return Base64.getEncoder().withoutPadding().encodeToString(mixed);
        }));
    }
}
