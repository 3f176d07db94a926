package watchword.testkit;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An issuer's key: signs tokens of any content, good and bad, and publishes itself. By the JDK alone, so that it is not what it tests. */
public final class TokenSigner {
    private final String id;
    private final String algorithm;
    private final KeyPair pair;

    private TokenSigner(String id, String algorithm, KeyPair pair) {
        this.id = id;
        this.algorithm = algorithm;
        this.pair = pair;
    }

    /** A new key for one algorithm, by its name in RFC 7518. */
    public static TokenSigner of(String id, String algorithm) {
        try {
            return new TokenSigner(id, algorithm, pair(algorithm));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The same key under another name, for another algorithm of its kind: making a key takes long. */
    public TokenSigner as(String otherId, String otherAlgorithm) {
        return new TokenSigner(otherId, otherAlgorithm, pair);
    }

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        if (algorithm.equals("EdDSA")) return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var generator = KeyPairGenerator.getInstance(algorithm.startsWith("E") ? "EC" : "RSA");
        switch (algorithm) {
            case "ES256" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
            case "ES384" -> generator.initialize(new ECGenParameterSpec("secp384r1"));
            case "ES512" -> generator.initialize(new ECGenParameterSpec("secp521r1"));
            default -> generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    public String id() {
        return id;
    }

    public PublicKey publicKey() {
        return pair.getPublic();
    }

    /** A token with these claims, a JSON object. */
    public String sign(String claims) {
        return sign("{\"alg\":\"" + algorithm + "\",\"kid\":\"" + id + "\",\"typ\":\"JWT\"}", claims);
    }

    /** A token with this header, a JSON object that need not tell the truth. */
    public String sign(String header, String claims) {
        var signed = text(header.getBytes(StandardCharsets.UTF_8)) + "." + text(claims.getBytes(StandardCharsets.UTF_8));
        return signed + "." + text(signature(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    public byte[] signature(byte[] signed) {
        try {
            var hash = algorithm.equals("EdDSA") ? "" : "SHA" + algorithm.substring(2);
            var signature = Signature.getInstance(switch (algorithm.charAt(0)) {
                case 'R' -> hash + "withRSA";
                case 'P' -> "RSASSA-PSS";
                default -> algorithm.equals("EdDSA") ? "Ed25519" : hash + "withECDSAinP1363Format";
            });
            if (algorithm.startsWith("P")) {
                int bits = Integer.parseInt(algorithm.substring(2));
                signature.setParameter(new PSSParameterSpec("SHA-" + bits, "MGF1", new MGF1ParameterSpec("SHA-" + bits), bits / 8, 1));
            }
            signature.initSign(pair.getPrivate());
            signature.update(signed);
            return signature.sign();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public String pem() {
        return "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded()) + "\n-----END PUBLIC KEY-----\n";
    }

    /** As a JWK. */
    public String jwk() {
        return "{\"kid\":\"" + id + "\",\"use\":\"sig\",\"alg\":\"" + algorithm + "\"," + switch (pair.getPublic()) {
            case RSAPublicKey rsa -> "\"kty\":\"RSA\",\"n\":\"" + number(rsa.getModulus(), 0) + "\",\"e\":\"" + number(rsa.getPublicExponent(), 0) + "\"}";
            case ECPublicKey elliptic -> {
                int bits = elliptic.getParams().getCurve().getField().getFieldSize();
                int size = (bits + 7) / 8;
                yield "\"kty\":\"EC\",\"crv\":\"P-" + bits + "\",\"x\":\"" + number(elliptic.getW().getAffineX(), size) + "\",\"y\":\"" + number(elliptic.getW().getAffineY(), size) + "\"}";
            }
            default -> "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + text(Arrays.copyOfRange(pair.getPublic().getEncoded(), 12, 44)) + "\"}";
        };
    }

    /** A key set. */
    public static String jwks(TokenSigner... signers) {
        return Stream.of(signers).map(TokenSigner::jwk).collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    private static String number(BigInteger number, int size) {
        var bytes = number.toByteArray();
        int length = size > 0 ? size : (number.bitLength() + 7) / 8;
        var fixed = new byte[length];
        int taken = Math.min(length, bytes.length);
        System.arraycopy(bytes, bytes.length - taken, fixed, length - taken, taken);
        return text(fixed);
    }

    public static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
