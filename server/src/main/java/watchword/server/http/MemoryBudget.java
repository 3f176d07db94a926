package watchword.server.http;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import watchword.sdk.Problem;

/**
 * Memory that many requests draw from. Who finds none left waits; one client address gets at most half, so that it cannot keep all others
 * waiting. First come, first served. Any thread.
 */
final class MemoryBudget {
    private static final int UNIT = 1 << 10;

    private final Semaphore all;
    private final int share;
    private final long waitSeconds;
    private final ConcurrentHashMap<String, Share> shares = new ConcurrentHashMap<>();

    /** One address's part, there while it is drawn from or waited for. */
    private static final class Share {
        private final Semaphore units;
        private int users;

        private Share(int units) {
            this.units = new Semaphore(units, true);
        }
    }

    /** What was taken, until it is closed. */
    @FunctionalInterface
    interface Taken extends AutoCloseable {
        Taken NOTHING = () -> {};

        @Override
        void close();
    }

    /** @param bytes at least twice what is ever taken at once */
    MemoryBudget(long bytes, long waitSeconds) {
        int units = (int) (bytes / UNIT);
        this.all = new Semaphore(units, true);
        this.share = units / 2;
        this.waitSeconds = waitSeconds;
    }

    /** @throws Problem.ProblemException 429 when none became free in time */
    Taken take(String address, int bytes) {
        int units = (bytes + UNIT - 1) / UNIT;
        var own = enter(address);
        boolean taken = false;
        try {
            acquire(own.units, units);
            try {
                acquire(all, units);
                taken = true;
            } finally {
                if (!taken) own.units.release(units);
            }
        } finally {
            if (!taken) leave(address);
        }
        return () -> {
            all.release(units);
            own.units.release(units);
            leave(address);
        };
    }

    private Share enter(String address) {
        return shares.compute(address, (_, there) -> {
            var own = there == null ? new Share(share) : there;
            own.users++;
            return own;
        });
    }

    private void leave(String address) {
        shares.computeIfPresent(address, (_, own) -> --own.users == 0 ? null : own);
    }

    private void acquire(Semaphore from, int units) {
        try {
            if (!from.tryAcquire(units, waitSeconds, TimeUnit.SECONDS)) throw new Problem.TooMany("too many large or slow requests at once; try again").asException();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new Problem.Unavailable("the server is stopping").asException();
        }
    }

    /** Addresses that hold or wait for a part. */
    int clients() {
        return shares.size();
    }

    int freeBytes() {
        return all.availablePermits() * UNIT;
    }
}
