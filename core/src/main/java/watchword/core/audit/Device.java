package watchword.core.audit;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.chain.ChainHead;
import watchword.core.audit.sink.Reasons;
import watchword.sdk.FileTrouble;

/**
 * One audit device: formats on the caller's thread; chains and writes on its own, as many lines at a time as wait. A device that failed
 * tries again with whatever comes next, and by itself when nothing does, so it recovers as soon as it can; what it missed it says in its
 * log. Any thread.
 */
final class Device implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Device.class.getName());
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

    /** What a device is, apart from where its lines go. */
    record Plan(String name, String type, EntryFilter filter, boolean fallback) {}

    private final Plan plan;
    private final LineFormat format;
    private final AuditSettings settings;
    private final InstantSource clock;
    private final LineQueue queue;
    private final DeviceWriter writer;
    private final Thread thread;
    private final AtomicLong missed = new AtomicLong();
    private volatile @Nullable Failure failure;
    private volatile boolean late;

    private record Failure(String why, Instant since) {}

    Device(Plan plan, LineFormat format, DeviceWriter.Place place, AuditSettings settings, InstantSource clock) {
        this.plan = plan;
        this.format = format;
        this.settings = settings;
        this.clock = clock;
        this.queue = new LineQueue(settings.queuedLines(), settings.queuedBytes());
        this.writer = new DeviceWriter(queue, place, settings, clock, new Events());
        this.thread = Thread.ofPlatform().name("audit " + plan.name()).daemon(true).unstarted(writer);
    }

    /** Begins to write. The future tells when the device is open, or why it cannot be; it tries on in either case, until it is closed. */
    CompletableFuture<Void> start() {
        thread.start();
        return writer.opened();
    }

    String name() {
        return plan.name();
    }

    Plan plan() {
        return plan;
    }

    /** Neither filtered nor for what others leave over. */
    boolean takesAll() {
        return plan.filter().takesAll() && !plan.fallback();
    }

    boolean takes(AuditEntry entry) {
        return plan.filter().takes(entry);
    }

    /**
     * Hands an entry to the device, which takes it when it is woken, or when it looks by itself.
     *
     * @return false when it cannot even wait there; then the receipt is not settled
     */
    boolean offer(AuditEntry entry, Receipt receipt, boolean awaited) {
        if (!queue.isFull() && queue.offer(new LineQueue.Line(format.open(entry), receipt, awaited))) return true;
        if (!queue.isClosed()) missed.incrementAndGet();
        return false;
    }

    void wake() {
        queue.wake();
    }

    /** Whether a request should wait for it: it writes, and in time. */
    boolean isHealthy(long nanoTime) {
        return failure == null && !late && !writer.isStuck(nanoTime, settings.maxWait().toNanos());
    }

    /** A request has waited for it in vain; until it has caught up, others do not. */
    void wasLate() {
        if (!late && failure == null) LOG.log(Level.WARNING, "audit device {0} does not write in time", name());
        late = true;
    }

    /** Why a line was not written, after waiting for it. */
    String why() {
        var failed = failure;
        return failed != null ? failed.why() : "did not write within " + settings.maxWait().toMillis() + " ms";
    }

    DeviceStatus status() {
        var failed = failure;
        boolean stuck = late || writer.isStuck(System.nanoTime(), settings.maxWait().toNanos());
        var state = failed != null ? DeviceStatus.State.FAILING : stuck ? DeviceStatus.State.BLOCKED : DeviceStatus.State.OK;
        return new DeviceStatus(name(), plan.type(), state, state == DeviceStatus.State.OK ? "" : why(), Optional.ofNullable(failed).map(Failure::since),
                writer.written(), missed.get(), queue.size(), writer.head());
    }

    ChainHead head() {
        return writer.head();
    }

    String hash(String value) {
        return format.hash(value);
    }

    /** What comes next goes to a new file, because an operator moved the old one away. */
    void reopen() {
        writer.reopen();
    }

    /** Writes what waits and a last checkpoint, then ends; a device that is stuck is left behind after a while. */
    @Override
    public void close() {
        queue.close();
        try {
            if (!thread.join(LONGEST_CLOSE)) LOG.log(Level.WARNING, "audit device {0} did not end in time", name());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the writer tells; on the writer's thread. */
    private final class Events implements DeviceWriter.Events {
        @Override
        public void failed(IOException cause, int lines) {
            missed.addAndGet(lines);
            var why = Reasons.of(cause);
            var before = failure;
            failure = new Failure(why, before == null ? clock.instant() : before.since());
            if (before == null) LOG.log(Level.ERROR, "audit device {0} cannot write: {1}", name(), FileTrouble.words(cause));
        }

        @Override
        public void tooLong() {
            missed.incrementAndGet();
            LOG.log(Level.WARNING, "audit device {0}: a line is too long for a message", name());
        }

        @Override
        public boolean isFailing() {
            return failure != null;
        }

        @Override
        public void wrote() {
            if (failure == null) return;
            failure = null;
            LOG.log(Level.INFO, "audit device {0} writes again", name());
        }

        @Override
        public void caughtUp() {
            if (late) late = false;
        }

        @Override
        public long missed() {
            return missed.get();
        }

        @Override
        public DeviceWriter.Gap gap() {
            var failed = failure;
            return failed == null ? new DeviceWriter.Gap(clock.instant(), "not written in time") : new DeviceWriter.Gap(failed.since(), failed.why());
        }
    }
}
