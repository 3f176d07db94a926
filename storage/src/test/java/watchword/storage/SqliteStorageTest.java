package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.sdk.Storage;
import watchword.sdk.Storage.StorageException;
import watchword.testkit.StorageOrderContract;

/** Numbers 105 and 110 of the vulnerability list, besides the contract. */
class SqliteStorageTest extends StorageOrderContract {
    @TempDir
    Path folder = Path.of("");

    private Path file() {
        return folder.resolve("data/store.db");
    }

    @Override
    protected Storage open() {
        return SqliteStorage.open(file());
    }

    @Test
    void its_file_and_folder_are_for_their_owner_alone() throws IOException {
        open().close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file()))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent()))).isEqualTo("rwx------");
    }

    @Test
    void a_second_server_on_the_same_file_is_refused() {
        try (var first = open()) {
            put(first, "a", "1");
            assertThatThrownBy(() -> SqliteStorage.open(file())).isInstanceOf(StorageException.class).hasMessageContaining("another server");
        }
    }

    @Test
    void a_file_that_is_not_ours_is_refused() throws IOException {
        var other = folder.resolve("other.db");
        Files.writeString(other, "not a database at all, but long enough to have a header ".repeat(20));
        assertThatThrownBy(() -> SqliteStorage.open(other)).isInstanceOf(StorageException.class);
    }

    @Test
    void a_backup_is_one_moment_and_can_be_restored() {
        try (var here = SqliteStorage.open(folder.resolve("one.db"))) {
            here.update(tx -> tx.put("k", bytes("v")));
            here.backup(folder.resolve("backup.db"));
            here.update(tx -> tx.put("k", bytes("later")));
        }
        assertThatThrownBy(() -> SqliteStorage.restore(folder.resolve("backup.db"), folder.resolve("one.db"), false)).isInstanceOf(StorageException.class);
        SqliteStorage.restore(folder.resolve("backup.db"), folder.resolve("one.db"), true);
        try (var again = SqliteStorage.open(folder.resolve("one.db"))) {
            assertThat(again.<Optional<byte[]>>read(tx -> tx.get("k")).orElseThrow()).isEqualTo(bytes("v"));
        }
    }

    @Test
    void a_million_keys_are_listed_by_page_and_reopened() {
        var file = folder.resolve("large.db");
        try (var large = SqliteStorage.open(file, SqliteStorage.Durability.LOST_ON_CRASH)) {
            for (int block = 0; block < 100; block++) {
                int from = block * 10_000;
                large.update(tx -> {
                    for (int i = from; i < from + 10_000; i++) tx.put("folder" + i % 500 + "/key" + i, bytes("value" + i));
                });
            }
        }
        try (var large = SqliteStorage.open(file)) {
            assertThat(large.<List<String>>read(tx -> tx.list("", "", 1000))).hasSize(500);
            assertThat(large.<List<String>>read(tx -> tx.list("folder7/", "", 100))).hasSize(100);
            assertThat(large.<Optional<byte[]>>read(tx -> tx.get("folder7/key999507")).orElseThrow()).isEqualTo(bytes("value999507"));
        }
    }
}
