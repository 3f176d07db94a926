package watchword.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.audit.AuditDevices;
import watchword.core.mount.EngineCatalog;
import watchword.core.sys.HostProcess;
import watchword.core.sys.ServerInfo;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.Reply;
import watchword.sdk.Revocable;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** Two servers on one store, neither of which keeps entries in memory: what one does holds for the other. */
class TwoServersTest {
    /** How often each key was revoked upstream. */
    private final Map<String, AtomicInteger> revoked = new ConcurrentHashMap<>();
    private final AtomicInteger issued = new AtomicInteger();

    @TempDir
    Path audits = Path.of("");

    private final TestClock clock = new TestClock();
    private final Storage storage = new MemoryStorage();
    private Optional<TestServer> first = Optional.empty();
    private Optional<TestServer> second = Optional.empty();

    /** Counts what it is asked to revoke. */
    private final class CountingEngine implements Engine, Revocable {
        record Wanted(@Doc("Name of the role.") String role) {}

        record Key(String key) {}

        @Override
        public String type() {
            return "counting";
        }

        @Override
        public String help() {
            return "Hands out keys with leases.";
        }

        @Override
        public List<Route<?, ?>> routes() {
            return List.of(Route.issue("creds/{role}", Wanted.class, Key.class, this::issue, "Get a key."));
        }

        private Reply<Key> issue(Call.Change<Wanted> call) {
            var key = call.input().role() + issued.incrementAndGet();
            return Reply.of(new Key(key)).until(new Reply.Term.Leased(Duration.ofMinutes(10), Duration.ofHours(1), true, new Reply.Revocation("key", Map.of("key", key))));
        }

        @Override
        public void revoke(Reply.Revocation revocation, Storage mountStorage) {
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos()); // what is behind an engine takes its time
            revoked.computeIfAbsent(revocation.handle().getOrDefault("key", ""), _ -> new AtomicInteger()).incrementAndGet();
        }
    }

    private Server server(String node) {
        var info = new ServerInfo("0", "1.18.5", "test", "id", "memory", "http://127.0.0.1", clock.instant(), Duration.ofHours(768), Duration.ofHours(768));
        var catalog = EngineCatalog.builder().engine("counting", (_, _) -> new CountingEngine()).build();
        var process = new HostProcess(Map.of(), () -> {}, audits, node);
        var main = new AuditDevices.Declared("main/", "file", "", Map.of("file_path", audits.resolve(node + ".log").toString()));
        return new Server(storage, new Server.Options(info, catalog, TestServer.seal(), Optional.of(audits), List.of(main), store -> store, process), new SecureRandom(), clock);
    }

    private void start() {
        var one = server("one");
        var root = one.initialize(TestServer.init(), Optional.empty()).first().reveal();
        first = Optional.of(TestServer.of(one, clock, root));
        second = Optional.of(TestServer.of(server("two"), clock, root));
    }

    @AfterEach
    void stop() {
        second.ifPresent(other -> other.server.seal());
        first.ifPresent(TestServer::close);
    }

    private TestServer one() {
        return first.orElseThrow();
    }

    private TestServer other() {
        return second.orElseThrow();
    }

    @Test
    void each_lease_is_ended_once_whoever_looks() throws Exception {
        start();
        assertThat(one().write(one().root, "sys/mounts/toy", "type", "counting").status()).isEqualTo(204);
        for (int i = 0; i < 200; i++) assertThat(one().read(one().root, "toy/creds/r").status()).isEqualTo(200);
        clock.advance(Duration.ofMinutes(11));
        together(() -> one().server.runDue(), () -> other().server.runDue());
        assertThat(revoked).hasSize(200).allSatisfy((_, times) -> assertThat(times).hasValue(1));
        assertThat(one().list(one().root, "sys/leases/lookup/toy/creds/r").status()).isEqualTo(404);
    }

    @Test
    void each_lease_is_revoked_once_when_several_ask() throws Exception {
        start();
        assertThat(one().write(one().root, "sys/mounts/toy", "type", "counting").status()).isEqualTo(204);
        for (int i = 0; i < 30; i++) {
            var lease = other().read(one().root, "toy/creds/r").leaseId();
            var work = new ArrayList<Runnable>();
            for (var each : List.of(one(), other(), one(), other())) {
                work.add(() -> assertThat(each.write(one().root, "sys/leases/revoke", "lease_id", lease, "sync", true).status()).isEqualTo(204));
            }
            together(work.toArray(Runnable[]::new));
        }
        assertThat(revoked).hasSize(30).allSatisfy((_, times) -> assertThat(times).hasValue(1));
    }

    /** Numbers 47 and 77 of the vulnerability list. */
    @Test
    void who_is_disabled_or_leaves_a_group_on_one_is_refused_by_the_other_at_once() {
        start();
        var root = one().root;
        one().policy("team", "path \"sys/mounts\" { capabilities = [\"read\"] }");
        one().write(root, "auth/token/roles/r", "allowed_policies", "default", "allowed_entity_aliases", "*");
        var token = one().write(root, "auth/token/create/r", "entity_alias", "ada").token();
        var entity = other().read(token, "auth/token/lookup-self").data("entity_id");
        one().write(root, "identity/group/name/team", "policies", "team", "member_entity_ids", List.of(entity));
        assertThat(other().read(token, "sys/mounts").status()).isEqualTo(200);
        one().write(root, "identity/group/name/team", "member_entity_ids", List.of());
        assertThat(other().read(token, "sys/mounts").status()).isEqualTo(403);
        assertThat(other().read(token, "auth/token/lookup-self").status()).isEqualTo(200);
        one().write(root, "identity/entity/id/" + entity, "disabled", true);
        assertThat(other().read(token, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    private static void together(Runnable... work) throws Exception {
        var ready = new CountDownLatch(work.length);
        var running = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var each : work) {
                running.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    each.run();
                    return true;
                }));
            }
        }
        for (var each : running) each.get();
    }

    @Test
    void an_audit_device_and_a_header_of_one_are_the_others_too() {
        start();
        var file = audits.resolve("more.log").toString();
        assertThat(one().write(one().root, "sys/audit/more", "type", "file", "options", Map.of("file_path", file)).status()).isEqualTo(204);
        assertThat(one().write(one().root, "sys/config/auditing/request-headers/x-team", "hmac", false).status()).isEqualTo(204);
        awaiting(() -> other().read(one().root, "sys/audit").body().toString().contains("more/"));
        awaiting(() -> other().read(one().root, "sys/config/auditing/request-headers/x-team").status() == 200);
        assertThat(other().delete(one().root, "sys/audit/more").status()).isEqualTo(204);
        awaiting(() -> !one().read(one().root, "sys/audit").body().toString().contains("more/"));
    }

    /** The servers look every second, by themselves. */
    private static void awaiting(BooleanSupplier found) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!found.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within 20 s").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void who_opened_the_store_before_it_was_replaced_writes_nothing_into_it() {
        start();
        var root = one().root;
        assertThat(one().write(root, "sys/policies/acl/before", "policy", "path \"x\" { capabilities = [\"read\"] }").status()).isEqualTo(204);
        storage.update(tx -> tx.put("barrier/generation", new byte[] {1}));
        var refused = other().write(root, "sys/policies/acl/after", "policy", "path \"x\" { capabilities = [\"read\"] }");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.errors().toString()).contains("backup");
        // Each notices within a second, and opens anew.
        awaiting(() -> other().write(root, "sys/policies/acl/after", "policy", "path \"x\" { capabilities = [\"read\"] }").status() == 204);
        awaiting(() -> one().read(root, "sys/policies/acl/after").status() == 200);
        assertThat(one().read(root, "sys/policies/acl/before").status()).isEqualTo(200);
    }

    @Test
    void a_server_that_somebody_sealed_stays_sealed_and_one_that_nobody_did_opens() {
        var waiting = server("two");
        try (waiting) {
            var one = server("one");
            var root = one.initialize(TestServer.init(), Optional.empty()).first().reveal();
            first = Optional.of(TestServer.of(one, clock, root));
            assertThat(waiting.isSealed()).isTrue();
            assertThat(waiting.tryToOpen()).isFalse();
            assertThat(waiting.isSealed()).isFalse();
            waiting.keepSealed();
            assertThat(waiting.tryToOpen()).isFalse();
            assertThat(waiting.isSealed()).isTrue();
            assertThatThrownBy(() -> waiting.initialize(TestServer.init(), Optional.empty())).hasMessageContaining("already initialized");
        }
    }
}
