package watchword.crypto.jose;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a token may be signed: the asymmetric algorithms of RFC 7518 and RFC 8037. That there is no other constant is why a token without a
 * signature, or one that takes a public key for a shared secret, cannot be verified by mistake.
 */
public enum JwtAlgorithm {
    RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA;

    /** By its exact name. */
    public static Optional<JwtAlgorithm> named(String name) {
        return Arrays.stream(values()).filter(algorithm -> algorithm.name().equals(name)).findFirst();
    }

    /** Whether the key is of the one kind that this algorithm is for, curve included. */
    public boolean fits(PublicKey key) {
        return switch (this) {
            case RS256, RS384, RS512, PS256, PS384, PS512 -> key instanceof RSAPublicKey;
            case ES256 -> isOn(key, Curve.P_256);
            case ES384 -> isOn(key, Curve.P_384);
            case ES512 -> isOn(key, Curve.P_521);
            case EdDSA -> key instanceof EdECPublicKey edwards && edwards.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
        };
    }

    private static boolean isOn(PublicKey key, Curve curve) {
        return key instanceof ECPublicKey elliptic && curve.equals(Curve.forECParameterSpec(elliptic.getParams()));
    }

    JWSAlgorithm jws() {
        return JWSAlgorithm.parse(name());
    }
}
