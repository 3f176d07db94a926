package watchword.engines.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.core.wire.Schema;
import watchword.sdk.Glob;
import watchword.testkit.TokenSigner;

/** Who is let in by a token. Numbers are those of the vulnerability list; each refusal stands beside the token that is taken. */
final class LoginTest {
    private final World it = new World().trusting();

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void a_token_of_the_issuer_logs_in_with_the_role_s_terms() {
        it.role(Map.of("token_ttl", "10m", "claim_mappings", Map.of("/build/branch", "branch"), "groups_claim", "groups"));
        var in = it.login(it.token("\"build\":{\"branch\":\"main\"}", "\"groups\":[\"ml\",\"ops\"]"));
        assertThat(in.status()).isEqualTo(200);
        assertThat(in.at("auth", "token_policies")).isEqualTo(List.of("default", "trainer"));
        assertThat(in.at("auth", "metadata")).isEqualTo(Map.of("role", "train", "branch", "main"));
        assertThat(in.at("auth", "lease_duration")).isEqualTo(600L);
        var self = it.server.ask(in.token(), "GET", "/v1/auth/token/lookup-self", Map.of());
        assertThat(self.at("data", "display_name")).isEqualTo("jwt-job-7");
        assertThat(self.at("data", "path")).isEqualTo("auth/jwt/login");
    }

    @Test
    void what_is_missing_is_told_as_the_field_s_plugin_does() {
        it.role(Map.of());
        it.role("users", Map.of("role_type", "oidc", "user_claim", "sub", "allowed_redirect_uris", "http://localhost/cb"));
        assertThat(it.login("", it.token()).error()).isEqualTo("missing role");
        assertThat(it.login("nobody", it.token()).error()).isEqualTo("role could not be found");
        assertThat(it.login("users", it.token()).error()).isEqualTo("role with oidc role_type is not allowed");
        assertThat(it.login("").error()).isEqualTo("missing token");
        assertThat(it.login("train", "a.b.c").error()).startsWith("error validating token: ");
        for (var each : List.of(it.login("", it.token()), it.login(""), it.login("a.b.c"))) assertThat(each.status()).isEqualTo(400);
        it.config(Map.of("jwks_url", World.KEYS, "default_role", "train"));
        assertThat(it.server.ask("", "POST", "/v1/auth/jwt/login", Map.of("jwt", it.token())).status()).isEqualTo(200);
    }

    @Test
    void nothing_is_believed_before_it_is_configured() {
        try (var fresh = new World()) {
            fresh.role(Map.of());
            assertThat(fresh.login(fresh.token()).error()).isEqualTo("could not load configuration");
            assertThat(fresh.server.asRoot("GET", "/v1/auth/jwt/config", Map.of()).status()).isEqualTo(404);
        }
    }

    /** Numbers 32, 36 and 40: only the cells that are meant pass. */
    @Test
    void an_audience_is_matched_whole() {
        var passing = Set.of("none:", "none:\"aud\":\"\"", "none:\"aud\":[]", "none:\"aud\":null", "x:\"aud\":\"x\"", "x:\"aud\":[\"x\",\"y\"]");
        it.role("none", Map.of("role_type", "jwt", "user_claim", "sub", "bound_subject", "job-7"));
        it.role("x", Map.of("role_type", "jwt", "user_claim", "sub", "bound_audiences", "x"));
        it.role("z", Map.of("role_type", "jwt", "user_claim", "sub", "bound_audiences", "z"));
        for (var role : List.of("none", "x", "z")) {
            for (var aud : List.of("", "\"aud\":\"\"", "\"aud\":[]", "\"aud\":null", "\"aud\":\"x\"", "\"aud\":[\"x\",\"y\"]", "\"aud\":[[\"x\"]]", "\"aud\":1", "\"aud\":[1]", "\"aud\":{\"x\":1}", "\"aud\":\"X\"",
                    "\"aud\":\"x,y\"", "\"aud\":\"x \"", "\"aud\":true")) {
                var token = it.signer.sign("{\"sub\":\"job-7\",\"iat\":" + it.now() + (aud.isEmpty() ? "" : "," + aud) + "}");
                assertThat(it.login(role, token).status()).as(role + " " + aud).isEqualTo(passing.contains(role + ":" + aud) ? 200 : 400);
            }
        }
    }

    @Test
    void a_role_without_audiences_takes_no_token_that_is_for_somebody() {
        it.role("none", Map.of("role_type", "jwt", "user_claim", "sub", "bound_subject", "job-7"));
        assertThat(it.login("none", it.token()).error()).isEqualTo("audience claim found in JWT but no audiences bound to the role");
    }

    /** Number 33: every bound field of a role refuses, on each type; a new one makes this fail until it is here. */
    @Test
    void every_bound_of_a_role_is_enforced() {
        var bounds = Map.of("bound_audiences", (Object) List.of("other"), "bound_subject", "other", "bound_claims", Map.of("env", "other"), "bound_cidrs", List.of("10.0.0.0/8"), "token_bound_cidrs",
                List.of("10.0.0.0/8"));
        var fields = Schema.of(RoleRoutes.Settings.class).fields().stream().map(Schema.Field::name).filter(name -> name.contains("bound_") && !name.endsWith("_type")).collect(Collectors.toSet());
        assertThat(bounds.keySet()).isEqualTo(fields);
        for (var bound : bounds.entrySet()) {
            it.server.asRoot("DELETE", "/v1/auth/jwt/role/train", Map.of());
            it.role(Map.of("bound_claims", Map.of("env", "prod"))).login(it.token("\"env\":\"prod\""));
            assertThat(it.login(it.token("\"env\":\"prod\"")).status()).isEqualTo(200);
            it.role(Map.of(bound.getKey(), bound.getValue()));
            assertThat(it.login(it.token("\"env\":\"prod\"")).status()).as(bound.getKey()).isIn(400, 403);
        }
    }

    /** Number 39 and the rules of the times. */
    @Test
    void a_token_has_an_end_and_is_not_from_the_future() {
        it.role(Map.of());
        long now = it.now();
        var refused = List.of("\"iat\":" + (now - 1000), "\"exp\":null", "\"exp\":\"x\"", "\"exp\":-1", "\"exp\":0", "\"exp\":1e300", "\"exp\":[1]", "\"exp\":true", "\"exp\":\"" + (now + 60) + "\"", "\"exp\":" + (now - 61),
                "\"exp\":" + (now + 60) + ",\"nbf\":" + (now + 61), "\"exp\":" + (now + 600) + ",\"iat\":" + (now + 61), "\"nbf\":" + (now + 61), "\"iat\":" + (now + 61), "\"x\":1", "\"iat\":" + now + ",\"exp\":null",
                "\"iat\":" + now + ",\"nbf\":\"soon\"", "\"exp\":1e400", "\"exp\":" + (now + 60) + ",\"exp\":" + (now + 60), "\"exp\":" + (now + 500));
        var taken = List.of("\"exp\":" + (now + 1), "\"exp\":" + (now - 59), "\"iat\":" + now, "\"iat\":" + (now - 200), "\"nbf\":" + (now - 100), "\"iat\":" + (now + 59), "\"exp\":" + (now + 1) + ".5,\"nbf\":" + (now - 10));
        for (var times : refused) assertThat(it.login(it.signer.sign("{\"sub\":\"a\",\"aud\":\"watchword\"," + times + "}")).status()).as(times).isEqualTo(400);
        for (var times : taken) assertThat(it.login(it.signer.sign("{\"sub\":\"a\",\"aud\":\"watchword\"," + times + "}")).status()).as(times).isEqualTo(200);
        assertThat(it.login(it.signer.sign("{\"sub\":\"a\",\"aud\":\"watchword\",\"exp\":" + (now - 61) + "}")).error()).isEqualTo("error validating token: invalid expiration time (exp) claim: token is expired");
        assertThat(it.login(it.signer.sign("{\"sub\":\"a\",\"aud\":\"watchword\"}")).error())
                .isEqualTo("error validating token: no issued at (iat), not before (nbf), or expiration time (exp) claims in token");
    }

    @Test
    void leeways_are_the_role_s_and_minus_one_is_none() {
        it.role(Map.of("clock_skew_leeway", -1, "expiration_leeway", -1, "not_before_leeway", "-1"));
        long now = it.now();
        assertThat(it.login(it.signer.sign("{\"sub\":\"a\",\"aud\":\"watchword\",\"exp\":" + (now - 1) + "}")).status()).isEqualTo(400);
        assertThat(it.login(it.signer.sign("{\"sub\":\"a\",\"aud\":\"watchword\",\"iat\":" + (now - 1) + "}")).status()).isEqualTo(400);
        assertThat(it.login(it.signer.sign("{\"sub\":\"a\",\"aud\":\"watchword\",\"iat\":" + now + ",\"exp\":" + now + "}")).status()).isEqualTo(200);
        it.role(Map.of("clock_skew_leeway", 600));
        assertThat(it.login(it.signer.sign("{\"sub\":\"a\",\"aud\":\"watchword\",\"exp\":" + (now - 599) + "}")).status()).isEqualTo(200);
    }

    /** Number 41: an issuer that is bound must be there. */
    @Test
    void a_bound_issuer_must_be_in_the_token() {
        it.role(Map.of());
        World.expect(204, it.config(Map.of("jwks_url", World.KEYS, "bound_issuer", World.ISSUER)));
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        for (var issuer : List.of("\"iss\":null", "\"iss\":\"\"", "\"iss\":\"" + World.ISSUER + "/\"", "\"iss\":\"https://other.example\"", "\"iss\":[\"" + World.ISSUER + "\"]", "\"iss\":1")) {
            assertThat(it.login(it.token(issuer)).status()).as(issuer).isEqualTo(400);
        }
        var without = it.signer.sign("{\"sub\":\"job-7\",\"aud\":\"watchword\",\"exp\":" + (it.now() + 60) + "}");
        assertThat(it.login(without).error()).isEqualTo("error validating token: invalid issuer (iss) claim");
    }

    /** Number 36: of two things that are wrong, the signature is told. */
    @Test
    void an_expired_token_with_a_bad_signature_has_a_bad_signature() {
        it.role(Map.of());
        var stranger = TokenSigner.of("key-1", "ES256");
        assertThat(it.login(stranger.sign(it.claims("\"exp\":1"))).error()).isEqualTo("error validating token: error verifying token signature: failed to verify id token signature");
        assertThat(it.login(it.token("\"exp\":1")).error()).contains("expired");
    }

    /** Number 34, from outside: nothing in a token makes the server ask anybody. */
    @Test
    void no_token_makes_the_server_fetch_what_it_names() {
        it.role(Map.of());
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        int before = it.web.asked();
        for (var header : List.of("\"jku\":\"" + World.KEYS + "\"", "\"x5u\":\"https://evil.example/c\"", "\"jwk\":" + it.signer.jwk())) {
            assertThat(it.login(it.signer.sign("{\"alg\":\"ES256\",\"kid\":\"key-1\"," + header + "}", it.claims())).status()).isEqualTo(400);
        }
        assertThat(it.web.asked()).isEqualTo(before);
    }

    @Test
    void only_the_algorithms_that_are_configured_are_taken() {
        it.role(Map.of());
        World.expect(204, it.config(Map.of("jwks_url", World.KEYS, "jwt_supported_algs", "RS256,PS256")));
        assertThat(it.login(it.token()).error()).isEqualTo("error validating token: invalid algorithm (alg) header parameter: token signed with unexpected algorithm");
        World.expect(204, it.config(Map.of("jwks_url", World.KEYS, "jwt_supported_algs", List.of("ES256"))));
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        for (var wrong : List.of("HS256", "none", "rs256")) assertThat(it.config(Map.of("jwks_url", World.KEYS, "jwt_supported_algs", wrong)).status()).isEqualTo(400);
    }

    @Test
    void bound_claims_are_compared_as_they_are_or_by_patterns() {
        var fits = List.of("\"env\":\"prod\"", "\"env\":[\"dev\",\"prod\"]");
        var doesNot = List.of("\"env\":\"production\"", "\"env\":\"Prod\"", "\"env\":[]", "\"env\":null", "\"env\":{\"prod\":1}", "\"env\":[[\"prod\"]]", "\"env\":1", "\"x\":1", "\"env\":\"*\"");
        it.role(Map.of("bound_claims", Map.of("env", List.of("prod", "stage"))));
        for (var claim : fits) assertThat(it.login(it.token(claim)).status()).as(claim).isEqualTo(200);
        for (var claim : doesNot) assertThat(it.login(it.token(claim)).status()).as(claim).isEqualTo(400);

        it.role(Map.of("bound_claims", Map.of("n", 7, "ok", true)));
        assertThat(it.login(it.token("\"n\":7", "\"ok\":true")).status()).isEqualTo(200);
        for (var claim : List.of("\"n\":\"7\"", "\"n\":7.0", "\"n\":8")) assertThat(it.login(it.token(claim, "\"ok\":true")).status()).as(claim).isEqualTo(400);
        assertThat(it.login(it.token("\"n\":7", "\"ok\":\"true\"")).status()).isEqualTo(400);

        it.role(Map.of("bound_claims_type", "glob", "bound_claims", Map.of("/repo/ref", "refs/heads/release-*")));
        assertThat(it.login(it.token("\"repo\":{\"ref\":\"refs/heads/release-2/x\"}")).status()).isEqualTo(200);
        for (var ref : List.of("refs/heads/main", "xrefs/heads/release-1", "refs/heads/release")) assertThat(it.login(it.token("\"repo\":{\"ref\":\"" + ref + "\"}")).status()).as(ref).isEqualTo(400);
    }

    @Test
    void patterns_take_any_text_for_a_star() {
        for (var good : List.of("*:", "*:a/b", "a*:a", "a*:abc", "*c:abc", "a*c:abc", "a*b*c:a-b-b-c", "abc:abc", ":", "**:x")) assertThat(Glob.matches(good.split(":", 2)[0], good.split(":", 2)[1])).as(good).isTrue();
        for (var bad : List.of("a:", ":a", "a*:ba", "*c:cb", "a*c:ab", "abc:ABC", "a?c:abc", "a*b*c:acb", ".*:x")) assertThat(Glob.matches(bad.split(":", 2)[0], bad.split(":", 2)[1])).as(bad).isFalse();
    }

    @Test
    void who_it_is_is_one_text_and_never_empty() {
        it.role(Map.of());
        for (var sub : List.of("\"sub\":\"\"", "\"sub\":\" \"", "\"sub\":null", "\"sub\":7", "\"sub\":[\"a\"]", "\"sub\":\"" + "x".repeat(2000) + "\"")) assertThat(it.login(it.token(sub)).status()).as(sub).isEqualTo(400);
        it.role(Map.of("user_claim", "/user/name", "user_claim_json_pointer", true));
        assertThat(it.login(it.token("\"user\":{\"name\":\"ada\"}")).status()).isEqualTo(200);
        assertThat(it.login(it.token("\"/user/name\":\"ada\"")).status()).isEqualTo(400);
        it.role(Map.of("user_claim_json_pointer", false));
        assertThat(it.login(it.token("\"/user/name\":\"ada\"")).status()).as("without a pointer it is a name").isEqualTo(200);
    }

    @Test
    void groups_are_a_list_of_texts_or_one() {
        it.role(Map.of("groups_claim", "/org/teams"));
        for (var good : List.of("[\"a\",\"b\"]", "[]", "\"a\"", "[\"\"]")) assertThat(it.login(it.token("\"org\":{\"teams\":" + good + "}")).status()).as(good).isEqualTo(200);
        for (var bad : List.of("[1]", "null", "{}", "[[\"a\"]]", "7", "[null]")) assertThat(it.login(it.token("\"org\":{\"teams\":" + bad + "}")).status()).as(bad).isEqualTo(400);
        assertThat(it.login(it.token()).error()).isEqualTo("failed to fetch groups: \"/org/teams\" claim not found in token");
    }

    @Test
    void a_run_is_named_by_signed_claims_without_two_runs_having_one_name() throws Exception {
        var role = new LinkedHashMap<String, Object>(Map.of("run_claims", List.of("/dag", "task", "n")));
        it.role(role);
        assertThat(it.login(it.token("\"dag\":\"d\"", "\"task\":\"t\"", "\"n\":7")).status()).isEqualTo(200);
        for (var missing : List.of("\"task\":\"\"", "\"task\":null", "\"task\":{}", "\"x\":1")) assertThat(it.login(it.token("\"dag\":\"d\"", missing, "\"n\":7")).status()).as(missing).isEqualTo(400);

        var names = new ArrayList<String>();
        for (var claims : List.of(Map.of("a", "x/y", "b", "z"), Map.of("a", "x", "b", "y/z"), Map.of("a", "x%2Fy", "b", "z"), Map.of("a", "x%252Fy", "b", "z"))) {
            var named = new LinkedHashMap<String, Object>(claims);
            named.put("sub", "s");
            names.add(Person.of(new Claims(java.util.Collections.unmodifiableMap(named)), "r", runs(List.of("a", "b"))).run());
        }
        assertThat(names).doesNotHaveDuplicates().first().isEqualTo("x%2Fy/z");
    }

    private static Role runs(List<String> claims) {
        var n = Role.NEW;
        return new Role(Role.JWT, n.boundAudiences(), "", "string", Map.of(), Map.of(), "sub", false, "", claims, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, List.of(), List.of(), false, Role.CLIENT,
                n.pollInterval(), n.terms(), n.older());
    }

    /** Number 45, as far as it is about logins: an answer tells nothing of a token that is not for us. */
    @Test
    void a_refusal_tells_nothing_of_what_the_token_says() {
        it.role(Map.of("bound_claims", Map.of("env", "prod"), "claim_mappings", Map.of("env", "env")));
        for (var token : List.of(it.token("\"aud\":\"canary-audience\"", "\"env\":\"canary-env\""), it.token("\"env\":\"canary-env\""), it.token("\"iss\":\"canary-iss\"", "\"exp\":1"), it.token("\"env\":{\"canary-x\":1}"))) {
            var refused = it.login(token);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(String.valueOf(refused.body())).doesNotContain("canary").doesNotContain("job-7");
        }
    }

    @Test
    void a_renewal_goes_by_what_the_role_says_now() {
        it.role(Map.of("token_ttl", "10m"));
        var token = it.login(it.token()).token();
        it.role(Map.of("token_ttl", "20m"));
        assertThat(it.server.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).at("auth", "lease_duration")).isEqualTo(1200L);
        it.server.asRoot("DELETE", "/v1/auth/jwt/role/train", Map.of());
        assertThat(it.server.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(403);
    }

    @Test
    void a_token_is_taken_again_while_it_is_good_as_agents_log_in_again() {
        it.role(Map.of());
        var token = it.token();
        assertThat(it.login(token).status()).isEqualTo(200);
        assertThat(it.login(token).status()).isEqualTo(200);
        it.advance(Duration.ofMinutes(7));
        assertThat(it.login(token).status()).isEqualTo(400);
    }
}
