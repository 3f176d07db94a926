package watchword.core.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.crypto.LockedKey;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

class RollbackGuardTest {
    private static final byte[] VALUE = "canary-value".getBytes(StandardCharsets.UTF_8);

    private final TestClock clock = new TestClock();
    private final SecureRandom random = new SecureRandom();
    private final Storage store = new MemoryStorage();
    private final LockedKey rootKey = LockedKey.generate(random, 32);
    private Barrier barrier = Barrier.create(store, rootKey.copy(), random, clock);

    @TempDir Path folder;
    private Path file;
    private RollbackGuard guard;

    @BeforeEach
    void initialize() {
        file = folder.resolve("epoch");
        guard = RollbackGuard.by(file);
        barrier.initialize((_, _) -> {});
        guard.advance(barrier);
    }

    private void restart() {
        barrier.close();
        barrier = Barrier.open(store, rootKey.copy(), random, clock).orElseThrow();
        guard = RollbackGuard.by(file);
    }

    @Test
    void a_store_that_is_as_it_was_left_is_unsealed_again_and_again() {
        for (int n = 0; n < 3; n++) {
            Stores.put(barrier, "logical/x", VALUE);
            guard.advance(barrier);
            restart();
            guard.check(barrier);
        }
    }

    @Test
    void a_store_that_was_put_back_is_refused() {
        var yesterday = Stores.entries(store);
        Stores.put(barrier, "logical/x", VALUE);
        guard.advance(barrier);

        Stores.restore(store, yesterday);
        restart();

        assertThatThrownBy(() -> guard.check(barrier)).isInstanceOf(Problem.ProblemException.class)
                .hasMessageContaining("put back to an earlier state: it is at epoch 1 and was at 2");
        assertThatThrownBy(() -> guard.check(barrier)).as("asking again does not help").isInstanceOf(Problem.ProblemException.class);
    }

    @Test
    void who_restores_a_backup_on_purpose_removes_the_file() throws IOException {
        var yesterday = Stores.entries(store);
        Stores.put(barrier, "logical/x", VALUE);
        guard.advance(barrier);
        Stores.restore(store, yesterday);
        Files.delete(file);
        restart();

        guard.check(barrier);

        assertThat(file).exists();
        restart();
        guard.check(barrier);
    }

    @Test
    void a_crash_between_store_and_file_is_no_alarm() throws IOException {
        var before = Files.readAllBytes(file);
        Stores.put(barrier, "logical/x", VALUE);
        guard.advance(barrier);
        Files.write(file, before);
        restart();

        assertThatCode(() -> guard.check(barrier)).doesNotThrowAnyException();
    }

    @Test
    void a_file_that_was_changed_in_any_byte_is_refused() throws IOException {
        var good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            var changed = good.clone();
            changed[at] ^= 1;
            Files.write(file, changed);
            assertThatThrownBy(() -> guard.check(barrier)).as("byte %d", at).hasMessageContaining("not one that this server wrote");
        }
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> guard.check(barrier)).isInstanceOf(Problem.ProblemException.class);
    }

    @Test
    void a_file_of_another_store_is_refused() {
        var other = Barrier.create(new MemoryStorage(), rootKey.copy(), random, clock);
        other.initialize((_, _) -> {});

        assertThatThrownBy(() -> guard.check(other)).hasMessageContaining("not one that this server wrote");
    }

    @Test
    void a_new_store_in_place_of_a_known_one_is_refused() throws IOException {
        assertThatThrownBy(guard::requireFirst).hasMessageContaining("had a store before");

        Files.delete(file);
        assertThatCode(guard::requireFirst).doesNotThrowAnyException();
    }

    @Test
    void it_counts_only_when_something_was_written() throws IOException {
        var before = Files.readString(file);
        guard.advance(barrier);
        guard.advance(barrier);
        assertThat(Files.readString(file)).isEqualTo(before);

        Stores.put(barrier, "logical/x", VALUE);
        guard.advance(barrier);
        assertThat(Files.readString(file)).isNotEqualTo(before);
    }

    @Test
    void a_file_that_cannot_be_written_stops_nothing_and_is_tried_again() throws IOException {
        Files.delete(file);
        Files.createDirectories(file.resolve("in-the-way"));
        Stores.put(barrier, "logical/x", VALUE);
        guard.advance(barrier);

        Files.delete(file.resolve("in-the-way"));
        Files.delete(file);
        guard.advance(barrier);

        assertThat(Files.readString(file)).startsWith("watchword-epoch 1 ");
    }
}
