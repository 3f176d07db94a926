package watchword.core.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One audit device: formats on the caller's thread, chains and writes on its own, many lines at a time. A caller waits until its line
 * was written, but never longer than its bound. A device that failed tries again with each batch, so it recovers by itself.
 */
final class Device implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Device.class.getName());
    private static final int QUEUE = 4096;
    private static final int BATCH = 512;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long CHECKPOINT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String name;
    private final LineFormat format;
    private final Filter filter;
    private final Sink sink;
    private final CheckpointKey key;
    private final InstantSource clock;
    private final BlockingQueue<Line> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicBoolean reopen = new AtomicBoolean();
    private final Thread writer;
    private volatile boolean closed;
    private volatile Optional<String> failure = Optional.empty();
    private volatile Chain.@Nullable Head head;
    private @Nullable Chain chain;
    private long lastLook = System.nanoTime();
    private long lastCheckpoint = System.nanoTime();

    Device(String name, LineFormat format, Filter filter, Sink sink, CheckpointKey key, InstantSource clock) {
        this.name = name;
        this.format = format;
        this.filter = filter;
        this.sink = sink;
        this.key = key;
        this.clock = clock;
        this.writer = Thread.ofPlatform().name("audit " + name).daemon(true).unstarted(this::run);
    }

    /** @throws IOException when nothing can be written there: better told to the operator now than to every client later */
    void start() throws IOException {
        openChain();
        writer.start();
    }

    /** Runs although nothing could be opened: each batch tries again. */
    void startFailing(IOException why) {
        failed(why);
        writer.start();
    }

    /** A line on its way, and who waits for it. */
    static final class Line {
        private final byte[] open;
        private final Thread waiter;
        private volatile int state;

        Line(byte[] open) {
            this.open = open;
            this.waiter = Thread.currentThread();
        }

        private void done(boolean written) {
            state = written ? 1 : 2;
            LockSupport.unpark(waiter);
        }

        /** @return whether it was written in time */
        boolean await(long deadlineNanos) {
            while (state == 0) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) return false;
                LockSupport.parkNanos(this, left);
            }
            return state == 1;
        }
    }

    String name() {
        return name;
    }

    /** Why the device cannot write; empty when it can. */
    Optional<String> failure() {
        return failure;
    }

    Chain.@Nullable Head head() {
        return head;
    }

    boolean takes(AuditEntry entry) {
        return filter.takes(entry);
    }

    /** Hands the entry to the writer; null when its queue is full. */
    @Nullable Line submit(AuditEntry entry) {
        var line = new Line(format.open(entry));
        return queue.offer(line) ? line : null;
    }

    /** The next batch begins a new file, because an operator moved the old one away. */
    void reopen() {
        reopen.set(true);
    }

    private void run() {
        var batch = new ArrayList<Line>(BATCH);
        while (!closed || !queue.isEmpty()) {
            try {
                var first = queue.poll(200, TimeUnit.MILLISECONDS);
                if (first != null) batch.add(first);
                queue.drainTo(batch, BATCH - batch.size());
                boolean written = write(batch);
                batch.forEach(line -> line.done(written));
                batch.clear();
            } catch (InterruptedException stop) {
                closed = true;
            }
        }
    }

    private boolean write(List<Line> batch) {
        try {
            lookAfterSink();
            var current = chain;
            if (current == null) current = openChain();
            var mark = current.mark();
            try {
                var bytes = new ByteArrayOutputStream(batch.size() * 1024 + 256);
                for (var line : batch) bytes.writeBytes(current.close(line.open));
                if (checkpointIsDue(current)) bytes.writeBytes(current.checkpoint(clock.instant().toString()));
                if (bytes.size() > 0) sink.write(bytes.toByteArray());
                head = current.head();
                if (failure.isPresent() && !batch.isEmpty()) {
                    LOG.log(Level.INFO, "audit device {0} writes again", name);
                    failure = Optional.empty();
                }
                return true;
            } catch (IOException failed) {
                current.reset(mark);
                throw failed;
            }
        } catch (Sink.TornException unclear) {
            chain = null; // opening again reads what stands there
            return failed(unclear);
        } catch (IOException | RuntimeException failed) {
            return failed(failed);
        }
    }

    private boolean checkpointIsDue(Chain current) {
        boolean due = current.linesSinceCheckpoint() >= Chain.LINES_PER_CHECKPOINT
                || current.linesSinceCheckpoint() > 0 && System.nanoTime() - lastCheckpoint > CHECKPOINT_NANOS;
        if (due) lastCheckpoint = System.nanoTime();
        return due;
    }

    private Chain openChain() throws IOException {
        var before = chain;
        var at = sink.open();
        // A file that was moved away or deleted leaves us with what we remember; the new one begins where the old one ended.
        var known = head;
        var opened = new Chain(key, at.seq() == 0 && known != null ? known.seq() : at.seq(), at.seq() == 0 && known != null ? known.hash() : at.hash());
        chain = opened;
        if (before != null || known != null) notice(opened, "the file was opened anew");
        head = opened.head();
        return opened;
    }

    private void notice(Chain on, String what) throws IOException {
        var open = "{\"time\":\"" + clock.instant() + "\",\"type\":\"notice\",\"notice\":\"" + what + "\"";
        sink.write(on.close(open.getBytes(StandardCharsets.US_ASCII)));
    }

    private void lookAfterSink() throws IOException {
        boolean asked = reopen.getAndSet(false);
        if (!asked && System.nanoTime() - lastLook < LOOK_NANOS) return;
        lastLook = System.nanoTime();
        if (chain != null && (asked || sink.wasReplaced())) openChain();
    }

    private boolean failed(Exception why) {
        var what = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
        if (failure.isEmpty()) LOG.log(Level.ERROR, "audit device {0} cannot write: {1}", name, what);
        failure = Optional.of(what);
        return false;
    }

    /** Writes what waits, and a last checkpoint. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(Duration.ofSeconds(3));
            var current = chain;
            if (current != null && current.linesSinceCheckpoint() > 0) sink.write(current.checkpoint(clock.instant().toString()));
            sink.close();
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "audit device {0}: {1}", name, failed.getMessage());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
