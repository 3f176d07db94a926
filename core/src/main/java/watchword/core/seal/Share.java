package watchword.core.seal;

import java.util.Base64;
import watchword.crypto.Shamir;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** One share as an operator gives it, in hexadecimal or base64. */
final class Share {
    /** Length of every key that is split. */
    static final int KEY_BYTES = 32;
    private static final int SHORTEST = 16;
    private static final int LONGEST = KEY_BYTES + Shamir.OVERHEAD;

    private Share() {}

    /**
     * @param of how the key was split: a share of one is the key, others are longer
     * @throws Problem.ProblemException if it cannot be a share of it
     */
    static Secret parse(Secret text, Shares of) {
        var share = text.use(Share::decode);
        int expected = of.shares() == 1 ? KEY_BYTES : LONGEST;
        if (share.size() < SHORTEST) throw invalid("key is shorter than minimum " + SHORTEST + " bytes");
        if (share.size() > LONGEST) throw invalid("key is longer than maximum " + LONGEST + " bytes");
        if (share.size() != expected) throw invalid("a share of this seal has " + expected + " bytes, this one has " + share.size());
        if (expected == LONGEST && Shamir.number(share) == 0) throw invalid("a share's last byte is its number, which is never 0");
        return share;
    }

    private static Problem.ProblemException invalid(String why) {
        return new Problem.Invalid("invalid key: " + why).asException();
    }

    private static Secret decode(byte[] text) {
        int from = 0;
        int to = text.length;
        while (from < to && Character.isWhitespace(text[from])) from++;
        while (from < to && Character.isWhitespace(text[to - 1])) to--;
        var trimmed = java.util.Arrays.copyOfRange(text, from, to);
        try (var owned = Secret.owning(trimmed)) {
            if (isHex(trimmed)) return Secret.owning(fromHex(trimmed));
            return Secret.owning(Base64.getDecoder().decode(trimmed));
        } catch (IllegalArgumentException neither) {
            throw new Problem.Invalid("'key' must be a valid hex or base64 string").asException();
        }
    }

    private static boolean isHex(byte[] text) {
        for (byte each : text) if (Character.digit(each, 16) < 0) return false;
        return text.length > 0 && text.length % 2 == 0;
    }

    private static byte[] fromHex(byte[] text) {
        var bytes = new byte[text.length / 2];
        for (int at = 0; at < bytes.length; at++) bytes[at] = (byte) (Character.digit(text[2 * at], 16) << 4 | Character.digit(text[2 * at + 1], 16));
        return bytes;
    }
}
