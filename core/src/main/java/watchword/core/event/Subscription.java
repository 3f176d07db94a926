package watchword.core.event;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import watchword.sdk.Event;
import watchword.sdk.Stream;

/**
 * One who listens. What happens waits here until it is taken, the newest {@value #WAITING} of it; a listener that is too slow is told how
 * much it missed. Any thread may add, one takes.
 */
final class Subscription implements Stream {
    static final int WAITING = 1000;
    private static final long ABANDONED_NANOS = Duration.ofSeconds(60).toNanos();
    static final String LOST = "watchword/events-lost";

    private final Hearing hearing;
    private final Supplier<Occurrence> blank;
    private final Consumer<Subscription> whenClosed;
    private final Queue<Occurrence> waiting = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long lost;
    private String end = "";
    private volatile long taken = System.nanoTime();

    /** @param blank makes an occurrence of now, to tell of what was lost */
    Subscription(Hearing hearing, Supplier<Occurrence> blank, Consumer<Subscription> whenClosed) {
        this.hearing = hearing;
        this.blank = blank;
        this.whenClosed = whenClosed;
    }

    /** On the thread that tells everybody. */
    void hear(Occurrence occurrence) {
        if (!hearing.takes(occurrence)) return;
        lock.lock();
        try {
            if (!end.isEmpty()) return;
            if (waiting.size() == WAITING) {
                waiting.remove();
                lost++;
            }
            waiting.add(occurrence);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Some of what happened was told to nobody. */
    void missed(long count) {
        lock.lock();
        try {
            lost += count;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody has taken from it for long: whoever listened is gone, or never came. */
    boolean isAbandoned(long nanoTime) {
        return nanoTime - taken > ABANDONED_NANOS;
    }

    @Override
    public Next next(Duration longest) throws InterruptedException {
        taken = System.nanoTime();
        if (!hearing.goesOn()) end("the token has ended, or may not listen any more");
        lock.lock();
        try {
            long nanos = longest.toNanos();
            while (waiting.isEmpty() && lost == 0 && end.isEmpty() && nanos > 0) nanos = changed.awaitNanos(nanos);
            if (!end.isEmpty()) return new Next.End(end);
            if (lost > 0) {
                var told = blank.get();
                var event = new Event(LOST, "", Map.of("lost", String.valueOf(lost)));
                lost = 0;
                return new Next.Message(new Occurrence(told.id(), told.time(), told.namespace(), event, Map.of()).json());
            }
            var first = waiting.poll();
            return first == null ? new Next.Silence() : new Next.Message(first.json());
        } finally {
            lock.unlock();
        }
    }

    /** Ends it; who takes from it is told why. */
    void end(String why) {
        lock.lock();
        try {
            if (!end.isEmpty()) return;
            end = why;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        whenClosed.accept(this);
    }

    @Override
    public void close() {
        end("closed");
    }
}
