package watchword.core.identity.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.request.Response;
import watchword.sdk.Authorization;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/** People sign in to applications by way of a provider. */
class ProviderTest {
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String REDIRECT = "https://grafana.example/login/generic_oauth";
    private final Issuing it = new Issuing();
    private String ada = "";
    private String clientId = "";
    private String secret = "";

    @BeforeEach
    void given_an_application() {
        it.set("key/apps", "algorithm", "ES256", "allowed_client_ids", "*");
        it.set("scope/profile", "template", "{\"name\": {{identity.entity.name}}, \"run\": {{identity.run}}}");
        it.set("scope/groups", "template", "{\"groups\": {{identity.entity.groups.names}}}");
        it.set("client/grafana", "key", "apps", "redirect_uris", REDIRECT, "assignments", "allow_all", "id_token_ttl", "30m", "access_token_ttl", "1h");
        it.set("client/cli", "key", "apps", "redirect_uris", "http://127.0.0.1/callback", "assignments", "allow_all", "client_type", "public");
        it.set("provider/corp", "allowed_client_ids", "*", "scopes_supported", List.of("profile", "groups"));
        clientId = String.valueOf(it.data("client/grafana").get("client_id"));
        secret = String.valueOf(it.data("client/grafana").get("client_secret"));
        ada = it.login("ada", "run", "airflow/etl/load/1");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private static String challenge(String verifier) throws Exception {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.UTF_8)));
    }

    private Map<String, Object> request(Object... more) {
        var fields = Issuing.fields("client_id", clientId, "scope", "openid profile unknown", "redirect_uri", REDIRECT, "response_type", "code", "state", "s-1", "nonce", "n-1");
        fields.putAll(Issuing.fields(more));
        return fields;
    }

    private Response authorize(String who, Map<String, Object> fields) {
        return it.raw(Operation.READ, "provider/corp/authorize", fields, Optional.of(who), Optional.empty());
    }

    private String code(Object... more) {
        var answer = authorize(ada, request(more));
        assertThat(answer.status()).as(Issuing.text(answer)).isEqualTo(200);
        return String.valueOf(Issuing.json(answer).get("code"));
    }

    private Optional<Authorization> basic() {
        return Optional.of(new Authorization.Basic(clientId, Secret.copyOf(secret)));
    }

    private Response exchange(String code, Object... more) {
        var fields = Issuing.fields("grant_type", "authorization_code", "code", code, "redirect_uri", REDIRECT);
        fields.putAll(Issuing.fields(more));
        return it.raw(Operation.WRITE, "provider/corp/token", fields, Optional.empty(), basic());
    }

    private Response userInfo(String provider, String access) {
        return it.raw(Operation.READ, "provider/" + provider + "/userinfo", Map.of(), Optional.of(access), Optional.of(new Authorization.Bearer(Secret.copyOf(access))));
    }

    private Map<String, Object> idToken(Response exchanged) {
        assertThat(exchanged.status()).as(Issuing.text(exchanged)).isEqualTo(200);
        return Issuing.believed(String.valueOf(Issuing.json(exchanged).get("id_token")), it.open("provider/corp/.well-known/keys").body()).orElseThrow();
    }

    private static void refused(Response answer, int status, String error, String description) {
        assertThat(Issuing.json(answer)).containsEntry("error", error).containsEntry("error_description", description);
        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void somebody_signs_in_and_the_application_learns_what_its_scopes_tell() {
        var authorized = authorize(ada, request());
        assertThat(Issuing.json(authorized)).containsOnlyKeys("code", "state").containsEntry("state", "s-1");
        var code = String.valueOf(Issuing.json(authorized).get("code"));
        var exchanged = exchange(code);
        assertThat(exchanged.headers()).containsEntry("Cache-Control", "no-store").containsEntry("Pragma", "no-cache");
        var answer = Issuing.json(exchanged);
        assertThat(answer).containsOnlyKeys("token_type", "access_token", "expires_in", "id_token").containsEntry("token_type", "Bearer").containsEntry("expires_in", 3600L);
        var claims = idToken(exchanged);
        long now = it.server.clock.instant().getEpochSecond();
        assertThat(claims).containsEntry("iss", "http://127.0.0.1/v1/identity/oidc/provider/corp").containsEntry("sub", it.entityOf(ada)).containsEntry("aud", clientId)
                .containsEntry("exp", now + 1800).containsEntry("iat", now).containsEntry("nonce", "n-1").containsEntry("namespace", "root").containsEntry("run", "airflow/etl/load/1")
                .containsKeys("name", "at_hash", "c_hash").doesNotContainKeys("groups", "auth_time");
        var info = userInfo("corp", String.valueOf(answer.get("access_token")));
        assertThat(Issuing.json(info)).isEqualTo(Map.of("sub", claims.get("sub"), "name", claims.get("name"), "run", "airflow/etl/load/1"));
        var posted = it.raw(Operation.WRITE, "provider/corp/userinfo", Map.of(), Optional.empty(), Optional.of(new Authorization.Bearer(Secret.copyOf(String.valueOf(answer.get("access_token"))))));
        assertThat(Issuing.json(posted)).isEqualTo(Issuing.json(info));
    }

    @Test
    void a_client_proves_itself_by_header_or_in_the_body() {
        var posted = it.raw(Operation.WRITE, "provider/corp/token", Issuing.fields("grant_type", "authorization_code", "code", code(), "redirect_uri", REDIRECT, "client_id", clientId, "client_secret", secret),
                Optional.empty(), Optional.empty());
        assertThat(posted.status()).isEqualTo(200);
        for (var wrong : List.of(secret + "x", "", secret.substring(1))) {
            var answer = it.raw(Operation.WRITE, "provider/corp/token", Issuing.fields("grant_type", "authorization_code", "code", code(), "redirect_uri", REDIRECT), Optional.empty(),
                    Optional.of(new Authorization.Basic(clientId, Secret.copyOf(wrong))));
            refused(answer, 401, "invalid_client", "client failed to authenticate");
            assertThat(answer.headers()).containsEntry("WWW-Authenticate", "Basic");
        }
        for (var unknown : List.of("x", "a/b", "x".repeat(5000), "../client/grafana")) {
            refused(it.raw(Operation.WRITE, "provider/corp/token", Issuing.fields("grant_type", "authorization_code", "client_id", unknown), Optional.empty(), Optional.empty()), 401, "invalid_client",
                    "client failed to authenticate");
        }
    }

    /** Number 16: of many exchanges of one code at once, one succeeds. */
    @Test
    void of_sixty_four_exchanges_of_one_code_one_succeeds() throws Exception {
        for (int round = 0; round < 5; round++) {
            var code = code();
            var tries = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 64; i++) tries.add(() -> exchange(code).status());
            try (var at = Executors.newVirtualThreadPerTaskExecutor()) {
                int good = 0;
                for (var done : at.invokeAll(tries)) if (done.get() == 200) good++;
                assertThat(good).isEqualTo(1);
            }
            refused(exchange(code), 400, "invalid_grant", "authorization grant is invalid or expired");
        }
    }

    @Test
    void a_code_ends_after_five_minutes_and_leaves_nothing_behind() {
        var code = code();
        it.server.clock.advance(SignIn.CODE);
        refused(exchange(code), 400, "invalid_grant", "authorization grant is invalid or expired");
        var other = code();
        it.server.clock.advance(SignIn.CODE.minusMillis(1));
        assertThat(exchange(other).status()).isEqualTo(200);
        code();
        assertThat(kept("code")).isEqualTo(1);
        assertThat(kept("access")).isEqualTo(1);
        it.server.clock.advance(Duration.ofHours(1));
        it.server.server.runDue();
        assertThat(kept("code")).as("one that nobody exchanged").isZero();
        assertThat(kept("access")).isZero();
    }

    private long kept(String kind) {
        return it.server.storage.<Long>read(store -> store.scan("", "", 10_000).stream().filter(entry -> entry.key().contains("core/oidc/" + kind + "/")).count());
    }

    @Test
    void a_code_that_was_tried_with_something_wrong_is_gone() {
        for (var wrong : List.of(Map.of("redirect_uri", "https://evil.example/"), Map.of("code_verifier", VERIFIER))) {
            var code = code();
            var fields = new HashMap<String, Object>(Map.of("grant_type", "authorization_code", "code", code, "redirect_uri", REDIRECT));
            fields.putAll(wrong);
            assertThat(it.raw(Operation.WRITE, "provider/corp/token", fields, Optional.empty(), basic()).status()).isEqualTo(400);
            refused(exchange(code), 400, "invalid_grant", "authorization grant is invalid or expired");
        }
    }

    @Test
    void a_code_is_for_the_client_the_provider_and_the_address_it_was_given_to() {
        it.set("client/other", "key", "apps", "redirect_uris", REDIRECT, "assignments", "allow_all");
        var other = it.data("client/other");
        refused(it.raw(Operation.WRITE, "provider/corp/token", Issuing.fields("grant_type", "authorization_code", "code", code(), "redirect_uri", REDIRECT), Optional.empty(),
                Optional.of(new Authorization.Basic(String.valueOf(other.get("client_id")), Secret.copyOf(String.valueOf(other.get("client_secret")))))), 400, "invalid_grant",
                "authorization code was not issued to the client");
        refused(it.raw(Operation.WRITE, "provider/default/token", Issuing.fields("grant_type", "authorization_code", "code", code(), "redirect_uri", REDIRECT), Optional.empty(), basic()), 400,
                "invalid_grant", "authorization code was not issued by the provider");
        refused(exchange(code(), "redirect_uri", REDIRECT + "/"), 400, "invalid_grant", "redirect_uri does not match the redirect_uri used in the authorization request");
        refused(exchange(code(), "redirect_uri", ""), 400, "invalid_request", "redirect_uri parameter is required");
    }

    // ---- PKCE ----

    @Test
    void whoever_ends_a_sign_in_began_it() throws Exception {
        assertThat(exchange(code("code_challenge", challenge(VERIFIER), "code_challenge_method", "S256"), "code_verifier", VERIFIER).status()).isEqualTo(200);
        assertThat(exchange(code("code_challenge", VERIFIER), "code_verifier", VERIFIER).status()).as("plain").isEqualTo(200);
        for (var wrong : List.of(VERIFIER + "x", challenge(VERIFIER), "x")) {
            refused(exchange(code("code_challenge", challenge(VERIFIER), "code_challenge_method", "S256"), "code_verifier", wrong), 400, "invalid_grant", "invalid code_verifier for token exchange");
        }
        refused(exchange(code("code_challenge", challenge(VERIFIER), "code_challenge_method", "S256")), 400, "invalid_request", "expected code_verifier for token exchange");
        refused(exchange(code(), "code_verifier", VERIFIER), 400, "invalid_request", "unexpected code_verifier for token exchange");
        refused(authorize(ada, request("code_challenge", VERIFIER, "code_challenge_method", "S512")), 400, "invalid_request", "invalid code_challenge_method");
        for (var odd : List.of("short", "x".repeat(129))) refused(authorize(ada, request("code_challenge", odd)), 400, "invalid_request", "invalid code_challenge");
    }

    @Test
    void a_public_client_needs_pkce_and_no_secret() throws Exception {
        var cli = it.data("client/cli");
        assertThat(cli).doesNotContainKey("client_secret").containsEntry("client_type", "public");
        var id = String.valueOf(cli.get("client_id"));
        var there = "http://127.0.0.1:53412/callback";
        refused(authorize(ada, request("client_id", id, "redirect_uri", there)), 400, "invalid_request", "PKCE is required for public clients");
        var code = code("client_id", id, "redirect_uri", there, "code_challenge", challenge(VERIFIER), "code_challenge_method", "S256");
        var exchanged = it.raw(Operation.WRITE, "provider/corp/token",
                Issuing.fields("grant_type", "authorization_code", "code", code, "redirect_uri", there, "client_id", id, "code_verifier", VERIFIER), Optional.empty(), Optional.empty());
        assertThat(idToken(exchanged)).containsEntry("aud", id);
    }

    // ---- who may ----

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/", "https://grafana.example/login/generic_oauth/", "https://grafana.example/login/generic_oauth?x=1", "https://grafana.example:443/login/generic_oauth",
        "https://grafana.example@evil.example/login/generic_oauth", "https://GRAFANA.example/login/generic_oauth", "javascript:alert(1)", "http://127.0.0.1@evil.example/callback", "\\\\evil", " "})
    void a_code_goes_nowhere_but_where_the_client_said(String redirect) {
        refused(authorize(ada, request("redirect_uri", redirect)), 400, "invalid_redirect_uri", "redirect_uri is not allowed for the client");
    }

    @Test
    void on_the_own_machine_any_port_will_do_and_nothing_else() {
        var allowed = List.of("http://127.0.0.1:8250/callback", "http://localhost/x", "http://[::1]/y?a=b");
        for (var good : List.of("http://127.0.0.1:8250/callback", "http://127.0.0.1:1/callback", "http://127.0.0.1/callback", "http://localhost:99/x", "http://[::1]:7/y?a=b")) {
            assertThat(Redirects.allows(allowed, good)).as(good).isTrue();
        }
        for (var bad : List.of("http://localhost:8250/callback", "https://127.0.0.1:8250/callback", "http://127.0.0.1:8250/callback/", "http://127.0.0.1:8250/callback?x", "http://x@127.0.0.1:8250/callback",
                "http://127.0.0.1.evil.example/callback", "http://[::1]:7/y", "http://localhost:99/x#f", "127.0.0.1/callback", "")) {
            assertThat(Redirects.allows(allowed, bad)).as(bad).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "client_id||invalid_client_id|client_id parameter is required",
        "client_id|none|invalid_client_id|client with client_id not found",
        "redirect_uri||invalid_request|redirect_uri parameter is required",
        "scope|profile|invalid_request|scope parameter must contain the \"openid\" value",
        "scope||invalid_request|scope parameter must contain the \"openid\" value",
        "response_type||invalid_request|response_type parameter is required",
        "response_type|token|unsupported_response_type|unsupported response_type value",
        "request|x|request_not_supported|request parameter is not supported",
        "request_uri|x|request_uri_not_supported|request_uri parameter is not supported",
        "max_age|0|invalid_request|max_age must be greater than zero"})
    void what_is_wrong_with_a_request_is_told_in_the_words_of_the_standard(String field, String value, String error, String description) {
        refused(authorize(ada, request(field, value == null ? "" : value)), 400, error, description);
    }

    @Test
    void only_who_is_assigned_signs_in() {
        it.set("assignment/some", "entity_ids", List.of("nobody"), "group_ids", List.of());
        it.set("client/grafana", "assignments", "some");
        refused(authorize(ada, request()), 400, "access_denied", "identity entity not authorized by client assignment");
        var group = it.server.write(it.root, "identity/group", "name", "ml", "member_entity_ids", List.of(it.entityOf(ada))).data("id");
        it.set("assignment/some", "group_ids", List.of(String.valueOf(group).toUpperCase(java.util.Locale.ROOT)));
        var code = code();
        var access = String.valueOf(Issuing.json(exchange(code())).get("access_token"));
        it.set("client/grafana", "assignments", List.of());
        refused(exchange(code), 400, "invalid_request", "identity entity not authorized by client assignment");
        refused(userInfo("corp", access), 403, "access_denied", "identity entity not authorized by client assignment");
        refused(authorize(it.root, request()), 400, "access_denied", "identity entity must be associated with the request");
        refused(it.raw(Operation.READ, "provider/none/authorize", request(), Optional.of(ada), Optional.empty()), 400, "invalid_request", "provider not found");
        it.set("provider/corp", "allowed_client_ids", "other");
        refused(authorize(ada, request()), 400, "unauthorized_client", "client is not authorized to use the provider");
        assertThat(it.raw(Operation.READ, "provider/corp/authorize", request(), Optional.empty(), Optional.empty()).status()).as("without a token").isEqualTo(403);
    }

    /** Number 47: on each of the ways that lead to a token or to what it tells. */
    @Test
    void whoever_is_disabled_or_gone_signs_in_nowhere() {
        var code = code();
        var access = String.valueOf(Issuing.json(exchange(code())).get("access_token"));
        var entity = it.entityOf(ada);
        it.server.write(it.root, "identity/entity/id/" + entity, "disabled", true);
        assertThat(authorize(ada, request()).status()).isEqualTo(403);
        refused(exchange(code), 400, "invalid_request", "identity entity associated with the request not found");
        refused(userInfo("corp", access), 403, "access_denied", "identity entity associated with the request not found");
        it.server.write(it.root, "identity/entity/id/" + entity, "disabled", false);
        assertThat(userInfo("corp", access).status()).isEqualTo(200);
        it.server.delete(it.root, "identity/entity/id/" + entity);
        refused(userInfo("corp", access), 403, "access_denied", "identity entity associated with the request not found");
    }

    @Test
    void a_client_that_is_deleted_gets_nothing_any_more() {
        var code = code();
        var access = String.valueOf(Issuing.json(exchange(code())).get("access_token"));
        assertThat(it.server.delete(it.root, "identity/oidc/client/grafana").status()).isEqualTo(204);
        refused(exchange(code), 401, "invalid_client", "client failed to authenticate");
        refused(userInfo("corp", access), 403, "access_denied", "client not found");
        refused(authorize(ada, request()), 400, "invalid_client_id", "client with client_id not found");
    }

    @Test
    void a_client_that_a_provider_or_a_key_does_not_list_gets_nothing() {
        var code = code();
        it.set("key/apps", "allowed_client_ids", "other");
        refused(exchange(code), 401, "invalid_client", "client is not authorized to use the key");
        it.set("key/apps", "allowed_client_ids", "*");
        it.set("provider/corp", "allowed_client_ids", "other");
        refused(exchange(code), 401, "invalid_client", "client is not authorized to use the provider");
        assertThat(Issuing.text(it.open("provider/corp/.well-known/keys"))).isEqualTo("{\"keys\":[]}");
        it.set("provider/corp", "allowed_client_ids", clientId);
        assertThat(idToken(exchange(code))).as("what could not prove itself did not use the code up").containsEntry("aud", clientId);
    }

    /** Number 17: nothing is good for what it was not given for. */
    @Test
    void an_access_token_is_good_for_what_it_was_given_for_alone() {
        var code = code();
        var answer = Issuing.json(exchange(code()));
        var access = String.valueOf(answer.get("access_token"));
        for (var other : List.of(ada, it.root, code, String.valueOf(answer.get("id_token")), secret, access + "x", access.substring(1))) {
            var told = userInfo("corp", other);
            refused(told, 401, "invalid_token", "access token is malformed or invalid");
            assertThat(told.headers().get("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\",error_description=\"access token is malformed or invalid\"");
            if (!other.equals(code)) refused(exchange(other), 400, "invalid_grant", "authorization grant is invalid or expired");
        }
        assertThat(it.raw(Operation.READ, "provider/corp/userinfo", Map.of(), Optional.of(access), Optional.empty()).status()).as("not as a bearer").isEqualTo(401);
        refused(userInfo("default", access), 401, "invalid_token", "access token is malformed or invalid");
        refused(exchange(access), 400, "invalid_grant", "authorization grant is invalid or expired");
        for (var path : List.of("auth/token/lookup-self", "sys/mounts", "identity/oidc/token/x")) assertThat(it.server.read(access, path).status()).as(path).isEqualTo(403);
        it.server.clock.advance(Duration.ofHours(1));
        it.server.server.runDue();
        refused(userInfo("corp", access), 401, "invalid_token", "access token is malformed or invalid");
    }

    @Test
    void a_client_may_ask_how_long_ago_somebody_logged_in() {
        it.server.clock.advance(Duration.ofSeconds(90));
        refused(authorize(ada, request("max_age", 60)), 400, "max_age_violation", "active re-authentication is required by max_age");
        assertThat(idToken(exchange(code("max_age", 120)))).containsEntry("auth_time", it.server.clock.instant().getEpochSecond() - 90);
        var child = it.server.write(ada, "auth/token/create").token();
        refused(authorize(child, request("max_age", 60)), 400, "max_age_violation", "active re-authentication is required by max_age");
        assertThat(authorize(child, request()).status()).as("who does not ask is told nothing of it").isEqualTo(200);
    }

    // ---- for itself ----

    @Test
    void a_client_gets_a_token_for_itself_where_it_may() {
        var fields = Issuing.fields("grant_type", "client_credentials", "scope", "openid profile");
        refused(it.raw(Operation.WRITE, "provider/corp/token", fields, Optional.empty(), basic()), 400, "invalid_grant", "client is not authorized to use given credentials flow");
        it.set("client/grafana", "client_credentials", true);
        var answer = it.raw(Operation.WRITE, "provider/corp/token", fields, Optional.empty(), basic());
        assertThat(Issuing.json(answer)).containsOnlyKeys("token_type", "access_token", "expires_in");
        var token = String.valueOf(Issuing.json(answer).get("access_token"));
        assertThat(Issuing.header(token)).containsEntry("typ", "at+jwt");
        assertThat(Issuing.believed(token, it.open("provider/corp/.well-known/keys").body()).orElseThrow()).containsEntry("sub", clientId).containsEntry("aud", clientId).containsEntry("name", "").containsKey("jti");
        refused(it.raw(Operation.WRITE, "provider/corp/token", Issuing.fields("grant_type", "client_credentials"), Optional.empty(), basic()), 400, "invalid_request",
                "scope parameter must contain the \"openid\" value");
        refused(it.raw(Operation.WRITE, "provider/corp/token", Issuing.fields("grant_type", "password"), Optional.empty(), basic()), 400, "unsupported_grant_type",
                "unsupported grant_type or parameter is empty value");
        assertThat(it.write("client/cli", "client_credentials", true).status()).as("who cannot prove itself").isEqualTo(400);
        it.set("client/grafana", "authorization_code", false);
        refused(authorize(ada, request()), 400, "invalid_grant", "client not allowed to perform authorization code credential flow");
    }

    @Test
    void two_scopes_that_tell_the_same_claim_tell_nothing() {
        it.set("scope/again", "template", "{\"name\": \"x\"}");
        var warned = it.write("provider/corp", "scopes_supported", List.of("profile", "again"));
        assertThat(String.valueOf(warned.body().get("warnings"))).contains("conflict \"name\" in scopes \"again\", \"profile\"");
        refused(exchange(code("scope", "openid profile again")), 400, "invalid_request", "found scopes with conflicting top-level claim: claim \"name\" in scopes \"profile\", \"again\"");
    }

    // ---- what is kept ----

    @Test
    void what_every_namespace_has_is_there_before_anything_is_written() {
        for (var where : List.of(it, it.in("team"))) {
            assertThat(where.server.list(where.root, "identity/oidc/assignment").part("data").get("keys")).asString().contains("allow_all");
            assertThat(where.server.list(where.root, "identity/oidc/provider").part("data").get("keys")).asString().contains("default");
            assertThat(where.server.list(where.root, "identity/oidc/key").part("data").get("keys")).asString().contains("default");
            assertThat(where.data("assignment/allow_all")).isEqualTo(Map.of("entity_ids", List.of("*"), "group_ids", List.of("*")));
            assertThat(where.data("key/default")).containsEntry("algorithm", "RS256").containsEntry("allowed_client_ids", List.of("*"));
            for (var kept : List.of("assignment/allow_all", "key/default", "provider/default")) assertThat(where.server.delete(where.root, "identity/oidc/" + kept).status()).as(kept).isEqualTo(400);
        }
        assertThat(it.data("provider/default")).isEqualTo(Map.of("allowed_client_ids", List.of("*"), "issuer", "http://127.0.0.1/v1/identity/oidc/provider/default", "scopes_supported", List.of()));
        assertThat(it.write("assignment/allow_all", "entity_ids", "x").errors()).isEqualTo(List.of("modification of assignment \"allow_all\" not allowed"));
    }

    @Test
    void reads_give_back_what_was_written() {
        assertThat(it.data("client/grafana")).containsEntry("redirect_uris", List.of(REDIRECT)).containsEntry("assignments", List.of("allow_all")).containsEntry("key", "apps")
                .containsEntry("id_token_ttl", 1800L).containsEntry("access_token_ttl", 3600L).containsEntry("client_type", "confidential").containsEntry("authorization_code", true)
                .containsEntry("client_credentials", false).hasSize(10);
        assertThat(clientId).matches("[0-9A-Za-z]{32}");
        assertThat(secret).matches("hvo_secret_[0-9A-Za-z]{64}");
        var listed = it.server.list(it.root, "identity/oidc/client").part("data");
        assertThat(listed.get("keys")).isEqualTo(List.of("cli", "grafana"));
        assertThat(String.valueOf(listed.get("key_info"))).contains(clientId).doesNotContain(secret, "client_secret");
        assertThat(it.data("scope/groups")).isEqualTo(Map.of("template", "{\"groups\": {{identity.entity.groups.names}}}", "description", ""));
        it.set("client/grafana", "id_token_ttl", "10m");
        assertThat(it.data("client/grafana")).containsEntry("client_secret", secret).containsEntry("client_id", clientId).containsEntry("id_token_ttl", 600L).containsEntry("access_token_ttl", 3600L);
        it.set("provider/tight", "allowed_client_ids", clientId);
        assertThat(it.server.ask(it.root, Operation.LIST, "identity/oidc/provider", Map.of("allowed_client_id", "other"), "127.0.0.1", Optional.empty()).part("data").get("keys"))
                .isEqualTo(List.of("corp", "default"));
    }

    @Test
    void what_makes_no_sense_is_refused_in_the_words_that_clients_know() {
        var wrong = new String[][] {
            {"assignment \"none\" does not exist", "client/x", "assignments", "none"},
            {"key \"none\" does not exist", "client/x", "key", "none"},
            {"key modification is not allowed", "client/grafana", "key", "default"},
            {"client_type modification is not allowed", "client/grafana", "client_type", "public"},
            {"invalid client_type \"odd\"", "client/x", "client_type", "odd"},
            {"a client's id_token_ttl cannot be greater than the verification_ttl of the key it references", "client/x", "id_token_ttl", "25h"},
            {"scope \"none\" does not exist", "provider/x", "scopes_supported", "none"},
            {"the \"openid\" scope name is reserved", "scope/openid", "template", "{}"},
            {"unable to update key \"apps\" because it is currently referenced by one or more clients with an id_token_ttl greater than 60 seconds", "key/apps", "verification_ttl", "60"},
            {"invalid issuer, which must include only a scheme, host, and optional port (e.g. https://example.com:8200)", "provider/x", "issuer", "https://x/path"},
        };
        for (var each : wrong) {
            var answer = it.write(each[1], java.util.Arrays.copyOfRange(each, 2, each.length, Object[].class));
            assertThat(answer.errors()).isEqualTo(List.of(each[0]));
            assertThat(answer.status()).isEqualTo(400);
        }
        it.set("assignment/some", "entity_ids", "x");
        it.set("client/grafana", "assignments", "some");
        assertThat(it.server.delete(it.root, "identity/oidc/assignment/some").errors()).isEqualTo(List.of("unable to delete assignment \"some\" because it is currently referenced by these clients: grafana"));
        assertThat(it.server.delete(it.root, "identity/oidc/scope/groups").errors()).isEqualTo(List.of("unable to delete scope \"groups\" because it is currently referenced by these providers: corp"));
        assertThat(it.server.delete(it.root, "identity/oidc/key/apps").errors()).isEqualTo(List.of("unable to delete key \"apps\" because it is currently referenced by these clients: cli, grafana"));
    }

    @Test
    void applications_find_everything_from_the_issuer() {
        var document = Issuing.json(it.open("provider/corp/.well-known/openid-configuration"));
        var issuer = "http://127.0.0.1/v1/identity/oidc/provider/corp";
        assertThat(document).containsEntry("issuer", issuer).containsEntry("jwks_uri", issuer + "/.well-known/keys").containsEntry("token_endpoint", issuer + "/token")
                .containsEntry("authorization_endpoint", issuer + "/authorize").containsEntry("userinfo_endpoint", issuer + "/userinfo")
                .containsEntry("scopes_supported", List.of("profile", "groups", "openid")).containsEntry("response_types_supported", List.of("code"));
        assertThat(it.open("provider/none/.well-known/openid-configuration").status()).isEqualTo(404);
        assertThat(it.open("provider/none/.well-known/keys").status()).isEqualTo(404);
        assertThat(Issuing.json(it.in("team").open("provider/default/.well-known/openid-configuration"))).containsEntry("issuer", "http://127.0.0.1/v1/team/identity/oidc/provider/default");
    }

    @Test
    void a_code_is_good_on_any_server_of_the_store_and_in_its_namespace_alone() {
        var code = code();
        it.in("team");
        try (var one = it.next(); var other = it.next()) {
            var team = one.in("team");
            assertThat(team.raw(Operation.WRITE, "provider/default/token", Issuing.fields("grant_type", "authorization_code", "code", code, "redirect_uri", REDIRECT), Optional.empty(), basic()).status())
                    .as("its client is not known there").isEqualTo(401);
            var exchanged = other.raw(Operation.WRITE, "provider/corp/token", Issuing.fields("grant_type", "authorization_code", "code", code, "redirect_uri", REDIRECT), Optional.empty(), basic());
            var access = String.valueOf(Issuing.json(exchanged).get("access_token"));
            var bearer = Optional.<Authorization>of(new Authorization.Bearer(Secret.copyOf(access)));
            assertThat(one.raw(Operation.READ, "provider/corp/userinfo", Map.of(), Optional.of(access), bearer).status()).isEqualTo(200);
            assertThat(team.raw(Operation.READ, "provider/default/userinfo", Map.of(), Optional.of(access), bearer).status()).isEqualTo(401);
        }
    }
}
