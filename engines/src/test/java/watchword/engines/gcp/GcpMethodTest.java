package watchword.engines.gcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.sdk.Outbound;
import watchword.testkit.TokenSigner;

/** Logins with tokens of the forms that Google documents, signed here: number 50 of the vulnerability list, each refusal beside its twin. */
class GcpMethodTest {
    private static final TokenSigner GOOGLE = TokenSigner.of("g1", "RS256");
    private static final TokenSigner ACCOUNT = TokenSigner.of("a1", "RS256");
    private static final TokenSigner STRANGER = TokenSigner.of("g1", "RS256");
    private static final String EMAIL = "trainer@my-project.iam.gserviceaccount.com";

    private final List<String> asked = new ArrayList<>();
    private final ServerPlayer it = new ServerPlayer(EngineCatalog.builder().auth("gcp", (context, _) -> new GcpMethod(context, this::answer)).build());

    @BeforeEach
    void mount() {
        it.asRoot("POST", "/v1/sys/auth/gcp", Map.of("type", "gcp"));
        it.asRoot("POST", "/v1/auth/gcp/config", Map.of("custom_endpoint", Map.of("api", "https://google.test")));
        role("account", Map.of("type", "iam", "bound_service_accounts", EMAIL, "token_policies", "trainer"));
        role("machine", Map.of("type", "gce", "bound_projects", "my-project", "bound_zones", "europe-west1-b", "token_policies", "trainer"));
    }

    @AfterEach
    void close() {
        it.close();
    }

    private Outbound.Answer answer(Outbound.Ask ask) {
        asked.add(ask.to().toString());
        var keys = switch (ask.to().getPath()) {
            case "/oauth2/v3/certs" -> GOOGLE;
            case "/service_accounts/v1/jwk/" + EMAIL -> ACCOUNT;
            default -> null;
        };
        if (keys == null) return new Outbound.Answer(404, Map.of(), new byte[0]);
        return new Outbound.Answer(200, Map.of(), TokenSigner.jwks(keys).getBytes(StandardCharsets.UTF_8));
    }

    private ServerPlayer.Received role(String name, Map<String, Object> fields) {
        return it.asRoot("POST", "/v1/auth/gcp/role/" + name, fields);
    }

    private ServerPlayer.Received login(String role, String jwt) {
        return it.ask("", "POST", "/v1/auth/gcp/login", Map.of("role", role, "jwt", jwt));
    }

    private Instant now() {
        return it.clock().instant();
    }

    private String account(String audience, Duration lifetime) {
        return "{\"sub\":\"" + EMAIL + "\",\"iss\":\"" + EMAIL + "\",\"aud\":\"" + audience + "\",\"iat\":" + now().getEpochSecond() + ",\"exp\":" + now().plus(lifetime).getEpochSecond() + "}";
    }

    private String machine(String project, String zone, String audience) {
        return "{\"iss\":\"https://accounts.google.com\",\"aud\":\"" + audience + "\",\"sub\":\"1001\",\"email\":\"" + EMAIL + "\",\"email_verified\":true,\"iat\":" + now().getEpochSecond()
                + ",\"exp\":" + now().plusSeconds(3600).getEpochSecond() + ",\"google\":{\"compute_engine\":{\"project_id\":\"" + project + "\",\"project_number\":7,\"zone\":\"" + zone
                + "\",\"instance_id\":\"42\",\"instance_name\":\"gpu-1\",\"instance_creation_timestamp\":1}}}";
    }

    @Test
    void an_account_logs_in_with_what_it_signed() {
        var in = login("account", ACCOUNT.sign(account("vault/account", Duration.ofMinutes(10))));
        assertThat(in.status()).as(in.error()).isEqualTo(200);
        assertThat(in.at("auth", "token_policies")).isEqualTo(List.of("default", "trainer"));
        assertThat(in.at("auth", "metadata")).isEqualTo(Map.of("role", "account", "service_account_email", EMAIL, "project_id", "my-project"));
        assertThat(it.ask(in.token(), "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(200);
        login("account", ACCOUNT.sign(account("https://vault/account", Duration.ofMinutes(10))));
        assertThat(asked).as("keys are kept").containsExactly("https://google.test/service_accounts/v1/jwk/" + EMAIL);
    }

    /** Number 48: keys that came by the word of one authority are not another's. */
    @Test
    void keys_are_fetched_anew_where_others_vouch_for_their_address() {
        for (int i = 0; i < 2; i++) login("account", ACCOUNT.sign(account("vault/account", Duration.ofMinutes(10))));
        assertThat(asked).hasSize(1);
        it.asRoot("POST", "/v1/auth/gcp/config", Map.of("ca_pem", "another"));
        assertThat(login("account", ACCOUNT.sign(account("vault/account", Duration.ofMinutes(10)))).status()).isEqualTo(200);
        assertThat(asked).hasSize(2);
    }

    @Test
    void a_machine_logs_in_with_what_google_signed() {
        var in = login("machine", GOOGLE.sign(machine("my-project", "europe-west1-b", "vault/machine")));
        assertThat(in.status()).as(in.error()).isEqualTo(200);
        assertThat(in.text("auth", "metadata", "instance_name")).isEqualTo("gpu-1");
        assertThat(login("account", GOOGLE.sign(machine("my-project", "europe-west1-b", "vault/account"))).status()).as("by the account that it runs as").isEqualTo(200);
        role("account", Map.of("allow_gce_inference", false));
        assertThat(login("account", GOOGLE.sign(machine("my-project", "europe-west1-b", "vault/account"))).status()).isEqualTo(403);
    }

    @Test
    void a_machine_of_another_project_or_zone_is_refused_as_are_its_claims_by_anybody_else() {
        for (var jwt : List.of(
                GOOGLE.sign(machine("other-project", "europe-west1-b", "vault/machine")),
                GOOGLE.sign(machine("my-project", "us-east1-b", "vault/machine")),
                GOOGLE.sign(machine("my-project", "europe-west1-b", "vault/account")),
                GOOGLE.sign(machine("my-project", "europe-west1-b", "https://other.example")),
                STRANGER.sign(machine("my-project", "europe-west1-b", "vault/machine")),
                ACCOUNT.sign(machine("my-project", "europe-west1-b", "vault/machine")),
                GOOGLE.sign(machine("my-project", "europe-west1-b", "vault/machine").replace("https://accounts.google.com", "https://accounts.google.com.evil.example")),
                GOOGLE.sign(machine("my-project", "europe-west1-b", "vault/machine").replace("\"instance_id\":\"42\"", "\"instance_id\":42")),
                GOOGLE.sign("{\"alg\":\"none\"}", machine("my-project", "europe-west1-b", "vault/machine")),
                ACCOUNT.sign(account("vault/machine", Duration.ofMinutes(5))))) {
            assertThat(login("machine", jwt).status()).isEqualTo(403);
        }
        assertThat(login("machine", GOOGLE.sign(machine("my-project", "europe-west1-b", "vault/machine"))).status()).isEqualTo(200);
    }

    @Test
    void an_account_is_bound_by_name_time_and_purpose() {
        role("other", Map.of("type", "iam", "bound_service_accounts", "somebody@my-project.iam.gserviceaccount.com"));
        assertThat(login("other", ACCOUNT.sign(account("vault/other", Duration.ofMinutes(5)))).status()).isEqualTo(403);
        assertThat(login("account", ACCOUNT.sign(account("vault/other", Duration.ofMinutes(5)))).status()).isEqualTo(403);
        assertThat(login("account", ACCOUNT.sign(account("vault/account", Duration.ofMinutes(50)))).error()).contains("within 900 seconds");
        assertThat(login("account", ACCOUNT.sign(account("vault/account", Duration.ofMinutes(-5)))).status()).isEqualTo(403);
        assertThat(login("account", STRANGER.sign(account("vault/account", Duration.ofMinutes(5)))).status()).isEqualTo(403);
        assertThat(login("account", ACCOUNT.sign(account("vault/account", Duration.ofMinutes(5)).replace("\"exp\"", "\"no\""))).status()).isEqualTo(403);
        for (var hostile : List.of("../../oauth2/v3/certs@x", "a@b/../../x", "a@b?x=y", "a@b#c", "%2e%2e@x", "a b@c")) {
            asked.clear();
            assertThat(login("account", ACCOUNT.sign(account("vault/account", Duration.ofMinutes(5)).replace(EMAIL, hostile))).status()).isEqualTo(403);
            assertThat(asked).as(hostile).isEmpty();
        }
        assertThat(login("account", ACCOUNT.sign(account("vault/account", Duration.ofMinutes(5)))).status()).isEqualTo(200);
    }

    @Test
    void a_role_is_read_as_it_was_written_and_a_bound_that_would_not_hold_is_refused() {
        var read = it.asRoot("GET", "/v1/auth/gcp/role/machine", Map.of());
        assertThat(read.at("data", "bound_zones")).isEqualTo(List.of("europe-west1-b"));
        assertThat(read.at("data", "type")).isEqualTo("gce");
        assertThat(read.at("data", "max_jwt_exp")).isEqualTo(900L);
        assertThat(role("x", Map.of("type", "gce")).status()).as("any machine of anybody").isEqualTo(400);
        assertThat(role("x", Map.of("type", "iam")).status()).isEqualTo(400);
        assertThat(role("x", Map.of("type", "gce", "bound_projects", "p", "bound_labels", "a:b")).status()).isEqualTo(400);
        assertThat(role("x", Map.of("type", "iam", "bound_service_accounts", "*", "bound_zones", "z")).status()).isEqualTo(400);
        assertThat(role("machine", Map.of("type", "iam", "bound_service_accounts", "*")).status()).isEqualTo(400);
        assertThat(role("x", Map.of("type", "iam", "bound_service_accounts", "*", "token_policies", "root")).status()).isEqualTo(400);
        assertThat(it.asRoot("GET", "/v1/auth/gcp/role/x", Map.of()).status()).isEqualTo(404);
        assertThat(it.asRoot("GET", "/v1/auth/gcp/config", Map.of()).text("data")).doesNotContain("credentials");
    }

    @Test
    void who_is_no_longer_allowed_is_not_renewed_and_no_role_is_told_to_strangers() {
        var token = login("machine", GOOGLE.sign(machine("my-project", "europe-west1-b", "vault/machine"))).token();
        role("machine", Map.of("bound_zones", "us-east1-b"));
        assertThat(it.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(403);
        assertThat(login("nope", STRANGER.sign(machine("my-project", "europe-west1-b", "vault/nope"))).status()).isEqualTo(403);
        assertThat(login("nope", GOOGLE.sign(machine("my-project", "europe-west1-b", "vault/nope"))).status()).isEqualTo(400);
    }
}
