package watchword.engines.aws;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Secret;

/** Signs our own questions to AWS, by its Signature Version 4: a POST of a form to the root of a host. */
public record Signer(String accessKey, Secret secretKey, String region, String service) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";

    public Ask sign(URI to, String body, Instant now) {
        var time = TIME.format(now);
        var day = time.substring(0, 8);
        var host = to.getPort() < 0 ? to.getHost() : to.getHost() + ":" + to.getPort();
        var canonical = "POST\n/\n\ncontent-type:" + FORM + "\nhost:" + host + "\nx-amz-date:" + time + "\n\ncontent-type;host;x-amz-date\n" + hash(body);
        var scope = day + "/" + region + "/" + service + "/aws4_request";
        var key = mac(mac(mac(mac(secretKey.use(bytes -> concat("AWS4".getBytes(StandardCharsets.US_ASCII), bytes)), day), region), service), "aws4_request");
        var signature = HexFormat.of().formatHex(mac(key, "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hash(canonical)));
        return Ask.post(to, FORM, body.getBytes(StandardCharsets.UTF_8)).header("Accept", "application/xml").header("Host", host).header("X-Amz-Date", time)
                .header("Authorization", "AWS4-HMAC-SHA256 Credential=" + accessKey + "/" + scope + ", SignedHeaders=content-type;host;x-amz-date, Signature=" + signature);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        var both = new byte[a.length + b.length];
        System.arraycopy(a, 0, both, 0, a.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static String hash(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] mac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
