package watchword.core.quota;

import java.util.concurrent.atomic.AtomicLong;

/** One client's count under one limit. Its intervals begin with its first request. Any thread; no lock. */
final class Client {
    private final long key;
    private final long start;
    /** Which interval, counted from the start, in the upper half; requests in it in the lower. */
    private final AtomicLong count = new AtomicLong();
    private volatile long blockedUntil = Long.MIN_VALUE;
    private volatile long staleAt;

    Client(long key, Limit limit, long now) {
        this.key = key;
        this.start = now;
        this.staleAt = now + limit.intervalMillis();
    }

    boolean is(long wanted) {
        return key == wanted;
    }

    /** From when on forgetting it changes nothing. */
    long staleAt() {
        return staleAt;
    }

    Verdict take(Limit limit, long now) {
        if (limit.blockMillis() > 0 && now < blockedUntil) return refused(limit, now, blockedUntil - now);
        int interval = (int) Math.floorDiv(now - start, limit.intervalMillis());
        while (true) {
            long before = count.get();
            // An interval before the last one, when the clock was set back, counts anew as well: else it could refuse for days.
            int used = (int) (before >>> 32) == interval ? (int) before : 0;
            if (used >= limit.requests()) return refusedNow(limit, now);
            if (count.compareAndSet(before, (long) interval << 32 | used + 1)) {
                long end = end(limit, now);
                if (staleAt < end) staleAt = end;
                return new Verdict(true, limit.requests(), limit.requests() - used - 1, seconds(end - now), 0);
            }
        }
    }

    private Verdict refusedNow(Limit limit, long now) {
        if (limit.blockMillis() == 0) return refused(limit, now, end(limit, now) - now);
        blockedUntil = now + limit.blockMillis();
        staleAt = Math.max(staleAt, blockedUntil);
        return refused(limit, now, limit.blockMillis());
    }

    private Verdict refused(Limit limit, long now, long wait) {
        return new Verdict(false, limit.requests(), 0, seconds(end(limit, now) - now), seconds(wait));
    }

    private long end(Limit limit, long now) {
        return start + (Math.floorDiv(now - start, limit.intervalMillis()) + 1) * limit.intervalMillis();
    }

    private static long seconds(long millis) {
        return Math.ceilDiv(millis, 1000);
    }
}
