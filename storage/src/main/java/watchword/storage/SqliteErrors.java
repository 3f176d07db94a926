package watchword.storage;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import watchword.sdk.Storage.StorageException;

/** What SQLite's result codes mean for us (https://sqlite.org/rescode.html). */
final class SqliteErrors {
    private static final int BUSY = 5;
    private static final int CORRUPT = 11;
    private static final int FULL = 13;
    private static final int NOT_A_DATABASE = 26;
    private static final int READ_ONLY = 8;
    private static final int IO_ERROR = 10;
    private static final int CANNOT_OPEN = 14;

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
        // The error code is the primary one alone.
        return failed instanceof SQLiteException told
                && (told.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_FSYNC || told.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_DIR_FSYNC);
    }

    static boolean isDamage(SQLException failed) {
        return primary(failed) == CORRUPT || primary(failed) == NOT_A_DATABASE;
    }

    static StorageException exception(String what, SQLException failed, boolean outcomeUnknown) {
        var advice = switch (primary(failed)) {
            case FULL -> "there is no room on its disk";
            case IO_ERROR, READ_ONLY, CANNOT_OPEN -> "its disk failed";
            case CORRUPT, NOT_A_DATABASE -> "its file is damaged";
            default -> "";
        };
        return new StorageException(what + ": " + failed.getMessage(), outcomeUnknown, failed, advice);
    }
}
