package watchword.core.policy;

import java.util.Arrays;
import java.util.List;

/** Finds parts of a path among many texts, in a hash table that needs no string of the part. Immutable. */
final class TextTable {
    static final int ABSENT = -1;

    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private final String[] texts;
    /** Index of the text at each place, {@link #ABSENT} where there is none; those that collide take the places after. */
    private final int[] places;

    private final long[] hashes;
    private final int shift;

    /** @param texts distinct */
    TextTable(List<String> texts) {
        this.texts = texts.toArray(String[]::new);
        int bits = 33 - Integer.numberOfLeadingZeros(Math.max(1, texts.size())); // at most half full
        this.shift = Long.SIZE - bits;
        this.places = new int[1 << bits];
        this.hashes = new long[1 << bits];
        Arrays.fill(places, ABSENT);
        for (int i = 0; i < this.texts.length; i++) add(i);
    }

    private void add(int index) {
        long hash = hash(0, texts[index], 0, texts[index].length());
        int at = place(hash);
        while (places[at] != ABSENT) at = next(at);
        places[at] = index;
        hashes[at] = hash;
    }

    /** The hash of what {@code before} is of and a part after it; 0 is of nothing. */
    static long hash(long before, String path, int from, int to) {
        long hash = before;
        for (int i = from; i < to; i++) hash = (hash + path.charAt(i)) * FACTOR;
        return hash;
    }

    /** @param hash of the part @return the index of the text that the part is, or {@link #ABSENT} */
    int find(long hash, String path, int from, int to) {
        for (int at = place(hash); places[at] != ABSENT; at = next(at)) {
            if (hashes[at] != hash) continue;
            var text = texts[places[at]];
            if (text.length() == to - from && path.startsWith(text, from)) return places[at];
        }
        return ABSENT;
    }

    private int place(long hash) {
        return (int) ((hash ^ hash >>> 32) * FACTOR >>> shift);
    }

    private int next(int place) {
        return place + 1 & places.length - 1;
    }
}
