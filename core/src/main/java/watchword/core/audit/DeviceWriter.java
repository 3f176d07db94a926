package watchword.core.audit;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.chain.Chain;
import watchword.core.audit.chain.ChainHead;
import watchword.core.audit.chain.CheckpointSigner;
import watchword.core.audit.chain.LineBatch;
import watchword.core.audit.chain.LogEnd;
import watchword.core.audit.chain.Mark;
import watchword.core.audit.sink.Reasons;
import watchword.core.audit.sink.Sink;

/** The thread of a device: takes what waits, chains it, writes it, tells who waits, and looks after the sink. */
final class DeviceWriter implements Runnable {

    /**
     * Where the lines go and which chain they are of.
     *
     * @param known where the chain stood when it was last noted outside the log
     * @param heads is told after each checkpoint where the chain stands; must not block
     */
    record Place(Sink sink, String chain, CheckpointSigner signer, Optional<ChainHead> known, Consumer<ChainHead> heads) {}

    /** What the device wants to know. */
    interface Events {
        /** @param lines that were not written for it */
        void failed(IOException cause, int lines);

        /** A line that cannot be written here, ever: longer than what a message may be. */
        void tooLong();

        void wrote();

        boolean isFailing();

        /** Nothing waited longer than for the last write. */
        void caughtUp();

        /** Lines that were not written, since the beginning. */
        long missed();

        Gap gap();
    }

    record Gap(Instant since, String reason) {}

    private static final System.Logger LOG = System.getLogger(DeviceWriter.class.getName());

    /** Why the sink is opened. */
    private enum Why {
        FIRST,
        ASKED,
        DISPLACED,
        FAILED
    }

    private final LineQueue queue;
    private final Place place;
    private final AuditSettings settings;
    private final InstantSource clock;
    private final Events events;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final LineBatch batch = new LineBatch();
    private final List<LineQueue.Line> lines = new ArrayList<>();

    private @Nullable Chain chain;
    private @Nullable Why closed = Why.FIRST;
    private long missedBefore;
    private long lastLook = System.nanoTime();
    private Instant lastCheckpoint;

    private volatile boolean reopen;
    private volatile long busySince;
    private volatile long written;
    private volatile ChainHead head = ChainHead.START;

    DeviceWriter(LineQueue queue, Place place, AuditSettings settings, InstantSource clock, Events events) {
        this.queue = queue;
        this.place = place;
        this.settings = settings;
        this.clock = clock;
        this.events = events;
        this.lastCheckpoint = clock.instant();
        place.known().ifPresent(known -> head = known);
    }

    CompletableFuture<Void> opened() {
        return opened;
    }

    ChainHead head() {
        return head;
    }

    long written() {
        return written;
    }

    void reopen() {
        reopen = true;
        queue.wake();
    }

    /** Whether what it does now takes longer than that. */
    boolean isStuck(long nanoTime, long nanos) {
        long since = busySince;
        return since != 0 && nanoTime - since > nanos;
    }

    @Override
    public void run() {
        while (!queue.isDone()) {
            try {
                turn();
            } catch (RuntimeException bug) {
                LOG.log(Level.ERROR, "audit: a bug", bug);
                failed(new Reasons.Refused("internal error"), 0);
            }
        }
        end();
    }

    private void turn() {
        if (closed == Why.FIRST || reopen || System.nanoTime() - lastLook >= settings.lookEvery().toNanos()) look();
        queue.drain(lines, settings.batchBytes());
        boolean all = queue.size() == 0;
        if (lines.isEmpty()) queue.await(settings.lookEvery().toNanos());
        else all &= writeLines();
        if (all) events.caughtUp();
    }

    private void busy(boolean is) {
        busySince = is ? System.nanoTime() | 1 : 0;
    }

    // ---- writing ----

    /** Whether it wrote them all. */
    private boolean writeLines() {
        int done = 0;
        busy(true);
        try {
            lines.removeIf(this::isTooLong);
            if (lines.isEmpty()) return true;
            var current = ready();
            for (var line : lines) current.link(batch, line.open());
            while (batch.lines() > 0) {
                int out = put(current);
                lines.subList(done, done + out).forEach(line -> line.settle(true));
                done += out;
            }
            events.wrote();
            if (current.linesSinceCheckpoint() >= settings.checkpointLines()) checkpoint(current);
            return true;
        } catch (IOException failed) {
            failed(failed, lines.size() - done);
            return false;
        } finally {
            for (var line : lines.subList(done, lines.size())) line.settle(false);
            lines.clear();
            batch.clear();
            busy(false);
        }
    }

    private boolean isTooLong(LineQueue.Line line) {
        boolean tooLong = line.open().length > place.sink().maxLine() - Chain.TAIL_BYTES;
        if (tooLong) {
            events.tooLong();
            line.settle(false);
        }
        return tooLong;
    }

    /** Writes as much of the batch as goes, and counts it. */
    private int put(Chain current) throws IOException {
        int out = place.sink().write(batch);
        current.commit(out);
        batch.dropFirst(out);
        head = current.head();
        written += out;
        return out;
    }

    private void failed(IOException cause, int count) {
        if (cause instanceof Sink.UncertainException) closed = Why.FAILED;
        var current = chain;
        if (current != null) current.rollBack();
        batch.clear();
        events.failed(cause, count);
    }

    /** The chain, on a sink that is open and has no gap that it does not own up to. */
    private Chain ready() throws IOException {
        var why = closed;
        var current = why == null && chain != null ? chain : open(why == null ? Why.FIRST : why);
        long missed = events.missed();
        if (missed > missedBefore) {
            var gap = events.gap();
            mark(current, Mark.gap(clock.instant(), place.chain(), missed - missedBefore, gap.since(), gap.reason()));
            missedBefore = missed;
        }
        return current;
    }

    private void mark(Chain current, byte[] mark) throws IOException {
        current.link(batch, mark);
        put(current);
    }

    private void checkpoint(Chain current) throws IOException {
        lastCheckpoint = clock.instant();
        current.linkCheckpoint(batch, lastCheckpoint);
        place.sink().write(batch);
        current.commitCheckpoint();
        batch.clear();
        head = current.head();
        place.heads().accept(head);
    }

    // ---- opening ----

    private Chain open(Why why) throws IOException {
        var found = place.sink().open();
        closed = null;
        try {
            var before = chain;
            var current = before == null ? begin(found) : goOn(before, found, why);
            opened.complete(null);
            return current;
        } catch (IOException failed) {
            closed = why;
            throw failed;
        }
    }

    /** The first time: the chain goes on where the log ends, or, if that is earlier than what is known of it, where it should have ended. */
    private Chain begin(LogEnd found) throws IOException {
        var end = found.last();
        var known = place.known().orElse(ChainHead.START);
        boolean behind = known.seq() > end.seq() || (known.seq() == end.seq() && known.seq() > 0 && !known.equals(end));
        var current = new Chain(place.chain(), place.signer(), behind ? known : end, behind ? new byte[0] : found.sinceCheckpoint());
        chain = current;
        head = current.head();
        if (behind && end.seq() > 0) mark(current, Mark.rewound(clock.instant(), place.chain(), end));
        return afterTorn(current, found, Mark.opened(clock.instant(), place.chain()));
    }

    /** Again: after a failure the log may hold more than we counted; otherwise it ends as we left it, or is not our file any more. */
    private Chain goOn(Chain before, LogEnd found, Why why) throws IOException {
        var current = before;
        if (why == Why.FAILED && found.last().seq() > before.head().seq()) {
            current = new Chain(place.chain(), place.signer(), found.last(), found.sinceCheckpoint());
            chain = current;
            head = current.head();
        }
        boolean asLeft = found.isEmpty() || found.last().equals(current.head());
        return afterTorn(current, found, switch (why) {
            case ASKED -> Mark.reopened(clock.instant(), place.chain());
            case DISPLACED -> Mark.replaced(clock.instant(), place.chain());
            case FIRST, FAILED -> asLeft ? null : Mark.replaced(clock.instant(), place.chain());
        });
    }

    private Chain afterTorn(Chain current, LogEnd found, byte @Nullable [] mark) throws IOException {
        if (found.isTorn()) mark(current, Mark.torn(clock.instant(), place.chain(), found.tornBytes(), found.tornHash()));
        if (mark != null) mark(current, mark);
        return current;
    }

    // ---- looking after the sink ----

    private void look() {
        lastLook = System.nanoTime();
        busy(true);
        try {
            if (reopen) leave();
            else if (closed == null && place.sink().isDisplaced()) closed = Why.DISPLACED;
            boolean failing = events.isFailing();
            var current = ready();
            boolean due = !lastCheckpoint.plus(settings.checkpointEvery()).isAfter(clock.instant());
            if (current.linesSinceCheckpoint() > 0 && (due || failing)) checkpoint(current);
            if (failing) events.wrote();
        } catch (IOException failed) {
            failed(failed, 0);
            opened.completeExceptionally(failed);
        } finally {
            batch.clear();
            busy(false);
        }
    }

    /** A checkpoint ends the part of the log that an operator moved away. */
    private void leave() {
        reopen = false;
        var current = chain;
        if (closed != null || current == null) return;
        closed = Why.ASKED;
        try {
            if (current.linesSinceCheckpoint() > 0) checkpoint(current);
        } catch (IOException failed) {
            failed(failed, 0);
            closed = Why.ASKED;
        }
    }

    private void end() {
        var current = chain;
        try {
            if (closed == null && current != null) {
                mark(current, Mark.closed(clock.instant(), place.chain()));
                checkpoint(current);
            }
        } catch (IOException failed) {
            events.failed(failed, 0);
        }
        try {
            place.sink().close();
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "audit: closing failed: {0}", Reasons.of(failed));
        }
    }
}
