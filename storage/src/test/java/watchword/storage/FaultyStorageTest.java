package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import watchword.sdk.Storage;
import watchword.sdk.Storage.StorageException;
import watchword.storage.FaultyStorage.AtCommit;
import watchword.testkit.StorageOrderContract;

/** With its fault far away it is a storage like any other. */
class FaultyStorageTest extends StorageOrderContract {
    @Override
    protected Storage open() {
        return new FaultyStorage(new MemoryStorage(), Integer.MAX_VALUE, AtCommit.NOTHING_WRITTEN);
    }

    @Override
    protected boolean isKept() {
        return false;
    }

    private static List<String> places(Storage storage) {
        return storage.read(tx -> tx.list("", "", 10));
    }

    @ParameterizedTest
    @EnumSource(AtCommit.class)
    void a_move_under_each_possible_fault_leaves_one_copy(AtCommit mode) {
        int faults = 0;
        for (int n = 1; ; n++) {
            var real = new MemoryStorage();
            real.update(tx -> tx.put("from", bytes("x")));
            var faulty = new FaultyStorage(real, n, mode);
            boolean unknown = false;
            try {
                faulty.update(FaultyStorageTest::move);
            } catch (StorageException failed) {
                faults++;
                unknown = failed.isOutcomeUnknown();
                assertThat(failed).hasMessageStartingWith("injected failure");
            }
            if (!faulty.hasFailed()) break;
            assertThat(places(real)).containsExactly(unknown ? "to" : "from");
        }
        assertThat(faults).isEqualTo(4); // get, put, delete, commit
    }

    private static void move(Storage.Writer tx) {
        var value = tx.get("from", stored -> new String(stored, StandardCharsets.UTF_8)).orElseThrow();
        tx.put("to", bytes(value));
        tx.delete("from");
    }

    @ParameterizedTest
    @EnumSource(AtCommit.class)
    void after_its_fault_nothing_works_any_more(AtCommit mode) {
        var faulty = new FaultyStorage(new MemoryStorage(), 1, mode);
        for (int i = 0; i < 3; i++) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> get(faulty, "a"))).isInstanceOf(StorageException.class);
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> places(faulty))).isInstanceOf(StorageException.class);
        }
        assertThat(faulty.hasFailed()).isTrue();
    }
}
