package watchword.engines.gcp.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.engines.FaultyOutbound.Died;

/** Keys that the mount signs with, its own among them: a new one is known to work before the old one goes, and none is lost. */
class RotationTest {
    private static final String APP = PretendedGoogle.APP;
    private static final String ROOT = PretendedGoogle.ROOT;

    private final World it = new World();

    @AfterEach
    void close() {
        it.close();
    }

    private void adopt() {
        it.account("static-account/app", "token_scopes", PretendedGoogle.CLOUD);
    }

    private void requireToken() {
        var answer = it.read("gcp/static-account/app/token");
        assertThat(answer.status()).as(String.valueOf(answer.body())).isEqualTo(200);
        assertThat(it.google.issued(answer.text("data", "token")).email()).isEqualTo(APP);
    }

    @Test
    void an_account_has_a_key_at_once_and_tokens_by_it() {
        adopt();
        assertThat(it.google.keys(APP)).hasSize(1);
        requireToken();
        assertThat(it.read("gcp/static-account/app/token").part("data").members()).containsOnlyKeys("expires_at_seconds", "token", "token_ttl").containsEntry("token_ttl", 3599L);
        assertThat(it.read("gcp/static-account/app").part("data").members()).containsOnlyKeys("secret_type", "service_account_email", "service_account_project", "token_scopes")
                .containsEntry("secret_type", "access_token").containsEntry("service_account_project", "ml-project");
        assertThat(it.read("gcp/static-account/app/key").error()).isEqualTo("static account \"app\" cannot generate service account keys (has secret type access_token)");
        assertThat(it.server.asRoot("LIST", "/v1/gcp/static-accounts", Map.of()).part("data").texts("keys")).containsExactly("app");
    }

    @Test
    void its_scopes_can_be_changed_but_not_whose_it_is() {
        adopt();
        it.write("gcp/static-account/app", Map.of("token_scopes", "narrow"));
        assertThat(it.google.issued(it.read("gcp/static-account/app/token").text("data", "token")).scopes()).containsExactly("narrow");
        assertThat(it.write("gcp/static-account/app", Map.of("service_account_email", ROOT)).status()).isEqualTo(400);
        assertThat(it.write("gcp/static-account/app", Map.of("secret_type", "service_account_key")).status()).isEqualTo(400);
        assertThat(it.write("gcp/static-account/b", World.body("token_scopes", "x", "bindings", "resource \"x\" {}")).error()).startsWith("bindings:");
        assertThat(it.write("gcp/static-account/b", World.body("secret_type", "x")).error()).startsWith("secret_type:");
        assertThat(it.google.keys(APP)).hasSize(1);
    }

    @Test
    void rotating_its_key_deletes_the_one_before() {
        adopt();
        var first = Set.copyOf(it.google.keys(APP));
        it.google.account(APP).keys.put("human", it.server.clock().instant());
        assertThat(it.write("gcp/static-account/app/rotate-key", Map.of()).status()).isEqualTo(204);
        assertThat(it.google.keys(APP)).hasSize(2).contains("human").doesNotContainAnyElementsOf(first);
        requireToken();
        assertThat(it.delete("gcp/static-account/app").status()).isEqualTo(204);
        assertThat(it.google.keys(APP)).containsExactly("human");
        assertThat(it.read("gcp/static-account/app").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys.list", "keys.create", "grant", "keys.delete"})
    void no_key_is_lost_when_the_server_dies_while_one_is_rotated(String step) {
        adopt();
        it.dieAfter(step);
        assertThatThrownBy(() -> it.write("gcp/static-account/app/rotate-key", Map.of())).isInstanceOf(Died.class);
        it.live();
        requireToken();
        it.later();
        assertThat(it.google.keys(APP)).as("nobody has to do anything").hasSize(1);
        requireToken();
        it.write("gcp/static-account/app/rotate-key", Map.of());
        assertThat(it.google.keys(APP)).hasSize(1);
        requireToken();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys.list", "keys.create"})
    void no_first_key_is_lost_either(String step) {
        it.google.account(APP).keys.put("human", it.server.clock().instant());
        it.dieAfter(step);
        assertThatThrownBy(this::adopt).isInstanceOf(Died.class);
        it.live();
        it.later();
        assertThat(it.google.keys(APP)).as("what was begun is finished").hasSize(2).contains("human");
        requireToken();
        it.delete("gcp/static-account/app");
        assertThat(it.google.keys(APP)).containsExactly("human");
    }

    @ParameterizedTest
    @ValueSource(strings = {"account.get", "grant"})
    void what_dies_before_an_account_is_kept_leaves_nothing(String step) {
        it.dieAfter(step);
        assertThatThrownBy(this::adopt).isInstanceOf(Died.class);
        it.live();
        it.later();
        assertThat(it.google.keys(APP)).isEmpty();
        assertThat(it.read("gcp/static-account/app").status()).isEqualTo(404);
    }

    @Test
    void an_account_that_gets_no_first_key_has_never_been() {
        it.google.before = action -> action.equals("keys.create") ? Optional.of(PretendedGoogle.error(400, "FAILED_PRECONDITION")) : Optional.empty();
        assertThat(it.write("gcp/static-account/app", World.body("token_scopes", "x")).error()).isEqualTo("Error creating a service account key: Google answered FAILED_PRECONDITION, status 400");
        assertThat(it.read("gcp/static-account/app").status()).isEqualTo(404);
        it.live();
        it.later();
        assertThat(it.google.keys(APP)).isEmpty();
        adopt();
    }

    @Test
    void a_key_that_google_does_not_take_is_deleted_and_the_old_one_stays_in_force() {
        it.google.takesNewKeys = false;
        assertThat(it.write("gcp/config/rotate-root", Map.of()).error()).contains("does not take the new key");
        assertThat(it.google.keys(ROOT)).containsExactly("rootkey");
        assertThat(it.pauses).hasSize(14);
        it.google.takesNewKeys = true;
        assertThat(it.write("gcp/config/rotate-root", Map.of()).status()).isEqualTo(200);
    }

    @Test
    void the_mounts_own_key_is_replaced_and_the_old_one_deleted_by_the_new() {
        var rotated = it.write("gcp/config/rotate-root", Map.of());
        assertThat(rotated.part("data").members()).containsOnlyKeys("private_key_id");
        assertThat(it.google.keys(ROOT)).containsExactly(rotated.text("data", "private_key_id")).doesNotContain("rootkey");
        adopt();
        requireToken();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys.list", "keys.create", "grant", "keys.delete"})
    void a_server_that_dies_while_it_rotates_its_own_key_can_still_ask_and_leaves_none_behind(String step) {
        it.dieAfter(step);
        assertThatThrownBy(() -> it.write("gcp/config/rotate-root", Map.of())).isInstanceOf(Died.class);
        it.live();
        it.account("impersonated-account/job", "token_scopes", PretendedGoogle.CLOUD);
        assertThat(it.read("gcp/impersonated-account/job/token").status()).isEqualTo(200);
        it.later();
        assertThat(it.google.keys(ROOT)).hasSize(1);
        assertThat(it.write("gcp/config/rotate-root", Map.of()).status()).isEqualTo(200);
        assertThat(it.google.keys(ROOT)).hasSize(1).doesNotContain("rootkey");
    }

    @Test
    void the_mounts_own_key_is_rotated_by_its_schedule() {
        it.write("gcp/config", Map.of("rotation_period", "1h"));
        it.server.runDue();
        assertThat(it.google.keys(ROOT)).containsExactly("rootkey");
        it.server.clock().advance(Duration.ofHours(1).plusSeconds(1));
        it.server.runDue();
        assertThat(it.google.keys(ROOT)).hasSize(1).doesNotContain("rootkey");
    }

    @Test
    void what_cannot_be_deleted_at_google_is_not_forgotten() {
        adopt();
        it.google.before = action -> action.equals("keys.delete") ? Optional.of(PretendedGoogle.error(403, "PERMISSION_DENIED")) : Optional.empty();
        assertThat(it.delete("gcp/static-account/app").status()).isEqualTo(502);
        it.live();
        requireToken();
    }
}
