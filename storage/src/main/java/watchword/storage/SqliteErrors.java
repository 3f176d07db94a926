package watchword.storage;

import java.sql.SQLException;
import watchword.sdk.Storage.StorageException;

/** What SQLite's result codes mean for us (https://sqlite.org/rescode.html). */
final class SqliteErrors {
    private static final int BUSY = 5;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int NOT_A_DATABASE = 26;
    private static final int IO_ERROR = 10;
    private static final int SYNC_OF_FILE = IO_ERROR | 4 << 8;
    private static final int SYNC_OF_FOLDER = IO_ERROR | 5 << 8;

    private SqliteErrors() {}

    private static int primary(SQLException failed) {
        return failed.getErrorCode() & 0xff;
    }

    /** After these a commit was surely not made: there was no room for the log, or no lock. Any other may have come after the last byte. */
    static boolean wasSurelyNotCommitted(SQLException failed) {
        return primary(failed) == FULL || primary(failed) == BUSY;
    }

    /** The system tells of a failed flush once; what is read back afterwards may not be what is on the disk. */
    static boolean isFailedFlush(SQLException failed) {
        return failed.getErrorCode() == SYNC_OF_FILE || failed.getErrorCode() == SYNC_OF_FOLDER;
    }

    static boolean isDamage(SQLException failed) {
        return primary(failed) == CORRUPT || primary(failed) == NOT_A_DATABASE;
    }

    static StorageException exception(String what, SQLException failed, boolean outcomeUnknown) {
        var advice = primary(failed) == FULL ? "; make room on its disk" : "";
        return new StorageException(what + ": " + failed.getMessage() + advice, outcomeUnknown, failed);
    }
}
