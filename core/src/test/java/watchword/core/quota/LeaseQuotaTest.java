package watchword.core.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.core.mount.EngineCatalog;
import watchword.core.token.PinMethod;

/** Lease-count quotas let in as many as they say, and know how many there are. */
class LeaseQuotaTest {
    private final ToyEngine toy = new ToyEngine();
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> toy).auth("pin", (_, _) -> new PinMethod()).build());
    private String job = "";

    @BeforeEach
    void given_a_toy_and_a_job() {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.write(it.root, "sys/auth/pin", "type", "pin");
        it.policy("toys", "path \"toy/*\" { capabilities = [\"read\"] }");
        job = it.token("toys");
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_policies", "toys", "token_ttl", "10m");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private void quota(String name, Object... fields) {
        var answer = it.write(it.root, "sys/quotas/lease-count/" + name, fields);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(204);
    }

    private int issue(String path) {
        it.clock.advance(Duration.ofMillis(5));
        return it.read(job, path).status();
    }

    private long counter(String name) {
        return it.read(it.root, "sys/quotas/lease-count/" + name).part("data").get("counter") instanceof Long counted ? counted : -1;
    }

    private int login(String role) {
        it.clock.advance(Duration.ofMillis(20));
        return it.write("", "auth/pin/login/ada", "pin", "7", "role", role).status();
    }

    // ---- the API ----

    @Test
    void a_quota_is_told_as_it_was_set() {
        quota("toys", "path", "toy/", "max_leases", 2, "type", "lease-count");
        assertThat(it.read(it.root, "sys/quotas/lease-count/toys").part("data"))
                .isEqualTo(TestServer.fields("counter", 0, "inheritable", false, "max_leases", 2, "name", "toys", "path", "toy/", "role", "", "type", "lease-count"));
        assertThat(it.list(it.root, "sys/quotas/lease-count").part("data").get("keys")).isEqualTo(List.of("toys"));
        assertThat(it.delete(it.root, "sys/quotas/lease-count/toys").status()).isEqualTo(204);
        assertThat(it.read(it.root, "sys/quotas/lease-count/toys").status()).isEqualTo(404);
        assertThat(it.list(it.root, "sys/quotas/lease-count").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "many", "", "99999999999999999999"})
    void a_number_of_leases_that_is_none_is_refused(String most) {
        assertThat(it.write(it.root, "sys/quotas/lease-count/q", "max_leases", most).errors()).isEqualTo(List.of("'max_leases' is invalid"));
    }

    @Test
    void what_a_quota_cannot_be_about_is_refused() {
        assertThat(it.write(it.root, "sys/quotas/lease-count/q", "max_leases", 1, "path", "nothing/").errors()).isEqualTo(List.of("invalid mount path \"nothing\""));
        assertThat(it.write(it.root, "sys/quotas/lease-count/q", "max_leases", 1, "path", "toy/", "role", "x").status()).isEqualTo(400);
        quota("one", "path", "toy", "max_leases", 1);
        assertThat(it.write(it.root, "sys/quotas/lease-count/two", "max_leases", 1, "path", "toy/").errors()).isEqualTo(List.of("quota rule with similar properties exists under the name \"one\""));
    }

    // ---- what it lets in ----

    @ParameterizedTest
    @ValueSource(strings = {"toy/creds/x", "toy/made/x"})
    void a_mount_has_as_many_leases_as_its_quota_says(String path) {
        quota("toys", "path", "toy/", "max_leases", 2);
        assertThat(List.of(issue(path), issue(path), issue(path))).containsExactly(200, 200, 429);
        assertThat(it.read(job, path).errors()).isEqualTo(List.of("request path \"" + path + "\": lease count quota exceeded"));
        assertThat(counter("toys")).isEqualTo(2);
        if (path.contains("made")) assertThat(ToyEngine.ALIVE).as("refused before anything is made").hasSize(2);
        it.clock.advance(Duration.ofMinutes(11));
        it.server.runDue();
        assertThat(counter("toys")).isZero();
        assertThat(issue(path)).isEqualTo(200);
    }

    @Test
    void a_quota_that_comes_later_counts_what_there_is() {
        for (int i = 0; i < 5; i++) issue("toy/creds/x");
        quota("toys", "path", "toy/", "max_leases", 3);
        assertThat(counter("toys")).isEqualTo(5);
        assertThat(issue("toy/creds/x")).isEqualTo(429);
        quota("toys", "path", "toy/", "max_leases", 6);
        assertThat(issue("toy/creds/x")).isEqualTo(200);
    }

    @Test
    void the_most_specific_quota_alone_refuses() {
        quota("all", "max_leases", 1);
        quota("toys", "path", "toy/", "max_leases", 2);
        quota("creds", "path", "toy/creds/*", "max_leases", 3);
        quota("mine", "path", "toy/creds/mine", "max_leases", 1);
        assertThat(List.of(issue("toy/creds/mine"), issue("toy/creds/mine"))).containsExactly(200, 429);
        assertThat(List.of(issue("toy/creds/a"), issue("toy/creds/b"), issue("toy/creds/c"))).containsExactly(200, 200, 429);
        assertThat(issue("toy/made/a")).isEqualTo(429);
        assertThat(List.of(counter("toys"), counter("creds"), counter("mine"))).containsExactly(3L, 3L, 1L);
    }

    @Test
    void tokens_count_and_those_of_a_role_by_themselves() {
        quota("logins", "path", "auth/pin/", "max_leases", 3);
        assertThat(List.of(login(""), login(""), login(""), login(""))).containsExactly(200, 200, 200, 429);
        assertThat(counter("logins")).isEqualTo(3);
        quota("ada", "path", "auth/pin/", "role", "ada", "max_leases", 4);
        assertThat(counter("ada")).isEqualTo(3);
        assertThat(List.of(login(""), login(""))).containsExactly(200, 429);
        it.clock.advance(Duration.ofMinutes(11));
        it.server.runDue();
        assertThat(List.of(counter("logins"), counter("ada"))).containsExactly(0L, 0L);
    }

    @Test
    void a_role_that_is_no_name_is_not_kept_with_a_token() {
        assertThat(login("x".repeat(1024))).isEqualTo(200);
        assertThat(login("x".repeat(1025))).isEqualTo(400);
    }

    @Test
    void a_namespace_has_its_own() {
        it.write(it.root, "sys/namespaces/team");
        var team = it.in("team/");
        team.write(it.root, "sys/mounts/toy", "type", "toy");
        quota("team", "path", "team/", "max_leases", 1);
        assertThat(team.read(it.root, "toy/creds/x").status()).isEqualTo(200);
        it.clock.advance(Duration.ofMillis(5));
        assertThat(team.read(it.root, "toy/creds/x").errors()).isEqualTo(List.of("request path \"team/toy/creds/x\": lease count quota exceeded"));
        assertThat(issue("toy/creds/x")).isEqualTo(200);
        assertThat(it.delete(it.root, "sys/namespaces/team").status()).isIn(200, 202, 204);
        assertThat(it.read(it.root, "sys/quotas/lease-count/team").status()).isEqualTo(404);
    }

    @Test
    void a_quota_goes_with_its_mount() {
        quota("toys", "path", "toy/", "max_leases", 2);
        issue("toy/creds/x");
        it.delete(it.root, "sys/mounts/toy");
        assertThat(it.read(it.root, "sys/quotas/lease-count/toys").status()).isEqualTo(404);
    }

    @Test
    void many_at_once_on_two_servers_get_no_more_than_there_may_be() throws Exception {
        quota("toys", "path", "toy/", "max_leases", 10);
        var one = it.restartedOn(it.storage);
        var other = it.restartedOn(it.storage);
        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            var asks = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 40; i++) {
                var path = (i % 4 < 2 ? "toy/creds/r" : "toy/made/r") + i;
                var where = i % 2 == 0 ? one : other;
                asks.add(() -> where.read(job, path).status());
            }
            var statuses = new ArrayList<Integer>();
            for (var each : all.invokeAll(asks)) statuses.add(each.get());
            assertThat(statuses.stream().filter(status -> status == 200)).hasSize(10);
            assertThat(statuses.stream().filter(status -> status == 429)).hasSize(30);
        }
        assertThat(one.read(it.root, "sys/quotas/lease-count/toys").part("data")).containsEntry("counter", 10L);
    }
}
