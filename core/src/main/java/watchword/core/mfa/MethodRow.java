package watchword.core.mfa;

import java.time.Duration;

/**
 * A method by which second factors are proven. One-time passwords by time are the only kind.
 *
 * @param maxValidationAttempts wrong codes for one entity until it has to wait
 */
record MethodRow(String name, String issuer, String algorithm, int digits, Duration period, int skew, int keySize, int qrSize, int maxValidationAttempts) {
    static final String TOTP = "totp";

    Totp totp() {
        return new Totp(algorithm, digits, period, skew);
    }

    /** How long an entity waits after too many wrong codes: until none that it could have tried is taken any more. */
    Duration pause() {
        return period.multipliedBy(2L + skew);
    }
}
