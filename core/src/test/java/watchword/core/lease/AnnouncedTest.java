package watchword.core.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.core.mount.EngineCatalog;
import watchword.sdk.Problem;

/** What is made outside is on record before it is made, so that nothing is left behind whatever happens next. */
class AnnouncedTest {
    private final ToyEngine toy = new ToyEngine();
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("toy", (context, mount) -> toy).build());
    private String job = "";

    /** The server dies: nothing of it runs on, and nothing is tidied up. */
    private static final class Died extends Error {}

    @BeforeEach
    void given_a_toy_and_a_job() {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.policy("toys", "path \"toy/*\" { capabilities = [\"read\"] }\npath \"sys/leases/*\" { capabilities = [\"update\", \"sudo\", \"list\", \"read\"] }");
        job = it.token("toys");
    }

    private TestServer.Answered make() {
        return it.read(job, "toy/made/x");
    }

    private List<?> leases() {
        return it.list(it.root, "sys/leases/lookup/toy/made/x").keys();
    }

    @Test
    void what_was_made_has_one_lease_and_ends_with_it() {
        var made = make();
        assertThat(made.leaseId()).startsWith("toy/made/x/");
        assertThat(made.body()).containsEntry("lease_duration", 600L);
        assertThat(leases()).hasSize(1);
        it.write(job, "sys/leases/revoke", "lease_id", made.leaseId(), "sync", true);
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(leases()).isEmpty();
    }

    @Test
    void it_is_undone_when_the_request_fails_after_it_was_made() {
        toy.whenMade = () -> {
            assertThat(ToyEngine.ALIVE).hasSize(1);
            throw new Problem.Upstream("the answer was lost").asException();
        };
        assertThat(make().status()).isEqualTo(502);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(leases()).isEmpty();
    }

    @Test
    void it_is_undone_when_the_server_dies_after_it_was_made() {
        toy.whenMade = () -> {
            throw new Died();
        };
        assertThatThrownBy(this::make).isInstanceOf(Died.class);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).as("who made it may be at it still").hasSize(1);

        var next = it.restarted();
        next.clock.advance(Revocations.TURN.plusSeconds(1));
        next.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(next.list(next.root, "sys/leases/lookup/toy/made/x").status()).isEqualTo(404);
    }

    @Test
    void it_is_undone_when_its_token_ends_while_it_is_made() {
        toy.whenMade = () -> it.write(it.root, "auth/token/revoke", "token", job);
        assertThat(make().status()).isEqualTo(403);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(leases()).isEmpty();
    }

    @Test
    void it_is_undone_once_more_when_it_was_made_so_slowly_that_a_sweep_came_first() {
        toy.whenMade = () -> {
            var made = List.copyOf(ToyEngine.ALIVE);
            it.clock.advance(Revocations.TURN.plusSeconds(1));
            it.server.runDue();
            assertThat(ToyEngine.ALIVE).isEmpty();
            ToyEngine.ALIVE.addAll(made); // the target was slower than the sweep
        };
        assertThat(make().status()).isEqualTo(500);
        assertThat(leases()).as("to be ended again").hasSize(1);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(leases()).isEmpty();
    }

    @Test
    void it_is_undone_once_more_when_a_sweep_is_at_it_still() {
        var revoking = new CompletableFuture<Void>();
        var undone = new CompletableFuture<Void>();
        var asked = new AtomicInteger();
        toy.whenRevoked = () -> {
            if (asked.incrementAndGet() > 1) return;
            revoking.complete(null);
            undone.join();
        };
        try (var sweep = Executors.newVirtualThreadPerTaskExecutor()) {
            toy.whenMade = () -> {
                it.clock.advance(Revocations.TURN.plusSeconds(1));
                sweep.execute(it.server::runDue);
                revoking.join();
            };
            assertThat(make().status()).isEqualTo(500);
            undone.complete(null);
        }
        it.server.runDue();
        assertThat(asked).as("once for what was not there yet, and once for what was").hasValue(2);
        assertThat(leases()).isEmpty();
    }

    @Test
    void while_it_is_made_it_can_be_seen_but_not_renewed() {
        toy.whenMade = () -> {
            var id = "toy/made/x/" + leases().getFirst();
            assertThat(it.write(job, "sys/leases/lookup", "lease_id", id).part("data")).containsEntry("state", "making");
            assertThat(it.write(job, "sys/leases/renew", "lease_id", id).status()).isEqualTo(400);
        };
        assertThat(make().status()).isEqualTo(200);
    }

    @Test
    void a_caller_who_lost_its_right_before_the_announcement_makes_nothing() {
        it.write(it.root, "auth/token/revoke", "token", job);
        assertThat(make().status()).isEqualTo(403);
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void what_was_undone_in_vain_is_tried_again() {
        toy.whenMade = () -> {
            ToyEngine.STUCK.addAll(ToyEngine.ALIVE);
            throw new Problem.Upstream("the target is gone").asException();
        };
        make();
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).hasSize(1);
        ToyEngine.STUCK.clear();
        it.clock.advance(Duration.ofSeconds(30));
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
    }
}
