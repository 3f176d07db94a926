package watchword.engines.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.request.Response;
import watchword.engines.ServerPlayer.Received;
import watchword.sdk.Outbound;
import watchword.testkit.TokenSigner;

/** Users who are sent to a provider: what begins, what ends it, and that each ends once. */
final class OidcTest {
    private static final String CLIENT = "http://localhost:8250/oidc/callback";
    private static final String SERVER = "https://vault.example/v1/auth/jwt/oidc/callback";
    private static final Pattern CONFIRMATION = Pattern.compile("name=\"confirmation\" value=\"([^\"]+)\"");

    private static final Pattern HANDED_BACK = Pattern.compile("code:\"([^\"]+)\"");

    private final World it = new World();
    /** What the provider was asked with last, at its token endpoint. */
    private Map<String, String> exchange = Map.of();
    private String authorization = "";
    /** Claims that the provider's next token has besides, or instead. */
    private List<String> more = List.of();
    private String nonce = "";
    private String tokenAnswer = "";

    @BeforeEach
    void provider() {
        it.web.page(World.ISSUER + "/.well-known/openid-configuration", """
                {"issuer":"%1$s","jwks_uri":"%1$s/keys","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token","userinfo_endpoint":"%1$s/userinfo",
                "device_authorization_endpoint":"%1$s/device"}""".formatted(World.ISSUER));
        it.web.page(World.ISSUER + "/token", this::token);
        it.web.page(World.ISSUER + "/userinfo", "{\"sub\":\"ada\",\"email\":\"ada@example.org\",\"iss\":\"https://evil.example\"}");
        configure(Map.of());
        role(Map.of());
    }

    @AfterEach
    void close() {
        it.close();
    }

    private void configure(Map<String, Object> besides) {
        var fields = new LinkedHashMap<String, Object>(Map.of("oidc_discovery_url", World.ISSUER, "oidc_client_id", "us", "oidc_client_secret", "canary: secret", "jwt_supported_algs", "ES256", "default_role", "users"));
        fields.putAll(besides);
        World.expect(204, it.config(fields));
    }

    private void role(Map<String, Object> besides) {
        var fields = new LinkedHashMap<String, Object>(Map.of("user_claim", "sub", "allowed_redirect_uris", List.of(CLIENT, SERVER), "token_policies", "people", "oidc_scopes", "email"));
        fields.putAll(besides);
        World.expect(204, it.role("users", fields));
    }

    private Outbound.Answer token(Outbound.Ask ask) {
        exchange = query(new String(ask.body(), StandardCharsets.US_ASCII));
        authorization = ask.headers().getOrDefault("Authorization", "");
        if (!tokenAnswer.isEmpty()) return Web.answer(tokenAnswer.contains("error") ? 400 : 200, tokenAnswer);
        return Web.answer(200, "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"id_token\":\"" + idToken() + "\"}");
    }

    private String idToken() {
        var members = new java.util.ArrayList<>(List.of("\"aud\":\"us\"", "\"sub\":\"ada\"", "\"nonce\":\"" + nonce + "\""));
        members.addAll(more);
        return it.token(members.toArray(String[]::new));
    }

    private static Map<String, String> query(String text) {
        var query = new HashMap<String, String>();
        for (var pair : text.split("&")) query.put(pair.substring(0, pair.indexOf('=')), URLDecoder.decode(pair.substring(pair.indexOf('=') + 1), StandardCharsets.UTF_8));
        return query;
    }

    private Received begin(String redirect, String clientNonce) {
        return it.server.ask("", "POST", "/v1/auth/jwt/oidc/auth_url", Map.of("role", "users", "redirect_uri", redirect, "client_nonce", clientNonce));
    }

    /** What the user takes to the provider. */
    private Map<String, String> question(Received begun) {
        var question = query(URI.create(String.valueOf(begun.at("data", "auth_url"))).getRawQuery());
        nonce = question.getOrDefault("nonce", "");
        return question;
    }

    private Received callback(String... pairs) {
        return it.server.ask("", "GET", "/v1/auth/jwt/oidc/callback?" + fields(pairs), Map.of());
    }

    private static String fields(String... pairs) {
        var query = new StringBuilder();
        for (int i = 0; i < pairs.length; i += 2) query.append(i == 0 ? "" : "&").append(pairs[i]).append('=').append(URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8));
        return query.toString();
    }

    // ---- client mode ----

    @Test
    void a_user_comes_back_with_a_code_and_is_logged_in() throws Exception {
        role(Map.of("claim_mappings", Map.of("email", "email")));
        var begun = begin(CLIENT, "n1");
        assertThat(String.valueOf(begun.at("data", "auth_url"))).startsWith(World.ISSUER + "/authorize?");
        var question = question(begun);
        assertThat(question).containsEntry("client_id", "us").containsEntry("redirect_uri", CLIENT).containsEntry("response_type", "code").containsEntry("scope", "openid email").containsEntry("code_challenge_method", "S256");
        var in = callback("state", question.getOrDefault("state", ""), "code", "c0de", "client_nonce", "n1");
        assertThat(in.status()).as(String.valueOf(in.body())).isEqualTo(200);
        assertThat(in.at("auth", "token_policies")).isEqualTo(List.of("default", "people"));
        assertThat(in.at("auth", "metadata")).isEqualTo(Map.of("role", "users", "email", "ada@example.org"));
        assertThat(exchange).containsEntry("grant_type", "authorization_code").containsEntry("code", "c0de").containsEntry("redirect_uri", CLIENT);
        var challenge = TokenSigner.text(MessageDigest.getInstance("SHA-256").digest(exchange.getOrDefault("code_verifier", "").getBytes(StandardCharsets.US_ASCII)));
        assertThat(challenge).isEqualTo(question.get("code_challenge"));
        assertThat(authorization).as("the client's name and secret, each encoded").isEqualTo("Basic " + java.util.Base64.getEncoder().encodeToString("us:canary%3A+secret".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void a_state_is_taken_once_and_ends() {
        var state = question(begin(CLIENT, "")).getOrDefault("state", "");
        assertThat(callback("state", state, "code", "c").status()).isEqualTo(200);
        var again = callback("state", state, "code", "c");
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.error()).isEqualTo("Vault login failed. Expired or missing OAuth state.");

        var late = question(begin(CLIENT, "")).getOrDefault("state", "");
        it.advance(PendingLogins.LIFE.plusSeconds(1));
        assertThat(callback("state", late, "code", "c").error()).isEqualTo(again.error());
        for (var odd : List.of("", "st_", "st_99999999999x", late + "x", late.toUpperCase(java.util.Locale.ROOT), "../config", "st_00000000000".repeat(50))) assertThat(callback("state", odd, "code", "c").error()).as(odd).isEqualTo(again.error());
    }

    @Test
    void of_many_that_bring_one_state_at_once_one_is_logged_in() {
        var state = question(begin(CLIENT, "")).getOrDefault("state", "");
        var statuses = Arrays.stream(new int[8]).parallel().map(_ -> callback("state", state, "code", "c").status()).boxed().toList();
        assertThat(statuses).containsOnlyOnce(200);
    }

    @Test
    void a_failed_end_is_an_end() {
        var state = question(begin(CLIENT, "n1")).getOrDefault("state", "");
        assertThat(callback("state", state, "code", "c", "client_nonce", "wrong").error()).isEqualTo("invalid client_nonce");
        assertThat(callback("state", state, "code", "c", "client_nonce", "n1").status()).isEqualTo(400);
    }

    @Test
    void the_provider_s_token_must_be_the_answer_to_this_login() {
        var cases = new LinkedHashMap<String, Integer>();
        for (var wrong : List.of("\"nonce\":\"other\"", "\"nonce\":null", "\"aud\":\"other\"", "\"aud\":[\"us\",\"other\"]", "\"aud\":[]", "\"iss\":\"https://other.example\"", "\"iss\":null", "\"azp\":\"other\"", "\"sub\":\"\"", "\"exp\":1", "\"exp\":null",
                "\"iat\":" + (it.now() + 100))) cases.put(wrong, 400);
        for (var right : List.of("\"azp\":\"us\"", "\"aud\":[\"us\"]", "\"aud\":[\"us\",\"other\"],\"azp\":\"us\"")) cases.put(right, 200);
        cases.forEach((claims, status) -> {
            more = List.of(claims);
            var state = question(begin(CLIENT, "")).getOrDefault("state", "");
            assertThat(callback("state", state, "code", "c").status()).as(claims).isEqualTo(status);
        });
        configure(Map.of("jwt_supported_algs", List.of()));
        more = List.of();
        var state = question(begin(CLIENT, "")).getOrDefault("state", "");
        assertThat(callback("state", state, "code", "c").error()).as("RS256 unless something else is said").contains("Token verification failed.");
    }

    @Test
    void roles_of_users_bind_as_those_of_tokens() {
        var bounds = List.<Map<String, Object>>of(Map.of("bound_subject", "bob"), Map.of("bound_claims", Map.of("email", "bob@example.org")), Map.of("bound_audiences", "other"), Map.of("token_bound_cidrs", "10.0.0.0/8"));
        for (var bound : bounds) {
            it.server.asRoot("DELETE", "/v1/auth/jwt/role/users", Map.of());
            role(Map.of());
            assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").status()).isEqualTo(200);
            role(bound);
            assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").status()).as(bound.toString()).isIn(400, 403);
        }
    }

    @Test
    void how_long_ago_a_user_proved_it_is_bounded_by_the_role() {
        role(Map.of("max_age", 600));
        for (var each : List.of(Map.entry("\"x\":1", 400), Map.entry("\"auth_time\":" + (it.now() - 700), 400), Map.entry("\"auth_time\":\"" + it.now() + "\"", 400), Map.entry("\"auth_time\":" + (it.now() - 500), 200))) {
            more = List.of(each.getKey());
            var question = question(begin(CLIENT, ""));
            assertThat(question).containsEntry("max_age", "600");
            assertThat(callback("state", question.getOrDefault("state", ""), "code", "c").status()).as(each.getKey()).isEqualTo(each.getValue());
        }
    }

    @Test
    void what_is_told_of_another_user_counts_for_nothing() {
        role(Map.of("bound_claims", Map.of("email", "ada@example.org")));
        assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").status()).isEqualTo(200);
        it.web.page(World.ISSUER + "/userinfo", "{\"sub\":\"eve\",\"email\":\"ada@example.org\"}");
        assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").status()).isEqualTo(400);
        it.web.page(World.ISSUER + "/userinfo", "nothing");
        assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").status()).isEqualTo(400);
    }

    @Test
    void users_are_sent_back_only_where_the_role_says() {
        for (var good : List.of(CLIENT, SERVER, "http://localhost:12345/oidc/callback", "http://localhost/oidc/callback")) assertThat(String.valueOf(begin(good, "").at("data", "auth_url"))).as(good).isNotEmpty();
        for (var bad : List.of("https://evil.example/cb", SERVER + "/", SERVER + "?x=1", SERVER + "#f", "https://vault.example:8443/v1/auth/jwt/oidc/callback", "http://localhost:1/other", "https://localhost:8250/oidc/callback",
                "http://127.0.0.1:8250/oidc/callback", "http://localhost@evil.example/oidc/callback", "http://evil@localhost:8250/oidc/callback", "http://localhost.evil.example:8250/oidc/callback", "http://localhost:8250/oidc/callback?x=1",
                "http://localhost:8250/oidc/callback#x", "http://localhost:8250/oidc/../callback", "http:///oidc/callback", "//localhost/oidc/callback", "oidc/callback", "http://localhost:8250\\@evil.example/oidc/callback", "http://[::1")) {
            var begun = begin(bad, "");
            assertThat(begun.status()).isEqualTo(200);
            assertThat(begun.at("data", "auth_url")).as(bad).isEqualTo("");
        }
        assertThat(begin("", "").error()).isEqualTo("missing redirect_uri");
    }

    @Test
    void a_namespace_goes_with_the_state() {
        var question = question(begin(CLIENT + "?namespace=team-a", ""));
        assertThat(question.get("redirect_uri")).isEqualTo(CLIENT);
        assertThat(question.getOrDefault("state", "")).endsWith(",ns=team-a");
        assertThat(callback("state", question.getOrDefault("state", ""), "code", "c").status()).isEqualTo(200);
    }

    @Test
    void a_provider_s_refusal_is_told_in_a_known_word() {
        for (var each : Map.of("access_denied", "access_denied", "<script>canary</script>", "An unknown error occurred during OIDC authentication.").entrySet()) {
            var refused = callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "error", each.getKey(), "error_description", "<script>canary</script>", "error_uri", "javascript:canary");
            assertThat(refused.error()).isEqualTo("Vault login failed. " + each.getValue());
        }
        tokenAnswer = "{\"error\":\"invalid_grant\",\"error_description\":\"canary\"}";
        assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").error()).isEqualTo("Vault login failed. Error exchanging oidc code: \"invalid_grant\".");
        tokenAnswer = "{\"access_token\":\"canary\"}";
        assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").error()).isEqualTo("Vault login failed. Error exchanging oidc code: \"no id_token found in response\".");
    }

    @Test
    void logins_that_are_begun_and_left_are_bounded_and_swept() {
        int begunHere = 0;
        while (begin(CLIENT, "").status() == 200) begunHere++;
        assertThat(begunHere).as("half of all").isEqualTo(PendingLogins.MOST / 2);
        assertThat(begin(CLIENT, "").status()).isEqualTo(429);
        int network = 1;
        while (beginFrom("2001:db8:0:" + network + "::1") == 200) {
            for (int host = 2; beginFrom("2001:db8:0:" + network + "::" + host) == 200; ) host++;
            network++;
        }
        assertThat(network).as("one who floods, even from many networks, leaves places to others for long").isGreaterThan(8);
        it.advance(PendingLogins.LIFE.plus(Duration.ofSeconds(1)));
        var begun = begin(CLIENT, "");
        assertThat(begun.status()).isEqualTo(200);
        assertThat(callback("state", question(begun).getOrDefault("state", ""), "code", "c").status()).isEqualTo(200);
    }

    private int beginFrom(String address) {
        return it.server.respond("", address, "POST", "/v1/auth/jwt/oidc/auth_url", Map.of("role", "users", "redirect_uri", CLIENT)).status();
    }

    @Test
    void a_login_that_ended_leaves_its_place_to_another() {
        for (int i = 0; i < 50; i++) {
            assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").status()).isEqualTo(200);
        }
        assertThat(it.server.stored("login")).as("what is left of fifty").isEmpty();
    }

    @Test
    void a_mount_for_tokens_sends_nobody_anywhere() {
        World.expect(204, it.config(Map.of("jwks_url", World.KEYS)));
        assertThat(begin(CLIENT, "").error()).isEqualTo("OIDC login is not configured for this mount");
    }

    // ---- form_post ----

    @Test
    void what_a_form_brings_is_kept_for_the_page_that_began() {
        configure(Map.of("oidc_response_mode", "form_post", "oidc_response_types", "id_token"));
        role(Map.of("allowed_redirect_uris", "https://vault.example/ui/vault/auth/jwt/oidc/callback"));
        var question = question(begin("https://vault.example/ui/vault/auth/jwt/oidc/callback", ""));
        assertThat(question).containsEntry("response_type", "id_token").containsEntry("response_mode", "form_post").containsEntry("redirect_uri", "https://vault.example/v1/auth/jwt/oidc/callback").doesNotContainKey("code_challenge");
        var page = it.server.respond("", "127.0.0.1", "POST", "/v1/auth/jwt/oidc/callback", Map.of("state", question.getOrDefault("state", ""), "id_token", idToken()));
        assertThat(page.status()).isEqualTo(200);
        assertThat(text(page)).contains("oidc-callback").contains(question.getOrDefault("state", ""));
        assertSafe(page);
        var second = it.server.respond("", "127.0.0.1", "POST", "/v1/auth/jwt/oidc/callback", Map.of("state", question.getOrDefault("state", ""), "id_token", "other"));
        assertThat(second.status()).isEqualTo(400);
        assertThat(callback("state", question.getOrDefault("state", ""), "code", handedBack(page)).status()).isEqualTo(200);
        assertThat(callback("state", question.getOrDefault("state", ""), "code", handedBack(page)).status()).isEqualTo(400);
    }

    private static String handedBack(Response page) {
        var found = HANDED_BACK.matcher(text(page));
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private Response form(String state, String code) {
        return it.server.respond("", "192.0.2.7", "POST", "/v1/auth/jwt/oidc/callback", Map.of("state", state, "code", code));
    }

    /** Number 43: who began a login knows its state, and need not be whose browser the provider sent the code with. */
    @Test
    void what_a_form_brought_is_for_the_browser_that_brought_it() {
        configure(Map.of("oidc_response_mode", "form_post"));
        role(Map.of("allowed_redirect_uris", "https://vault.example/ui/vault/auth/jwt/oidc/callback"));
        for (var guess : List.of("no_code", "", "n1", "code")) {
            var state = question(begin("https://vault.example/ui/vault/auth/jwt/oidc/callback", "n1")).getOrDefault("state", "");
            assertThat(form(state, "of the victim").status()).isEqualTo(200);
            assertThat(callback("state", state, "code", guess, "client_nonce", "n1").error()).as(guess).isEqualTo("Vault login failed. Expired or missing OAuth state.");
        }
        var state = question(begin("https://vault.example/ui/vault/auth/jwt/oidc/callback", "n1")).getOrDefault("state", "");
        assertThat(callback("state", state, "code", handedBack(form(state, "of the user")), "client_nonce", "n1").status()).isEqualTo(200);
        assertThat(exchange).containsEntry("code", "of the user");
    }

    /** Number 43: a page that asks for consent is shown to nobody but the browser that brought the code. */
    @Test
    void consent_to_what_a_form_brought_is_given_on_the_page_that_answers_it() {
        configure(Map.of("oidc_response_mode", "form_post"));
        role(Map.of("callback_mode", "direct"));
        var begun = begin(SERVER, "n1");
        question(begun);
        var state = String.valueOf(begun.at("data", "state"));
        for (var code : List.of("no_code", "", "guess")) assertThat(browser("state", state, "code", code).status()).as(code).isEqualTo(400);
        assertThat(form(state, "").status()).isEqualTo(400);
        var asks = form(state, "of the victim");
        assertSafe(asks);
        for (var code : List.of("no_code", "", "guess")) assertThat(browser("state", state, "code", code).status()).as(code).isEqualTo(400);
        assertThat(browser("state", state, "code", "no_code", "confirmation", "guess").status()).isEqualTo(400);
        assertThat(poll(state, "n1").error()).isEqualTo("authorization_pending");
        assertThat(exchange).as("nothing was exchanged").isEmpty();
        assertThat(browser("state", state, "code", "", "confirmation", confirmation(asks)).status()).isEqualTo(200);
        assertThat(exchange).containsEntry("code", "of the victim");
        assertThat(poll(state, "n1").status()).isEqualTo(200);
    }

    /** 3.1.3.6 of OpenID Connect: an access token that was put beside another's token is not asked about. */
    @Test
    void an_access_token_is_of_the_token_it_came_with_where_that_says_so() throws Exception {
        for (var algorithm : List.of("SHA-256", "SHA-384", "SHA-512")) {
            for (boolean right : new boolean[] {true, false}) {
                var hash = MessageDigest.getInstance(algorithm).digest((right ? "at" : "another").getBytes(StandardCharsets.US_ASCII));
                more = List.of("\"at_hash\":\"" + TokenSigner.text(Arrays.copyOf(hash, hash.length / 2)) + "\"");
                assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").status()).as(algorithm).isEqualTo(right ? 200 : 400);
            }
        }
        for (var odd : List.of("\"\"", "1", "null,\"x\":1", "\"YQ\"", "[]")) {
            more = List.of("\"at_hash\":" + odd);
            assertThat(callback("state", question(begin(CLIENT, "")).getOrDefault("state", ""), "code", "c").status()).as(odd).isEqualTo(odd.startsWith("null") ? 200 : 400);
        }
    }

    @Test
    void a_form_is_not_taken_where_none_is_expected() {
        var question = question(begin(CLIENT, ""));
        assertThat(it.server.ask("", "POST", "/v1/auth/jwt/oidc/callback", Map.of("state", question.getOrDefault("state", ""), "code", "c")).status()).isEqualTo(405);
        var unknown = it.server.respond("", "127.0.0.1", "POST", "/v1/auth/jwt/oidc/callback", Map.of("state", "<script>alert(1)</script>", "code", "<script>"));
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(text(unknown)).doesNotContain("<script");
        assertSafe(unknown);
    }

    // ---- direct ----

    private static String text(Response response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static void assertSafe(Response page) {
        assertThat(page.contentType()).isEqualTo("text/html; charset=utf-8");
        assertThat(page.headers()).containsEntry("X-Content-Type-Options", "nosniff").containsEntry("X-Frame-Options", "DENY").containsEntry("Cache-Control", "no-store").containsEntry("Referrer-Policy", "no-referrer");
        assertThat(page.headers().get("Content-Security-Policy")).contains("default-src 'none'").contains("frame-ancestors 'none'").doesNotContain("unsafe");
    }

    private Response browser(String... pairs) {
        return it.server.respond("", "192.0.2.7", "GET", "/v1/auth/jwt/oidc/callback?" + fields(pairs), Map.of());
    }

    private Received poll(Object state, String clientNonce) {
        return it.server.ask("", "POST", "/v1/auth/jwt/oidc/poll", Map.of("state", state, "client_nonce", clientNonce));
    }

    /** Number 43: without the user's consent the one who polls gets nothing. */
    @Test
    void a_direct_login_needs_the_user_s_consent() {
        role(Map.of("callback_mode", "direct", "poll_interval", 2));
        assertThat(begin(SERVER, "").error()).isEqualTo("missing client_nonce");
        var begun = begin(SERVER, "n1");
        assertThat(begun.at("data", "poll_interval")).isEqualTo("2");
        var state = String.valueOf(begun.at("data", "state"));
        assertThat(question(begun)).containsEntry("state", state);
        assertThat(poll(state, "n1").error()).isEqualTo("authorization_pending");

        var asks = browser("state", state, "code", "c0de");
        assertThat(asks.status()).isEqualTo(200);
        assertThat(text(asks)).contains("127.0.0.1").contains("users").doesNotContain("hvs.");
        assertSafe(asks);
        assertThat(poll(state, "n1").error()).isEqualTo("authorization_pending");
        assertThat(exchange).as("nothing was exchanged").isEmpty();
        for (var guess : List.of("yes", "1", "true", state, "n1")) assertThat(browser("state", state, "code", "c0de", "confirmation", guess).status()).as(guess).isEqualTo(400);
        assertThat(poll(state, "n1").error()).isEqualTo("authorization_pending");

        var confirmation = confirmation(asks);
        var done = browser("state", state, "code", "c0de", "confirmation", confirmation);
        assertThat(done.status()).as(text(done)).isEqualTo(200);
        assertThat(text(done)).doesNotContain("hvs.");
        assertSafe(done);
        assertThat(browser("state", state, "code", "c0de", "confirmation", confirmation).status()).as("consent is given once").isEqualTo(400);
        assertThat(poll(state, "wrong").error()).isEqualTo("invalid client_nonce");
        assertThat(poll(state, "").error()).isEqualTo("invalid client_nonce");
        var in = poll(state, "n1");
        assertThat(in.at("auth", "token_policies")).isEqualTo(List.of("default", "people"));
        assertThat(poll(state, "n1").status()).as("a login is fetched once").isEqualTo(400);
    }

    private static String confirmation(Response page) {
        var found = CONFIRMATION.matcher(text(page));
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    @Test
    void only_the_page_that_was_shown_last_can_consent_and_only_to_its_own_login() {
        role(Map.of("callback_mode", "direct"));
        var one = String.valueOf(begin(SERVER, "n1").at("data", "state"));
        var other = String.valueOf(begin(SERVER, "n2").at("data", "state"));
        var first = confirmation(browser("state", one, "code", "c"));
        var second = confirmation(browser("state", one, "code", "c"));
        assertThat(browser("state", other, "code", "c", "confirmation", first).status()).isEqualTo(400);
        assertThat(browser("state", one, "code", "c", "confirmation", first).status()).isEqualTo(400);
        assertThat(second).isNotEqualTo(first);
    }

    /** Number 44: what comes with the browser is text on our pages. */
    @Test
    void nothing_that_a_browser_brings_runs_on_a_page() {
        role(Map.of("callback_mode", "direct"));
        var state = String.valueOf(begin(SERVER, "n1").at("data", "state"));
        var hostile = "\"><script>alert('canary')</script><img src=x onerror=alert(1)>";
        var asks = browser("state", state, "code", hostile);
        assertThat(text(asks)).doesNotContain("<script").doesNotContain("<img").contains("&lt;script&gt;");
        assertSafe(asks);
        for (var page : List.of(browser("state", state, "code", "c", "confirmation", hostile), browser("state", state, "error", hostile, "error_description", hostile, "error_uri", hostile))) {
            assertThat(page.status()).isEqualTo(400);
            assertThat(text(page)).doesNotContain("<script").doesNotContain("<img").doesNotContain("canary");
            assertSafe(page);
        }
        var unknown = browser("state", hostile, "code", hostile, "error_description", hostile);
        assertThat(unknown.contentType()).isEqualTo("application/json");
        assertThat(text(unknown)).doesNotContain("canary");
        assertThat(Pages.quoted("</script>'\"\\\n&")).isEqualTo("\"\\u003c\\u002fscript\\u003e\\u0027\\u0022\\u005c\\u000a\\u0026\"");
    }

    @Test
    void a_direct_login_that_fails_is_over() {
        role(Map.of("callback_mode", "direct", "bound_subject", "bob"));
        var begun = begin(SERVER, "n1");
        question(begun);
        var state = String.valueOf(begun.at("data", "state"));
        var confirmation = confirmation(browser("state", state, "code", "c"));
        assertThat(browser("state", state, "code", "c", "confirmation", confirmation).status()).isEqualTo(400);
        assertThat(poll(state, "n1").error()).isEqualTo("Vault login failed. Expired or missing OAuth state.");
    }

    @Test
    void a_direct_login_s_code_is_no_way_around_the_page() {
        var plain = question(begin(CLIENT, "n1")).getOrDefault("state", "");
        assertThat(poll(plain, "n1").error()).as("a login of another mode cannot be polled for").isEqualTo("authorization_pending");
        role(Map.of("callback_mode", "direct"));
        var state = String.valueOf(begin(SERVER, "n2").at("data", "state"));
        var with = it.server.ask("", "GET", "/v1/auth/jwt/oidc/callback?" + fields("state", state, "code", "c", "client_nonce", "n2"), Map.of());
        assertThat(String.valueOf(with.body())).startsWith("<!DOCTYPE html>").doesNotContain("client_token");
    }

    // ---- device ----

    @Test
    void a_device_is_logged_in_once_the_user_has_typed_its_code_elsewhere() {
        role(Map.of("callback_mode", "device", "allowed_redirect_uris", List.of()));
        it.web.page(World.ISSUER + "/device", ask -> {
            exchange = query(new String(ask.body(), StandardCharsets.US_ASCII));
            return Web.answer(200, "{\"device_code\":\"canary-device\",\"user_code\":\"WXYZ\",\"verification_uri\":\"https://issuer.example/go\",\"interval\":7}");
        });
        assertThat(begin("", "").error()).isEqualTo("missing client_nonce");
        var begun = begin("", "n1");
        assertThat(exchange).containsEntry("scope", "openid email").containsEntry("client_id", "us");
        assertThat(begun.at("data", "auth_url")).isEqualTo("https://issuer.example/go");
        assertThat(begun.at("data", "user_code")).isEqualTo("WXYZ");
        assertThat(begun.at("data", "poll_interval")).isEqualTo("7");
        assertThat(String.valueOf(begun.body())).doesNotContain("canary");
        var state = String.valueOf(begun.at("data", "state"));
        for (var not : List.of("authorization_pending", "slow_down")) {
            tokenAnswer = "{\"error\":\"" + not + "\"}";
            assertThat(poll(state, "n1").error()).isEqualTo(not);
        }
        assertThat(callback("state", state, "code", "c").status()).as("there is no way back for a device").isEqualTo(400);
        tokenAnswer = "";
        more = List.of("\"nonce\":null");
        assertThat(poll(state, "other").error()).isEqualTo("invalid client_nonce");
        assertThat(poll(state, "n1").status()).isEqualTo(200);
        assertThat(exchange).containsEntry("grant_type", "urn:ietf:params:oauth:grant-type:device_code").containsEntry("device_code", "canary-device");
        assertThat(poll(state, "n1").status()).isEqualTo(400);

        var refused = String.valueOf(begin("", "n1").at("data", "state"));
        tokenAnswer = "{\"error\":\"access_denied\"}";
        assertThat(poll(refused, "n1").error()).isEqualTo("authorization failed: access_denied");
        tokenAnswer = "";
        assertThat(poll(refused, "n1").status()).as("a refusal is final").isEqualTo(400);
    }
}
