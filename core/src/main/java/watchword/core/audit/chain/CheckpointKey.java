package watchword.core.audit.chain;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import watchword.sdk.Secret;

/** The server's own Ed25519 key for checkpoints; only the public half is for anybody else. Any thread. */
public final class CheckpointKey implements CheckpointSigner {
    private final PrivateKey privateKey;
    private final PublicKey publicKey;
    private final String id;

    private CheckpointKey(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
        this.id = id(publicKey);
    }

    public static CheckpointKey generate(SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(255, random);
            KeyPair pair = generator.generateKeyPair();
            return new CheckpointKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** @param encoded what {@link #encoded} gave */
    public static CheckpointKey decode(Secret encoded, String publicKey) {
        return encoded.use(bytes -> {
            try {
                return new CheckpointKey(KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(bytes)), publicKey(publicKey));
            } catch (GeneralSecurityException | IllegalArgumentException damaged) {
                throw new IllegalStateException("the audit signing key cannot be read");
            }
        });
    }

    /**
     * @param text X.509 SubjectPublicKeyInfo as base64, with or without the lines that make it PEM
     * @throws IllegalArgumentException when it is no Ed25519 public key
     */
    public static PublicKey publicKey(String text) {
        try {
            var base64 = text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (GeneralSecurityException notAKey) {
            throw new IllegalArgumentException("not an Ed25519 public key", notAKey);
        }
    }

    static String id(PublicKey key) {
        var encoded = key.getEncoded();
        return Hashes.hash(encoded, 0, encoded.length).substring(0, 16);
    }

    /** The private key, PKCS #8. */
    public Secret encoded() {
        return Secret.owning(privateKey.getEncoded());
    }

    /** What a verifier is given: SubjectPublicKeyInfo as base64. */
    public String publicKey() {
        return Base64.getEncoder().encodeToString(publicKey.getEncoded());
    }

    @Override
    public String keyId() {
        return id;
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(privateKey);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    static boolean isSignedBy(PublicKey key, byte[] message, byte[] signed) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }
}
