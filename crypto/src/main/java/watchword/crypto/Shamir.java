package watchword.crypto;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Shamir's secret sharing over GF(2^8) with the polynomial of AES (0x11b). A share is the value of a random polynomial for each byte,
 * followed by the place it was taken at (1 to 255), as the field's tools have it. No tables and no branches on secret bytes.
 */
public final class Shamir {
    private Shamir() {}

    /** @throws IllegalArgumentException unless {@code 2 <= threshold <= shares <= 255} */
    public static List<byte[]> split(byte[] secret, int shares, int threshold, SecureRandom random) {
        if (secret.length == 0 || threshold < 2 || threshold > shares || shares > 255) throw new IllegalArgumentException("shares and threshold");
        var places = places(random);
        var parts = new ArrayList<byte[]>();
        for (int i = 0; i < shares; i++) {
            var part = new byte[secret.length + 1];
            part[secret.length] = places.get(i);
            parts.add(part);
        }
        var coefficients = new byte[threshold];
        for (int at = 0; at < secret.length; at++) {
            random.nextBytes(coefficients);
            coefficients[0] = secret[at];
            for (var part : parts) part[at] = (byte) evaluate(coefficients, part[secret.length] & 0xff);
        }
        Arrays.fill(coefficients, (byte) 0);
        return parts;
    }

    private static List<Byte> places(SecureRandom random) {
        var places = new ArrayList<Byte>();
        for (int i = 1; i < 256; i++) places.add((byte) i);
        Collections.shuffle(places, random);
        return places;
    }

    /** What the shares agree on; nonsense if they are too few or not of one secret, which the barrier then notices. */
    public static byte[] combine(List<byte[]> shares) {
        int length = shares.getFirst().length - 1;
        if (length < 1 || shares.size() < 2) throw new IllegalArgumentException("less than two parts cannot be used to reconstruct the secret");
        for (int i = 0; i < shares.size(); i++) {
            if (shares.get(i).length != length + 1) throw new IllegalArgumentException("all parts must be the same length");
            for (int j = 0; j < i; j++) {
                if (shares.get(i)[length] == shares.get(j)[length]) throw new IllegalArgumentException("duplicate part detected");
            }
        }
        var secret = new byte[length];
        for (int at = 0; at < length; at++) secret[at] = (byte) interpolateAtZero(shares, at, length);
        return secret;
    }

    private static int interpolateAtZero(List<byte[]> shares, int at, int placeAt) {
        int sum = 0;
        for (int i = 0; i < shares.size(); i++) {
            int xi = shares.get(i)[placeAt] & 0xff;
            int basis = 1;
            for (int j = 0; j < shares.size(); j++) {
                if (i == j) continue;
                int xj = shares.get(j)[placeAt] & 0xff;
                basis = multiply(basis, multiply(xj, inverse(xi ^ xj)));
            }
            sum ^= multiply(shares.get(i)[at] & 0xff, basis);
        }
        return sum;
    }

    private static int evaluate(byte[] coefficients, int x) {
        int value = 0;
        for (int i = coefficients.length - 1; i >= 0; i--) value = multiply(value, x) ^ coefficients[i] & 0xff;
        return value;
    }

    /** In constant time: each bit of b masks, never branches. */
    static int multiply(int a, int b) {
        int product = 0;
        for (int bit = 0; bit < 8; bit++) {
            product ^= a & -(b >> bit & 1);
            a = a << 1 ^ 0x11b & -(a >> 7 & 1);
        }
        return product & 0xff;
    }

    /** {@code a^254}; 0 for 0. */
    static int inverse(int a) {
        int a2 = multiply(a, a);
        int a4 = multiply(a2, a2);
        int a8 = multiply(a4, a4);
        int a16 = multiply(a8, a8);
        int a32 = multiply(a16, a16);
        int a64 = multiply(a32, a32);
        int a128 = multiply(a64, a64);
        return multiply(a128, multiply(a64, multiply(a32, multiply(a16, multiply(a8, multiply(a4, a2))))));
    }
}
