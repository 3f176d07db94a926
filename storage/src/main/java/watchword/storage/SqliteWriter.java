package watchword.storage;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage.StorageException;
import watchword.sdk.Storage.Writer;

/**
 * The one thread that writes. It takes every transaction that waits, runs one after another so that each can be undone alone, and
 * commits them together, so that one flush serves them all; then it wakes their callers, and only then sees to the log.
 */
final class SqliteWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SqliteWriter.class.getName());
    private static final int QUEUE = 8192;
    private static final int GROUP = 256;
    private static final long IDLE_MILLIS = 100;

    private final SqliteSession session;
    private final SqliteLog log;
    private final Fuse fuse;
    private final BlockingQueue<Task<?>> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Thread thread = Thread.ofPlatform().name("store writer").daemon(true).unstarted(this::run);
    /** Wakes the thread to see that it is closed. */
    private final Task<Boolean> wake = new Task<>(_ -> true);
    private volatile boolean closed;

    SqliteWriter(SqliteSession session, Fuse fuse) {
        this.session = session;
        this.log = new SqliteLog(session.connection(), fuse);
        this.fuse = fuse;
        thread.start();
    }

    private static final class Task<T extends @Nullable Object> {
        private final Function<Writer, T> work;
        private final Thread caller = Thread.currentThread();
        private @Nullable T result;
        private @Nullable Throwable thrown;
        private @Nullable StorageException refused;
        private volatile boolean done;

        Task(Function<Writer, T> work) {
            this.work = work;
        }

        /** @return whether it ran to its end */
        boolean run(Writer session) {
            try {
                result = work.apply(session);
                return true;
            } catch (RuntimeException | Error failure) {
                thrown = failure;
                return false;
            }
        }

        void finish(@Nullable StorageException groupFailure) {
            refused = groupFailure;
            done = true;
            LockSupport.unpark(caller);
        }

        @SuppressWarnings("NullAway") // null exactly when T allows it
        T await() {
            boolean interrupted = false;
            while (!done) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) Thread.currentThread().interrupt();
            if (thrown instanceof Error error) throw error;
            if (thrown instanceof RuntimeException exception) throw exception;
            // A copy for each caller of the group: they may add to it, and the trace should show who waited.
            if (refused != null) throw new StorageException(String.valueOf(refused.getMessage()), refused.isOutcomeUnknown(), refused, refused.advice());
            return result;
        }
    }

    <T extends @Nullable Object> T submit(Function<Writer, T> work) {
        if (Thread.currentThread() == thread) throw new IllegalStateException("a transaction inside a transaction");
        requireOpen();
        var task = new Task<>(work);
        try {
            queue.put(task);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted before anything was written", false, stop);
        }
        if (closed && queue.remove(task)) requireOpen();
        return task.await();
    }

    private void requireOpen() {
        if (closed) throw new StorageException("the storage is closed", false, null);
        fuse.requireWhole();
    }

    private void run() {
        var group = new ArrayList<Task<?>>(GROUP);
        while (true) {
            try {
                var first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
                if (first == null) {
                    if (closed) return;
                    log.whenIdle();
                    continue;
                }
                group.add(first);
                queue.drainTo(group, GROUP - 1);
                group.remove(wake);
                if (group.isEmpty()) continue;
                commit(group);
                log.afterCommit();
            } catch (InterruptedException stop) {
                LOG.log(Level.WARNING, "the store's writer was interrupted and goes on");
            } finally {
                group.clear();
            }
        }
    }

    private void commit(List<Task<?>> group) {
        StorageException failure = null;
        try {
            fuse.requireWhole();
            failure = runAndFlush(group);
        } catch (StorageException stopped) {
            failure = stopped;
        } catch (RuntimeException | Error bug) {
            fuse.blow("its writer met a bug: " + bug, bug);
            failure = new StorageException("the store's writer met a bug", true, bug);
        } finally {
            for (var task : group) task.finish(failure);
        }
    }

    private @Nullable StorageException runAndFlush(List<Task<?>> group) {
        boolean flushing = false;
        try {
            session.beginGroup();
            for (var task : group) run(task);
            flushing = true;
            session.commit();
            return null;
        } catch (SQLException failed) {
            undo();
            boolean unknown = flushing && !SqliteErrors.wasSurelyNotCommitted(failed);
            if (unknown) fuse.blow("a commit failed (" + failed.getMessage() + "), and nobody can say what reached the disk", failed);
            if (SqliteErrors.isDamage(failed)) fuse.blow("its file is damaged (" + failed.getMessage() + ")", failed);
            return SqliteErrors.exception("the write failed", failed, unknown);
        }
    }

    private void run(Task<?> task) throws SQLException {
        session.beginOne();
        boolean completed = task.run(session);
        var failed = session.failure();
        if (failed.isPresent()) throw failed.get();
        if (completed) session.keepOne();
        else session.undoOne();
    }

    private void undo() {
        try {
            session.recover();
        } catch (SQLException stuck) {
            fuse.blow("a transaction could not be undone (" + stuck.getMessage() + ")", stuck);
        }
    }

    /** What waits is still written; what comes later is refused. */
    @Override
    public void close() {
        closed = true;
        var _ = queue.offer(wake); // when there is no room it is awake
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        for (Task<?> left; (left = queue.poll()) != null; ) left.finish(new StorageException("the storage is closed", false, null));
        // After a failed flush nothing more is written to this file by us, and closing would write.
        if (!fuse.isBlown()) session.close();
        if (interrupted) Thread.currentThread().interrupt();
    }
}
