package watchword.core.audit;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import watchword.sdk.Secret;

/** The Ed25519 key (RFC 8032) that signs a device's checkpoints. */
final class CheckpointKey {
    private final KeyPair pair;

    private CheckpointKey(KeyPair pair) {
        this.pair = pair;
    }

    static CheckpointKey generate(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(255, random);
            return new CheckpointKey(generator.generateKeyPair());
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** @param encoded what {@link #encoded} gave */
    static CheckpointKey decode(Secret encoded, String publicKey) {
        return encoded.use(bytes -> {
            try {
                return new CheckpointKey(new KeyPair(publicKey(publicKey), KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(bytes))));
            } catch (GeneralSecurityException damaged) {
                throw new IllegalStateException("an audit device's signing key cannot be read", damaged);
            }
        });
    }

    static PublicKey publicKey(String base64) throws GeneralSecurityException {
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    Secret encoded() {
        return Secret.owning(pair.getPrivate().getEncoded());
    }

    /** The public key, X.509 SubjectPublicKeyInfo as base64: what a verifier is given. */
    String publicKey() {
        return Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    }

    /** Short name of the key, in each checkpoint. */
    String id() {
        return Chain.hash(pair.getPublic().getEncoded()).substring(0, 16);
    }

    String sign(byte[] text) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(text);
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
