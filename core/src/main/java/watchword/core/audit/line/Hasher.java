package watchword.core.audit.line;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import watchword.sdk.Secret;

/**
 * Hashes values with a device's own key: the same value always has the same hash on one device, and tells nothing on another. One
 * thread at a time.
 */
public final class Hasher {
    static final String PREFIX = "hmac-sha256:";
    static final int BYTES = 32;
    static final byte[] PREFIX_BYTES = PREFIX.getBytes(StandardCharsets.US_ASCII);
    private static final int KEPT = 64 << 10;

    private final Mac mac;
    private final byte[] hash = new byte[BYTES];
    private byte[] scratch = new byte[1024];

    public Hasher(Secret salt) {
        this.mac = salt.use(bytes -> {
            try {
                var keyed = Mac.getInstance("HmacSHA256");
                keyed.init(new SecretKeySpec(bytes, "HmacSHA256"));
                return keyed;
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException(missing);
            }
        });
    }

    void write(JsonLine to, String text) {
        update(text);
        finish(to);
    }

    public void write(JsonLine to, Secret secret) {
        hash(secret, hash);
        to.hash(PREFIX_BYTES, hash);
    }

    /** Puts the bare hash into {@code into}. */
    void hash(Secret secret, byte[] into) {
        secret.use(bytes -> {
            mac.update(bytes);
            return true;
        });
        digest(into);
    }

    void hash(String text, byte[] into) {
        update(text);
        digest(into);
    }

    /** Bytes are hashed as the base64 that a client would see. */
    void write(JsonLine to, byte[] bytes) {
        var text = Base64.getEncoder().encode(bytes);
        mac.update(text);
        Arrays.fill(text, (byte) 0);
        finish(to);
    }

    public String hash(String text) {
        hash(text, hash);
        return PREFIX + HexFormat.of().formatHex(hash);
    }

    private void update(String text) {
        int count = text.length();
        if (count > scratch.length && count <= KEPT) scratch = new byte[Math.min(KEPT, count * 2)];
        int i = 0;
        if (count <= scratch.length) {
            for (; i < count; i++) {
                char c = text.charAt(i);
                if (c >= 0x80) break;
                scratch[i] = (byte) c;
            }
        }
        if (i == count) {
            mac.update(scratch, 0, count);
        } else {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            mac.update(bytes);
            Arrays.fill(bytes, (byte) 0);
        }
        Arrays.fill(scratch, 0, i, (byte) 0);
    }

    private void finish(JsonLine to) {
        digest(hash);
        to.hash(PREFIX_BYTES, hash);
    }

    private void digest(byte[] into) {
        try {
            mac.doFinal(into, 0);
        } catch (ShortBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
