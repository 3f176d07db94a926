package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The driver's error code is the primary one, which does not tell a failed flush from a failed read. */
class SqliteErrorsTest {

    private static SQLException failure(SQLiteErrorCode code) {
        return new SQLiteException("failed", code);
    }

    @Test
    void a_failed_flush_is_known_from_other_failures() {
        assertThat(SqliteErrors.isFailedFlush(failure(SQLiteErrorCode.SQLITE_IOERR_FSYNC))).isTrue();
        assertThat(SqliteErrors.isFailedFlush(failure(SQLiteErrorCode.SQLITE_IOERR_DIR_FSYNC))).isTrue();
        assertThat(SqliteErrors.isFailedFlush(failure(SQLiteErrorCode.SQLITE_IOERR_WRITE))).isFalse();
        assertThat(SqliteErrors.isFailedFlush(failure(SQLiteErrorCode.SQLITE_FULL))).isFalse();
    }

    @Test
    void only_what_surely_came_before_the_first_byte_counts_as_not_committed() {
        assertThat(SqliteErrors.wasSurelyNotCommitted(failure(SQLiteErrorCode.SQLITE_FULL))).isTrue();
        assertThat(SqliteErrors.wasSurelyNotCommitted(failure(SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT))).isTrue();
        assertThat(SqliteErrors.wasSurelyNotCommitted(failure(SQLiteErrorCode.SQLITE_IOERR_FSYNC))).isFalse();
        assertThat(SqliteErrors.wasSurelyNotCommitted(failure(SQLiteErrorCode.SQLITE_IOERR_WRITE))).isFalse();
    }

    @Test
    void what_anybody_may_read_is_in_fixed_words() {
        assertThat(SqliteErrors.exception("x", failure(SQLiteErrorCode.SQLITE_FULL), false).advice()).isEqualTo("there is no room on its disk");
        assertThat(SqliteErrors.exception("x", failure(SQLiteErrorCode.SQLITE_IOERR_READ), false).advice()).isEqualTo("its disk failed");
        assertThat(SqliteErrors.exception("x", failure(SQLiteErrorCode.SQLITE_CORRUPT), false).advice()).isEqualTo("its file is damaged");
        assertThat(SqliteErrors.exception("x", failure(SQLiteErrorCode.SQLITE_MISUSE), false).advice()).isEmpty();
    }
}
