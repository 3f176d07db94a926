package watchword.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.core.mount.EngineCatalog;
import watchword.core.token.PinMethod;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Storage;

/** A run is what its logins, its tokens and its leases are for, and their end. */
class RunTest {
    private static final String RUN = "airflow/train/fit/7";

    private final ToyEngine toy = new ToyEngine();
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> toy).auth("pin", (_, _) -> new PinMethod()).build());

    @BeforeEach
    void given_a_toy_and_somebody_who_logs_in() {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.write(it.root, "sys/auth/pin", "type", "pin");
        it.policy("toys", """
                path "toy/*" { capabilities = ["read"] }
                path "sys/leases/*" { capabilities = ["update", "sudo", "list", "read"] }
                path "auth/token/create" { capabilities = ["update"] }""");
        user("ada");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private void user(String name, Object... more) {
        var fields = new ArrayList<Object>(List.of("pin", "7", "token_policies", "toys", "token_ttl", "20m"));
        fields.addAll(List.of(more));
        it.write(it.root, "auth/pin/user/" + name, fields.toArray());
    }

    private TestServer.Answered tryToLogIn(String user, String run) {
        it.clock.advance(Duration.ofMillis(20));
        return it.write("", "auth/pin/login/" + user, "pin", "7", "run", run);
    }

    private String login(String user, String run) {
        var answer = tryToLogIn(user, run);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        return answer.token();
    }

    private List<?> keys(String path) {
        return it.list(it.root, path).keys();
    }

    private List<String> leftovers() {
        return it.storage.<List<Storage.Entry>>read(store -> store.scan("core/", "", 100_000)).stream().map(each -> each.key())
                .filter(key -> key.startsWith("core/run/") || key.startsWith("core/lease-of/") || key.startsWith("core/expiry/lease/") || key.startsWith("core/lease/toy")).toList();
    }

    // ---- what is known of it ----

    @Test
    void a_run_is_told_of_in_its_tokens_and_in_sys_runs() {
        var token = login("ada", RUN);
        var lease = it.read(token, "toy/creds/x").leaseId();
        assertThat(it.read(token, "auth/token/lookup-self").part("data")).containsEntry("run", RUN);
        assertThat(keys("sys/runs")).hasToString("[airflow/]");
        assertThat(keys("sys/runs/airflow/train/fit")).hasToString("[7]");
        var told = it.read(it.root, "sys/runs/" + RUN).part("data");
        assertThat(told).containsEntry("run", RUN).containsEntry("leases", List.of(lease)).containsEntry("end_time", null).containsEntry("auth_path", "auth/pin/");
        assertThat((List<?>) told.get("accessors")).hasSize(1);
    }

    @Test
    void runs_are_listed_in_pages() {
        for (int i = 0; i < 5; i++) login("ada", "kfp/run" + i);
        assertThat(it.ask(it.root, Operation.LIST, "sys/runs/kfp", TestServer.fields("limit", 2, "after", "run1"), "127.0.0.1", Optional.empty())
                .part("data").get("keys")).hasToString("[run2, run3]");
    }

    @Test
    void a_run_with_a_slash_in_a_claim_is_looked_up_and_ended_by_name() {
        var token = login("ada", "org%2Frepo/7");
        assertThat(it.write(it.root, "sys/runs/lookup", "run", "org%2Frepo/7").part("data")).containsEntry("run", "org%2Frepo/7");
        assertThat(it.ask(it.root, Operation.LIST, "sys/runs", TestServer.fields("prefix", "org%2Frepo"), "127.0.0.1", Optional.empty()).part("data").get("keys")).hasToString("[7]");
        assertThat(it.write(it.root, "sys/runs/revoke", "run", "org%2Frepo/7").status()).isEqualTo(204);
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    @Test
    void a_token_without_a_run_tells_of_none() {
        assertThat(it.read(login("ada", ""), "auth/token/lookup-self").part("data")).doesNotContainKey("run");
        assertThat(keys("sys/runs")).isEmpty();
    }

    @Test
    void policies_may_name_the_run_and_its_claims() {
        it.policy("own", "path \"toy/creds/{{run.2}}\" { capabilities = [\"read\"] }\npath \"toy/made/{{run}}\" { capabilities = [\"read\"] }");
        user("bob", "token_policies", "own");
        var fit = login("bob", RUN);
        assertThat(it.read(fit, "toy/creds/train").status()).isEqualTo(200);
        assertThat(it.read(fit, "toy/creds/other").status()).isEqualTo(403);
        var other = login("bob", "airflow/other");
        assertThat(it.read(other, "toy/creds/train").status()).isEqualTo(403);
        assertThat(it.read(other, "toy/creds/other").status()).isEqualTo(200);
        var whole = login("bob", "whole");
        assertThat(it.read(whole, "toy/made/whole").status()).isEqualTo(200);
        for (var odd : List.of("*", "a/*", "..", "a/../b", "+", "a,b")) assertThat(it.read(login("bob", odd), "toy/made/whole").status()).as(odd).isEqualTo(403);
        assertThat(it.read(login("bob", ""), "toy/made/whole").status()).isEqualTo(403);
    }

    // ---- its end ----

    @Test
    void who_logged_in_for_a_run_and_revokes_itself_ends_it_with_all_that_it_got() {
        var first = login("ada", RUN);
        var second = login("ada", RUN);
        var child = it.write(first, "auth/token/create", "ttl", "5m").token();
        it.read(first, "toy/creds/a");
        it.read(second, "toy/creds/b");
        it.read(child, "toy/made/c");
        assertThat(ToyEngine.ALIVE).hasSize(3);
        assertThat(it.write(second, "auth/token/revoke-self").status()).isEqualTo(204);
        for (var token : List.of(first, second, child)) assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(it.read(it.root, "sys/runs/" + RUN).part("data").get("end_time")).isNotNull();
    }

    @Test
    void a_child_that_revokes_itself_ends_what_it_alone_got() {
        var login = login("ada", RUN);
        var child = it.write(login, "auth/token/create", "ttl", "5m").token();
        it.read(login, "toy/creds/both");
        it.read(child, "toy/creds/both");
        it.read(child, "toy/creds/own");
        it.write(child, "auth/token/revoke-self");
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).hasSize(1).allMatch(key -> key.startsWith("toy/both"));
        assertThat(it.read(login, "auth/token/lookup-self").status()).isEqualTo(200);
    }

    @Test
    void an_operator_ends_a_run_and_waits_for_it() {
        var token = login("ada", RUN);
        it.read(token, "toy/creds/a");
        it.read(token, "toy/made/b");
        assertThat(it.write(it.root, "sys/runs/" + RUN + "/revoke", "sync", true).status()).isEqualTo(204);
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
        assertThat(it.read(it.root, "sys/runs/" + RUN).part("data")).containsEntry("leases", List.of()).containsEntry("accessors", List.of());
        assertThat(it.delete(it.root, "sys/runs/no/such/run").status()).isEqualTo(404);
    }

    @Test
    void a_run_that_has_ended_does_not_come_back_until_no_proof_of_it_is_good_any_more() {
        login("ada", RUN);
        assertThat(it.delete(it.root, "sys/runs/" + RUN).status()).isEqualTo(204);
        var again = tryToLogIn("ada", RUN);
        assertThat(again.status()).isEqualTo(403);
        assertThat(again.errors()).hasToString("[run " + RUN + " has ended and cannot log in any more]");
        assertThat(tryToLogIn("ada", "airflow/train/fit/8").status()).isEqualTo(200);
        var next = it.restarted();
        next.clock.advance(Duration.ofDays(31));
        next.server.runDue();
        assertThat(next.write("", "auth/pin/login/ada", "pin", "7", "run", RUN).status()).isEqualTo(403);
        next.clock.advance(Duration.ofDays(2));
        next.server.runDue();
        assertThat(next.read(next.root, "sys/runs/" + RUN).status()).isEqualTo(404);
        assertThat(next.write("", "auth/pin/login/ada", "pin", "7", "run", RUN).status()).isEqualTo(200);
    }

    @Test
    void a_run_is_forgotten_with_the_last_of_its_tokens_and_leaves_nothing() {
        var first = login("ada", RUN);
        it.clock.advance(Duration.ofMinutes(5));
        var second = login("ada", RUN);
        it.read(first, "toy/creds/a");
        it.read(second, "toy/creds/a");
        it.read(second, "toy/made/b");
        it.clock.advance(Duration.ofMinutes(16));
        it.server.runDue();
        assertThat(it.read(it.root, "sys/runs/" + RUN).status()).isEqualTo(200);
        it.clock.advance(Duration.ofMinutes(5));
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(it.read(it.root, "sys/runs/" + RUN).status()).isEqualTo(404);
        assertThat(leftovers()).isEmpty();
        assertThat(tryToLogIn("ada", RUN).status()).isEqualTo(200);
    }

    @Test
    void a_batch_token_ends_with_its_run_too() {
        user("ada", "token_type", "batch");
        var batch = login("ada", RUN);
        it.read(batch, "toy/creds/a");
        assertThat(ToyEngine.ALIVE).hasSize(1);
        it.write(it.root, "sys/runs/" + RUN + "/revoke", "sync", true);
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(it.read(batch, "auth/token/lookup-self").status()).isEqualTo(403);
        assertThat(it.read(batch, "toy/creds/b").status()).isEqualTo(403);
    }

    @Test
    void what_a_batch_token_gets_while_its_run_ends_is_undone() {
        user("ada", "token_type", "batch");
        var batch = login("ada", RUN);
        toy.whenMade = () -> it.write(it.root, "sys/runs/" + RUN + "/revoke");
        assertThat(it.read(batch, "toy/made/x").status()).isEqualTo(403);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void what_a_batch_token_gets_while_its_parent_ends_is_undone() {
        var parent = login("ada", "");
        var batch = it.write(parent, "auth/token/create", "type", "batch", "ttl", "5m").token();
        toy.whenMade = () -> it.write(it.root, "auth/token/revoke", "token", parent);
        assertThat(it.read(batch, "toy/made/x").status()).isEqualTo(403);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void a_run_of_batch_tokens_alone_is_forgotten_when_the_last_has_ended() {
        user("ada", "token_type", "batch");
        login("ada", RUN);
        it.clock.advance(Duration.ofMinutes(21));
        it.server.runDue();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void another_auth_mount_cannot_log_in_for_a_run_that_goes_on() {
        login("ada", RUN);
        it.write(it.root, "sys/auth/other", "type", "pin");
        it.write(it.root, "auth/other/user/eve", "pin", "7", "token_policies", "toys");
        assertThat(it.write("", "auth/other/login/eve", "pin", "7", "run", RUN).status()).isEqualTo(403);
    }

    @Test
    void a_run_of_one_namespace_is_not_that_of_another() {
        login("ada", RUN);
        it.write(it.root, "sys/namespaces/team");
        var team = it.in("team/");
        assertThat(team.list(it.root, "sys/runs").status()).isEqualTo(404);
        assertThat(team.delete(it.root, "sys/runs/" + RUN).status()).isEqualTo(404);
        assertThat(it.read(it.root, "sys/runs/" + RUN).part("data").get("end_time")).isNull();
    }

    // ---- the same again ----

    @Test
    void a_run_that_asks_the_same_again_is_told_the_same() {
        var first = login("ada", RUN);
        var second = login("ada", RUN);
        for (var path : List.of("toy/creds/x", "toy/made/x")) {
            var got = it.read(first, path);
            it.clock.advance(Duration.ofMinutes(1));
            for (var token : List.of(first, second)) {
                var again = it.read(token, path);
                assertThat(again.leaseId()).isEqualTo(got.leaseId());
                assertThat(again.part("data")).isEqualTo(got.part("data"));
                assertThat((Long) again.body().get("lease_duration")).isBetween(500L, 541L);
                assertThat(again.body()).containsEntry("renewable", true);
            }
        }
        assertThat(ToyEngine.ALIVE).hasSize(2);
    }

    @Test
    void what_differs_in_anything_is_another() {
        user("bob");
        var ids = new HashSet<String>();
        ids.add(it.read(login("ada", RUN), "toy/creds/x").leaseId());
        ids.add(it.read(login("ada", RUN), "toy/creds/y").leaseId());
        ids.add(it.read(login("ada", "other"), "toy/creds/x").leaseId());
        ids.add(it.read(login("bob", RUN), "toy/creds/x").leaseId());
        ids.add(it.ask(login("ada", RUN), Operation.READ, "toy/creds/x", TestServer.fields("ttl", "5m"), "127.0.0.1", Optional.empty()).leaseId());
        ids.add(it.read(login("ada", ""), "toy/creds/x").leaseId());
        ids.add(it.read(login("ada", ""), "toy/creds/x").leaseId());
        assertThat(ids).hasSize(7);
    }

    @Test
    void what_is_wrapped_is_the_same_inside() {
        var token = login("ada", RUN);
        var got = it.read(token, "toy/creds/x");
        var wrapped = it.ask(token, Operation.READ, "toy/creds/x", Map.of(), "127.0.0.1", Optional.of(Duration.ofMinutes(1)));
        assertThat(wrapped.body().get("data")).isNull();
        var inside = it.write(String.valueOf(wrapped.part("wrap_info").get("token")), "sys/wrapping/unwrap");
        assertThat(inside.leaseId()).isEqualTo(got.leaseId());
        assertThat(inside.part("data")).isEqualTo(got.part("data"));
    }

    @Test
    void it_outlives_the_token_that_got_it_first_and_ends_with_the_last_that_was_given_it() {
        var first = login("ada", RUN);
        var got = it.read(first, "toy/creds/x");
        var second = login("ada", RUN);
        assertThat(it.read(second, "toy/creds/x").leaseId()).isEqualTo(got.leaseId());
        it.write(it.root, "auth/token/revoke", "token", first);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).hasSize(1);
        assertThat(it.read(second, "toy/creds/x").leaseId()).isEqualTo(got.leaseId());
        it.write(it.root, "auth/token/revoke", "token", second);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void a_lease_that_is_ending_or_has_ended_is_not_told_again() {
        var token = login("ada", RUN);
        var first = it.read(token, "toy/creds/x");
        it.clock.advance(Duration.ofMillis(5));
        it.write(token, "sys/leases/revoke", "lease_id", first.leaseId());
        var second = it.read(token, "toy/creds/x");
        assertThat(second.leaseId()).isNotEqualTo(first.leaseId());
        it.clock.advance(Duration.ofMinutes(10));
        assertThat(it.read(token, "toy/creds/x").leaseId()).isNotEqualTo(second.leaseId());
        assertThat(leftovers().stream().filter(key -> key.startsWith("core/run/answer/"))).hasSize(1);
    }

    @Test
    void what_is_one_time_is_got_anew_each_time() {
        var token = login("ada", RUN);
        var first = it.read(token, "toy/once/x");
        it.clock.advance(Duration.ofMillis(5));
        assertThat(it.read(token, "toy/once/x").leaseId()).isNotEqualTo(first.leaseId());
        assertThat(toy.made("toy/once/x")).isEqualTo(2);
    }

    @Test
    void after_a_failure_the_next_one_gets_it() {
        var token = login("ada", RUN);
        toy.whenMade = () -> {
            throw new Problem.Upstream("the target is down").asException();
        };
        assertThat(it.read(token, "toy/made/x").status()).isEqualTo(502);
        toy.whenMade = () -> {};
        it.clock.advance(Duration.ofMillis(5));
        assertThat(it.read(token, "toy/made/x").status()).isEqualTo(200);
    }

    @Test
    void sixty_four_that_ask_at_once_get_one() throws Exception {
        toy.whenMade = () -> LockSupport.parkNanos(50_000_000);
        for (var path : List.of("toy/made/x", "toy/creds/x")) {
            ToyEngine.ALIVE.clear();
            var tokens = new ArrayList<String>();
            for (int i = 0; i < 64; i++) tokens.add(login("ada", RUN));
            var ids = new HashSet<String>();
            try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<TestServer.Answered>> asks = tokens.stream().<Callable<TestServer.Answered>>map(token -> () -> it.read(token, path)).toList();
                for (Future<TestServer.Answered> each : all.invokeAll(asks)) {
                    assertThat(each.get().status()).isEqualTo(200);
                    ids.add(each.get().leaseId());
                }
            }
            assertThat(ids).hasSize(1);
            assertThat(toy.made(path)).as(path).isEqualTo(1);
        }
    }

    @Test
    void on_two_servers_a_run_is_told_the_same_even_at_once() throws Exception {
        toy.whenMade = () -> LockSupport.parkNanos(20_000_000);
        var token = login("ada", RUN);
        var servers = List.of(it.restartedOn(it.storage), it.restartedOn(it.storage));
        var ids = new HashSet<String>();
        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            var asks = new ArrayList<Callable<TestServer.Answered>>();
            for (int i = 0; i < 16; i++) {
                var where = servers.get(i % 2);
                asks.add(() -> where.read(token, "toy/made/x"));
            }
            for (var each : all.invokeAll(asks)) ids.add(each.get().leaseId());
        }
        assertThat(ids).hasSize(1).noneMatch(String::isEmpty);
        assertThat(toy.made("toy/made/x")).isEqualTo(1);
    }
}
