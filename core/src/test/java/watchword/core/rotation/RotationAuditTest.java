package watchword.core.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.Server;
import watchword.core.TestServer;
import watchword.core.audit.AuditDevices;
import watchword.core.audit.chain.AuditVerify;
import watchword.core.audit.chain.CheckpointKey;
import watchword.core.json.Json;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.sys.ServerInfo;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** A rotation that nobody asked for is on record before and after, as a request is; and what cannot be recorded does not happen. */
class RotationAuditTest {
    private static final Secret ROOT = Secret.copyOf("root-token-of-the-test");
    private static final String FRONT = "\"path\":\"sys/rotations/house/doors/front/rotate\"";

    private final Map<String, Doors> made = new HashMap<>();
    private final TestClock clock = new TestClock();
    private Optional<Server> server = Optional.empty();

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void given_a_door_and_an_audit_file() {
        var info = new ServerInfo("1.0.0", "1.18.5", "test", "id", "memory", "http://127.0.0.1", clock.instant(), Duration.ofHours(1), Duration.ofHours(2));
        var file = new AuditDevices.Declared("main/", "file", "", Map.of("file_path", folder.resolve("main.log").toString()));
        var catalog = EngineCatalog.builder().engine("doors", (context, mount) -> made.computeIfAbsent(mount.path(), _ -> new Doors(context))).build();
        var started = new Server(new MemoryStorage(), new Server.Options(info, catalog, TestServer.seal(), Optional.empty(), List.of(file), UnaryOperator.identity()), new SecureRandom(), clock);
        server = Optional.of(started);
        started.initialize(TestServer.init(), Optional.of(ROOT));
        ask(Operation.WRITE, "sys/mounts/house", Map.of("type", "doors"));
        ask(Operation.WRITE, "house/doors/front", Map.of("period", "1h"));
    }

    @AfterEach
    void close() {
        server.ifPresent(Server::close);
    }

    private Map<?, ?> ask(Operation operation, String path, Map<String, Object> body) {
        var response = server.orElseThrow().serve(new Request("id", operation, new RequestPath(path), body, false, Optional.of(ROOT), Optional.empty(), Map.of(),
                new Peer("127.0.0.1", 1234, List.of())));
        return response.body().length == 0 ? Map.of() : (Map<?, ?>) Objects.requireNonNull(Json.parseTrusted(response.body()));
    }

    private Doors doors() {
        return Objects.requireNonNull(made.get("house/"));
    }

    private void after(Duration time) {
        clock.advance(time);
        server.orElseThrow().runDue();
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(folder.resolve("main.log")).stream().filter(line -> line.contains(FRONT)).toList();
    }

    @Test
    void an_attempt_and_its_outcome_are_on_record_as_of_nobody() throws IOException {
        after(Duration.ofHours(1));
        assertThat(lines()).hasSize(2);
        assertThat(lines().getFirst()).contains("\"type\":\"request\"", "\"operation\":\"update\"", "\"mount_point\":\"house/\"", "\"mount_type\":\"doors\"", "\"attempt\":1")
                .contains("\"auth\":{\"policy_results\":{\"allowed\":true}}").doesNotContain("remote_address", "client_token");
        assertThat(lines().getLast()).contains("\"type\":\"response\"").doesNotContain("\"error\"");
    }

    @Test
    void a_failure_is_on_record_too() throws IOException {
        doors().whenChanged = _ -> {
            throw Doors.stuck();
        };
        after(Duration.ofHours(1));
        assertThat(lines()).hasSize(2);
        assertThat(lines().getLast()).contains("\"error\":\"upstream failed\"").contains("hmac-sha256:");
        after(Duration.ofSeconds(30));
        assertThat(lines()).hasSize(4);
        assertThat(lines().get(2)).contains("\"attempt\":2");
    }

    @Test
    void the_chain_holds() throws IOException {
        after(Duration.ofHours(1));
        after(Duration.ofHours(1));
        var status = (Map<?, ?>) Objects.requireNonNull(ask(Operation.READ, "sys/audit-status", Map.of()).get("data"));
        var report = new AuditVerify(Optional.empty(), List.of(CheckpointKey.publicKey(String.valueOf(status.get("public_key"))))).verify(List.of(folder.resolve("main.log")));
        assertThat(report.findings()).isEmpty();
        assertThat(lines()).hasSize(4);
    }

    @Test
    void what_cannot_be_recorded_does_not_happen() throws IOException {
        Files.delete(folder.resolve("main.log"));
        Files.createDirectory(folder.resolve("main.log"));
        server.orElseThrow().reopenAuditFiles();
        after(Duration.ofHours(1));
        assertThat(doors().changes("front")).isZero();
        assertThat(ask(Operation.READ, "sys/mounts", Map.of()).toString()).contains("no device could record");
        Files.delete(folder.resolve("main.log"));
        server.orElseThrow().reopenAuditFiles();
        after(Duration.ofMinutes(1));
        assertThat(doors().changes("front")).isEqualTo(1);
    }
}
