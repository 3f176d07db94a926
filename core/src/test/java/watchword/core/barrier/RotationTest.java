package watchword.core.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.crypto.KeyWrap;
import watchword.crypto.Keyring;
import watchword.crypto.LockedKey;
import watchword.crypto.RotationPolicy;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

class RotationTest {
    private static final byte[] VALUE = "canary-value".getBytes(StandardCharsets.UTF_8);

    private final TestClock clock = new TestClock();
    private final SecureRandom random = new SecureRandom();
    private final Storage store = new MemoryStorage();
    private final LockedKey rootKey = LockedKey.generate(random, 32);
    private final Barrier barrier = Barrier.create(store, rootKey.copy(), random, clock);

    @BeforeEach
    void initialize() {
        barrier.initialize((_, tx) -> tx.put("logical/first", VALUE));
    }

    private Barrier reopen() {
        return Barrier.open(store, rootKey.copy(), random, clock).orElseThrow();
    }

    @Test
    void a_new_key_encrypts_from_then_on_and_old_entries_stay_readable() {
        clock.advance(Duration.ofHours(1));
        barrier.rotate();
        Stores.put(barrier, "logical/second", VALUE);

        assertThat(Keyring.termOf(Stores.get(store, "logical/first"))).isEqualTo(1);
        assertThat(Keyring.termOf(Stores.get(store, "logical/second"))).isEqualTo(2);
        assertThat(barrier.keyStatus()).isEqualTo(new Barrier.KeyStatus(2, clock.instant(), 1));
        assertThat(Stores.get(barrier, "logical/first")).isEqualTo(VALUE);
        barrier.close();
        assertThat(Stores.get(reopen(), "logical/first")).isEqualTo(VALUE);
        assertThat(Stores.get(reopen(), "logical/second")).isEqualTo(VALUE);
    }

    @Test
    void encryptions_are_counted_across_an_orderly_restart() {
        long before = barrier.keyStatus().encryptions();
        for (int n = 0; n < 9; n++) Stores.put(barrier, "logical/n" + n, VALUE);
        assertThat(barrier.keyStatus().encryptions()).isEqualTo(before + 9);
        barrier.close();

        var again = reopen();
        assertThat(again.keyStatus().encryptions()).isEqualTo(before + 9);
        Stores.put(again, "logical/more", VALUE);
        assertThat(again.keyStatus().encryptions()).isEqualTo(before + 10);
    }

    @Test
    void after_a_crash_at_least_as_many_count_as_were_made() {
        Stores.put(barrier, "logical/second", VALUE);

        var again = reopen();

        assertThat(again.keyStatus().encryptions()).isBetween(2L, KeyHold.BLOCK);
    }

    @Test
    void the_key_rotates_before_the_most_operations_the_policy_allows() {
        barrier.setRotationPolicy(new RotationPolicy(1_000_000, Duration.ZERO, true));
        int terms = 0;
        for (int n = 0; n < 24; n++) {
            barrier.update(tx -> {
                for (int entry = 0; entry < 100_000; entry++) tx.put("logical/x", VALUE);
            });
            assertThat(barrier.keyStatus().encryptions()).isLessThanOrEqualTo(1_000_000);
            terms = barrier.keyStatus().term();
        }

        assertThat(terms).isBetween(3, 5);
        assertThat(Stores.get(barrier, "logical/first")).isEqualTo(VALUE);
    }

    @Test
    void the_key_rotates_before_nonces_may_repeat_even_if_rotation_is_turned_off() {
        barrier.setRotationPolicy(new RotationPolicy(RotationPolicy.MOST_OPERATIONS, Duration.ZERO, false));
        barrier.close();
        editKeyring(ring -> ring.reserving(1, RotationPolicy.MOST_OPERATIONS - ring.active().encryptions() - 10));

        var worn = reopen();
        Stores.put(worn, "logical/second", VALUE);

        assertThat(worn.keyStatus().term()).isEqualTo(2);
    }

    private void editKeyring(UnaryOperator<Keyring> change) {
        try (var wrap = new KeyWrap(rootKey.copy());
                var encoded = wrap.unwrap("barrier/keyring", Stores.get(store, "barrier/keyring")).orElseThrow();
                var ring = Keyring.decode(encoded);
                var changed = change.apply(ring).encode()) {
            Stores.put(store, "barrier/keyring", wrap.wrap("barrier/keyring", changed, random));
        }
    }

    @Test
    void the_key_rotates_when_it_is_old_enough_if_rotation_is_on() {
        barrier.setRotationPolicy(new RotationPolicy(RotationPolicy.MOST_OPERATIONS, Duration.ofDays(30), true));
        clock.advance(Duration.ofDays(30).minusSeconds(1));
        assertThat(barrier.rotateIfDue()).isFalse();

        clock.advance(Duration.ofSeconds(1));
        assertThat(barrier.rotateIfDue()).isTrue();
        assertThat(barrier.rotateIfDue()).isFalse();
        assertThat(barrier.keyStatus().term()).isEqualTo(2);

        barrier.setRotationPolicy(new RotationPolicy(RotationPolicy.MOST_OPERATIONS, Duration.ofDays(30), false));
        clock.advance(Duration.ofDays(365));
        assertThat(barrier.rotateIfDue()).isFalse();
    }

    @Test
    void the_policy_is_kept() {
        var policy = new RotationPolicy(2_000_000_000, Duration.ofDays(180), true);
        barrier.setRotationPolicy(policy);
        barrier.close();

        assertThat(reopen().rotationPolicy()).isEqualTo(policy);
    }

    @Test
    void a_transaction_of_more_entries_than_are_set_aside_is_refused_and_the_next_one_works() {
        assertThatThrownBy(() -> barrier.update(tx -> {
            for (long entry = 0; entry <= KeyHold.BLOCK; entry++) tx.put("logical/x", new byte[0]);
        })).isInstanceOf(Storage.StorageException.class);

        Stores.put(barrier, "logical/second", VALUE);
        assertThat(Stores.get(barrier, "logical/second")).isEqualTo(VALUE);
    }

    @Test
    void a_node_reads_what_another_wrote_under_a_newer_key_and_follows_it() {
        var other = reopen();

        barrier.rotate();
        Stores.put(barrier, "logical/second", VALUE);

        assertThat(Stores.get(other, "logical/second")).isEqualTo(VALUE);
        Stores.put(other, "logical/third", VALUE);
        assertThat(Keyring.termOf(Stores.get(store, "logical/third"))).isEqualTo(2);
        assertThat(Stores.get(barrier, "logical/third")).isEqualTo(VALUE);
    }

    @Test
    void a_node_follows_another_that_changed_the_root_key_and_rotated() {
        var other = reopen();

        var next = LockedKey.generate(random, 32);
        barrier.changeRootKey(next.copy(), _ -> {});
        barrier.rotate();
        Stores.put(barrier, "logical/second", VALUE);

        assertThat(Stores.get(other, "logical/second")).isEqualTo(VALUE);
        assertThat(other.isRootKey(next)).isTrue();
        other.rotate();
        Stores.put(other, "logical/third", VALUE);
        assertThat(Stores.get(barrier, "logical/third")).isEqualTo(VALUE);
        assertThat(Stores.get(barrier, "logical/first")).isEqualTo(VALUE);
    }

    @Test
    void a_term_that_nobody_knows_is_damage() {
        barrier.rotate();
        var record = Stores.get(store, "logical/first");
        record[4] = 9;
        Stores.put(store, "logical/first", record);

        assertThatThrownBy(() -> Stores.get(barrier, "logical/first")).isInstanceOf(Storage.StorageException.class);
        Stores.put(barrier, "logical/second", VALUE);
        assertThat(Keyring.termOf(Stores.get(store, "logical/second"))).as("the keys in use are still the newest").isEqualTo(2);
    }

    @Test
    void a_keyring_that_was_put_back_under_a_running_server_is_not_built_upon() {
        var old = Stores.get(store, "barrier/keyring");
        barrier.rotate();
        Stores.put(barrier, "logical/second", VALUE);

        Stores.put(store, "barrier/keyring", old);

        assertThatThrownBy(barrier::rotate).isInstanceOf(Storage.StorageException.class).hasMessageContaining("barrier/keyring");
        assertThat(Stores.get(barrier, "logical/second")).isEqualTo(VALUE);
    }
}
