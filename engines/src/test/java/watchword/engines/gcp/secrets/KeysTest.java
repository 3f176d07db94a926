package watchword.engines.gcp.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.engines.FaultyOutbound.Died;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/** A key that is made for a lease: there while it lasts, and whatever fails, none is left that no lease knows. */
class KeysTest {
    private static final String APP = PretendedGoogle.APP;

    private final World it = new World();

    @BeforeEach
    void given_an_account() {
        it.google.account(APP).keys.put("human", it.server.clock().instant().minus(Duration.ofMinutes(1)));
        it.account("static-account/app", "secret_type", "service_account_key");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private void requireNothingLeft() {
        it.later();
        assertThat(it.google.keys(APP)).containsExactly("human");
        assertThat(it.server.asRoot("LIST", "/v1/sys/leases/lookup/gcp/static-account/app/key", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void it_is_a_credentials_file_and_ends_with_its_lease() {
        var issued = it.read("gcp/static-account/app/key");
        assertThat(issued.part("data").members()).containsOnlyKeys("key_algorithm", "key_type", "private_key_data").containsEntry("key_algorithm", "KEY_ALG_RSA_2048")
                .containsEntry("key_type", "TYPE_GOOGLE_CREDENTIALS_FILE");
        assertThat(new String(Base64.getDecoder().decode(issued.text("data", "private_key_data")), StandardCharsets.UTF_8)).contains(APP).contains("BEGIN PRIVATE KEY");
        assertThat(issued.at("lease_duration")).isEqualTo(600L);
        assertThat(issued.at("renewable")).isEqualTo(true);
        assertThat(it.google.keys(APP)).hasSize(2);
        it.revoke(issued);
        assertThat(it.google.keys(APP)).containsExactly("human");
    }

    @Test
    void it_ends_by_itself_and_its_time_can_be_asked_within_the_bound() {
        assertThat(it.write("gcp/static-account/app/key", Map.of("ttl", "5m")).at("lease_duration")).isEqualTo(300L);
        assertThat(it.write("gcp/static-account/app/key", Map.of("ttl", "50h")).at("lease_duration")).isEqualTo(3600L);
        assertThat(it.google.keys(APP)).hasSize(3);
        it.server.clock().advance(Duration.ofHours(1).plusSeconds(1));
        requireNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"grant", "keys.list", "keys.create"})
    void nothing_is_left_when_a_step_is_refused(String step) {
        it.google.before = action -> action.equals(step) ? Optional.of(PretendedGoogle.error(403, "PERMISSION_DENIED")) : Optional.empty();
        it.server.clock().advance(Duration.ofHours(2));
        var refused = it.read("gcp/static-account/app/key");
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.error()).contains("Google answered PERMISSION_DENIED, status 403").doesNotContain("what only operators may know");
        it.live();
        requireNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"grant", "keys.list", "keys.create"})
    void nothing_is_left_when_the_server_dies_after_a_step(String step) {
        it.server.clock().advance(Duration.ofHours(2));
        it.dieAfter(step);
        assertThatThrownBy(() -> it.read("gcp/static-account/app/key")).isInstanceOf(Died.class);
        assertThat(it.google.keys(APP)).hasSize(step.equals("keys.create") ? 2 : 1);
        it.live();
        requireNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"grant", "keys.list", "keys.create"})
    void nothing_is_left_when_the_server_dies_before_a_step(String step) {
        it.server.clock().advance(Duration.ofHours(2));
        it.dieBefore(step);
        assertThatThrownBy(() -> it.read("gcp/static-account/app/key")).isInstanceOf(Died.class);
        it.live();
        requireNothingLeft();
    }

    @Test
    void a_key_whose_answer_was_lost_is_found_and_deleted() {
        it.google.after = action -> {
            if (action.equals("keys.create")) throw new Problem.Upstream("connection reset").asException();
        };
        assertThat(it.read("gcp/static-account/app/key").status()).isEqualTo(502);
        assertThat(it.google.keys(APP)).hasSize(2);
        it.live();
        requireNothingLeft();
    }

    @Test
    void a_lost_key_that_google_does_not_show_yet_is_looked_for_again() {
        it.dieAfter("keys.create");
        assertThatThrownBy(() -> it.read("gcp/static-account/app/key")).isInstanceOf(Died.class);
        it.live();
        var hidden = new AtomicInteger(1);
        it.google.before = action -> action.equals("keys.list") && hidden.getAndDecrement() > 0 ? Optional.of(new Outbound.Answer(200, Map.of(), "{}".getBytes(StandardCharsets.UTF_8))) : Optional.empty();
        requireNothingLeft();
        assertThat(hidden).hasNegativeValue();
    }

    /** Number 88 of the vulnerability list: what could not be ended is not called ended. */
    @Test
    void a_revocation_that_is_cut_off_is_finished_later() {
        var issued = it.read("gcp/static-account/app/key");
        it.google.before = action -> action.equals("keys.delete") ? Optional.of(PretendedGoogle.error(503, "UNAVAILABLE")) : Optional.empty();
        it.revoke(issued);
        assertThat(it.google.keys(APP)).hasSize(2);
        assertThat(it.write("sys/leases/lookup", Map.of("lease_id", issued.text("lease_id"))).status()).as("the lease is there still").isEqualTo(200);
        it.live();
        requireNothingLeft();
    }

    @Test
    void a_revocation_that_dies_after_the_key_is_gone_is_finished_too() {
        var issued = it.read("gcp/static-account/app/key");
        it.dieAfter("keys.delete");
        assertThatThrownBy(() -> it.revoke(issued)).isInstanceOf(Died.class);
        it.live();
        requireNothingLeft();
    }

    @Test
    void of_an_account_one_is_made_at_a_time_so_that_none_is_taken_for_a_lost_one() {
        var nested = new AtomicInteger();
        it.google.after = action -> {
            if (action.equals("keys.create") && nested.get() == 0) {
                nested.set(-1);
                nested.set(it.read("gcp/static-account/app/key").status());
            }
        };
        var issued = it.read("gcp/static-account/app/key");
        assertThat(nested.get()).isEqualTo(412);
        it.live();
        it.later();
        assertThat(issued.status()).isEqualTo(200);
    }

    @Test
    void whoever_comes_after_one_that_died_finds_its_key_first() {
        it.dieAfter("keys.create");
        assertThatThrownBy(() -> it.read("gcp/static-account/app/key")).isInstanceOf(Died.class);
        it.live();
        assertThat(it.read("gcp/static-account/app/key").status()).as("it may be alive").isEqualTo(412);
        it.server.clock().advance(Duration.ofMinutes(2));
        var issued = it.read("gcp/static-account/app/key");
        assertThat(issued.status()).isEqualTo(200);
        assertThat(it.google.keys(APP)).hasSize(2).contains("human");
        it.revoke(issued);
        requireNothingLeft();
    }

    @Test
    void what_was_made_long_before_or_after_is_somebody_elses() {
        it.dieAfter("keys.create");
        assertThatThrownBy(() -> it.read("gcp/static-account/app/key")).isInstanceOf(Died.class);
        it.live();
        it.google.account(APP).keys.put("later", it.server.clock().instant().plus(Duration.ofMinutes(11)));
        it.later();
        assertThat(it.google.keys(APP)).containsExactly("human", "later");
    }

    @Test
    void what_cannot_be_asked_is_refused_before_anything_is_announced() {
        assertThat(it.read("gcp/static-account/nothing/key").error()).isEqualTo("static account \"nothing\" does not exists");
        assertThat(it.read("gcp/static-account/app/token").error()).isEqualTo("static account \"app\" cannot generate access tokens (has secret type service_account_key)");
        assertThat(it.write("gcp/static-account/app/key", Map.of("key_type", "x")).error()).startsWith("key_type:");
        assertThat(it.write("gcp/static-account/app/key", Map.of("key_algorithm", "x")).error()).startsWith("key_algorithm:");
        assertThat(it.google.times("keys.create")).isZero();
        assertThat(it.write("gcp/static-account/app/rotate-key", Map.of()).status()).isEqualTo(400);
    }
}
