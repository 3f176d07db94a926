package watchword.core.audit.chain;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * A line that vouches for those before it ({@code spec/audit-line.md}, "Checkpoints").
 *
 * @param chain which chain, so that one log's checkpoint is no good in another
 * @param first number of the first line under the root; the last is the line before the checkpoint
 * @param root Merkle root over the hashes of those lines, hex
 * @param keyId name of the key
 * @param signature as base64
 */
record Checkpoint(String time, String chain, long first, long lines, String root, String keyId, String signature) {
    static final String TYPE = "checkpoint";

    static Checkpoint signed(String time, String chain, ChainHead before, long first, long lines, String root, CheckpointSigner signer) {
        var unsigned = new Checkpoint(time, chain, first, lines, root, signer.keyId(), "");
        return new Checkpoint(time, chain, first, lines, root, signer.keyId(), Base64.getEncoder().encodeToString(signer.sign(unsigned.signedText(before))));
    }

    /** What the signature is over; {@code before} is the last line it vouches for. */
    byte[] signedText(ChainHead before) {
        return ("watchword audit checkpoint 1\n" + chain + "\n" + time + "\n" + (before.seq() + 1) + "\n" + before.hash() + "\n" + first + "\n" + lines
                + "\n" + root + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** The line up to where the chain's fields follow. */
    byte[] open() {
        return ("{\"time\":\"" + time + "\",\"type\":\"" + TYPE + "\",\"chain\":\"" + chain + "\",\"first\":" + first + ",\"lines\":" + lines + ",\"root\":\"" + root
                + "\",\"key\":\"" + keyId + "\",\"signature\":\"" + signature + "\"").getBytes(StandardCharsets.US_ASCII);
    }

    /** The checkpoint that a line is, if it is one in exactly the form that {@link #open} writes. */
    static Optional<Checkpoint> read(byte[] bytes, int from, int to, ChainTail tail) {
        var fields = LineFields.flat(bytes, from, to);
        var checkpoint = new Checkpoint(fields.getOrDefault("time", ""), fields.getOrDefault("chain", ""), LineFields.number(fields, "first"),
                LineFields.number(fields, "lines"), fields.getOrDefault("root", ""), fields.getOrDefault("key", ""), fields.getOrDefault("signature", ""));
        return checkpoint.isExactly(bytes, from, to, tail) ? Optional.of(checkpoint) : Optional.empty();
    }

    /** No byte of the line may differ from what we would have written: all of it is then under the signature. */
    private boolean isExactly(byte[] bytes, int from, int to, ChainTail tail) {
        var batch = new LineBatch();
        batch.append(open());
        Chain.appendTail(batch, tail.seq(), tail.prev().getBytes(StandardCharsets.US_ASCII));
        return batch.length() == to - from && Arrays.equals(batch.bytes(), 0, batch.length(), bytes, from, to);
    }

    boolean isSignedBy(PublicKey key, ChainHead before) {
        try {
            return CheckpointKey.isSignedBy(key, signedText(before), Base64.getDecoder().decode(signature));
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
