package watchword.core.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.mount.EngineCatalog;
import watchword.sdk.Route.Operation;

/** What the server makes of the logins of an auth method: the smallest one there is. */
class LoginTest {
    private final TestServer it = TestServer.start(EngineCatalog.builder().auth("pin", (_, _) -> new PinMethod()).build());

    @BeforeEach
    void mount() {
        it.write(it.root, "sys/auth/pin", "type", "pin");
        assertThat(it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_policies", "trainer", "token_ttl", "10m", "token_max_ttl", 1200).status()).isEqualTo(204);
    }

    @AfterEach
    void close() {
        it.close();
    }

    private TestServer.Answered login() {
        return it.write("", "auth/pin/login/ada", "pin", "7");
    }

    @Test
    void a_role_shows_the_common_fields_and_keeps_what_was_not_sent() {
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_num_uses", 3);
        assertThat(it.read(it.root, "auth/pin/user/ada").part("data")).containsEntry("token_policies", List.of("trainer")).containsEntry("token_ttl", 600L)
                .containsEntry("token_max_ttl", 1200L).containsEntry("token_num_uses", 3L).containsEntry("token_type", "default");
        assertThat(it.read(it.root, "sys/internal/specs/openapi").status()).isEqualTo(200);
    }

    @Test
    void a_login_gives_a_token_with_the_terms_of_its_role() {
        var auth = login().part("auth");
        assertThat(auth).containsEntry("token_policies", List.of("default", "trainer")).containsEntry("lease_duration", 600L).containsEntry("renewable", true)
                .containsEntry("orphan", true).containsEntry("metadata", Map.of("username", "ada"));
        assertThat(it.read(login().token(), "auth/token/lookup-self").part("data")).containsEntry("display_name", "pin-ada").containsEntry("path", "auth/pin/login/ada");
    }

    @Test
    void a_wrong_proof_is_refused_as_is_one_for_nobody() {
        var wrong = it.write("", "auth/pin/login/ada", "pin", "8");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(it.write("", "auth/pin/login/bob", "pin", "8").body()).isEqualTo(wrong.body());
    }

    @Test
    void root_is_no_policy_of_a_role_however_it_is_written() {
        for (var spelling : List.of("root", " Root", "ＲＯＯＴ", "a,root")) {
            assertThat(it.write(it.root, "auth/pin/user/eve", "pin", "1", "token_policies", spelling).status()).isEqualTo(400);
        }
        assertThat(it.read(it.root, "auth/pin/user/eve").status()).isEqualTo(404);
    }

    @Test
    void a_renewal_asks_the_method_and_goes_by_what_the_role_says_now() {
        var token = login().token();
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_ttl", "15m");
        it.clock.advance(Duration.ofMinutes(4));
        assertThat(it.write(token, "auth/token/renew-self").part("auth")).containsEntry("lease_duration", 900L);
        it.clock.advance(Duration.ofMinutes(10));
        assertThat(it.write(token, "auth/token/renew-self", "increment", "1h").part("auth")).as("20 minutes are the most, 14 are gone").containsEntry("lease_duration", 360L);

        it.delete(it.root, "auth/pin/user/ada");
        assertThat(it.write(token, "auth/token/renew-self").status()).isEqualTo(403);
        assertThat(it.read(token, "auth/token/lookup-self").status()).as("it may live to its end").isEqualTo(200);
        it.clock.advance(Duration.ofMinutes(7));
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    @Test
    void bounds_of_addresses_hold_for_the_login_and_for_its_token() {
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_bound_cidrs", "10.0.0.0/8");
        assertThat(login().status()).isEqualTo(403);
        var token = it.ask("", Operation.WRITE, "auth/pin/login/ada", Map.of("pin", "7"), "10.1.2.3", Optional.empty()).token();
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
        assertThat(it.ask(token, Operation.READ, "auth/token/lookup-self", Map.of(), "10.9.9.9", Optional.empty()).status()).isEqualTo(200);

        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_strictly_bind_ip", true);
        var strict = it.ask("", Operation.WRITE, "auth/pin/login/ada", Map.of("pin", "7"), "10.1.2.3", Optional.empty()).token();
        assertThat(it.ask(strict, Operation.READ, "auth/token/lookup-self", Map.of(), "10.9.9.9", Optional.empty()).status()).isEqualTo(403);
        assertThat(it.ask(strict, Operation.READ, "auth/token/lookup-self", Map.of(), "10.1.2.3", Optional.empty()).status()).isEqualTo(200);
    }

    @Test
    void a_token_that_comes_along_with_a_login_spends_no_use_and_gives_nothing() {
        var once = it.write(it.root, "auth/token/create", "policies", List.of("default"), "num_uses", 1, "ttl", "1h").token();
        assertThat(it.write(once, "auth/pin/login/ada", "pin", "7").part("auth")).containsEntry("token_policies", List.of("default", "trainer"));
        assertThat(it.write("no such token", "auth/pin/login/ada", "pin", "7").status()).isEqualTo(200);
        assertThat(it.read(once, "auth/token/lookup-self").status()).isEqualTo(200);
    }

    @Test
    void tokens_go_with_their_mount() {
        var token = login().token();
        it.delete(it.root, "sys/auth/pin");
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    @Test
    void batch_and_limited_tokens_are_had_by_the_role() {
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_type", "batch");
        assertThat(login().part("auth")).containsEntry("token_type", "batch").containsEntry("renewable", false);
        assertThat(it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_num_uses", 2).status()).as("a batch token has no uses to count").isEqualTo(400);
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_type", "service", "token_num_uses", 2);
        var token = login().token();
        for (int i = 0; i < 2; i++) assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(200);
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
    }
}
