package watchword.crypto.jose;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import watchword.sdk.Secret;

/**
 * A key that signs tokens: the other half of {@link JwtVerifier}. What is published of it and what is kept are two values, so that a private
 * key is never where a public one is meant.
 */
public final class SigningKey {
    /** How a token may be signed here: what the field's verifiers know. */
    public static final Set<JwtAlgorithm> ALGORITHMS =
            Set.of(JwtAlgorithm.RS256, JwtAlgorithm.RS384, JwtAlgorithm.RS512, JwtAlgorithm.ES256, JwtAlgorithm.ES384, JwtAlgorithm.ES512, JwtAlgorithm.EdDSA);
    private static final int RSA_BITS = 2048;
    /** Bytes at the end of an Ed25519 key's encoding that are the key. */
    private static final int ED25519_BYTES = 32;

    private final JwtAlgorithm algorithm;
    private final String id;
    private final PrivateKey key;

    private SigningKey(JwtAlgorithm algorithm, String id, PrivateKey key) {
        this.algorithm = algorithm;
        this.id = id;
        this.key = key;
    }

    /**
     * A pair that was just made.
     *
     * @param privateKey as PKCS #8
     * @param jwk the public key as RFC 7517 has it, with its id, algorithm and use
     */
    public record Pair(Secret privateKey, Map<String, String> jwk) {}

    /** Takes as long as the algorithm needs: for RSA a good part of a second. */
    public static Pair generate(JwtAlgorithm algorithm, String id, SecureRandom random) {
        try {
            var pair = generator(algorithm, random).generateKeyPair();
            return new Pair(Secret.owning(pair.getPrivate().getEncoded()), jwk(algorithm, id, pair.getPublic()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("no key for " + algorithm, impossible);
        }
    }

    private static KeyPairGenerator generator(JwtAlgorithm algorithm, SecureRandom random) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(kind(algorithm));
        switch (algorithm) {
            case RS256, RS384, RS512, PS256, PS384, PS512 -> generator.initialize(RSA_BITS, random);
            case ES256 -> generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            case ES384 -> generator.initialize(new ECGenParameterSpec("secp384r1"), random);
            case ES512 -> generator.initialize(new ECGenParameterSpec("secp521r1"), random);
            case EdDSA -> generator.initialize(NamedParameterSpec.ED25519, random);
        }
        return generator;
    }

    private static String kind(JwtAlgorithm algorithm) {
        return switch (algorithm) {
            case RS256, RS384, RS512, PS256, PS384, PS512 -> "RSA";
            case ES256, ES384, ES512 -> "EC";
            case EdDSA -> "Ed25519";
        };
    }

    private static Map<String, String> jwk(JwtAlgorithm algorithm, String id, PublicKey key) {
        var jwk = new LinkedHashMap<String, String>();
        switch (key) {
            case RSAPublicKey rsa -> {
                var parts = new RSAKey.Builder(rsa).build();
                jwk.put("kty", "RSA");
                jwk.put("n", parts.getModulus().toString());
                jwk.put("e", parts.getPublicExponent().toString());
            }
            case ECPublicKey elliptic -> {
                var parts = new ECKey.Builder(Curve.forECParameterSpec(elliptic.getParams()), elliptic).build();
                jwk.put("kty", "EC");
                jwk.put("crv", parts.getCurve().getName());
                jwk.put("x", parts.getX().toString());
                jwk.put("y", parts.getY().toString());
            }
            default -> {
                var encoded = key.getEncoded();
                jwk.put("kty", "OKP");
                jwk.put("crv", "Ed25519");
                jwk.put("x", Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length)).toString());
            }
        }
        jwk.put("kid", id);
        jwk.put("alg", algorithm.name());
        jwk.put("use", "sig");
        return jwk;
    }

    /** @param privateKey as {@link Pair} has it */
    public static SigningKey of(JwtAlgorithm algorithm, String id, Secret privateKey) {
        return privateKey.use(bytes -> {
            try {
                return new SigningKey(algorithm, id, KeyFactory.getInstance(kind(algorithm)).generatePrivate(new PKCS8EncodedKeySpec(bytes)));
            } catch (GeneralSecurityException damaged) {
                throw new IllegalStateException("a stored key for " + algorithm + " cannot be read");
            }
        });
    }

    /**
     * A token with these claims.
     *
     * @param type the header's {@code typ}, which tells what a token is for; empty for none
     * @param claims a JSON object
     */
    public String sign(String type, byte[] claims) {
        var header = "{\"alg\":\"" + algorithm.name() + "\",\"kid\":\"" + id + "\"" + (type.isEmpty() ? "" : ",\"typ\":\"" + type + "\"") + "}";
        var signed = base64url(header.getBytes(StandardCharsets.UTF_8)) + "." + base64url(claims);
        try {
            var signature = Signature.getInstance(signature());
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + base64url(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("cannot sign with " + algorithm, impossible);
        }
    }

    /** As JWS wants signatures: the two numbers of ECDSA side by side. */
    private String signature() {
        return switch (algorithm) {
            case RS256 -> "SHA256withRSA";
            case RS384 -> "SHA384withRSA";
            case RS512 -> "SHA512withRSA";
            case ES256 -> "SHA256withECDSAinP1363Format";
            case ES384 -> "SHA384withECDSAinP1363Format";
            case ES512 -> "SHA512withECDSAinP1363Format";
            case EdDSA -> "Ed25519";
            case PS256, PS384, PS512 -> throw new IllegalStateException("tokens are not signed with " + algorithm);
        };
    }

    /** What binds a token to another one or to a code, as OpenID Connect has it: half of a hash, of the size that the signature goes by. */
    public String halfHash(String of) {
        var hash = switch (algorithm) {
            case RS256, ES256, PS256 -> "SHA-256";
            case RS384, ES384, PS384 -> "SHA-384";
            case RS512, ES512, PS512, EdDSA -> "SHA-512";
        };
        try {
            var whole = MessageDigest.getInstance(hash).digest(of.getBytes(StandardCharsets.US_ASCII));
            return base64url(Arrays.copyOf(whole, whole.length / 2));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("no " + hash, impossible);
        }
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
