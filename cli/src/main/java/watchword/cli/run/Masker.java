package watchword.cli.run;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Replaces every byte that is part of a secret: each stretch of them becomes {@code ***}, also where secrets overlap. Holds back only what
 * may be the beginning of one, so that a prompt appears at once. How the bytes arrive makes no difference to what leaves. One thread.
 *
 * <p>A document as a secret is hundreds of secrets, for each of its lines is one in many forms. So they are found by their first four
 * bytes, and a byte with which none begins costs one look into a table, however many there are.
 */
final class Masker {
    private static final byte[] STARS = "***".getBytes(StandardCharsets.US_ASCII);
    private static final byte[][] NONE = {};
    private static final int BEGINNING = 4;
    private static final int TABLE_BITS = 16;
    private static final int MAY_GROW = Integer.MAX_VALUE;

    private final byte[][][] byBeginning = new byte[1 << TABLE_BITS][][];
    /** Those that are shorter than a beginning, by their first byte. */
    private final byte[][][] tiny = new byte[256][][];
    /** All of them by their first byte: for the end of what has come, where there is no whole beginning to go by. */
    private final byte[][][] byFirst = new byte[256][][];
    private byte[] held = new byte[0];
    /** How many of the held bytes are known to be part of a secret that began before them. */
    private int covered;
    private boolean starred;

    /** @param secrets none of them empty */
    Masker(Collection<String> secrets) {
        for (var table : List.of(byBeginning, tiny, byFirst)) Arrays.fill(table, NONE);
        for (var secret : secrets) {
            var bytes = secret.getBytes(StandardCharsets.UTF_8);
            int first = bytes[0] & 0xff;
            add(byFirst, first, bytes);
            if (bytes.length < BEGINNING) add(tiny, first, bytes);
            else add(byBeginning, slot(bytes, 0), bytes);
        }
    }

    private static void add(byte[][][] table, int at, byte[] secret) {
        var more = new ArrayList<>(List.of(table[at]));
        more.add(secret);
        table[at] = more.toArray(NONE);
    }

    private static int slot(byte[] bytes, int at) {
        int four = (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
        return (four * 0x9E3779B1) >>> (Integer.SIZE - TABLE_BITS);
    }

    /** What may leave after these bytes came. */
    byte[] accept(byte[] bytes, int count) {
        var all = Arrays.copyOf(held, held.length + count);
        System.arraycopy(bytes, 0, all, held.length, count);
        return mask(all, false);
    }

    /** What was held back, at the end of the stream. */
    byte[] finish() {
        return mask(held, true);
    }

    private byte[] mask(byte[] all, boolean end) {
        var out = new ByteArrayOutputStream(all.length);
        int reach = covered;
        int plain = 0;
        int at = 0;
        for (; at < all.length; at++) {
            int longest = all.length - at < BEGINNING
                    ? longest(byFirst[all[at] & 0xff], all, at, end)
                    : Math.max(longest(byBeginning[slot(all, at)], all, at, end), longest(tiny[all[at] & 0xff], all, at, end));
            if (longest == MAY_GROW) break;
            reach = Math.max(reach, at + longest);
            boolean secret = at < reach;
            if (secret) {
                out.write(all, plain, at - plain);
                if (!starred) out.writeBytes(STARS);
                plain = at + 1;
            }
            starred = secret;
        }
        out.write(all, plain, at - plain);
        held = Arrays.copyOfRange(all, at, all.length);
        covered = Math.max(0, reach - at);
        return out.toByteArray();
    }

    /** The length of the longest secret that stands here, or {@link #MAY_GROW} when a longer one may: that more bytes will tell. */
    private static int longest(byte[][] secrets, byte[] all, int at, boolean end) {
        int longest = 0;
        for (var secret : secrets) {
            int length = Math.min(secret.length, all.length - at);
            if (Arrays.mismatch(secret, 0, length, all, at, at + length) >= 0) continue;
            if (length == secret.length) longest = Math.max(longest, length);
            else if (!end) return MAY_GROW;
        }
        return longest;
    }
}
