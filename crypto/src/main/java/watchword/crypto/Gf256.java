package watchword.crypto;

/**
 * Arithmetic in GF(2^8) modulo x^8+x^4+x^3+x+1. Every operation takes the same steps for every operand: no tables, whose cache lines
 * would tell, and no branch on a value. Operands and results are 0 to 255.
 */
final class Gf256 {
    private Gf256() {}

    static int add(int a, int b) {
        return a ^ b;
    }

    static int multiply(int a, int b) {
        int product = 0;
        for (int bit = 0; bit < 8; bit++) {
            product ^= -(b >>> bit & 1) & a;
            a = (a << 1) ^ (-(a >>> 7) & 0x11b);
        }
        return product;
    }

    /** The inverse, by a^254; of 0 it is 0. */
    static int inverse(int a) {
        int a2 = multiply(a, a);
        int power = a2;
        int result = a2;
        for (int step = 0; step < 6; step++) {
            power = multiply(power, power);
            result = multiply(result, power);
        }
        return result;
    }
}
