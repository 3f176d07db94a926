package watchword.crypto;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import watchword.sdk.Secret;

/**
 * Splits a secret into shares of which any {@code threshold} give it back, and fewer tell nothing (Shamir, 1979), byte by byte in GF(2^8).
 * A share is the values, one for each byte of the secret, followed by one byte that numbers the share: the layout Vault's share strings
 * have. One share of one is the secret itself.
 *
 * <p>Runs in constant time in secret and shares; their number, length and numbering are not secret.
 */
public final class Shamir {
    /** How much longer a share is than the secret. */
    public static final int OVERHEAD = 1;

    public static final int MAX_SHARES = 255;

    private Shamir() {}

    /**
     * @param threshold 1 to {@code shares}; 1 only for one share, for each share of more would be the secret
     */
    public static List<Secret> split(Secret secret, int shares, int threshold, SecureRandom random) {
        if (shares < 1 || shares > MAX_SHARES || threshold < 1 || threshold > shares || (threshold == 1 && shares > 1)) {
            throw new IllegalArgumentException(threshold + " of " + shares + " shares");
        }
        if (secret.size() == 0) throw new IllegalArgumentException("an empty secret");
        if (shares == 1) return List.of(copy(secret));
        return secret.use(bytes -> split(bytes, shares, threshold, random));
    }

    private static List<Secret> split(byte[] secret, int shares, int threshold, SecureRandom random) {
        var parts = new byte[shares][secret.length + OVERHEAD];
        var coefficients = new byte[threshold - 1];
        try {
            for (int at = 0; at < secret.length; at++) {
                random.nextBytes(coefficients);
                for (int share = 0; share < shares; share++) parts[share][at] = (byte) evaluate(secret[at] & 0xff, coefficients, share + 1);
            }
        } finally {
            Arrays.fill(coefficients, (byte) 0);
        }
        var result = new ArrayList<Secret>();
        for (int share = 0; share < shares; share++) {
            parts[share][secret.length] = (byte) (share + 1);
            result.add(Secret.owning(parts[share]));
        }
        return List.copyOf(result);
    }

    /** Horner's rule; {@code higher} from the highest power down to the first. */
    private static int evaluate(int constant, byte[] higher, int x) {
        int value = 0;
        for (byte coefficient : higher) value = Gf256.multiply(Gf256.add(value, coefficient & 0xff), x);
        return Gf256.add(value, constant);
    }

    /** The number of a share of more than one. */
    public static int number(Secret share) {
        return share.use(bytes -> bytes[bytes.length - 1] & 0xff);
    }

    /**
     * The secret, if these are enough true shares of it; otherwise some other bytes: whether they are the secret has to be proven by what
     * it opens.
     *
     * @param shares the secret itself where it is only one
     * @throws IllegalArgumentException for shares of different lengths, without number, or with the same number
     */
    public static Secret combine(List<Secret> shares) {
        if (shares.isEmpty()) throw new IllegalArgumentException("no shares");
        if (shares.size() == 1) return copy(shares.getFirst());
        int length = shares.getFirst().size();
        int[] numbers = shares.stream().mapToInt(Shamir::number).toArray();
        if (length <= OVERHEAD || shares.stream().anyMatch(share -> share.size() != length)) {
            throw new IllegalArgumentException("shares of different lengths");
        }
        if (Arrays.stream(numbers).anyMatch(number -> number == 0)) throw new IllegalArgumentException("a share without a number");
        if (Arrays.stream(numbers).distinct().count() < numbers.length) throw new IllegalArgumentException("the same share twice");
        var secret = new byte[length - OVERHEAD];
        for (int share = 0; share < numbers.length; share++) add(secret, shares.get(share), weight(numbers, share));
        return Secret.owning(secret);
    }

    private static void add(byte[] sum, Secret share, int weight) {
        share.use(bytes -> {
            for (int at = 0; at < sum.length; at++) sum[at] ^= (byte) Gf256.multiply(bytes[at] & 0xff, weight);
            return sum;
        });
    }

    private static Secret copy(Secret secret) {
        return secret.use(bytes -> Secret.owning(bytes.clone()));
    }

    /** Lagrange's basis polynomial of one share, at zero. */
    private static int weight(int[] numbers, int share) {
        int weight = 1;
        for (int other = 0; other < numbers.length; other++) {
            if (other == share) continue;
            int difference = Gf256.add(numbers[other], numbers[share]);
            weight = Gf256.multiply(weight, Gf256.multiply(numbers[other], Gf256.inverse(difference)));
        }
        return weight;
    }
}
