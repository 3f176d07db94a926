package watchword.core.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.TestServer.Answered;
import watchword.core.ToyEngine;
import watchword.core.json.Json;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.request.Response;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** Requests that bring their login along, by the smallest auth method there is. */
class InlineLoginTest {
    private static final String PATH = "x-vault-inline-auth-path";
    private static final String PARAMETER = "x-vault-inline-auth-parameter-";
    private static final String MINE = "sys/policies/acl/trainer";

    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> new ToyEngine()).auth("userpass", (_, _) -> new PinMethod()).build());

    @BeforeEach
    void mount() {
        ToyEngine.ALIVE.clear();
        it.write(it.root, "sys/auth/pin", "type", "userpass");
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.policy("trainer", "path \"sys/policies/acl/trainer\" { capabilities = [\"read\"] } path \"toy/creds/*\" { capabilities = [\"read\"] }");
        assertThat(it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_policies", "trainer", "token_ttl", "10m").status()).isEqualTo(204);
    }

    @AfterEach
    void close() {
        it.close();
    }

    private static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String parameter(String key, Object value) {
        return encoded(new String(Json.write(Map.of("key", key, "value", value)), StandardCharsets.UTF_8));
    }

    private static Map<String, List<String>> ada(String pin, String... more) {
        var headers = new LinkedHashMap<String, List<String>>();
        headers.put(PATH, List.of("auth/pin/login/ada"));
        headers.put(PARAMETER + "pin", List.of(parameter("pin", pin)));
        for (int i = 0; i < more.length; i += 2) headers.put(more[i], List.of(more[i + 1]));
        return headers;
    }

    private Response serve(Operation operation, String path, Map<String, Object> body, String token, String namespace, Map<String, List<String>> headers) {
        var proof = token.isEmpty() ? Optional.<Secret>empty() : Optional.of(Secret.copyOf(token));
        var request = new Request(UUID.randomUUID().toString(), operation, new RequestPath(path), body, false, proof, Optional.empty(), headers, new Peer("127.0.0.1", 1, List.of()));
        return it.server.serve(request.in(namespace, new RequestPath(path)));
    }

    private Response serve(String path, Map<String, List<String>> headers) {
        return serve(Operation.READ, path, Map.of(), "", "", headers);
    }

    private Answered read(String path, Map<String, List<String>> headers) {
        return it.answered(serve(path, headers));
    }

    private static boolean saysLoginFailed(Response response) {
        return "true".equals(response.headers().get("X-Vault-Inline-Auth-Failed"));
    }

    @SuppressWarnings("ArrayRecordComponent") // compared as text
    private Map<String, String> stored() {
        var all = new LinkedHashMap<String, String>();
        for (var page = page(""); !page.isEmpty(); page = page(page.getLast().key())) {
            for (var entry : page) all.put(entry.key(), Base64.getEncoder().encodeToString(entry.value()));
        }
        return all;
    }

    private List<Storage.Entry> page(String after) {
        return it.storage.<List<Storage.Entry>>read(store -> store.scan("", after, 1000));
    }

    @Test
    void a_request_brings_its_login_along_and_may_what_its_policies_say() {
        assertThat(read(MINE, ada("7")).part("data")).containsEntry("name", "trainer");
        var refused = serve("sys/policies/acl/default2", ada("7"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(saysLoginFailed(refused)).as("the login did not fail").isFalse();
    }

    @Test
    void nothing_of_it_is_stored() {
        assertThat(read(MINE, ada("7")).status()).as("the first makes the entity").isEqualTo(200);
        var before = stored();
        for (int i = 0; i < 20; i++) assertThat(read(MINE, ada("7")).status()).isEqualTo(200);
        assertThat(stored()).isEqualTo(before);
        it.list(it.root, "auth/token/accessors").part("data").forEach((_, keys) -> assertThat((List<?>) keys).as("root's own").hasSize(1));
    }

    @Test
    void the_token_is_good_for_that_request_alone() {
        it.policy("trainer", "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"sudo\"] }");
        var self = read("auth/token/lookup-self", ada("7")).part("data");
        assertThat(self).containsEntry("type", "batch").containsEntry("display_name", "pin-ada");
        var token = String.valueOf(self.get("id"));
        assertThat(token).startsWith("hvb.");
        assertThat(it.read(token, MINE).status()).isEqualTo(403);
        assertThat(it.write(it.root, "auth/token/lookup", "token", token).status()).isEqualTo(403);
        var child = it.answered(serve(Operation.WRITE, "auth/token/create", Map.of(), "", "", ada("7")));
        assertThat(child.errors()).isEqualTo(List.of("batch tokens cannot create more tokens"));
    }

    @Test
    void with_a_token_besides_it_is_refused() {
        var refused = serve(Operation.READ, MINE, Map.of(), it.root, "", ada("7"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(it.answered(refused).errors()).isEqualTo(List.of("failed to perform inline authentication: cannot layer inline authentication with token authentication"));
        assertThat(saysLoginFailed(refused)).isTrue();
    }

    @Test
    void a_wrong_proof_is_answered_as_that_of_any_login_and_counts() {
        var refused = serve(MINE, ada("8"));
        assertThat(it.answered(refused)).isEqualTo(it.write("", "auth/pin/login/ada", "pin", "8"));
        assertThat(saysLoginFailed(refused)).isTrue();
        for (int i = 0; i < 4; i++) assertThat(read(MINE, ada("8")).status()).isEqualTo(i < 2 ? 400 : i == 2 ? 400 : 403);
        assertThat(read(MINE, ada("7")).errors()).as("locked out, by both ways alike").isEqualTo(List.of("permission denied"));
        it.clock.advance(Duration.ofMinutes(16));
        assertThat(read(MINE, ada("7")).status()).isEqualTo(200);
    }

    @Test
    void what_is_issued_with_a_lease_is_ended_at_once() {
        var refused = serve("toy/creds/x", ada("7"));
        assertThat(it.answered(refused).errors()).isEqualTo(List.of("requests with inline authentication cannot generate leases"));
        assertThat(refused.status()).isEqualTo(400);
        while (it.server.runDue() > 0) assertThat(ToyEngine.ALIVE).hasSizeLessThan(2);
        assertThat(ToyEngine.ALIVE).isEmpty();
    }

    @Test
    void only_a_login_of_an_auth_method_is_one() {
        var wrapped = it.ask(it.root, Operation.READ, "sys/mounts", Map.of(), "127.0.0.1", Optional.of(Duration.ofMinutes(1)));
        var wrapping = String.valueOf(wrapped.part("wrap_info").get("token"));
        var headers = Map.of(PATH, List.of("sys/wrapping/unwrap"), PARAMETER + "token", List.of(parameter("token", wrapping)));
        assertThat(read(MINE, headers).errors()).isEqualTo(List.of("specified authentication path was not found"));
        assertThat(it.write(it.root, "sys/wrapping/unwrap", "token", wrapping).status()).as("it was not touched").isEqualTo(200);
        for (var path : List.of("sys/mfa/validate", "auth/token/create", "auth/pin/user/ada", "auth/nothing/login/ada", "auth/pin/login/ada/", "sys/policies/acl/trainer", "")) {
            var answer = serve(MINE, ada("7", PATH, path));
            assertThat(answer.status()).as(path).isIn(400, 403, 404);
            assertThat(saysLoginFailed(answer)).as(path).isTrue();
        }
    }

    @Test
    void headers_that_cannot_be_read_are_refused_in_words_that_repeat_nothing() {
        var cases = new LinkedHashMap<String, Map<String, List<String>>>();
        cases.put("expected a valid login operation in X-Vault-Inline-Auth-Operation", ada("7", "x-vault-inline-auth-operation", "alias-lookahead"));
        cases.put("expected exactly one value for X-Vault-Inline-Auth-Path", Map.of(PATH, List.of("auth/pin/login/ada", "auth/pin/login/ada")));
        cases.put("expected exactly one value for each auth header parameter", Map.of(PATH, List.of("auth/pin/login/ada"), PARAMETER + "a", List.of("e30", "e30")));
        cases.put("failed raw url-safe base64 decoding header value", ada("7", PARAMETER + "x", "s3cr3t canary"));
        cases.put("failed json decoding header value", ada("7", PARAMETER + "x", encoded("s3cr3t canary")));
        cases.put("decoded header lacked `key` field", ada("7", PARAMETER + "x", encoded("{\"value\":\"s3cr3t\"}")));
        cases.put("decoded header had incorrect type for `key` field", ada("7", PARAMETER + "x", encoded("{\"key\":1,\"value\":\"s3cr3t\"}")));
        cases.put("decoded header lacked `value` field", ada("7", PARAMETER + "x", encoded("{\"key\":\"x\"}")));
        cases.put("unexpected field in decoded request parameter", ada("7", PARAMETER + "x", encoded("{\"key\":\"x\",\"value\":\"s3cr3t\",\"more\":1}")));
        cases.put("a parameter is given twice", ada("7", PARAMETER + "x", parameter("pin", "s3cr3t")));
        var many = new LinkedHashMap<>(ada("7"));
        for (int i = 0; i < 40; i++) many.put(PARAMETER + i, List.of(parameter("p" + i, "s3cr3t")));
        cases.put("more than 32 parameters", many);
        cases.forEach((error, headers) -> {
            var answer = serve(MINE, headers);
            assertThat(answer.status()).as(error).isEqualTo(400);
            assertThat(it.answered(answer).errors()).isEqualTo(List.of("failed to perform inline authentication: " + error));
            assertThat(saysLoginFailed(answer)).as(error).isTrue();
        });
    }

    @Test
    void bounds_and_uses_of_the_role_hold() {
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_num_uses", 1);
        for (int i = 0; i < 3; i++) assertThat(read(MINE, ada("7")).status()).as("each time a token of one use").isEqualTo(200);
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_bound_cidrs", "10.0.0.0/8");
        assertThat(saysLoginFailed(serve(MINE, ada("7")))).isTrue();
        assertThat(read(MINE, ada("7")).status()).isEqualTo(403);
    }

    @Test
    void a_login_in_a_namespace_reads_there_and_below() {
        it.write(it.root, "sys/namespaces/team");
        var team = it.in("team/");
        team.write(it.root, "sys/auth/pin", "type", "userpass");
        team.write(it.root, "auth/pin/user/ada", "pin", "9", "token_policies", "trainer");
        team.policy("trainer", "path \"sys/policies/acl/trainer\" { capabilities = [\"read\"] }");
        assertThat(it.answered(serve(Operation.READ, MINE, Map.of(), "", "team/", ada("9"))).status()).as("the request's namespace is the login's").isEqualTo(200);
        assertThat(it.answered(serve(Operation.READ, MINE, Map.of(), "", "team/", ada("9", "x-vault-inline-auth-namespace", "team"))).status()).isEqualTo(200);
        assertThat(it.answered(serve(Operation.READ, "team/" + MINE, Map.of(), "", "", ada("9", PATH, "team/auth/pin/login/ada"))).status()).isEqualTo(200);
        assertThat(read(MINE, ada("9", "x-vault-inline-auth-namespace", "team")).status()).as("who is of a namespace is nobody above it").isEqualTo(403);
        assertThat(it.answered(serve(Operation.READ, MINE, Map.of(), "", "team/", ada("7", "x-vault-inline-auth-namespace", ""))).status()).as("root's policies do not reach").isEqualTo(403);
        var nowhere = serve(MINE, ada("7", "x-vault-inline-auth-namespace", "nowhere"));
        assertThat(nowhere.status()).isEqualTo(404);
        assertThat(saysLoginFailed(nowhere)).isTrue();
    }

    @Test
    void a_second_factor_comes_along_or_the_login_is_refused_and_does_not_wait() {
        var entity = String.valueOf(it.write("", "auth/pin/login/ada", "pin", "7").part("auth").get("entity_id"));
        var method = String.valueOf(it.write(it.root, "identity/mfa/method/totp", "issuer", "watchword", "method_name", "phone").data("method_id"));
        it.write(it.root, "identity/mfa/method/totp/admin-generate", "method_id", method, "entity_id", entity);
        it.write(it.root, "identity/mfa/login-enforcement/all", "mfa_method_ids", List.of(method), "auth_method_types", List.of("userpass"));
        var before = stored();
        var refused = serve(MINE, ada("7"));
        assertThat(it.answered(refused).errors().toString()).startsWith("[unable to perform inline authentication with login MFA; use the X-Vault-MFA header");
        assertThat(saysLoginFailed(refused)).isTrue();
        assertThat(stored()).isEqualTo(before);
        assertThat(it.answered(serve(MINE, ada("7", "x-vault-mfa", method + ":000000"))).status()).isEqualTo(403);
    }

    @Test
    void quotas_of_logins_count_it() {
        it.write(it.root, "sys/quotas/rate-limit/logins", "path", "auth/pin", "rate", 1, "interval", "1h");
        assertThat(read(MINE, ada("7")).status()).isEqualTo(200);
        var refused = serve(MINE, ada("7"));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(saysLoginFailed(refused)).isTrue();
        assertThat(it.write("", "auth/pin/login/ada", "pin", "7").status()).as("this way of asking is counted before the request is made").isEqualTo(200);
    }

    @Test
    void a_disabled_entity_is_refused_this_way_too() {
        var entity = String.valueOf(it.write("", "auth/pin/login/ada", "pin", "7").part("auth").get("entity_id"));
        it.write(it.root, "identity/entity/id/" + entity, "disabled", true);
        assertThat(read(MINE, ada("7")).status()).isEqualTo(403);
    }
}
