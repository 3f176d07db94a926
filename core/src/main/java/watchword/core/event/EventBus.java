package watchword.core.event;

import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import watchword.core.mount.MountEntry;
import watchword.core.namespace.Namespace;
import watchword.sdk.Event;
import watchword.sdk.Problem;

/**
 * Brings what happened to those who listen, on a thread of its own: who makes things happen only leaves it here, and pays nothing when
 * nobody listens. Nothing is kept: an event that finds no room is lost, and everybody is told how many were. Any thread.
 */
public final class EventBus implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EventBus.class.getName());
    private static final int WAITING = 10_000;
    private static final int MOST_SUBSCRIPTIONS = 1000;
    private static final long LOOK_MILLIS = 500;

    private final InstantSource clock;
    private final BlockingQueue<Occurrence> happened = new ArrayBlockingQueue<>(WAITING);
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread = Thread.ofPlatform().name("events").daemon(true).unstarted(this::tellAll);
    private volatile boolean closed;

    public EventBus(InstantSource clock) {
        this.clock = clock;
        thread.start();
    }

    /** Leaves events here; those of one call in their order. */
    public void publish(Namespace namespace, MountEntry mount, List<Event> events) {
        if (events.isEmpty() || subscriptions.isEmpty()) return;
        for (var event : events) {
            if (!happened.offer(Occurrence.at(namespace, mount, event, newId(), clock.instant()))) lost.incrementAndGet();
        }
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    Subscription subscribe(Hearing hearing) {
        var subscription = new Subscription(hearing, () -> new Occurrence(newId(), clock.instant(), Namespace.ROOT, new Event("", "", Map.of()), Map.of()), subscriptions::remove);
        synchronized (subscriptions) {
            if (closed) throw new Problem.Unavailable("Vault is sealed").asException();
            if (subscriptions.size() >= MOST_SUBSCRIPTIONS) throw new Problem.TooMany("too many subscriptions: " + MOST_SUBSCRIPTIONS + " are open").asException();
            subscriptions.add(subscription);
        }
        return subscription;
    }

    int subscriptions() {
        return subscriptions.size();
    }

    private void tellAll() {
        while (!closed) {
            try {
                var next = happened.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                long missed = lost.getAndSet(0);
                for (var each : subscriptions) {
                    if (missed > 0) each.missed(missed);
                    if (next != null) each.hear(next);
                    if (each.isAbandoned(System.nanoTime())) each.end("nobody took from it for too long");
                }
            } catch (InterruptedException stop) {
                return;
            } catch (RuntimeException failed) {
                LOG.log(Level.WARNING, "an event was not told to everybody: {0}", failed.getClass().getName());
                lost.incrementAndGet();
            }
        }
    }

    /** Ends every subscription. */
    @Override
    public void close() {
        synchronized (subscriptions) {
            closed = true;
        }
        thread.interrupt();
        for (var each : subscriptions) each.end("the server was sealed or stopped");
    }
}
