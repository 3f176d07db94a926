package watchword.core.quota;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The counts of all clients under all limits, in a table that never grows: when its place is taken, a client takes that of the one whose
 * count lapses first. So a flood of addresses costs no memory; what it wins, counts that begin anew, it has already by being many.
 * IPv6 clients count by their /64, since each has one for itself. Any thread; no lock.
 */
final class Clients {
    /** Places that one client may be at. */
    private static final int WAYS = 8;
    /** Of an IPv6 address. */
    private static final int NETWORK_BYTES = 8;

    private final AtomicReferenceArray<@Nullable Client> places;
    private final long seed;

    /** @param size places in all, a power of two; @param seed random, so that nobody can aim at a place */
    Clients(int size, long seed) {
        this.places = new AtomicReferenceArray<>(size);
        this.seed = seed;
    }

    Verdict take(Limit limit, String address, long now) {
        return find(limit, key(limit, address), now).take(limit, now);
    }

    private Client find(Limit limit, long key, long now) {
        int first = (int) (key & (places.length() - 1)) & -WAYS;
        while (true) {
            int victim = first;
            long stalest = Long.MAX_VALUE;
            for (int i = first; i < first + WAYS; i++) {
                var there = places.get(i);
                if (there != null && there.is(key)) return there;
                long staleAt = there == null ? Long.MIN_VALUE : there.staleAt();
                if (staleAt < stalest) {
                    stalest = staleAt;
                    victim = i;
                }
            }
            var before = places.get(victim);
            var fresh = new Client(key, limit, now);
            if ((before == null || before.staleAt() <= stalest) && places.compareAndSet(victim, before, fresh)) return fresh;
        }
    }

    private long key(Limit limit, String address) {
        long hash = mix(seed ^ limit.id());
        if (!limit.perAddress()) return hash;
        if (address.indexOf(':') < 0) {
            for (int i = 0; i < address.length(); i++) hash = mix(hash ^ address.charAt(i));
            return hash;
        }
        byte[] bytes = bytes(address);
        for (int i = 0; i < Math.min(bytes.length, NETWORK_BYTES); i++) hash = mix(hash ^ bytes[i]);
        return hash;
    }

    private static byte[] bytes(String address) {
        try {
            return InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException notAnAddress) {
            return address.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** A bijection of 64 bits that leaves no bit where it was. */
    private static long mix(long x) {
        long z = x + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** Clients that have a place. */
    int known() {
        int known = 0;
        for (int i = 0; i < places.length(); i++) {
            if (places.get(i) != null) known++;
        }
        return known;
    }
}
