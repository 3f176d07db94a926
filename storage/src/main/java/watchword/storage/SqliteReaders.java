package watchword.storage;

import java.sql.SQLException;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage.Reader;
import watchword.sdk.Storage.StorageException;

/** A bounded number of connections that read, each for one snapshot at a time; the one used last is used first. Any thread. */
final class SqliteReaders implements AutoCloseable {

    /** How a connection is made. */
    @FunctionalInterface
    interface Connector {
        SqliteSession connect() throws SQLException;
    }

    private final int most;
    private final Connector connector;
    private final Fuse fuse;
    private final Semaphore permits;
    private final BlockingDeque<SqliteSession> idle;
    private volatile boolean closed;

    SqliteReaders(int most, Connector connector, Fuse fuse) {
        this.most = most;
        this.connector = connector;
        this.fuse = fuse;
        this.permits = new Semaphore(most);
        this.idle = new LinkedBlockingDeque<>(most);
    }

    <T extends @Nullable Object> T read(Function<Reader, T> work) {
        try {
            permits.acquire();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted while waiting for a reader", false, stop);
        }
        try {
            return with(session(), work);
        } finally {
            permits.release();
        }
    }

    private SqliteSession session() {
        if (closed) throw new StorageException("the storage is closed", false, null);
        fuse.requireWhole();
        var free = idle.pollFirst();
        if (free != null) return free;
        try {
            return connector.connect();
        } catch (SQLException failed) {
            throw failure("cannot open the store for reading", failed);
        }
    }

    private <T extends @Nullable Object> T with(SqliteSession session, Function<Reader, T> work) {
        boolean reusable = false;
        try {
            session.beginRead();
            T result;
            try {
                result = work.apply(session);
            } finally {
                reusable = ended(session);
            }
            var failed = session.failure();
            if (failed.isPresent()) throw failed.get(); // the work swallowed it and made up an answer
            return result;
        } catch (SQLException failed) {
            throw failure("the read failed", failed);
        } finally {
            if (!reusable || !idle.offerFirst(session)) session.close();
        }
    }

    private boolean ended(SqliteSession session) {
        session.failure().filter(SqliteErrors::isDamage).ifPresent(failed -> failure("", failed));
        try {
            session.commit();
            return session.failure().isEmpty();
        } catch (SQLException failed) {
            return false;
        }
    }

    private StorageException failure(String what, SQLException failed) {
        if (SqliteErrors.isDamage(failed)) fuse.blow("its file is damaged (" + failed.getMessage() + ")", failed);
        return SqliteErrors.exception(what, failed, false);
    }

    /** Waits for the reads that are under way. */
    @Override
    public void close() {
        closed = true;
        permits.acquireUninterruptibly(most);
        for (SqliteSession session; (session = idle.poll()) != null; ) session.close();
        permits.release(most);
    }
}
