package watchword.storage;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Moves the write-ahead log into the file, from the writer's thread, after the callers were woken. SQLite's own automatic checkpoint
 * is off, because it swallows a failed flush of the file and would try again, when the system has already forgotten the failure.
 */
final class SqliteLog {
    private static final System.Logger LOG = System.getLogger(SqliteLog.class.getName());
    /** Pages: 32 MB. Smaller makes more flushes, larger a longer start after a crash. */
    private static final int PAGES = 8000;
    /** Commits between two looks at the log's length. */
    private static final int COMMITS_PER_LOOK = 64;

    private static final String LOOK = "PRAGMA wal_checkpoint(NOOP)";
    private static final String CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)";

    private final Connection connection;
    private final Fuse fuse;
    private int commits;
    private boolean dirty;

    SqliteLog(Connection connection, Fuse fuse) {
        this.connection = connection;
        this.fuse = fuse;
    }

    void afterCommit() {
        dirty = true;
        if (++commits < COMMITS_PER_LOOK) return;
        commits = 0;
        if (waitingPages(LOOK) >= PAGES) checkpoint();
    }

    void whenIdle() {
        if (!dirty) return;
        dirty = false;
        if (waitingPages(LOOK) > 0) checkpoint();
    }

    private void checkpoint() {
        if (!fuse.isBlown()) waitingPages(CHECKPOINT);
    }

    /** Pages in the log that are not in the file yet. */
    private int waitingPages(String pragma) {
        // Rare, and prepared each time: the driver closes a statement that failed.
        try (var statement = connection.createStatement(); var row = statement.executeQuery(pragma)) {
            return row.next() ? row.getInt(2) - row.getInt(3) : 0;
        } catch (SQLException failed) {
            if (SqliteErrors.isFailedFlush(failed)) fuse.blow("a flush of its file failed (" + failed.getMessage() + ")", failed);
            else if (SqliteErrors.isDamage(failed)) fuse.blow("its file is damaged (" + failed.getMessage() + ")", failed);
            else LOG.log(Level.WARNING, "the store''s log could not be moved into its file and grows until it can: {0}", failed.getMessage());
            return 0;
        }
    }
}
