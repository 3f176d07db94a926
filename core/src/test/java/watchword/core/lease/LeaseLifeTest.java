package watchword.core.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.sdk.Route.Operation;

/** Numbers 61 to 66 of the vulnerability list, and what a lease promises. */
class LeaseLifeTest {
    private final TestServer it = TestServer.start();
    private String job = "";

    @AfterEach
    void close() {
        it.close();
    }

    @BeforeEach
    void given_a_toy_and_a_job() {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.policy("toys", "path \"toy/*\" { capabilities = [\"read\"] }\npath \"sys/leases/*\" { capabilities = [\"update\", \"sudo\", \"list\", \"read\"] }");
        job = it.token("toys");
    }

    private TestServer.Answered issue(String token, String role) {
        return it.read(token, "toy/creds/" + role);
    }

    @Test
    void what_is_issued_ends_with_its_lease() {
        var issued = issue(job, "train");
        assertThat(issued.leaseId()).startsWith("toy/creds/train/");
        assertThat(issued.body()).containsEntry("lease_duration", 600L).containsEntry("renewable", true);
        it.clock.advance(Duration.ofSeconds(601));
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(it.write(job, "sys/leases/lookup", "lease_id", issued.leaseId()).status()).isEqualTo(400);
    }

    @Test
    void a_renewal_reaches_the_engine_first_and_changes_nothing_when_it_fails() {
        var issued = issue(job, "train");
        var key = String.valueOf(issued.data("key"));
        assertThat(it.write(job, "sys/leases/renew", "lease_id", issued.leaseId(), "increment", "30m").body()).containsEntry("lease_duration", 1800L);
        assertThat(ToyEngine.PROLONGED).containsEntry(key, Duration.ofMinutes(30));

        ToyEngine.STUCK.add(key);
        assertThat(it.write(job, "sys/leases/renew", "lease_id", issued.leaseId(), "increment", "50m").status()).isEqualTo(502);
        assertThat(it.write(job, "sys/leases/lookup", "lease_id", issued.leaseId()).part("data")).containsEntry("ttl", 1800L);
    }

    @Test
    void a_revoked_token_takes_its_leases_along() {
        issue(job, "a");
        it.clock.advance(Duration.ofSeconds(1));
        issue(job, "b");
        assertThat(ToyEngine.ALIVE).hasSize(2);
        it.write(it.root, "auth/token/revoke", "token", job);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(issue(job, "c").status()).isEqualTo(403);
    }

    @Test
    void what_the_last_use_of_a_token_got_is_not_told_and_ends_at_once() {
        var twice = it.write(it.root, "auth/token/create", "policies", List.of("toys"), "num_uses", 2).token();
        assertThat(issue(twice, "first").leaseId()).isNotEmpty();
        var last = issue(twice, "last");
        assertThat(last.status()).isEqualTo(400);
        assertThat(last.errors()).hasToString("[Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.]");
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void a_token_that_ended_while_the_server_was_down_stays_ended_and_takes_its_leases_along() {
        var brief = it.write(it.root, "auth/token/create", "policies", List.of("toys"), "ttl", "5s").token();
        issue(brief, "x");
        it.clock.advance(Duration.ofSeconds(10));
        var again = it.restarted();
        assertThat(again.read(brief, "toy/creds/x").status()).isEqualTo(403);
        again.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void a_lease_of_a_batch_token_does_not_outlive_it() {
        var batch = it.write(it.root, "auth/token/create", "policies", List.of("toys"), "ttl", "60s", "type", "batch").token();
        assertThat(issue(batch, "x").body()).containsEntry("lease_duration", 60L);
        it.clock.advance(Duration.ofSeconds(61));
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(issue(batch, "y").status()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "9223372036854775807", "600", "100000h"})
    void a_renewal_gives_some_time_and_never_more_than_the_most(String increment) {
        var id = issue(job, "r").leaseId();
        it.clock.advance(Duration.ofSeconds(599));
        var renewed = it.write(job, "sys/leases/renew", "lease_id", id, "increment", increment);
        if (renewed.status() != 200) {
            assertThat(renewed.status()).isEqualTo(400);
            return;
        }
        assertThat((Long) renewed.body().get("lease_duration")).isPositive().isLessThanOrEqualTo(3600 - 599);
        it.clock.advance(Duration.ofSeconds(3601));
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void a_lease_is_not_renewed_after_its_end() {
        var id = issue(job, "r").leaseId();
        it.clock.advance(Duration.ofSeconds(601));
        assertThat(it.write(job, "sys/leases/renew", "lease_id", id).errors().toString()).containsAnyOf("lease expired", "lease not found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b", "ü", "x y", "a'b", "0"})
    void odd_role_names_are_issued_listed_renewed_and_revoked(String role) {
        var id = issue(job, role).leaseId();
        assertThat(it.list(job, "sys/leases/lookup/toy/creds/" + role).status()).isEqualTo(200);
        assertThat(it.write(job, "sys/leases/renew", "lease_id", id).body()).containsEntry("lease_id", id);
        assertThat(it.write(job, "sys/leases/revoke", "lease_id", id, "sync", true).status()).isEqualTo(204);
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void a_mount_that_is_disabled_leaves_nothing_behind() {
        for (int i = 0; i < 30; i++) issue(job, "r" + i);
        assertThat(ToyEngine.ALIVE).hasSize(30);
        assertThat(it.delete(it.root, "sys/mounts/toy").status()).isEqualTo(204);
        assertThat(ToyEngine.ALIVE).isEmpty();
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        assertThat(it.list(it.root, "sys/leases/lookup/toy").status()).isEqualTo(404);
    }

    @Test
    void a_lease_that_cannot_be_revoked_is_tried_again_then_shown_and_can_be_forced() {
        var issued = issue(job, "s");
        ToyEngine.STUCK.add(issued.data("key").toString());
        it.write(it.root, "auth/token/revoke", "token", job);
        for (int i = 0; i < 8; i++) {
            it.server.runDue();
            it.clock.advance(Duration.ofHours(1));
        }
        var stuck = it.ask(it.root, Operation.READ, "sys/leases", TestServer.fields("type", "irrevocable"), "127.0.0.1", Optional.empty());
        assertThat(stuck.part("data")).containsEntry("lease_count", 1L);
        assertThat(stuck.body().toString()).contains("the toy is stuck");
        assertThat(it.write(it.root, "sys/leases/revoke-force/toy").status()).isEqualTo(204);
        assertThat(it.list(it.root, "sys/leases/lookup/toy").status()).isEqualTo(404);
    }

    @Test
    void a_clock_that_goes_back_revives_nothing() {
        var brief = it.write(it.root, "auth/token/create", "policies", List.of("toys"), "ttl", "5s").token();
        it.clock.advance(Duration.ofSeconds(6));
        it.server.runDue();
        it.clock.advance(Duration.ofHours(-1));
        assertThat(it.read(brief, "auth/token/lookup-self").status()).isEqualTo(403);
    }
}
