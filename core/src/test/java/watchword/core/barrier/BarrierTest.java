package watchword.core.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.crypto.LockedKey;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;
import watchword.testkit.Property;
import watchword.testkit.TestClock;

class BarrierTest {
    private static final byte[] VALUE = "canary-value".getBytes(StandardCharsets.UTF_8);

    private final TestClock clock = new TestClock();
    private final SecureRandom random = new SecureRandom();
    private final Storage store = new MemoryStorage();
    private final LockedKey rootKey = LockedKey.generate(random, 32);
    private Barrier barrier = Barrier.create(store, rootKey.copy(), random, clock);

    @BeforeEach
    void initialize() {
        barrier.initialize((_, tx) -> tx.put("logical/first", VALUE));
    }

    private Barrier reopen() {
        return Barrier.open(store, rootKey.copy(), random, clock).orElseThrow();
    }

    @Test
    void what_is_written_is_read_and_is_in_the_store_encrypted_under_a_readable_name() {
        Stores.put(barrier, "logical/kv/db", VALUE);

        assertThat(Stores.get(barrier, "logical/kv/db")).isEqualTo(VALUE);
        assertThat(Stores.get(barrier, "logical/first")).isEqualTo(VALUE);
        assertThat(Stores.entries(store)).extracting(Storage.Entry::key).contains("logical/kv/db");
        assertThat(Stores.entries(store)).allSatisfy(entry ->
                assertThat(new String(entry.value(), StandardCharsets.ISO_8859_1)).doesNotContain("canary"));
    }

    @Test
    void the_root_key_is_nowhere_in_the_store() {
        rootKey.use(key -> {
            var text = new String(key, StandardCharsets.ISO_8859_1);
            assertThat(Stores.entries(store)).allSatisfy(entry ->
                    assertThat(new String(entry.value(), StandardCharsets.ISO_8859_1)).doesNotContain(text));
            return true;
        });
    }

    @Test
    void it_opens_again_with_its_root_key_and_with_no_other() {
        barrier.close();

        assertThat(Stores.get(reopen(), "logical/first")).isEqualTo(VALUE);
        assertThat(Barrier.open(store, LockedKey.generate(random, 32), random, clock)).isEmpty();
    }

    @Test
    void every_way_to_tamper_with_an_entry_gives_the_same_error() {
        var record = Stores.get(store, "logical/first");
        for (int at = 0; at < record.length; at++) {
            var tampered = record.clone();
            tampered[at] ^= 1;
            Stores.put(store, "logical/first", tampered);
            assertThatThrownBy(() -> Stores.get(barrier, "logical/first")).as("byte %d", at).isInstanceOf(Storage.StorageException.class)
                    .hasMessage("the entry logical/first is not what this server wrote: it is damaged, or was tampered with").hasNoCause();
        }
    }

    @Test
    void entries_cannot_be_exchanged() {
        Stores.put(barrier, "logical/second", VALUE);
        Stores.put(store, "logical/second", Stores.get(store, "logical/first"));

        assertThatThrownBy(() -> Stores.get(barrier, "logical/second")).isInstanceOf(Storage.StorageException.class);
        assertThatThrownBy(() -> Stores.entries(barrier)).isInstanceOf(Storage.StorageException.class);
    }

    @Test
    void a_store_whose_keyring_was_tampered_with_does_not_open() {
        var record = Stores.get(store, "barrier/keyring");
        for (int at = 0; at < record.length; at++) {
            var tampered = record.clone();
            tampered[at] ^= 1;
            Stores.put(store, "barrier/keyring", tampered);
            assertThat(Barrier.open(store, rootKey.copy(), random, clock)).as("byte %d", at).isEmpty();
        }
    }

    @Test
    void its_own_entries_cannot_be_reached_through_it() {
        assertThatThrownBy(() -> Stores.get(barrier, "barrier/keyring")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Stores.put(barrier, "barrier/keyring", VALUE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> barrier.update(tx -> tx.delete("barrier/seal"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(barrier.<List<String>>read(tx -> tx.list("", "", 100))).containsExactly("logical/");
        assertThat(barrier.<List<String>>read(tx -> tx.list("barrier/", "", 100))).isEmpty();
        assertThat(barrier.<List<Storage.Entry>>read(tx -> tx.scan("barrier/", "", 100))).isEmpty();
    }

    @Test
    void lists_and_scans_page_as_those_of_a_plain_store() {
        var names = List.of("a", "b", "ba", "barrier", "barrier-", "barrier0", "barriers/x", "c/d/e", "c/d/f", "zz");
        Property.holds(150, seed -> {
            var plain = new MemoryStorage();
            var encrypted = Barrier.create(new MemoryStorage(), rootKey.copy(), random, clock);
            encrypted.initialize((_, _) -> {});
            for (int n = seed.nextInt(12); n > 0; n--) {
                var name = names.get(seed.nextInt(names.size()));
                Stores.put(plain, name, VALUE);
                Stores.put(encrypted, name, VALUE);
            }
            var prefix = List.of("", "", "c/", "c/d/").get(seed.nextInt(4));
            var start = List.of("", "b", "barrier", "c").get(seed.nextInt(4));
            var scanned = seed.nextBoolean() ? prefix : start;
            int limit = seed.nextInt(1, 6);

            assertThat(pages(encrypted, prefix, limit)).isEqualTo(pages(plain, prefix, limit));
            assertThat(scans(encrypted, scanned, limit)).isEqualTo(scans(plain, scanned, limit));
            encrypted.close();
        });
    }

    private static List<List<String>> pages(Storage of, String prefix, int limit) {
        var pages = new ArrayList<List<String>>();
        var after = "";
        do {
            var from = after;
            pages.add(of.<List<String>>read(tx -> tx.list(prefix, from, limit)));
            after = pages.getLast().isEmpty() ? "" : pages.getLast().getLast();
        } while (!after.isEmpty());
        return pages;
    }

    private static List<List<String>> scans(Storage of, String prefix, int limit) {
        var pages = new ArrayList<List<String>>();
        var after = "";
        do {
            var from = after;
            pages.add(of.<List<String>>read(tx -> tx.scan(prefix, from, limit).stream().map(Storage.Entry::key).toList()));
            after = pages.getLast().isEmpty() ? "" : pages.getLast().getLast();
        } while (!after.isEmpty());
        return pages;
    }

    @Test
    void a_transaction_sees_its_own_writes_and_undoes_them_when_it_fails() {
        assertThatThrownBy(() -> barrier.update(tx -> {
            tx.put("logical/first", new byte[] {1});
            assertThat(tx.get("logical/first")).hasValueSatisfying(bytes -> assertThat(bytes).containsExactly(1));
            tx.delete("logical/first");
            assertThat(tx.get("logical/first")).isEmpty();
            throw new Problem.Conflict("no").asException();
        })).isInstanceOf(Problem.ProblemException.class);

        assertThat(Stores.get(barrier, "logical/first")).isEqualTo(VALUE);
    }

    @Test
    void a_sealed_barrier_does_nothing_and_says_so() {
        barrier.close();
        barrier.close();

        List<Runnable> all = List.of(() -> Stores.get(barrier, "logical/first"), () -> Stores.put(barrier, "x", VALUE), barrier::rotate, barrier::keyStatus,
                barrier::rotateIfDue, barrier::rootKey, () -> barrier.keyedHash("a"), barrier::rotationPolicy);
        assertThat(all).allSatisfy(each -> assertThatThrownBy(each::run).isInstanceOfSatisfying(Problem.ProblemException.class,
                thrown -> assertThat(thrown.problem()).isEqualTo(new Problem.Unavailable("Vault is sealed"))));
    }

    @Test
    void a_transaction_that_is_under_way_when_the_server_is_sealed_fails_and_changes_nothing() {
        assertThatThrownBy(() -> barrier.update(tx -> {
            tx.put("logical/kv/a", VALUE);
            barrierIsClosedMeanwhile();
            tx.put("logical/kv/b", VALUE);
        })).isInstanceOf(Problem.ProblemException.class);

        assertThat(Stores.entries(store)).extracting(Storage.Entry::key).doesNotContain("logical/kv/a", "logical/kv/b");
    }

    /** Without giving back, which here would wait for the transaction it is called from. */
    private void barrierIsClosedMeanwhile() {
        var sealer = Thread.ofVirtual().start(barrier::close);
        while (true) {
            try {
                barrier.keyStatus();
                Thread.onSpinWait();
            } catch (Problem.ProblemException sealed) {
                break;
            }
        }
        assertThat(sealer).isNotNull();
    }

    @Test
    void when_randomness_fails_a_write_fails_and_changes_nothing() {
        var failing = new FailingRandom();
        var fragile = Barrier.open(store, rootKey.copy(), failing, clock).orElseThrow();
        Stores.put(fragile, "logical/kv/a", VALUE);
        var before = Stores.entries(store).stream().filter(entry -> entry.key().startsWith("logical/")).toList();

        failing.broken.set(true);

        assertThatThrownBy(() -> Stores.put(fragile, "logical/kv/a", VALUE)).isInstanceOf(ProviderException.class);
        assertThatThrownBy(fragile::rotate).isInstanceOf(ProviderException.class);
        assertThat(Stores.entries(store).stream().filter(entry -> entry.key().startsWith("logical/"))).isEqualTo(before);
        assertThat(Stores.get(fragile, "logical/kv/a")).isEqualTo(VALUE);
    }

    @SuppressWarnings("serial")
    private static final class FailingRandom extends SecureRandom {
        private final AtomicBoolean broken = new AtomicBoolean();
        private final SecureRandom working = new SecureRandom();

        @Override
        public void nextBytes(byte[] bytes) {
            if (broken.get()) throw new ProviderException("no randomness");
            working.nextBytes(bytes);
        }
    }

    @Test
    void another_root_key_takes_the_place_of_the_first_whole_or_not_at_all() {
        var next = LockedKey.generate(random, 32);

        assertThatThrownBy(() -> barrier.changeRootKey(next.copy(), _ -> {
            throw new Problem.Conflict("no").asException();
        })).isInstanceOf(Problem.ProblemException.class);
        assertThat(barrier.isRootKey(rootKey)).isTrue();
        assertThat(Stores.get(reopen(), "logical/first")).isEqualTo(VALUE);

        barrier.changeRootKey(next.copy(), tx -> tx.put("barrier/seal", VALUE));
        assertThat(barrier.isRootKey(next)).isTrue();
        assertThat(barrier.isRootKey(rootKey)).isFalse();
        assertThat(Stores.get(barrier, "logical/first")).isEqualTo(VALUE);
        assertThat(Barrier.open(store, rootKey.copy(), random, clock)).isEmpty();
        assertThat(Stores.get(Barrier.open(store, next.copy(), random, clock).orElseThrow(), "logical/first")).isEqualTo(VALUE);
    }

    @Test
    void keys_for_other_purposes_stay_the_same_through_rotation_rekeying_and_reopening() {
        var before = barrier.derive("token/hash");
        barrier.rotate();
        var next = LockedKey.generate(random, 32);
        barrier.changeRootKey(next.copy(), _ -> {});
        barrier.close();

        var after = Barrier.open(store, next.copy(), random, clock).orElseThrow();

        assertThat(after.derive("token/hash").sameAs(before)).isTrue();
        assertThat(after.derive("token/other").sameAs(before)).isFalse();
        assertThat(after.deriveSecret("token/hash").use(bytes -> LockedKey.taking(bytes.clone())).sameAs(before)).isTrue();
    }

    @Test
    void many_threads_write_and_read_while_keys_rotate() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Boolean>>();
            for (int thread = 0; thread < 8; thread++) {
                int mine = thread;
                Callable<Boolean> work = () -> {
                    for (int n = 0; n < 60; n++) {
                        var key = "logical/" + mine + "/" + n;
                        Stores.put(barrier, key, VALUE);
                        if (!java.util.Arrays.equals(Stores.get(barrier, key), VALUE)) return false;
                        if (n % 20 == mine) barrier.rotate();
                    }
                    return true;
                };
                all.add(threads.submit(work));
            }
            for (var each : all) assertThat(each.get()).isTrue();
        }
        var rotated = barrier.keyStatus();
        barrier.close();

        barrier = reopen();
        assertThat(rotated.term()).isEqualTo(25);
        assertThat(barrier.keyStatus()).isEqualTo(rotated);
        assertThat(new TreeSet<>(Stores.entries(barrier).stream().map(Storage.Entry::key).toList())).hasSize(8 * 60 + 1);
    }
}
