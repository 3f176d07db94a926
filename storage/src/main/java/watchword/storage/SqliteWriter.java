package watchword.storage;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage.StorageException;
import watchword.sdk.Storage.Writer;

/**
 * The one thread that writes. It takes every transaction that waits, runs each in a savepoint of its own, and commits them together, so
 * that one flush serves them all; then it wakes their callers. A transaction that throws undoes only itself.
 */
final class SqliteWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SqliteWriter.class.getName());
    private static final int QUEUE = 8192;
    private static final int GROUP = 256;

    private final SqliteSession session;
    private final BlockingQueue<Task<?>> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Thread thread = Thread.ofPlatform().name("store writer").daemon(true).unstarted(this::run);
    private volatile boolean closed;
    /** Set when a flush failed: what the disk holds is then unknown, and reading it back could lie. */
    private volatile Optional<String> broken = Optional.empty();

    SqliteWriter(SqliteSession session) {
        this.session = session;
        thread.start();
    }

    private static final class Task<T extends @Nullable Object> {
        private final Function<Writer, T> work;
        private final Thread caller = Thread.currentThread();
        private @Nullable T result;
        private @Nullable Throwable failure;
        private volatile boolean done;

        Task(Function<Writer, T> work) {
            this.work = work;
        }

        /** @return whether it ran to its end */
        boolean run(SqliteSession session) {
            try {
                result = work.apply(session);
                return true;
            } catch (RuntimeException | Error thrown) {
                failure = thrown;
                return false;
            }
        }

        void finish(@Nullable Throwable groupFailure) {
            if (groupFailure != null && failure == null) failure = groupFailure;
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
            switch (failure) {
                case null -> {}
                case StorageException storage -> throw new StorageException(String.valueOf(storage.getMessage()), storage.isOutcomeUnknown(), storage);
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                default -> throw new IllegalStateException(failure);
            }
            return result;
        }
    }

    <T extends @Nullable Object> T submit(Function<Writer, T> work) {
        requireHealthy();
        if (Thread.currentThread() == thread) throw new IllegalStateException("a transaction inside a transaction");
        var task = new Task<>(work);
        try {
            queue.put(task);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted before anything happened", false, stop);
        }
        if (closed && queue.remove(task)) throw new StorageException("the storage is closed", false, null);
        return task.await();
    }

    void requireHealthy() {
        broken.ifPresent(why -> {
            throw new StorageException("the store stopped after a failed flush (" + why + "); restart the server when the disk is well", false, null);
        });
    }

    private void run() {
        var group = new ArrayList<Task<?>>(GROUP);
        while (true) {
            try {
                var first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    if (closed) return;
                    continue;
                }
                group.add(first);
                queue.drainTo(group, GROUP - 1);
                commit(group);
            } catch (InterruptedException stop) {
                return;
            } finally {
                group.clear();
            }
        }
    }

    private void commit(List<Task<?>> group) {
        Throwable failure = null;
        try {
            requireHealthy();
            session.begin();
            for (var task : group) {
                session.savepoint();
                if (task.run(session)) session.release();
                else session.rollbackToSavepoint();
            }
        } catch (SQLException | RuntimeException failed) {
            failure = new StorageException("the database failed: " + failed.getMessage(), false, failed);
            undo();
        }
        if (failure == null) failure = flush();
        for (var task : group) task.finish(failure);
    }

    private @Nullable Throwable flush() {
        try {
            session.commit();
            return null;
        } catch (SQLException failed) {
            undo();
            // Out of room or locked: nothing was written. Anything else may have reached the disk, or not.
            boolean clean = (failed.getErrorCode() & 0xff) == 13 || (failed.getErrorCode() & 0xff) == 5;
            if (!clean) {
                broken = Optional.of(String.valueOf(failed.getMessage()));
                LOG.log(Level.ERROR, "a commit failed and its outcome is unknown; the store refuses everything from here on", failed);
            }
            return new StorageException("commit failed: " + failed.getMessage(), !clean, failed);
        }
    }

    private void undo() {
        try {
            session.rollback();
        } catch (SQLException alreadyUndone) {
            LOG.log(Level.DEBUG, "rollback: {0}", alreadyUndone.getMessage());
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        Task<?> left;
        while ((left = queue.poll()) != null) left.finish(new StorageException("the storage is closed", false, null));
        session.close();
    }
}
