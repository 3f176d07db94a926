package watchword.core.seal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import watchword.crypto.Shamir;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** Collects shares until there are enough; the same share twice counts once. One thread at a time. */
final class Quorum {
    private final int threshold;
    private final String nonce;
    private final List<byte[]> shares = new ArrayList<>();

    Quorum(int threshold, String nonce) {
        this.threshold = threshold;
        this.nonce = nonce;
    }

    String nonce() {
        return nonce;
    }

    int progress() {
        return shares.size();
    }

    /** The secret, once there are enough shares; then the collection is empty again. */
    Optional<Secret> add(byte[] share) {
        if (shares.stream().noneMatch(known -> Arrays.equals(known, share))) shares.add(share);
        if (shares.size() < threshold) return Optional.empty();
        try {
            return Optional.of(Secret.owning(threshold == 1 ? shares.getFirst().clone() : Shamir.combine(shares)));
        } catch (IllegalArgumentException notOfOneSecret) {
            throw new Problem.Invalid("Unseal failed, invalid key").asException();
        } finally {
            clear();
        }
    }

    void clear() {
        shares.forEach(share -> Arrays.fill(share, (byte) 0));
        shares.clear();
    }

    /** A share as people have it: hex or base64. */
    static byte[] parse(String text) {
        var trimmed = text.trim();
        try {
            return HexFormat.of().parseHex(trimmed);
        } catch (IllegalArgumentException notHex) {
            try {
                return Base64.getDecoder().decode(trimmed);
            } catch (IllegalArgumentException neither) {
                throw new Problem.Invalid("'key' must be a valid hex or base64 string").asException();
            }
        }
    }
}
