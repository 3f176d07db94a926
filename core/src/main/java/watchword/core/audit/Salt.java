package watchword.core.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import watchword.sdk.Secret;

/** A device's own key: the same value always has the same hash on one device, and tells nothing on another. Any thread. */
final class Salt {
    private static final HexFormat HEX = HexFormat.of();
    private final Mac prototype;

    Salt(Secret salt) {
        this.prototype = salt.use(bytes -> {
            try {
                var mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
                return mac;
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException(missing);
            }
        });
    }

    String hash(String value) {
        return hash(value.getBytes(StandardCharsets.UTF_8));
    }

    String hash(Secret value) {
        return value.use(this::hash);
    }

    private String hash(byte[] value) {
        try {
            var mac = (Mac) prototype.clone();
            return "hmac-sha256:" + HEX.formatHex(mac.doFinal(value));
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
