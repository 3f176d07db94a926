package watchword.core.audit.chain;

/** Signs checkpoints. Any thread. */
public interface CheckpointSigner {
    /** Short name of the key, in each checkpoint: lower-case letters and digits. */
    String keyId();

    /** An Ed25519 signature (RFC 8032), 64 bytes. */
    byte[] sign(byte[] message);
}
