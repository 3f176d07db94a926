package watchword.crypto.jose;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Public keys of an issuer, by which its tokens are verified. Immutable. */
public final class VerificationKeys {
    /** More than any issuer publishes at a time; each may be tried for a token that names none. */
    public static final int MAX_KEYS = 100;
    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192;
    private static final int MAX_RSA_EXPONENT_BITS = 33;
    /** {@code jwt-svid} is what SPIFFE bundles call it. */
    private static final Set<String> FOR_TOKENS = Set.of("sig", "jwt-svid");
    /** What precedes the 32 bytes of an Ed25519 key, RFC 8410. */
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final List<Key> keys;

    private VerificationKeys(List<Key> keys) {
        this.keys = List.copyOf(keys);
    }

    /**
     * One key.
     *
     * @param id {@code kid}; empty for one without
     * @param algorithm the only one it is for, if its owner says so
     */
    record Key(String id, Optional<String> algorithm, PublicKey key) {
        boolean verifies(JwtAlgorithm wanted) {
            return wanted.fits(key) && algorithm.map(wanted.name()::equals).orElse(true);
        }
    }

    /**
     * A JWK set (RFC 7517). Keys of a kind that is not known here, or for something else than signatures, are passed over, as the RFC asks.
     *
     * @throws JwtException when it is no key set, or has more keys than any issuer needs
     */
    public static VerificationKeys ofJwkSet(byte[] json) throws JwtException {
        if (!(JoseJson.object(json).get("keys") instanceof List<?> members)) throw new JwtException("not a key set");
        if (members.size() > MAX_KEYS) throw new JwtException("a key set with more than " + MAX_KEYS + " keys");
        var keys = new ArrayList<Key>();
        for (var member : members) {
            if (member instanceof Map<?, ?> object) ofJwk(object).ifPresent(keys::add);
        }
        return new VerificationKeys(keys);
    }

    /** One JWK. */
    static VerificationKeys ofJwk(byte[] json) throws JwtException {
        return new VerificationKeys(ofJwk(JoseJson.object(json)).stream().toList());
    }

    @SuppressWarnings("unchecked") // names in JSON are strings
    private static Optional<Key> ofJwk(Map<?, ?> object) {
        try {
            var jwk = JWK.parse((Map<String, Object>) object);
            if (jwk.getKeyUse() != null && !FOR_TOKENS.contains(jwk.getKeyUse().identifier())) return Optional.empty();
            if (jwk.getKeyOperations() != null && !jwk.getKeyOperations().contains(KeyOperation.VERIFY)) return Optional.empty();
            @Nullable PublicKey key = switch (jwk) {
                case RSAKey rsa -> rsa.toRSAPublicKey();
                case ECKey elliptic -> elliptic.toECPublicKey();
                case OctetKeyPair edwards when edwards.getCurve().getName().equals("Ed25519") -> ed25519(edwards.getDecodedX());
                default -> null;
            };
            if (key == null || !isSound(key)) return Optional.empty();
            var algorithm = Optional.ofNullable(jwk.getAlgorithm()).map(com.nimbusds.jose.Algorithm::getName);
            return Optional.of(new Key(jwk.getKeyID() == null ? "" : jwk.getKeyID(), algorithm, key));
        } catch (ParseException | JOSEException | GeneralSecurityException | IllegalArgumentException | IllegalStateException unusable) {
            return Optional.empty();
        }
    }

    private static PublicKey ed25519(byte[] x) throws GeneralSecurityException {
        if (x.length != 32) throw new GeneralSecurityException("not 32 bytes");
        var encoded = java.util.Arrays.copyOf(ED25519, ED25519.length + x.length);
        System.arraycopy(x, 0, encoded, ED25519.length, x.length);
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }

    /** Neither so small that it can be broken nor so large that each try costs too much. */
    private static boolean isSound(PublicKey key) {
        if (!(key instanceof RSAPublicKey rsa)) return true;
        int bits = rsa.getModulus().bitLength();
        var exponent = rsa.getPublicExponent();
        return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS && exponent.bitLength() <= MAX_RSA_EXPONENT_BITS && exponent.bitLength() > 1 && exponent.testBit(0);
    }

    /**
     * Keys, or certificates that hold them, as PEM texts.
     *
     * @throws JwtException when one is neither, or is too small
     */
    public static VerificationKeys ofPem(List<String> pems) throws JwtException {
        if (pems.size() > MAX_KEYS) throw new JwtException("more than " + MAX_KEYS + " keys");
        var keys = new ArrayList<Key>();
        for (var pem : pems) keys.add(new Key("", Optional.empty(), key(pem)));
        return new VerificationKeys(keys);
    }

    private static PublicKey key(String pem) throws JwtException {
        var text = pem.strip();
        var key = text.startsWith("-----BEGIN CERTIFICATE-----") ? certified(text) : published(text);
        return key.filter(VerificationKeys::isSound)
                .orElseThrow(() -> new JwtException("data does not contain any valid RSA (of 2048 to 8192 bits), ECDSA or Ed25519 public key"));
    }

    private static Optional<PublicKey> certified(String pem) {
        try {
            return Optional.of(CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem.getBytes(java.nio.charset.StandardCharsets.UTF_8))).getPublicKey());
        } catch (GeneralSecurityException notACertificate) {
            return Optional.empty();
        }
    }

    private static Optional<PublicKey> published(String pem) {
        var begin = "-----BEGIN PUBLIC KEY-----";
        int end = pem.indexOf("-----END PUBLIC KEY-----");
        if (!pem.startsWith(begin) || end < 0) return Optional.empty();
        for (var kind : List.of("RSA", "EC", "Ed25519")) {
            try {
                return Optional.of(KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(pem.substring(begin.length(), end)))));
            } catch (GeneralSecurityException | IllegalArgumentException ofAnotherKind) {
                continue;
            }
        }
        return Optional.empty();
    }

    /** Those that a token may have been signed with: of its key id if it names one and ours have any. */
    List<Key> candidates(JwtAlgorithm algorithm, String keyId) {
        return keys.stream().filter(key -> key.verifies(algorithm) && (keyId.isEmpty() || isUnnamed() || key.id().equals(keyId))).toList();
    }

    /** Keys given as PEM have no ids. */
    private boolean isUnnamed() {
        return keys.stream().allMatch(key -> key.id().isEmpty());
    }

    public int size() {
        return keys.size();
    }
}
