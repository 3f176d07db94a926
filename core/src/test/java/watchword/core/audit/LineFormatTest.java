package watchword.core.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import watchword.core.audit.filter.Exclusions;
import watchword.core.audit.line.LineOptions;
import watchword.core.json.Json;
import watchword.core.namespace.Namespace;
import watchword.core.policy.Decision;
import watchword.core.request.Answer;
import watchword.core.request.RequestPath;
import watchword.sdk.JsonNumber;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.testkit.Property;

class LineFormatTest {
    private static final LineOptions RAW = new LineOptions(true, true, false, Exclusions.NONE);

    private static LineFormat format(LineOptions options, AuditedHeaders headers) {
        return new LineFormat(Entries.SALT, options, () -> headers);
    }

    private static final LineFormat PLAIN = format(LineOptions.DEFAULT, AuditedHeaders.NONE);

    private static String line(LineFormat format, AuditEntry entry) {
        return new String(format.open(entry), StandardCharsets.UTF_8) + "}";
    }

    private static String line(AuditEntry entry) {
        return line(PLAIN, entry);
    }

    private static String hash(String value) {
        return PLAIN.hash(value);
    }

    @SuppressWarnings("unchecked") // a line is an object
    private static Map<String, Object> tree(String line) {
        return (Map<String, Object>) java.util.Objects.requireNonNull(Json.parseTrusted(line.getBytes(StandardCharsets.UTF_8)));
    }

    private static Object at(Map<String, Object> tree, String... names) {
        Object value = tree;
        for (var name : names) value = java.util.Objects.requireNonNull(((Map<?, ?>) value).get(name), name);
        return value;
    }

    // ---- golden ----

    @Test
    void a_request_is_recorded_as_the_field_does() {
        assertThat(line(Entries.wrote(Entries.map("password", "canary-password", "port", 5432L, "tls", true, "note", null))))
                .isEqualTo("{\"time\":\"2030-01-01T00:00:00.500000000Z\",\"type\":\"request\",\"auth\":{"
                        + "\"client_token\":\"" + hash("canary-token") + "\",\"accessor\":\"" + hash("canary-accessor") + "\",\"display_name\":\"jwt-trainer\","
                        + "\"policies\":[\"default\",\"trainer\"],\"token_policies\":[\"trainer\"],\"identity_policies\":[\"team-a\"],\"metadata\":{\"job\":\"train-7\"},"
                        + "\"num_uses\":5,\"remaining_uses\":3,\"entity_id\":\"entity-1\",\"token_type\":\"service\",\"token_ttl\":3600,"
                        + "\"token_issue_time\":\"2029-12-31T23:59:00Z\",\"policy_results\":{\"allowed\":true,\"rule\":\"secret/data/*\",\"granting_policies\":[{\"name\":\"train\",\"namespace_id\":\"root\",\"type\":\"acl\"}]}},"
                        + "\"request\":{\"id\":\"req-1\",\"client_id\":\"entity-1\",\"operation\":\"update\",\"mount_point\":\"secret/\",\"mount_type\":\"kv\","
                        + "\"mount_accessor\":\"kv_1234abcd\",\"mount_class\":\"secret\",\"client_token\":\"" + hash("canary-token") + "\","
                        + "\"client_token_accessor\":\"" + hash("canary-accessor") + "\",\"namespace\":{\"id\":\"root\"},\"path\":\"secret/data/db\","
                        + "\"data\":{\"password\":\"" + hash("canary-password") + "\",\"port\":5432,\"tls\":true,\"note\":null},"
                        + "\"remote_address\":\"10.0.0.7\",\"remote_port\":40001}}");
    }

    @Test
    void the_hash_is_the_hmac_of_the_value_under_the_salt() {
        // printf %s my-secret | openssl dgst -sha256 -hmac salt-for-tests
        assertThat(hash("my-secret")).isEqualTo("hmac-sha256:e0cb6ad4d1a94f1a1a2940c57f98e7d67b5461879052820cde013995df2cac33");
        assertThat(hash("pässwörd-€-𝄞")).isEqualTo("hmac-sha256:7bcf905f9c424b67b7840686ff33a09cbfd37174fe8ff53710bc08217b3e90b0");
        assertThat(hash("x".repeat(100_000))).isEqualTo("hmac-sha256:99a1e1296bb854b0dd7916ba137ab1b04e3ddfbb5f08bebba872147583bcd71a");
    }

    @Test
    void an_answer_has_its_lease_login_and_wrapping() {
        var issued = new Reply.Issued(Secret.copyOf("canary-new-token"), "canary-new-accessor", List.of("default"), List.of("default"), List.of(), Map.of("user", "alice"),
                Duration.ofMinutes(5), true, "entity-2", "service", true, 0, Optional.empty());
        var wrap = new Answer.WrapInfo(Secret.copyOf("canary-wrap"), "canary-wrap-accessor", 60, "2030-01-01T00:00:00Z", "auth/token/create", Optional.of("canary-wrapped"));
        var answer = new Answer(200, Optional.of(Entries.map("key", "canary-key")), false, Optional.of(new Answer.LeaseInfo("aws/creds/r/abc", 3600, true)),
                Optional.of(issued), Optional.of(wrap), List.of("careful"), Optional.empty(), Optional.empty());
        assertThat(line(Entries.answered(answer))).contains("\"type\":\"response\"").endsWith("\"response\":{\"auth\":{\"client_token\":\"" + hash("canary-new-token")
                + "\",\"accessor\":\"" + hash("canary-new-accessor") + "\",\"policies\":[\"default\"],\"token_policies\":[\"default\"],\"metadata\":{\"user\":\"alice\"},"
                + "\"entity_id\":\"entity-2\",\"token_type\":\"service\",\"token_ttl\":300},\"mount_point\":\"secret/\",\"mount_type\":\"kv\",\"mount_accessor\":\"kv_1234abcd\","
                + "\"mount_class\":\"secret\",\"secret\":{\"lease_id\":\"aws/creds/r/abc\"},\"data\":{\"key\":\"" + hash("canary-key") + "\"},\"warnings\":[\"careful\"],"
                + "\"wrap_info\":{\"ttl\":60,\"token\":\"" + hash("canary-wrap") + "\",\"accessor\":\"" + hash("canary-wrap-accessor")
                + "\",\"creation_time\":\"2030-01-01T00:00:00Z\",\"creation_path\":\"auth/token/create\",\"wrapped_accessor\":\"" + hash("canary-wrapped") + "\"}}}");
    }

    @Test
    void a_refusal_says_why_but_repeats_nothing_that_was_sent() {
        assertThat(line(Entries.failed(new Problem.Denied()))).endsWith("\"mount_class\":\"secret\"},\"error\":\"permission denied\"}");
        var invalid = line(Entries.failed(new Problem.Invalid("field x: got canary-value")));
        assertThat(invalid).contains("\"data\":{\"error\":\"" + hash("field x: got canary-value") + "\"}").endsWith("\"error\":\"invalid request\"}").doesNotContain("canary");
    }

    // ---- secrets ----

    /** Every kind of value that may hold a secret, in every place that takes values. */
    private static List<AuditEntry> canariesEverywhere() {
        var values = new ArrayList<Object>(List.of("canary-text", Secret.copyOf("canary-secret"), "canary-bytes".getBytes(StandardCharsets.UTF_8), "canary-other",
                Optional.of("canary-optional"), Map.of("inner", "canary-inner", "list", List.of("canary-deep", List.of(Map.of("x", "canary-deeper")))),
                List.of("canary-a", List.of("canary-b", "canary-bytes".getBytes(StandardCharsets.UTF_8)), Secret.copyOf("canary-c")), java.util.Set.of("canary-set")));
        var entries = new ArrayList<AuditEntry>();
        for (var value : values) {
            entries.add(Entries.wrote(Entries.map("a", 1L, "field", value, "z", null)));
            entries.add(Entries.answered(Entries.data(Entries.map("field", value))));
            entries.add(Entries.answered(Entries.request(Operation.LIST, "secret/metadata/", Map.of(), Map.of()), Entries.data(Entries.map("keys", value, "key_info", value))));
        }
        entries.add(Entries.answered(new Answer(200, Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty(), List.of(),
                Optional.of(new Reply.Raw(200, "text/plain", "canary-raw".getBytes(StandardCharsets.UTF_8), Map.of())), Optional.empty())));
        entries.add(Entries.failed(new Problem.Conflict("canary-conflict")));
        entries.add(Entries.failed(new Problem.Upstream("canary-upstream")));
        return entries;
    }

    @Test
    void no_secret_is_plain_wherever_it_stands() {
        for (var entry : canariesEverywhere()) {
            var line = line(entry);
            assertThat(line).doesNotContain("canary").doesNotContain(java.util.Base64.getEncoder().encodeToString("canary-bytes".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void eliding_hides_no_less() {
        var eliding = format(new LineOptions(false, true, true, Exclusions.NONE), AuditedHeaders.NONE);
        for (var entry : canariesEverywhere()) assertThat(line(eliding, entry)).doesNotContain("canary");
    }

    @Test
    void a_list_is_elided_to_how_many() {
        var eliding = format(new LineOptions(false, true, true, Exclusions.NONE), AuditedHeaders.NONE);
        var request = Entries.request(Operation.LIST, "secret/metadata/", Map.of(), Map.of());
        var answer = Entries.data(Entries.map("keys", List.of("a", "b", "c"), "key_info", Map.of("a", Map.of()), "other", List.of("x")));
        assertThat(line(eliding, Entries.answered(request, answer))).contains("\"data\":{\"keys\":3,\"key_info\":1,\"other\":[\"" + hash("x") + "\"]}");
        assertThat(line(eliding, Entries.answered(answer))).contains("\"data\":{\"keys\":[\"" + hash("a"));
    }

    @Test
    void numbers_and_truths_are_plain_as_in_the_field() {
        assertThat(line(Entries.wrote(Entries.map("n", -7L, "big", new JsonNumber("1e400"), "i", 3, "nan", Double.NaN, "min", Long.MIN_VALUE))))
                .contains("\"data\":{\"n\":-7,\"big\":1e400,\"i\":3,\"nan\":\"hmac-sha256:").contains("\"min\":-9223372036854775808}");
    }

    @Test
    void bytes_are_hashed_as_the_base64_that_a_client_sees() {
        assertThat(line(Entries.wrote(Entries.map("der", new byte[] {1, 2, 3})))).contains("\"der\":\"" + hash("AQID") + "\"");
    }

    @Test
    void a_line_says_which_namespace_was_asked_and_a_filter_may_ask_for_it() {
        var team = new Namespace("aB3x9Z", "uuid", "team/sub/", false, false);
        var request = Entries.request(Operation.READ, "secret/data/db", Map.of(), Map.of()).in("team/sub/", new RequestPath("secret/data/db"));
        var entry = new AuditEntry(Entries.NOW, request, team, Optional.empty(), Optional.empty(), Entries.ALLOWED, false, false, Optional.empty());
        assertThat(line(entry)).contains("\"namespace\":{\"id\":\"aB3x9Z\",\"path\":\"team/sub/\"},\"path\":\"secret/data/db\"");
        assertThat(EntryFilter.parse("namespace == \"team/sub/\"").takes(entry)).isTrue();
        assertThat(EntryFilter.parse("namespace == \"\"").takes(entry)).isFalse();
    }

    @Test
    void a_mount_may_show_fields_by_name() {
        var request = Entries.request(Operation.WRITE, "secret/data/db", Entries.map("user", "alice", "data", Entries.map("user", "bob", "password", "canary"), "users", "carol"), Map.of());
        var entry = new AuditEntry(Entries.NOW, request, Optional.empty(), Optional.of(Entries.kv(List.of("user"), List.of("keys"))), Entries.ALLOWED, Optional.empty());
        assertThat(line(entry)).contains("\"data\":{\"user\":\"alice\",\"data\":{\"user\":\"bob\",\"password\":\"" + hash("canary") + "\"},\"users\":\"" + hash("carol") + "\"}");
        var answer = new AuditEntry(Entries.NOW, request, Optional.empty(), Optional.of(Entries.kv(List.of(), List.of("keys"))), Entries.ALLOWED,
                Optional.of(Entries.data(Entries.map("keys", List.of("a", Entries.map("user", "dave"))))));
        assertThat(line(answer)).contains("\"keys\":[\"a\",{\"user\":\"" + hash("dave") + "\"}]");
    }

    @Test
    void accessors_are_plain_only_when_told() {
        var showing = format(new LineOptions(false, false, false, Exclusions.NONE), AuditedHeaders.NONE);
        assertThat(line(showing, Entries.asked("secret/data/db"))).contains("\"accessor\":\"canary-accessor\"").contains("\"client_token_accessor\":\"canary-accessor\"")
                .doesNotContain("canary-token");
    }

    @Test
    void a_raw_device_shows_values() {
        assertThat(line(format(RAW, AuditedHeaders.NONE), Entries.wrote(Entries.map("password", "canary-password", "der", new byte[] {1, 2, 3}))))
                .contains("\"client_token\":\"canary-token\"").contains("\"password\":\"canary-password\",\"der\":\"AQID\"");
    }

    // ---- headers ----

    @Test
    void only_configured_headers_are_recorded_and_credentials_never_plain() {
        var sent = new HashMap<String, List<String>>();
        for (var name : List.of("x-vault-token", "authorization", "proxy-authorization", "cookie", "x-vault-inline-auth-parameter-password", "x-vault-inline-auth-path")) {
            sent.put(name, List.of("canary-" + name));
        }
        sent.put("x-request-id", List.of("id-1", "id-2"));
        sent.put("user-agent", List.of("curl"));
        sent.put("x-not-configured", List.of("canary-other"));
        var audited = new AuditedHeaders(Map.of()).with("X-Request-Id", false).with("User-Agent", true);
        for (var name : sent.keySet()) if (!audited.hashed().containsKey(name) && !name.equals("x-not-configured")) audited = audited.with(name, false);
        var entry = Entries.asked(Entries.request(Operation.READ, "secret/data/db", Map.of(), sent));
        for (var options : List.of(LineOptions.DEFAULT, RAW)) {
            var line = line(format(options, audited), entry);
            assertThat(line).contains("\"x-request-id\":[\"id-1\",\"id-2\"]").contains("\"authorization\":[\"" + hash("canary-authorization") + "\"]").doesNotContain("x-not-configured");
            assertThat(line.replace("\"canary-token\"", "").replace("\"canary-accessor\"", "")).doesNotContain("canary");
        }
        assertThat(line(format(LineOptions.DEFAULT, audited), entry)).contains("\"user-agent\":[\"" + hash("curl") + "\"]");
        assertThat(line(PLAIN, entry)).doesNotContain("headers");
    }

    // ---- hostile text ----

    @Test
    void hostile_text_stays_one_line_of_ascii_and_comes_back_unchanged() {
        var pieces = List.of("\r\n", "\n{\"type\":\"request\"}\n", "\u001b[2J", "\u2028", "\u2029", "\u202e", "\u2066", "\ufeff", "\u0000", "\u007f", "\u0085", "\"", "\\", "é", "𝄞", "\ud800", "a", "}");
        Property.holds(300, random -> {
            var text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) text.append(pieces.get(random.nextInt(pieces.size())));
            var hostile = text.toString();
            var request = Entries.request(Operation.WRITE, hostile, Entries.map(hostile, Entries.map(hostile, hostile)), Map.of());
            var caller = Entries.trainer(hostile, hostile);
            var line = line(new AuditEntry(Entries.NOW, request, Optional.of(caller), Optional.empty(), new Decision.Deny(hostile), Optional.empty()));
            assertThat(line.chars().allMatch(c -> c >= 0x20 && c <= 0x7e)).isTrue();
            var readable = hostile.replace("\ud800", "\ufffd"); // half a character cannot be written
            assertThat(at(tree(line), "request", "path")).isEqualTo(readable);
            assertThat(at(tree(line), "request", "data")).isEqualTo(Map.of(readable, Map.of(readable, hash(hostile))));
        });
    }

    @Test
    void writers_are_used_by_one_thread_at_a_time() throws Exception {
        var expected = line(Entries.wrote(Entries.map("password", "canary-1")));
        var failures = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                threads.submit(() -> {
                    for (int n = 0; n < 50; n++) {
                        var line = line(Entries.wrote(Entries.map("password", "canary-1")));
                        if (!line.equals(expected)) failures.add(line);
                    }
                });
            }
        }
        assertThat(failures).isEmpty();
    }
}
