package watchword.core.mount;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.sdk.Doc;
import watchword.sdk.Problem;

/**
 * After how many failed logins somebody is locked out, and for how long. Zero is what was not said.
 *
 * @param threshold the failed login after which it is locked
 * @param counterReset how long after the last failed login the next one counts as the first
 */
public record UserLockout(long threshold, Duration duration, Duration counterReset, boolean disabled) {
    /** Where no setting says otherwise. */
    public static final UserLockout DEFAULT = new UserLockout(5, Duration.ofMinutes(15), Duration.ofMinutes(15), false);
    /** The auth methods it is for: those whose proof can be guessed. */
    public static final Set<String> TYPES = Set.of("approle", "ldap", "userpass");

    private static final UserLockout UNSAID = new UserLockout(0, Duration.ZERO, Duration.ZERO, false);

    /** Its own word, and where it says nothing that of {@code wider}; disabled is what either disables. */
    public UserLockout over(UserLockout wider) {
        return new UserLockout(threshold > 0 ? threshold : wider.threshold, duration.isPositive() ? duration : wider.duration,
                counterReset.isPositive() ? counterReset : wider.counterReset, disabled || wider.disabled);
    }

    /** What tuning a mount sends. */
    record Sent(
            @Doc("Failed logins after which somebody is locked out.") Optional<Long> lockoutThreshold,
            @Doc("How long somebody is locked out.") Optional<Duration> lockoutDuration,
            @Doc("How long after a failed login it is forgotten.") Optional<Duration> lockoutCounterResetDuration,
            @Doc("Lock nobody out.") Optional<Boolean> lockoutDisable) {}

    /** What a mount says. */
    record Shown(
            @Doc("How long after a failed login it is forgotten, in seconds; 0 for the server's setting.") Duration userLockoutCounterResetDuration,
            @Doc("Whether nobody is locked out.") boolean userLockoutDisable,
            @Doc("How long somebody is locked out, in seconds; 0 for the server's setting.") Duration userLockoutDuration,
            @Doc("Failed logins after which somebody is locked out; 0 for the server's setting.") long userLockoutThreshold) {}

    Shown shown() {
        return new Shown(counterReset, disabled, duration, threshold);
    }

    /** @throws Problem.ProblemException when it cannot be, or not for this type */
    static UserLockout changed(String type, Optional<UserLockout> before, Map<String, Object> body) {
        if (!TYPES.contains(type)) throw new Problem.Invalid("tuning of user lockout configuration for auth type \"" + type + "\" not allowed").asException();
        var sent = Inputs.decode(Sent.class, body, "");
        var b = before.orElse(UNSAID);
        var after = new UserLockout(sent.lockoutThreshold().orElse(b.threshold()), sent.lockoutDuration().orElse(b.duration()), sent.lockoutCounterResetDuration().orElse(b.counterReset()),
                sent.lockoutDisable().orElse(b.disabled()));
        if (after.threshold < 0 || after.duration.isNegative() || after.counterReset.isNegative()) throw new Problem.Invalid("user_lockout_config: nothing in it can be negative").asException();
        return after;
    }
}
