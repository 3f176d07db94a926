package watchword.core.barrier;

import java.util.concurrent.atomic.AtomicLong;

/** How many more encryptions under one term have been set aside in the store. Any thread; taking one never waits. */
final class Allowance {
    private static final long SPENT = Long.MAX_VALUE / 2;

    private final int term;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong granted;

    Allowance(int term, long granted) {
        this.term = term;
        this.granted = new AtomicLong(granted);
    }

    int term() {
        return term;
    }

    /** False when there is none left: then nothing may be encrypted under this term until more is granted. */
    boolean take() {
        return used.incrementAndGet() <= granted.get();
    }

    void grant(long more) {
        granted.addAndGet(more);
    }

    long left() {
        return Math.max(0, granted.get() - used.get());
    }

    /** Ends it, and tells what was left; who comes later gets none. */
    long end() {
        return Math.max(0, granted.get() - used.getAndSet(SPENT));
    }
}
