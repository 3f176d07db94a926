package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.sdk.Storage.StorageException;
import watchword.storage.SqliteStorage.Durability;

/** A database that may not grow fails as on a full disk: SQLite gives the transaction up, and the driver its statements. */
class FullDiskTest {
    private static final byte[] LARGE = new byte[20_000];
    private static final byte[] SMALL = new byte[10];

    @TempDir
    Path folder = Path.of("");

    private final Fuse fuse = new Fuse();
    private SqliteFile file;
    private SqliteSession session;
    private SqliteWriter writer;

    @BeforeEach
    void open() throws IOException, SQLException {
        file = SqliteFile.claim(folder.resolve("store.db"), Durability.FLUSHED);
        file.prepare();
        session = file.writer();
        writer = new SqliteWriter(session, fuse);
        put("before", SMALL);
    }

    @AfterEach
    void close() {
        writer.close();
        file.close();
    }

    private void put(String key, byte[] value) {
        writer.submit(tx -> {
            tx.put(key, value);
            return true;
        });
    }

    private boolean has(String key) {
        return writer.<Boolean>submit(tx -> tx.get(key).isPresent());
    }

    private void pages(int most) throws SQLException {
        try (var statement = session.connection().createStatement()) {
            statement.executeQuery("PRAGMA max_page_count=" + most).close();
        }
    }

    @Test
    void what_there_is_no_room_for_is_refused_and_all_else_goes_on() throws SQLException {
        pages(4);
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> put("large", LARGE)).isInstanceOfSatisfying(StorageException.class, failed -> {
                assertThat(failed.isOutcomeUnknown()).isFalse();
                assertThat(failed.advice()).contains("no room");
            });
            put("small" + i, SMALL);
            assertThat(has("small" + i)).isTrue();
            assertThat(has("large")).isFalse();
        }
        assertThat(fuse.health()).isEqualTo(new Health.Good());
    }

    @Test
    void there_is_no_need_to_start_again_when_there_is_room() throws SQLException {
        pages(4);
        assertThatThrownBy(() -> put("large", LARGE)).isInstanceOf(StorageException.class);
        pages(4000);
        put("large", LARGE);
        assertThat(has("large")).isTrue();
        assertThat(has("before")).isTrue();
    }

    @Test
    void a_transaction_that_goes_on_after_it_was_refused_leaves_nothing() throws SQLException {
        pages(4);
        assertThatThrownBy(() -> writer.submit(tx -> {
            tx.put("first", SMALL);
            assertThatThrownBy(() -> tx.put("large", LARGE)).isInstanceOf(StorageException.class);
            assertThatThrownBy(() -> tx.put("last", SMALL)).isInstanceOf(StorageException.class);
            return true;
        })).isInstanceOf(StorageException.class);
        assertThat(has("first")).isFalse();
        assertThat(has("last")).isFalse();
    }
}
