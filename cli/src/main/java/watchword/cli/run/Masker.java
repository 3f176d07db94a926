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
 */
final class Masker {
    private static final byte[] STARS = "***".getBytes(StandardCharsets.US_ASCII);

    /** The secrets by their first byte. */
    private final List<List<byte[]>> starting = new ArrayList<>();
    private byte[] held = new byte[0];
    /** How many of the held bytes are known to be part of a secret that began before them. */
    private int covered;
    private boolean starred;

    /** @param secrets none of them empty */
    Masker(Collection<String> secrets) {
        for (int i = 0; i < 256; i++) starting.add(List.of());
        for (var secret : secrets) {
            var bytes = secret.getBytes(StandardCharsets.UTF_8);
            int first = bytes[0] & 0xff;
            if (starting.get(first).isEmpty()) starting.set(first, new ArrayList<>());
            starting.get(first).add(bytes);
        }
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
        int at = 0;
        for (; at < all.length; at++) {
            boolean mayGrow = false;
            for (var secret : starting.get(all[at] & 0xff)) {
                int common = common(secret, all, at);
                if (common == secret.length) reach = Math.max(reach, at + common);
                else if (at + common == all.length) mayGrow = true;
            }
            if (mayGrow && !end) break;
            if (at >= reach) out.write(all[at]);
            else if (!starred) out.writeBytes(STARS);
            starred = at < reach;
        }
        held = Arrays.copyOfRange(all, at, all.length);
        covered = Math.max(0, reach - at);
        return out.toByteArray();
    }

    private static int common(byte[] secret, byte[] all, int at) {
        int length = Math.min(secret.length, all.length - at);
        int mismatch = Arrays.mismatch(secret, 0, length, all, at, at + length);
        return mismatch < 0 ? length : mismatch;
    }
}
