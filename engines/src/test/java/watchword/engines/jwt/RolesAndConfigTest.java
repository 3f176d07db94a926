package watchword.engines.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.testkit.TokenSigner;

/** What is set is what is read, as tools that compare the two expect. */
final class RolesAndConfigTest {
    private final World it = new World();

    @AfterEach
    void close() {
        it.close();
    }

    private Map<?, ?> read(String path) {
        return it.server.asRoot("GET", "/v1/auth/jwt/" + path, Map.of()).at("data") instanceof Map<?, ?> data ? data : Map.of();
    }

    @Test
    void a_role_reads_as_the_field_s_roles_do() {
        World.expect(204, it.role("Plain", Map.of("role_type", "jwt", "user_claim", "sub", "bound_subject", "x")));
        var role = read("role/plain");
        assertThat(role.keySet().stream().map(String::valueOf)).containsExactlyInAnyOrder("role_type", "expiration_leeway", "not_before_leeway", "clock_skew_leeway", "bound_audiences", "bound_subject", "bound_claims_type", "bound_claims",
                "claim_mappings", "user_claim", "user_claim_json_pointer", "groups_claim", "allowed_redirect_uris", "oidc_scopes", "verbose_oidc_logging", "max_age", "run_claims", "callback_mode", "token_bound_cidrs",
                "token_explicit_max_ttl", "token_max_ttl", "token_no_default_policy", "token_num_uses", "token_period", "token_policies", "token_strictly_bind_ip", "token_ttl", "token_type");
        for (var empty : List.of("bound_audiences", "bound_claims", "claim_mappings", "allowed_redirect_uris", "oidc_scopes")) assertThat(role.get(empty)).as(empty).isNull();
        assertThat(role.get("expiration_leeway")).isEqualTo(0L);
        assertThat(role.get("bound_claims_type")).isEqualTo("string");
    }

    @Test
    void what_is_written_comes_back() {
        var fields = Map.<String, Object>ofEntries(Map.entry("role_type", "oidc"), Map.entry("bound_audiences", List.of("a", "b")), Map.entry("bound_subject", "s"), Map.entry("bound_claims_type", "glob"),
                Map.entry("bound_claims", Map.of("a", List.of("x*", "y"), "/b/c", "z")), Map.entry("claim_mappings", Map.of("/a/b", "m")), Map.entry("user_claim", "/u"), Map.entry("user_claim_json_pointer", true),
                Map.entry("groups_claim", "g"), Map.entry("run_claims", List.of("/r")), Map.entry("clock_skew_leeway", 30L), Map.entry("expiration_leeway", -1L), Map.entry("not_before_leeway", 20L), Map.entry("max_age", 3600L),
                Map.entry("oidc_scopes", List.of("email", "profile")), Map.entry("allowed_redirect_uris", List.of("http://localhost:8250/oidc/callback")), Map.entry("verbose_oidc_logging", true),
                Map.entry("callback_mode", "direct"), Map.entry("poll_interval", 3L), Map.entry("token_policies", List.of("p")), Map.entry("token_ttl", 60L), Map.entry("token_max_ttl", 120L));
        assertThat(it.role("all", fields).status()).as("with a warning about logging").isEqualTo(200);
        var role = read("role/all");
        fields.forEach((name, value) -> assertThat(role.get(name)).as(name).isEqualTo(value));
        assertThat(it.server.asRoot("GET", "/v1/auth/jwt/role?list=true", Map.of()).at("data", "keys")).isEqualTo(List.of("all"));
        World.expect(204, it.server.asRoot("DELETE", "/v1/auth/jwt/role/all", Map.of()));
        assertThat(it.server.asRoot("GET", "/v1/auth/jwt/role/all", Map.of()).status()).isEqualTo(404);
        assertThat(it.server.asRoot("GET", "/v1/auth/jwt/role?list=true", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void older_names_set_the_newer_and_are_shown_while_they_are_used() {
        World.expect(204, it.role("old", Map.of("role_type", "jwt", "user_claim", "sub", "bound_cidrs", "10.0.0.0/8", "policies", "a,b", "ttl", "1m", "max_ttl", "1h", "num_uses", 3, "period", 0)));
        var role = read("role/old");
        assertThat(role.get("token_policies")).isEqualTo(List.of("a", "b")).isEqualTo(role.get("policies"));
        assertThat(role.get("token_ttl")).isEqualTo(60L).isEqualTo(role.get("ttl"));
        assertThat(role.get("token_num_uses")).isEqualTo(3L).isEqualTo(role.get("num_uses"));
        assertThat(role.get("token_bound_cidrs")).isEqualTo(List.of("10.0.0.0/8"));
        World.expect(204, it.role("old", Map.of("role_type", "jwt", "token_policies", "c")));
        assertThat(read("role/old").containsKey("policies")).isFalse();
        assertThat(read("role/old").get("token_policies")).isEqualTo(List.of("c"));
    }

    @Test
    void a_role_that_bounds_nothing_or_contradicts_itself_is_refused() {
        var good = Map.<String, Object>of("role_type", "jwt", "user_claim", "sub", "bound_subject", "x");
        for (var wrong : List.<Map<String, Object>>of(Map.of("bound_subject", ""), Map.of("user_claim", ""), Map.of("role_type", "saml"), Map.of("bound_claims_type", "regex"), Map.of("role_type", "oidc"), Map.of("callback_mode", "x"),
                Map.of("bound_claims_type", "glob", "bound_claims", Map.of("a", 1)), Map.of("bound_claims", Map.of("a", Map.of("b", 1))), Map.of("claim_mappings", Map.of("a", "role")), Map.of("claim_mappings", Map.of("a", "m", "b", "m")),
                Map.of("token_policies", "root"), Map.of("token_policies", " ROOT"), Map.of("token_ttl", "2h", "token_max_ttl", "1h"), Map.of("token_bound_cidrs", "nowhere"), Map.of("clock_skew_leeway", "48h"), Map.of("max_age", -1),
                Map.of("token_period", "9000h"), Map.of("bound_audiences", ",", "bound_subject", ""))) {
            var fields = new java.util.LinkedHashMap<>(good);
            fields.putAll(wrong);
            assertThat(it.role("r", fields).status()).as(wrong.toString()).isEqualTo(400);
        }
        World.expect(204, it.role("r", good));
    }

    @Test
    void a_configuration_has_one_source_of_keys_that_answers() {
        var pem = it.signer.pem();
        for (var wrong : List.<Map<String, Object>>of(Map.of(), Map.of("jwks_url", World.KEYS, "jwt_validation_pubkeys", pem), Map.of("jwt_validation_pubkeys", "nonsense"), Map.of("jwks_url", "https://silent.example"),
                Map.of("jwks_url", "not a url"), Map.of("jwks_url", World.KEYS, "oidc_client_id", "x"), Map.of("jwks_url", World.KEYS, "oidc_client_id", "x", "oidc_client_secret", "y"),
                Map.of("oidc_discovery_url", "https://silent.example"), Map.of("jwt_validation_pubkeys", pem, "oidc_response_mode", "x"), Map.of("jwt_validation_pubkeys", pem, "oidc_response_types", "id_token"),
                Map.of("jwt_validation_pubkeys", pem, "oidc_response_types", "token"), Map.of("jwks_pairs", List.of(Map.of("jwks_url", World.KEYS)), "bound_issuer", "x"),
                Map.of("jwks_pairs", List.of(Map.of("jwks_url", World.KEYS)), "jwks_ca_pem", "x"), Map.of("jwks_pairs", List.of(Map.of("jwks_ca_pem", "x"))))) {
            assertThat(it.config(wrong).status()).as(wrong.toString()).isEqualTo(400);
            assertThat(it.server.asRoot("GET", "/v1/auth/jwt/config", Map.of()).status()).isEqualTo(404);
        }
        assertThat(it.config(Map.of("jwks_url", "https://silent.example", "skip_jwks_validation", true)).status()).as("kept, with a warning").isEqualTo(200);
        assertThat(read("config").get("jwks_url")).isEqualTo("https://silent.example");
    }

    @Test
    void a_configuration_reads_as_the_field_s_and_tells_no_secret() {
        it.web.page(World.ISSUER + "/.well-known/openid-configuration", "{\"issuer\":\"" + World.ISSUER + "\",\"jwks_uri\":\"" + World.KEYS + "\"}");
        World.expect(204, it.config(Map.of("oidc_discovery_url", World.ISSUER, "oidc_client_id", "us", "oidc_client_secret", "canary-secret", "default_role", "Train", "provider_config",
                Map.of("provider", "gsuite", "gsuite_service_account", "canary-account"))));
        var config = read("config");
        assertThat(config.toString()).doesNotContain("canary");
        assertThat(config.keySet().stream().map(String::valueOf)).containsExactlyInAnyOrder("oidc_discovery_url", "oidc_discovery_ca_pem", "oidc_client_id", "oidc_response_mode", "oidc_response_types", "default_role",
                "jwt_validation_pubkeys", "jwt_supported_algs", "jwks_url", "jwks_pairs", "jwks_ca_pem", "bound_issuer", "provider_config", "namespace_in_state", "unsupported_critical_cert_extensions");
        assertThat(config.get("oidc_response_types")).isEqualTo(List.of());
        assertThat(config.get("provider_config")).isEqualTo(Map.of("provider", "gsuite"));
        assertThat(config.get("default_role")).isEqualTo("train");
        assertThat(config.get("namespace_in_state")).isEqualTo(true);
    }

    @Test
    void keys_that_are_given_verify_without_asking_anybody() {
        var other = TokenSigner.of("other", "EdDSA");
        World.expect(204, it.config(Map.of("jwt_validation_pubkeys", List.of(it.signer.pem(), other.pem()))));
        it.role(Map.of());
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        assertThat(it.login(other.sign(it.claims())).status()).isEqualTo(200);
        assertThat(it.login(TokenSigner.of("key-1", "ES256").sign(it.claims())).error())
                .isEqualTo("error validating token: error verifying token signature: no known key successfully validated the token signature");
        assertThat(it.web.asked()).isZero();
        assertThat(read("config").get("jwt_validation_pubkeys")).isEqualTo(List.of(it.signer.pem().strip(), other.pem().strip()));
    }
}
