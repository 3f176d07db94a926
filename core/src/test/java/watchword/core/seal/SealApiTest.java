package watchword.core.seal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.Server;
import watchword.core.audit.AuditDevices;
import watchword.core.barrier.Barrier;
import watchword.core.barrier.KeyRoutes;
import watchword.core.barrier.RollbackGuard;
import watchword.core.json.Json;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.sys.ServerInfo;
import watchword.crypto.LockedKey;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.storage.CachedStorage;
import watchword.storage.SqliteStorage;

/** The seal as clients see it, on the real store with its cache. */
class SealApiTest {
    @TempDir Path folder;
    private final SealFixture f = new SealFixture();
    private Path auditFile;
    private Server server;
    private String token = "";
    private List<String> keys = List.of();

    @BeforeEach
    void initialize() throws IOException {
        auditFile = folder.resolve("audit.log");
        server = start();
        var made = call(Operation.WRITE, "sys/init", "", Map.of("secret_shares", 3L, "secret_threshold", 2L)).body;
        token = text(made, "root_token");
        keys = texts(made, "keys");
    }

    private Server start() throws IOException {
        var info = new ServerInfo("0.1.0", "1.18.5", "cluster", "id", "sqlite", "http://127.0.0.1", f.clock.instant(), Duration.ofHours(1), Duration.ofHours(2));
        var audits = List.of(new AuditDevices.Declared("file/", "file", "", Map.of("file_path", auditFile.toString())));
        var seal = new Seal.Options(Optional.empty(), Optional.empty(), RollbackGuard.by(folder.resolve("epoch")));
        var options = new Server.Options(info, EngineCatalog.builder().build(), seal, Optional.of(folder), audits, store -> new CachedStorage(store, 1 << 20));
        return new Server(SqliteStorage.open(folder.resolve("w.db")), options, f.random, f.clock);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private record Answer(int status, Map<String, Object> body) {}

    @SuppressWarnings("unchecked")
    private Answer call(Operation operation, String path, String by, Map<String, Object> body) {
        var request = new Request(UUID.randomUUID().toString(), operation, new RequestPath(path), body, false,
                by.isEmpty() ? Optional.empty() : Optional.of(Secret.copyOf(by)), Optional.empty(), Map.of(), new Peer("127.0.0.1", 1234, List.of()));
        var response = server.serve(request);
        return new Answer(response.status(), response.body().length > 0 && Json.parseTrusted(response.body()) instanceof Map<?, ?> answer ? (Map<String, Object>) answer : Map.of());
    }

    private Answer write(String path, Map<String, Object> body) {
        return call(Operation.WRITE, path, token, body);
    }

    private Answer read(String path) {
        return call(Operation.READ, path, token, Map.of());
    }

    private static String text(Map<String, Object> body, String field) {
        return String.valueOf(body.get(field));
    }

    @SuppressWarnings("unchecked")
    private static List<String> texts(Map<String, Object> body, String field) {
        return (List<String>) body.getOrDefault(field, List.of());
    }

    private void unseal() {
        for (var key : keys.subList(0, 2)) call(Operation.WRITE, "sys/unseal", "", Map.of("key", key));
        assertThat(text(read("sys/seal-status").body, "sealed")).isEqualTo("false");
    }

    @Test
    void sealed_it_answers_503_and_unsealed_it_works_again() {
        assertThat(write("sys/rotate", Map.of()).status).isEqualTo(503);
        unseal();
        assertThat(write("sys/rotate", Map.of()).status).isEqualTo(204);
        assertThat(read("sys/key-status").body).containsEntry("term", 2L);

        assertThat(write("sys/seal", Map.of()).status).isEqualTo(204);
        assertThat(read("sys/key-status")).isEqualTo(new Answer(503, Map.of("errors", List.of("Vault is sealed"))));
        unseal();
        assertThat(read("sys/key-status").body).containsEntry("term", 2L);
    }

    @Test
    void shares_are_replaced_and_the_root_token_goes_on() {
        unseal();
        var nonce = text(write("sys/rekey/init", Map.of("secret_shares", 1L, "secret_threshold", 1L)).body, "nonce");
        write("sys/rekey/update", Map.of("key", keys.get(2), "nonce", nonce));
        var last = write("sys/rekey/update", Map.of("key", keys.get(0), "nonce", nonce));
        assertThat(last.body).containsEntry("complete", true);
        write("sys/seal", Map.of());

        var opened = call(Operation.WRITE, "sys/unseal", "", Map.of("key", texts(last.body, "keys_base64").getFirst()));

        assertThat(opened.body).containsEntry("sealed", false).containsEntry("n", 1L);
        assertThat(read("sys/key-status").status).isEqualTo(200);
    }

    @Test
    void the_store_and_the_server_stop_and_start_and_nothing_is_lost() throws IOException {
        unseal();
        write("sys/rotate/config", Map.of("max_operations", 2_000_000_000L, "interval", "4320h"));
        server.close();

        server = start();
        unseal();

        assertThat(read("sys/rotate/config").body.get("data")).isEqualTo(Map.of("max_operations", 2_000_000_000L, "interval", "4320h0m0s", "enabled", true));
        assertThat(write("sys/rotate/config", Map.of("max_operations", 5L)).body).containsEntry("errors", List.of("max_operations must be between 1000000 and 3865470566"));
        assertThat(write("sys/rotate/config", Map.of("interval", "1h")).status).isEqualTo(400);
    }

    private static List<Route<?, ?>> routes(Seal seal, Barrier barrier) {
        var all = new ArrayList<Route<?, ?>>(new SealRoutes(seal, () -> {}, () -> Secret.copyOf("")).routes());
        all.addAll(new KeyRoutes(barrier).routes());
        return all;
    }

    @TestFactory
    Stream<DynamicTest> nobody_without_a_token_reaches_a_route_of_the_seal_and_the_attempt_is_on_record() {
        var barrier = Barrier.create(f.store, LockedKey.generate(f.random, 32), f.random, f.clock);
        return routes(f.shamir(), barrier).stream().map(route -> DynamicTest.dynamicTest(route.operation() + " " + route.path(), () -> {
            if (server.isSealed()) unseal();
            long before = lines();
            var answer = call(route.operation(), "sys/" + route.path(), "", Map.of("key", keys.getFirst(), "secret_shares", 1L, "secret_threshold", 1L));

            assertThat(answer).isEqualTo(new Answer(403, Map.of("errors", List.of("permission denied"))));
            assertThat(lines()).isGreaterThan(before);
            assertThat(read("sys/rekey/init").body).containsEntry("started", false);
            assertThat(read("sys/generate-root/attempt").body).containsEntry("started", false);
        }));
    }

    private long lines() throws IOException {
        try (var lines = Files.lines(auditFile, StandardCharsets.UTF_8)) {
            return lines.count();
        }
    }

    @Test
    void what_holds_a_slot_or_changes_keys_at_once_needs_sudo() {
        var barrier = Barrier.create(f.store, LockedKey.generate(f.random, 32), f.random, f.clock);
        assertThat(routes(f.shamir(), barrier)).filteredOn(route -> !route.is(Trait.SUDO)).allSatisfy(route ->
                assertThat(route.operation() == Operation.READ || route.path().text().endsWith("update") || route.path().text().endsWith("verify")).isTrue());
    }

    @Test
    void no_share_and_no_password_is_in_the_audit_log_in_clear() throws IOException {
        unseal();
        var started = write("sys/generate-root/attempt", Map.of()).body;
        write("sys/generate-root/update", Map.of("key", keys.get(1), "nonce", text(started, "nonce")));
        var rekeyed = text(write("sys/rekey/init", Map.of("secret_shares", 1L, "secret_threshold", 1L)).body, "nonce");
        write("sys/rekey/update", Map.of("key", keys.get(1), "nonce", rekeyed));
        var fresh = write("sys/rekey/update", Map.of("key", keys.get(0), "nonce", rekeyed));

        var log = Files.readString(auditFile);

        assertThat(log).contains("sys/rekey/update");
        assertThat(Stream.of(keys.stream(), texts(fresh.body, "keys").stream(), texts(fresh.body, "keys_base64").stream(), Stream.of(text(started, "otp"), token))
                .flatMap(each -> each)).hasSize(7).noneMatch(log::contains);
    }
}
