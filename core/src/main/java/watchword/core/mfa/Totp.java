package watchword.core.mfa;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import watchword.sdk.Secret;

/**
 * One-time passwords by time, RFC 6238.
 *
 * @param algorithm of the HMAC: {@code SHA1}, {@code SHA256} or {@code SHA512}
 * @param skew periods before and after now whose code is taken too
 */
record Totp(String algorithm, int digits, Duration period, int skew) {
    private static final int[] POWERS = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000};
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    long step(Instant now) {
        return Math.floorDiv(now.getEpochSecond(), period.toSeconds());
    }

    String code(Secret key, long step) {
        try {
            var mac = Mac.getInstance("Hmac" + algorithm);
            key.use(bytes -> {
                try {
                    mac.init(new SecretKeySpec(bytes, "Hmac" + algorithm));
                    return bytes.length;
                } catch (GeneralSecurityException impossible) {
                    throw new IllegalStateException(impossible);
                }
            });
            var hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
            int offset = hash[hash.length - 1] & 0xf;
            int number = ByteBuffer.wrap(hash, offset, Integer.BYTES).getInt() & Integer.MAX_VALUE;
            return String.format(Locale.ROOT, "%0" + digits + "d", number % POWERS[digits]);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** The step whose code this is, of those that are taken now and come after {@code last}; the same work whatever the code. */
    OptionalLong stepOf(Secret key, String given, Instant now, long last) {
        var found = OptionalLong.empty();
        var bytes = given.getBytes(StandardCharsets.UTF_8);
        long middle = step(now);
        for (long step = middle - skew; step <= middle + skew; step++) {
            boolean equal = MessageDigest.isEqual(bytes, code(key, step).getBytes(StandardCharsets.US_ASCII));
            if (equal && step > last) found = OptionalLong.of(step);
        }
        return found;
    }

    /** How an authenticator is told of a key: {@code otpauth://totp/...}. Holds the key. */
    Secret address(Secret key, String issuer, String account) {
        var label = encoded(issuer) + ":" + encoded(account);
        return Secret.copyOf("otpauth://totp/" + label + "?algorithm=" + algorithm + "&digits=" + digits + "&issuer=" + encoded(issuer) + "&period=" + period.toSeconds() + "&secret="
                + key.<String>use(Totp::base32));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String base32(byte[] bytes) {
        var text = new StringBuilder();
        int bits = 0;
        int held = 0;
        for (byte each : bytes) {
            held = held << 8 | each & 0xff;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(BASE32.charAt(held >> bits & 31));
            }
        }
        if (bits > 0) text.append(BASE32.charAt(held << 5 - bits & 31));
        return text.toString();
    }
}
