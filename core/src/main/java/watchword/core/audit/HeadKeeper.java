package watchword.core.audit;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import watchword.core.audit.chain.ChainHead;
import watchword.sdk.Storage;

/**
 * Notes in the store where each chain stands, so that a log that was cut short while the server was down shows. Devices tell it from
 * their threads and must not wait; it writes on one of its own, the newest of each only. Any thread.
 */
final class HeadKeeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HeadKeeper.class.getName());

    private final Storage storage;
    private final AuditStore store;
    private final Map<String, AuditStore.ChainRow> changed = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();
    private boolean closed;

    HeadKeeper(Storage storage, AuditStore store) {
        this.storage = storage;
        this.store = store;
    }

    void changed(String name, String chain, ChainHead head) {
        lock.lock();
        try {
            if (closed) return;
            boolean first = changed.isEmpty();
            changed.put(name, new AuditStore.ChainRow(chain, head.seq(), head.hash()));
            if (first) Thread.ofVirtual().name("audit heads").start(this::flush);
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is still to be written, and waits for what is being written. */
    void flush() {
        writing.lock();
        try {
            var rows = take();
            if (rows.isEmpty()) return;
            storage.update(tx -> rows.forEach((name, row) -> {
                var before = store.chain(tx, name);
                if (before.isPresent() && before.get().id().equals(row.id()) && before.get().seq() < row.seq()) store.putChain(tx, name, row); // else it was disabled
            }));
        } catch (Storage.StorageException failed) {
            LOG.log(Level.WARNING, "audit: where the chains stand could not be noted: {0}", failed.getMessage());
        } finally {
            writing.unlock();
        }
    }

    private Map<String, AuditStore.ChainRow> take() {
        lock.lock();
        try {
            var rows = Map.copyOf(changed);
            changed.clear();
            return rows;
        } finally {
            lock.unlock();
        }
    }

    /** The same, and nothing more after. */
    @Override
    public void close() {
        flush();
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
