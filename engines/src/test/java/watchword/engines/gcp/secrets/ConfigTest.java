package watchword.engines.gcp.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import watchword.sdk.Problem;

/** How Google is asked: what is kept is never told, and what cannot be used is refused at once. */
class ConfigTest {
    private final World it = new World();

    @AfterEach
    void close() {
        it.close();
    }

    private Map<String, Object> shown() {
        return it.read("gcp/config").part("data").members();
    }

    @Test
    void credentials_are_never_read_back() {
        assertThat(shown()).containsOnlyKeys("ca_pem", "custom_endpoint", "identity_token_audience", "identity_token_ttl", "max_ttl", "service_account_email", "ttl", "rotation_period", "rotation_schedule", "rotation_window",
                "disable_automated_rotation").containsEntry("ttl", 600L).containsEntry("max_ttl", 3600L);
        assertThat(shown().toString()).doesNotContain("PRIVATE").doesNotContain("rootkey");
    }

    @Test
    void what_is_not_sent_stays() {
        it.write("gcp/config", Map.of("ttl", "1m"));
        assertThat(shown()).containsEntry("ttl", 60L).containsEntry("max_ttl", 3600L);
        it.account("impersonated-account/job", "token_scopes", PretendedGoogle.CLOUD);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"type|authorized_user", "client_email|../x", "client_email|''", "private_key|canary-key", "private_key|-----BEGIN PRIVATE KEY-----canary-key-----END PRIVATE KEY-----", "private_key_id|a\"b",
        "private_key_id|''", "token_uri|ftp://x/", "token_uri|https://canary-key@x/", "universe_domain|a b", "universe_domain|x/y.z"})
    void credentials_that_cannot_be_used_are_refused_without_a_word_of_them(String field, String value) {
        var file = PretendedGoogle.file(PretendedGoogle.ROOT, "rootkey").replaceFirst("\"" + field + "\":\"[^\"]*\"", "\"" + field + "\":\"" + value.replace("\"", "\\\\\"") + "\"");
        var refused = it.write("gcp/config", Map.of("credentials", file));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error()).startsWith("invalid credentials JSON file: ").doesNotContain("canary-key");
        it.account("impersonated-account/job", "token_scopes", PretendedGoogle.CLOUD);
    }

    @Test
    void what_is_no_credentials_file_is_refused() {
        assertThat(it.write("gcp/config", Map.of("credentials", "canary-key")).error()).isEqualTo("invalid credentials JSON file: not JSON");
        assertThat(it.write("gcp/config", Map.of("credentials", "x".repeat(70_000))).error()).isEqualTo("invalid credentials JSON file: too long");
        assertThat(it.write("gcp/config", Map.of("identity_token_audience", "x", "service_account_email", PretendedGoogle.APP)).error())
                .isEqualTo("only one of 'credentials' or 'identity_token_audience' can be set");
        assertThat(it.write("gcp/config", Map.of("identity_token_audience", "x")).error()).isEqualTo("missing required 'service_account_email' when 'identity_token_audience' is set");
        assertThat(it.write("gcp/config", Map.of("custom_endpoint", Map.of("iam", "https://a@b"))).error()).startsWith("custom_endpoint:");
        assertThat(it.write("gcp/config", Map.of("custom_endpoint", Map.of("compute", "https://b"))).error()).startsWith("custom_endpoint:");
    }

    @Test
    void without_credentials_nothing_is_asked() {
        it.write("sys/mounts/bare", Map.of("type", "gcp"));
        assertThat(it.read("bare/config").status()).isEqualTo(404);
        assertThat(it.write("bare/static-account/x", World.body("token_scopes", "s")).error()).contains("no credentials");
        assertThat(it.write("bare/config/rotate-root", Map.of()).error()).contains("no credentials");
        assertThat(it.google.asked).isEmpty();
    }

    @Test
    void every_service_can_be_elsewhere() {
        it.write("gcp/config", Map.of("custom_endpoint", Map.of("iam", "https://iam.test/", "oauth2", "https://oauth2.test/token", "iamcredentials", "https://iamcredentials.test", "sts", "https://sts.test")));
        it.account("impersonated-account/job", "token_scopes", PretendedGoogle.CLOUD, "access_boundary", List.of(Map.of("bucket", "data", "roles", List.of("roles/storage.objectViewer"))));
        assertThat(it.read("gcp/impersonated-account/job/token").status()).isEqualTo(200);
        assertThat(it.google.asked.stream().map(each -> each.ask().to().getHost())).contains("iam.test", "oauth2.test", "iamcredentials.test", "sts.test").allMatch(host -> host.endsWith(".test"));
        assertThat(Config.NONE.address("sts", "cloud.test")).isEqualTo("https://sts.cloud.test");
    }

    /** Number 57 of the vulnerability list. */
    @Test
    void who_may_read_accounts_gets_no_credentials_by_any_spelling() {
        it.account("static-account/app", "token_scopes", PretendedGoogle.CLOUD);
        it.google.asked.clear();
        var reader = it.server.tokenFor("path \"gcp/static-account/+\" { capabilities = [\"read\", \"list\", \"update\", \"create\"] }");
        assertThat(it.server.ask(reader, "GET", "/v1/gcp/static-account/app", Map.of()).status()).isEqualTo(200);
        for (var path : List.of("gcp/static-account/app/token", "gcp/static-account/app//token", "gcp/static-account/app/../app/token", "gcp/static-account/app/rotate-key", "gcp/config")) {
            for (var method : List.of("GET", "POST")) assertThat(status(reader, method, path)).as(method + " " + path).isIn(400, 403, 404, 405);
        }
        assertThat(it.google.asked).isEmpty();
    }

    private int status(String token, String method, String path) {
        try {
            return it.server.ask(token, method, "/v1/" + path, Map.of()).status();
        } catch (Problem.ProblemException noPath) {
            assertThat(noPath.problem()).isInstanceOf(Problem.Invalid.class);
            return 400;
        }
    }
}
