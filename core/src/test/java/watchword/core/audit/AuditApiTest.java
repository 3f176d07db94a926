package watchword.core.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.Server;
import watchword.core.TestServer;
import watchword.core.audit.chain.AuditVerify;
import watchword.core.audit.chain.ChainHead;
import watchword.core.audit.chain.CheckpointKey;
import watchword.core.json.Json;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.request.Response;
import watchword.core.sys.ServerInfo;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** The audit as a client of the server sees it, over a whole server without a socket. */
class AuditApiTest {
    private static final Secret ROOT = Secret.copyOf("canary-root-token-of-the-test");

    private final TestClock clock = new TestClock();
    private final MemoryStorage storage = new MemoryStorage();

    @TempDir
    private Path folder = Path.of("");

    private Optional<Server> server = Optional.empty();

    @AfterEach
    void close() {
        server.ifPresent(Server::close);
    }

    private void start(Optional<Path> apiFolder, AuditDevices.Declared... declared) {
        var info = new ServerInfo("1.0.0", "1.18.5", "test", "id", "memory", "http://127.0.0.1", clock.instant(), Duration.ofHours(1), Duration.ofHours(2));
        var options = new Server.Options(info, EngineCatalog.builder().build(), TestServer.seal(), apiFolder, List.of(declared), UnaryOperator.identity());
        var started = new Server(storage, options, new SecureRandom(), clock);
        server = Optional.of(started);
        if (!started.isInitialized()) started.initialize(TestServer.init(), Optional.of(ROOT));
        assertThat(started.isSealed()).isFalse();
    }

    /** Sealed, since a store in memory does not survive being closed. */
    private void stop() {
        server.orElseThrow().seal();
    }

    private void restart(Optional<Path> apiFolder, AuditDevices.Declared... declared) {
        stop();
        start(apiFolder, declared);
    }

    private AuditDevices.Declared declaredFile() {
        return new AuditDevices.Declared("main/", "file", "the one", Map.of("file_path", folder.resolve("main.log").toString()));
    }

    private Response ask(Operation operation, String path, Map<String, Object> body) {
        return ask(operation, path, body, Map.of());
    }

    private Response ask(Operation operation, String path, Map<String, Object> body, Map<String, List<String>> headers) {
        return ask(ROOT, operation, path, body, headers);
    }

    private Response ask(Secret token, Operation operation, String path, Map<String, Object> body, Map<String, List<String>> headers) {
        return server.orElseThrow().serve(new Request("id-" + path, operation, new RequestPath(path), body, false, Optional.of(token), Optional.empty(), headers,
                new Peer("127.0.0.1", 1234, List.of())));
    }

    @SuppressWarnings("unchecked") // an answer is an object
    private static Map<String, Object> body(Response response) {
        return (Map<String, Object>) java.util.Objects.requireNonNull(Json.parseTrusted(response.body()));
    }

    private static String text(Response response) {
        return response.status() + " " + new String(response.body(), StandardCharsets.UTF_8);
    }

    private Map<String, Object> file(String path) {
        return Map.of("type", "file", "description", "d", "options", Map.of("file_path", path));
    }

    private List<String> lines(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name));
    }

    private Map<?, ?> status() {
        return (Map<?, ?>) java.util.Objects.requireNonNull(body(ask(Operation.READ, "sys/audit-status", Map.of())).get("data"));
    }

    private AuditVerify.Report verify(Path... files) throws IOException {
        var key = CheckpointKey.publicKey(String.valueOf(status().get("public_key")));
        return new AuditVerify(Optional.empty(), List.of(key)).verify(List.of(files));
    }

    // ---- why a request was allowed or refused ----

    @Test
    void each_line_names_the_rule_that_decided_and_the_policies_that_gave() throws IOException {
        start(Optional.empty(), declaredFile());
        var rules = "path \"sys/mounts\" { capabilities = [\"read\"] } path \"sys/auth*\" { capabilities = [\"deny\"] }";
        assertThat(ask(Operation.WRITE, "sys/policies/acl/looker", Map.of("policy", rules)).status()).isEqualTo(204);
        assertThat(ask(Operation.WRITE, "auth/token/create", Map.of("id", "looker-token", "policies", List.of("looker"), "no_default_policy", true)).status()).isEqualTo(200);
        var looker = Secret.copyOf("looker-token");
        assertThat(ask(looker, Operation.READ, "sys/mounts", Map.of(), Map.of()).status()).isEqualTo(200);
        assertThat(ask(looker, Operation.READ, "sys/auth", Map.of(), Map.of()).status()).isEqualTo(403);
        assertThat(ask(looker, Operation.READ, "secret/data/x", Map.of(), Map.of()).status()).isEqualTo(403);
        var granted = "\"policy_results\":{\"allowed\":true,\"rule\":\"sys/mounts\",\"granting_policies\":[{\"name\":\"looker\",\"namespace_id\":\"root\",\"type\":\"acl\"}]}";
        assertThat(lines("main.log")).filteredOn(line -> line.contains("\"path\":\"sys/mounts\"")).hasSize(2).allMatch(line -> line.contains(granted));
        assertThat(lines("main.log")).filteredOn(line -> line.contains("\"path\":\"sys/auth\"")).hasSize(2)
                .allMatch(line -> line.contains("\"policy_results\":{\"allowed\":false,\"rule\":\"sys/auth*\"}"));
        assertThat(lines("main.log")).filteredOn(line -> line.contains("\"path\":\"secret/data/x\"")).hasSize(2)
                .allMatch(line -> line.contains("\"policy_results\":{\"allowed\":false}"));
    }

    // ---- devices over the API ----

    @Test
    void a_device_is_enabled_listed_and_disabled() throws IOException {
        start(Optional.of(folder));
        assertThat(ask(Operation.WRITE, "sys/audit/team/a", file("a.log")).status()).isEqualTo(204);
        var told = Map.of("description", "d", "local", false, "options", Map.of("file_path", "a.log"), "path", "team/a/", "type", "file");
        assertThat(body(ask(Operation.READ, "sys/audit", Map.of()))).containsEntry("team/a/", told).containsEntry("data", Map.of("team/a/", told));
        assertThat(body(ask(Operation.READ, "sys/audit/team/a", Map.of()))).containsEntry("data", told);
        assertThat(lines("a.log")).anyMatch(line -> line.contains("\"path\":\"sys/audit/team/a\""));
        assertThat(ask(Operation.DELETE, "sys/audit/team/a", Map.of()).status()).isEqualTo(204);
        assertThat(ask(Operation.DELETE, "sys/audit/team/a", Map.of()).status()).isEqualTo(204);
        assertThat(ask(Operation.READ, "sys/audit/team/a", Map.of()).status()).isEqualTo(404);
        assertThat(lines("a.log").getLast()).contains("\"type\":\"checkpoint\"");
    }

    @Test
    void wrong_descriptions_are_refused_in_the_fields_words() {
        start(Optional.of(folder));
        assertThat(ask(Operation.WRITE, "sys/audit/x", file("x.log")).status()).isEqualTo(204);
        var wrong = new HashMap<Map<String, Object>, String>();
        wrong.put(Map.of("type", "nothing"), "unknown backend type: \\\"nothing\\\"");
        wrong.put(Map.of(), "unknown backend type: \\\"\\\"");
        wrong.put(Map.of("type", "file"), "file_path is required");
        wrong.put(withOption("format", "jsonx"), "unknown format type \\\"jsonx\\\"");
        wrong.put(withOption("prefix", "@cee: "), "prefix: not supported");
        wrong.put(withOption("log_raw", "maybe"), "strconv.ParseBool: parsing \\\"maybe\\\"");
        wrong.put(withOption("mode", "0777"), "mode: only the owner");
        wrong.put(withOption("mode", "04600"), "mode: only the owner");
        wrong.put(withOption("mode", "rw"), "strconv.ParseUint");
        wrong.put(withOption("filter", "secret == 1"), "filter: there is no \\\"secret\\\"");
        wrong.put(withOption("exclude", "{}"), "exclude: must be a JSON array");
        wrong.put(Map.of("type", "socket", "options", Map.of("address", "127.0.0.1:9")), "cannot be enabled over the API");
        wrong.put(Map.of("type", "http", "options", Map.of("uri", "http://127.0.0.1:9")), "cannot be enabled over the API");
        wrong.put(Map.of("type", "syslog", "options", Map.of("address", "127.0.0.1:9")), "cannot be enabled over the API");
        wrong.put(Map.of("type", "syslog", "options", Map.of("facility", "NONE")), "invalid syslog facility: NONE");
        wrong.forEach((body, why) -> assertThat(text(ask(Operation.WRITE, "sys/audit/y", body))).as(body.toString()).startsWith("400 ").contains(why));
        assertThat(text(ask(Operation.WRITE, "sys/audit/x", file("z.log")))).contains("path already in use");
        assertThat(text(ask(Operation.WRITE, "sys/audit/x/y", file("z.log")))).contains("path already in use");
        assertThat(folder.resolve("z.log")).doesNotExist();
        assertThat(text(ask(Operation.WRITE, "sys/audit/warned", withOption("hmac_acessor", "false")))).contains("unrecognized options: [hmac_acessor]");
    }

    private static Map<String, Object> withOption(String name, String value) {
        return Map.of("type", "file", "options", Map.of("file_path", "y.log", name, value));
    }

    @Test
    void a_file_made_over_the_api_cannot_leave_its_folder() throws IOException {
        var inside = Files.createDirectories(folder.resolve("inside"));
        Files.createSymbolicLink(inside.resolve("out"), Files.createDirectories(folder.resolve("outside")));
        start(Optional.of(inside));
        for (var path : List.of("/etc/cron.d/x", "../outside/x.log", folder.resolve("outside/x.log").toString(), "out/x.log", ".", "a/../../outside/x.log")) {
            assertThat(text(ask(Operation.WRITE, "sys/audit/x", file(path)))).as(path).startsWith("400 ").contains("only below the folder");
        }
        assertThat(folder.resolve("outside")).isEmptyDirectory();
        assertThat(ask(Operation.WRITE, "sys/audit/x", file(inside.resolve("deep/er/x.log").toString())).status()).isEqualTo(204);
        assertThat(text(ask(Operation.WRITE, "sys/audit/y", file(inside.resolve("deep/er/x.log").toString())))).contains("audit device cannot be used: another device writes the file");
    }

    @Test
    void without_a_folder_no_device_is_made_over_the_api() {
        start(Optional.empty());
        for (var body : List.of(file("/tmp/x.log"), file("stdout"), file("discard"), Map.<String, Object>of("type", "syslog"))) {
            assertThat(text(ask(Operation.WRITE, "sys/audit/x", body))).startsWith("400 ")
                    .contains("cannot enable audit device via API; use declarative, config-based audit device management instead (the server's audit_file_folder allows files)");
        }
    }

    @Test
    void devices_and_their_chains_survive_a_restart() throws IOException {
        start(Optional.of(folder));
        assertThat(ask(Operation.WRITE, "sys/audit/x", file("x.log")).status()).isEqualTo(204);
        var hash = ask(Operation.WRITE, "sys/audit-hash/x", Map.of("input", "canary"));
        restart(Optional.of(folder));
        assertThat(body(ask(Operation.READ, "sys/audit", Map.of()))).containsKey("x/");
        assertThat(body(ask(Operation.WRITE, "sys/audit-hash/x", Map.of("input", "canary"))).get("hash")).isEqualTo(body(hash).get("hash"));
        var report = verify(folder.resolve("x.log"));
        assertThat(report.findings()).isEmpty();
        assertThat(report.checkpoints()).isEqualTo(1);
        assertThat(String.join("", lines("x.log"))).doesNotContain("canary");
    }

    @Test
    void a_hash_finds_a_value_in_the_log() throws IOException {
        start(Optional.empty(), declaredFile());
        ask(Operation.WRITE, "sys/tools/hash", Map.of("input", "canary-value"));
        var hash = body(ask(Operation.WRITE, "sys/audit-hash/main", Map.of("input", "canary-value"))).get("hash");
        assertThat(lines("main.log")).anyMatch(line -> line.contains("\"path\":\"sys/tools/hash\"") && line.contains("\"input\":\"" + hash + "\""));
        assertThat(text(ask(Operation.WRITE, "sys/audit-hash/main", Map.of()))).isEqualTo("400 {\"errors\":[\"the \\\"input\\\" parameter is empty\"]}");
        assertThat(text(ask(Operation.WRITE, "sys/audit-hash/none", Map.of("input", "x")))).isEqualTo("400 {\"errors\":[\"unknown audit backend \\\"none/\\\"\"]}");
    }

    // ---- declared devices ----

    @Test
    void a_declared_device_is_there_from_the_start_and_the_api_cannot_end_it() {
        start(Optional.of(folder), declaredFile());
        assertThat(body(ask(Operation.READ, "sys/audit", Map.of()))).containsKey("main/");
        assertThat(text(ask(Operation.DELETE, "sys/audit/main", Map.of()))).startsWith("400 ").contains("declares");
        assertThat(text(ask(Operation.WRITE, "sys/audit/main", file("x.log")))).contains("path already in use");
    }

    @Test
    void a_declared_device_that_cannot_write_stops_everything_until_it_can() throws IOException {
        var blocker = Files.createFile(folder.resolve("not-a-folder"));
        start(Optional.empty(), new AuditDevices.Declared("main/", "file", "", Map.of("file_path", blocker.resolve("a.log").toString())));
        var refused = ask(Operation.READ, "sys/mounts", Map.of());
        assertThat(text(refused)).startsWith("503 ").contains("\\\"main/\\\"").doesNotContain(folder.toString());
        Files.delete(blocker);
        Wait.until("it can write", () -> ask(Operation.READ, "sys/mounts", Map.of()).status() == 200);
    }

    @Test
    void a_moved_file_is_begun_anew_on_request_and_the_chain_goes_on() throws IOException {
        start(Optional.empty(), declaredFile());
        ask(Operation.READ, "sys/mounts", Map.of());
        Files.move(folder.resolve("main.log"), folder.resolve("main.log.1"));
        server.orElseThrow().reopenAuditFiles();
        Wait.until("there is a new file", () -> Files.exists(folder.resolve("main.log")));
        ask(Operation.READ, "sys/auth", Map.of());
        assertThat(lines("main.log").getLast()).contains("sys/auth");
        assertThat(verify(folder.resolve("main.log"), folder.resolve("main.log.1")).findings()).isEmpty();
        assertThat(lines("main.log.1").getLast()).contains("\"type\":\"checkpoint\"");
        assertThat(lines("main.log").getFirst()).contains("\"mark\":\"reopened\"");
    }

    @Test
    void a_deleted_file_is_noticed_and_the_record_says_so() throws IOException {
        start(Optional.empty(), declaredFile());
        ask(Operation.READ, "sys/mounts", Map.of());
        var before = lines("main.log");
        Files.delete(folder.resolve("main.log"));
        Wait.until("there is a new file", () -> Files.exists(folder.resolve("main.log")));
        ask(Operation.READ, "sys/auth", Map.of());
        assertThat(lines("main.log").getFirst()).contains("\"mark\":\"replaced\"").contains("\"seq\":" + (before.size() + 1) + ",");
        assertThat(lines("main.log").getLast()).contains("sys/auth");
    }

    @Test
    void a_log_that_was_cut_while_the_server_was_down_is_found_out() throws IOException {
        start(Optional.empty(), declaredFile());
        for (int i = 0; i < 5; i++) ask(Operation.READ, "sys/mounts", Map.of());
        stop();
        var all = lines("main.log");
        Files.write(folder.resolve("main.log"), all.subList(0, all.size() - 3));
        start(Optional.empty(), declaredFile());
        var report = verify(folder.resolve("main.log"));
        assertThat(report.isIntact()).isFalse();
        assertThat(report.findings()).extracting(finding -> finding.what()).anyMatch(what -> what.contains("are missing before this one"))
                .anyMatch(what -> what.contains("earlier than it remembered"));
    }

    @Test
    void a_file_that_was_moved_away_while_the_server_was_down_is_no_break() throws IOException {
        start(Optional.empty(), declaredFile());
        ask(Operation.READ, "sys/mounts", Map.of());
        stop();
        Files.move(folder.resolve("main.log"), folder.resolve("main.log.1"));
        start(Optional.empty(), declaredFile());
        ask(Operation.READ, "sys/auth", Map.of());
        assertThat(verify(folder.resolve("main.log"), folder.resolve("main.log.1")).findings()).isEmpty();
    }

    @Test
    void what_a_crash_left_is_closed_by_a_mark() throws IOException {
        start(Optional.empty(), declaredFile());
        ask(Operation.READ, "sys/mounts", Map.of());
        stop();
        Files.writeString(folder.resolve("main.log"), "{\"time\":\"2030-01-01T00:", java.nio.file.StandardOpenOption.APPEND);
        start(Optional.empty(), declaredFile());
        var report = verify(folder.resolve("main.log"));
        assertThat(report.isIntact()).isTrue();
        assertThat(report.findings()).singleElement().asString().endsWith("a crash left 23 bytes of an unfinished write before this line");
    }

    // ---- status and headers ----

    @Test
    void the_status_tells_how_devices_are_and_where_their_chains_stand() throws IOException {
        start(Optional.empty(), declaredFile());
        var device = (Map<?, ?>) java.util.Objects.requireNonNull(((Map<?, ?>) java.util.Objects.requireNonNull(status().get("devices"))).get("main/"));
        assertThat(device.get("state")).isEqualTo("ok");
        var head = ChainHead.parse(String.valueOf(device.get("head")));
        assertThat(lines("main.log")).filteredOn(line -> line.contains("\"seq\":" + (head.seq() + 1) + ",")).singleElement().asString()
                .as("what was written next, the answer at the latest").endsWith("\"prev\":\"" + head.hash() + "\"}");
    }

    @Test
    void headers_go_on_record_when_configured() throws IOException {
        start(Optional.empty(), declaredFile());
        var sent = Map.of("x-request-id", List.of("plain-id"), "user-agent", List.of("canary-agent"), "authorization", List.of("canary-bearer"), "x-other", List.of("canary-other"));
        assertThat(ask(Operation.WRITE, "sys/config/auditing/request-headers/X-Request-Id", Map.of("hmac", false)).status()).isEqualTo(204);
        assertThat(ask(Operation.WRITE, "sys/config/auditing/request-headers/User-Agent", Map.of()).status()).isEqualTo(204);
        assertThat(ask(Operation.WRITE, "sys/config/auditing/request-headers/Authorization", Map.of("hmac", "false")).status()).isEqualTo(204);
        restart(Optional.empty(), declaredFile());
        assertThat(body(ask(Operation.READ, "sys/config/auditing/request-headers", Map.of()))).containsEntry("headers",
                Map.of("x-request-id", Map.of("hmac", false), "user-agent", Map.of("hmac", true), "authorization", Map.of("hmac", false)));
        assertThat(body(ask(Operation.READ, "sys/config/auditing/request-headers/X-Request-Id", Map.of()))).containsEntry("X-Request-Id", Map.of("hmac", false));
        ask(Operation.READ, "sys/mounts", Map.of(), sent);
        var line = lines("main.log").getLast();
        assertThat(line).contains("\"x-request-id\":[\"plain-id\"]").contains("\"user-agent\":[\"hmac-sha256:").contains("\"authorization\":[\"hmac-sha256:").doesNotContain("canary")
                .doesNotContain("x-other");
        assertThat(ask(Operation.DELETE, "sys/config/auditing/request-headers/x-request-id", Map.of()).status()).isEqualTo(204);
        assertThat(text(ask(Operation.READ, "sys/config/auditing/request-headers/X-Request-Id", Map.of()))).isEqualTo("400 {\"errors\":[\"Could not find header in config\"]}");
    }

    @Test
    void the_request_that_seals_is_on_record_and_answered() throws IOException {
        start(Optional.empty(), declaredFile());
        assertThat(ask(Operation.WRITE, "sys/seal", Map.of()).status()).isEqualTo(204);
        assertThat(lines("main.log")).anyMatch(line -> line.contains("\"path\":\"sys/seal\""));
        assertThat(lines("main.log").getLast()).contains("\"type\":\"checkpoint\"");
    }
}
