package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import watchword.sdk.Storage;

class MemoryStorageTest extends StorageContract {
    @Override
    Storage open() {
        return new MemoryStorage();
    }

    @Override
    Storage reopen() {
        return new MemoryStorage();
    }

    /** It is the one that forgets. */
    @Test
    @Override
    void what_a_write_returned_from_survives_reopening() {
        assertThat(reopen().<Integer>read(tx -> tx.scan("", "", 1).size())).isZero();
    }
}
