package watchword.engines.gcp.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tokens of accounts that are acted for, and how they are narrowed. */
class ImpersonatedTest {
    private static final List<String> VIEWER = List.of("roles/storage.objectViewer");

    private final World it = new World();

    @AfterEach
    void close() {
        it.close();
    }

    private void account(Object... fields) {
        it.account("impersonated-account/job", fields);
    }

    private String token() {
        var answer = it.read("gcp/impersonated-account/job/token");
        assertThat(answer.status()).as(String.valueOf(answer.body())).isEqualTo(200);
        return answer.text("data", "token");
    }

    private static Map<String, Object> rule(String bucket, List<String> prefixes) {
        return Map.of("bucket", bucket, "prefixes", prefixes, "roles", VIEWER);
    }

    @Test
    void a_token_is_the_accounts_with_its_scopes_for_its_time() {
        account("token_scopes", PretendedGoogle.CLOUD + ",https://www.googleapis.com/auth/devstorage.read_only", "ttl", "10m");
        var answer = it.read("gcp/impersonated-account/job/token");
        assertThat(answer.part("data").members()).containsOnlyKeys("expires_at_seconds", "token", "token_ttl").containsEntry("token_ttl", 600L)
                .containsEntry("expires_at_seconds", it.server.clock().instant().getEpochSecond() + 600);
        assertThat(answer.text("lease_id")).isEmpty();
        var issued = it.google.issued(answer.text("data", "token"));
        assertThat(issued.email()).isEqualTo(PretendedGoogle.APP);
        assertThat(issued.scopes()).containsExactlyInAnyOrder(PretendedGoogle.CLOUD, "https://www.googleapis.com/auth/devstorage.read_only");
        assertThat(it.read("gcp/impersonated-account/job").part("data").members()).containsEntry("service_account_email", PretendedGoogle.APP).containsEntry("service_account_project", "ml-project")
                .containsEntry("ttl", 600L).containsEntry("access_boundary", List.of());
        assertThat(it.server.asRoot("LIST", "/v1/gcp/impersonated-accounts", Map.of()).part("data").texts("keys")).containsExactly("job");
        it.delete("gcp/impersonated-account/job");
        assertThat(it.read("gcp/impersonated-account/job").status()).isEqualTo(404);
        assertThat(it.read("gcp/impersonated-account/job/token").error()).isEqualTo("impersonated account \"job\" does not exists");
    }

    @Test
    void a_narrowed_token_reads_and_lists_its_prefix_and_nothing_else() {
        account("token_scopes", PretendedGoogle.CLOUD, "access_boundary", List.of(rule("data", List.of("jobs/1/", "it's\\odd/")), rule("models", List.of())));
        var token = token();
        assertThat(it.google.reads(token, "data", "jobs/1/in.csv")).isTrue();
        assertThat(it.google.lists(token, "data", "jobs/1/")).isTrue();
        assertThat(it.google.reads(token, "data", "it's\\odd/x")).isTrue();
        assertThat(it.google.reads(token, "models", "any")).isTrue();
        assertThat(it.google.reads(token, "data", "jobs/10/in.csv")).isFalse();
        assertThat(it.google.reads(token, "data", "jobs/2/in.csv")).isFalse();
        assertThat(it.google.lists(token, "data", "")).isFalse();
        assertThat(it.google.lists(token, "data", "jobs/")).isFalse();
        assertThat(it.google.reads(token, "other", "jobs/1/in.csv")).isFalse();
        assertThat(it.read("gcp/impersonated-account/job").part("data").members()).containsEntry("access_boundary",
                List.of(Map.of("bucket", "data", "prefixes", List.of("jobs/1/", "it's\\odd/"), "roles", VIEWER), Map.of("bucket", "models", "prefixes", List.of(), "roles", VIEWER)));
    }

    /** Number 60 of the vulnerability list: the wide token is never what is given out. */
    @Test
    void a_token_that_cannot_be_narrowed_is_not_given_out() {
        account("token_scopes", PretendedGoogle.CLOUD, "access_boundary", List.of(rule("data", List.of("jobs/1/"))));
        it.google.before = action -> action.equals("exchange") ? Optional.of(PretendedGoogle.error(403, "PERMISSION_DENIED")) : Optional.empty();
        var refused = it.read("gcp/impersonated-account/job/token");
        assertThat(refused.status()).isEqualTo(502);
        assertThat(String.valueOf(refused.body())).doesNotContain("ya29");
        it.google.before = action -> action.equals("exchange") ? Optional.of(it.google.wideAgain()) : Optional.empty();
        var same = it.read("gcp/impersonated-account/job/token");
        assertThat(same.status()).isEqualTo(502);
        assertThat(same.error()).isEqualTo("Google gave the wide token back where a narrow one was asked for");
    }

    private String refused(Object... fields) {
        var answer = it.write("gcp/impersonated-account/other", World.body(fields));
        assertThat(answer.status()).isEqualTo(400);
        return answer.error();
    }

    private String boundary(List<Map<String, Object>> rules) {
        return refused("token_scopes", PretendedGoogle.CLOUD, "access_boundary", rules);
    }

    @Test
    void bounds() {
        assertThat(refused()).startsWith("token_scopes:");
        assertThat(refused("token_scopes", "a b")).startsWith("token_scopes:");
        assertThat(refused("token_scopes", IntStream.range(0, 51).mapToObj(i -> "s" + i).collect(Collectors.joining(",")))).startsWith("token_scopes:");
        assertThat(refused("token_scopes", "s", "ttl", "13h")).startsWith("ttl:");
        assertThat(refused("token_scopes", "s", "service_account_email", "../../x")).startsWith("service_account_email:");
        assertThat(boundary(List.of(rule("Data", List.of())))).contains("bucket");
        assertThat(boundary(List.of(rule("data", List.of("jobs/1"))))).contains("slash");
        assertThat(boundary(List.of(rule("data", List.of(""))))).contains("slash");
        assertThat(boundary(List.of(rule("data", List.of("a\n/"))))).contains("prefix");
        assertThat(boundary(List.of(rule("data", List.of("1/", "2/", "3/", "4/", "5/", "6/", "7/"))))).contains("prefixes");
        assertThat(boundary(List.of(rule("data", List.of("x".repeat(1000) + "/", "y".repeat(1000) + "/"))))).contains("too long");
        assertThat(boundary(List.of(Map.of("bucket", "data", "roles", List.of())))).contains("roles");
        assertThat(boundary(List.of(Map.of("bucket", "data", "roles", List.of("owner'"))))).contains("role");
        assertThat(boundary(IntStream.range(0, 11).mapToObj(i -> rule("data" + i, List.of())).toList())).contains("10 rules");
        assertThat(it.google.asked).isEmpty();
        assertThat(it.write("gcp/impersonated-account/other", World.body("token_scopes", "s", "service_account_email", "none@p.iam.gserviceaccount.com")).error()).contains("NOT_FOUND");
        account("token_scopes", PretendedGoogle.CLOUD);
        assertThat(it.write("gcp/impersonated-account/job", Map.of("service_account_email", PretendedGoogle.ROOT)).error()).contains("cannot be changed");
    }

    @Test
    void who_may_not_be_acted_for_is_told_by_google_alone() {
        it.google.account(PretendedGoogle.APP).creators.clear();
        account("token_scopes", PretendedGoogle.CLOUD);
        assertThat(it.read("gcp/impersonated-account/job/token").error()).isEqualTo("Error generating an access token: Google answered PERMISSION_DENIED, status 403");
    }

    @Test
    void the_mounts_own_token_is_kept_and_replaced_in_time() {
        account("token_scopes", PretendedGoogle.CLOUD);
        token();
        token();
        assertThat(it.google.times("grant")).isEqualTo(1);
        it.server.clock().advance(Duration.ofMinutes(56));
        it.google.before = action -> action.equals("grant") ? Optional.of(PretendedGoogle.error(500, "INTERNAL")) : Optional.empty();
        token();
        it.server.clock().advance(Duration.ofMinutes(4));
        assertThat(it.read("gcp/impersonated-account/job/token").status()).isEqualTo(502);
        it.live();
        token();
    }

    @Test
    void a_kept_token_that_is_no_longer_taken_is_got_anew_once() {
        account("token_scopes", PretendedGoogle.CLOUD);
        it.google.tokens.clear();
        token();
        assertThat(it.google.times("grant")).isEqualTo(2);
        it.google.before = action -> action.equals("generateAccessToken") ? Optional.of(PretendedGoogle.error(401, "UNAUTHENTICATED")) : Optional.empty();
        assertThat(it.read("gcp/impersonated-account/job/token").status()).isEqualTo(502);
        assertThat(it.google.times("grant")).isEqualTo(3);
    }

    @Test
    void what_passes_is_asked_again_with_growing_pauses() {
        account("token_scopes", PretendedGoogle.CLOUD);
        it.google.before = action -> action.equals("generateAccessToken") && it.google.times(action) < 3 ? Optional.of(PretendedGoogle.error(503, "UNAVAILABLE")) : Optional.empty();
        token();
        assertThat(it.pauses).containsExactly(Duration.ofMillis(200), Duration.ofMillis(400));
    }
}
