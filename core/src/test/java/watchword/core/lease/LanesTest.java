package watchword.core.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.core.mount.EngineCatalog;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Storage;

/** Ends are carried out mount by mount, in pages, again and again until they are done or somebody must look. */
class LanesTest {
    private final ToyEngine toy = new ToyEngine();
    private final ToyEngine slow = new ToyEngine();
    private final CountDownLatch release = new CountDownLatch(1);
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> toy).engine("slow", (_, _) -> slow).build());
    private String job = "";

    /** The server dies: nothing of it runs on, and nothing is tidied up. */
    private static final class Died extends Error {}

    @BeforeEach
    void given_two_mounts_and_a_job() {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.write(it.root, "sys/mounts/slow", "type", "slow");
        it.policy("toys", "path \"toy/*\" { capabilities = [\"read\"] }\npath \"slow/*\" { capabilities = [\"read\"] }");
        job = it.token("toys");
    }

    @AfterEach
    void close() {
        release.countDown();
        it.close();
    }

    private List<String> keys(String prefix) {
        return it.storage.<List<Storage.Entry>>read(store -> store.scan(prefix, "", 100_000)).stream().map(Storage.Entry::key).toList();
    }

    private TestServer.Answered stuck() {
        return it.ask(it.root, Operation.READ, "sys/leases", TestServer.fields("type", "irrevocable"), "127.0.0.1", Optional.empty());
    }

    @Test
    void a_target_that_hangs_holds_up_nobody_else() throws Exception {
        var begun = new CountDownLatch(1);
        slow.whenRevoked = () -> {
            begun.countDown();
            try {
                release.await();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        };
        for (int i = 0; i < 40; i++) it.read(job, "slow/creds/r" + i);
        for (int i = 0; i < 40; i++) it.read(job, "toy/creds/r" + i);
        var brief = it.write(it.root, "auth/token/create", "policies", List.of("toys"), "ttl", "5m").token();
        it.read(brief, "toy/creds/brief");
        it.clock.advance(Duration.ofMinutes(11));
        var sweeper = Thread.ofVirtual().start(() -> it.server.runDue());
        begun.await();
        // What hangs waits; all the rest is done meanwhile.
        while (!ToyEngine.ALIVE.stream().noneMatch(key -> key.startsWith("toy/"))) Thread.onSpinWait();
        assertThat(ToyEngine.ALIVE).hasSize(40);
        assertThat(it.read(brief, "auth/token/lookup-self").status()).isEqualTo(403);
        release.countDown();
        sweeper.join();
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void a_thousand_ends_take_a_few_transactions() {
        for (int i = 0; i < 1000; i++) it.read(job, "toy/creds/r" + i);
        it.clock.advance(Duration.ofMinutes(11));
        assertThat(it.server.runDue()).isEqualTo(1000);
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(keys("core/lease/toy")).isEmpty();
        assertThat(keys("core/expiry/lease")).isEmpty();
        assertThat(keys("core/lease-of")).isEmpty();
    }

    @Test
    void what_fails_is_tried_again_after_pauses_that_grow_and_differ() {
        var tries = new AtomicInteger();
        toy.whenRevoked = tries::incrementAndGet;
        for (int i = 0; i < 50; i++) {
            it.read(job, "toy/creds/r" + i);
        }
        ToyEngine.STUCK.addAll(ToyEngine.ALIVE);
        it.clock.advance(Duration.ofMinutes(11));
        it.server.runDue();
        assertThat(tries.get()).isEqualTo(50);
        it.clock.advance(Duration.ofSeconds(9));
        it.server.runDue();
        assertThat(tries.get()).as("no sooner than half of twenty seconds").isEqualTo(50);
        it.clock.advance(Duration.ofSeconds(6));
        it.server.runDue();
        assertThat(tries.get()).as("some after fifteen seconds, not all").isBetween(51, 99);
        it.clock.advance(Duration.ofSeconds(6));
        it.server.runDue();
        assertThat(tries.get()).isGreaterThanOrEqualTo(100);
    }

    /** A clock that is wrong for a while does not put off what fails meanwhile for as long as it was wrong. */
    @Test
    void what_fails_while_the_clock_is_a_year_ahead_is_tried_again_when_it_is_right() {
        var nanos = new AtomicLong();
        try (var other = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> toy).build(), nanos::get)) {
            other.write(other.root, "sys/mounts/toy", "type", "toy");
            other.read(other.root, "toy/creds/x");
            ToyEngine.STUCK.addAll(ToyEngine.ALIVE);
            other.clock.advance(Duration.ofMinutes(11));
            nanos.addAndGet(Duration.ofMinutes(11).toNanos());
            var year = Duration.ofDays(365);
            other.clock.advance(year);
            other.server.runDue();
            assertThat(ToyEngine.ALIVE).hasSize(1);
            ToyEngine.STUCK.clear();
            other.clock.advance(Duration.ofMinutes(1).minus(year));
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            other.server.runDue();
            assertThat(ToyEngine.ALIVE).isEmpty();
        }
    }

    @Test
    void what_was_given_up_is_listed_from_an_index_of_its_own_and_gone_from_it_when_it_is_ended() {
        for (int i = 0; i < 3; i++) it.read(job, "toy/creds/r" + i);
        ToyEngine.STUCK.add(ToyEngine.ALIVE.iterator().next());
        it.clock.advance(Duration.ofMinutes(11));
        for (int i = 0; i < 8; i++) {
            it.server.runDue();
            it.clock.advance(Duration.ofHours(1));
        }
        assertThat(keys("core/lease-stuck/")).hasSize(1);
        var told = stuck().part("data");
        assertThat(told).containsEntry("lease_count", 1L);
        var id = String.valueOf(((java.util.Map<?, ?>) ((List<?>) told.getOrDefault("leases", List.of())).getFirst()).get("lease_id"));
        ToyEngine.STUCK.clear();
        assertThat(it.write(it.root, "sys/leases/revoke", "lease_id", id, "sync", true).status()).isEqualTo(204);
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(keys("core/lease-stuck/")).isEmpty();
        assertThat(stuck().part("data")).containsEntry("lease_count", 0L);
    }

    /** Number 66 of the vulnerability list. */
    @Test
    void a_mount_whose_removal_is_cut_off_issues_nothing_and_is_gone_after_the_next_start() {
        for (int i = 0; i < 100; i++) it.read(job, "toy/creds/r" + i);
        var left = new AtomicInteger(30);
        toy.whenRevoked = () -> {
            if (left.getAndDecrement() <= 0) throw new Died();
        };
        assertThatThrownBy(() -> it.delete(it.root, "sys/mounts/toy")).isInstanceOf(Died.class);
        assertThat(ToyEngine.ALIVE).hasSize(70);
        assertThat(it.read(job, "toy/creds/late").status()).isIn(403, 404);
        toy.whenRevoked = () -> {};
        var next = it.restarted();
        while (next.read(next.root, "sys/mounts/toy").status() == 200) {
            next.clock.advance(Duration.ofSeconds(1)); // what one server took is another's after a while
            next.server.runDue();
        }
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(keys("core/lease/toy")).isEmpty();
        assertThat(next.write(next.root, "sys/mounts/toy", "type", "toy").status()).isEqualTo(204);
        assertThat(next.list(next.root, "sys/leases/lookup/toy").status()).isEqualTo(404);
    }

    @Test
    void what_is_made_while_its_mount_is_removed_is_undone() {
        toy.whenMade = () -> Thread.ofVirtual().start(() -> it.delete(it.root, "sys/mounts/toy"));
        var made = it.read(job, "toy/made/x");
        if (made.status() == 200) it.delete(it.root, "sys/mounts/toy");
        while (it.read(it.root, "sys/mounts/toy").status() == 200) Thread.onSpinWait();
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void a_mount_that_cannot_be_removed_answers_again() {
        it.read(job, "toy/creds/x");
        ToyEngine.STUCK.addAll(ToyEngine.ALIVE);
        assertThat(it.delete(it.root, "sys/mounts/toy").status()).isEqualTo(500);
        assertThat(it.read(job, "toy/creds/y").status()).isEqualTo(200);
    }

    @Test
    void a_problem_of_the_target_is_told_and_a_bug_only_by_its_name() {
        assertThat(Lane.reason(new Problem.Upstream("the database is down").asException())).isEqualTo("the database is down");
        assertThat(Lane.reason(new IllegalStateException("s3cret"))).isEqualTo("IllegalStateException");
    }
}
