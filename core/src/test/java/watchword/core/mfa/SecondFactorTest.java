package watchword.core.mfa;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.token.PinMethod;
import watchword.sdk.AuthMethod;
import watchword.sdk.Peer;
import watchword.sdk.Reply;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.TokenTerms;

/** Logins in two steps. Numbers 4, 5, 6, 9, 11, 13 and 17 of the vulnerability list, as far as they are about second factors. */
class SecondFactorTest {
    private static final Totp TOTP = new Totp("SHA1", 6, Duration.ofSeconds(30), 1);

    private TestServer it = TestServer.start(EngineCatalog.builder().auth("pin", (_, _) -> new PinMethod()).auth("open", (_, _) -> new OpenMethod()).build());
    private String method = "";
    private String entity = "";
    private Secret key = Secret.copyOf("");

    @BeforeEach
    void given_a_user_who_has_to_prove_more() {
        it.write(it.root, "sys/auth/pin", "type", "pin");
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_policies", "trainer", "token_ttl", "10m");
        it.write(it.root, "auth/pin/user/bob", "pin", "8");
        entity = String.valueOf(login("ada", "7").part("auth").get("entity_id"));
        method = String.valueOf(it.write(it.root, "identity/mfa/method/totp", "issuer", "watchword", "method_name", "phone").data("method_id"));
        key = enroll(entity);
        assertThat(it.write(it.root, "identity/mfa/login-enforcement/all", "mfa_method_ids", List.of(method), "identity_entity_ids", List.of(entity)).status()).isEqualTo(204);
    }

    @AfterEach
    void close() {
        it.close();
    }

    private Secret enroll(String whom) {
        var url = String.valueOf(it.write(it.root, "identity/mfa/method/totp/admin-generate", "method_id", method, "entity_id", whom).data("url"));
        return Secret.owning(decoded(url.substring(url.indexOf("secret=") + 7)));
    }

    private static byte[] decoded(String base32) {
        var bytes = new byte[base32.length() * 5 / 8];
        for (int i = 0; i < bytes.length * 8; i++) {
            int value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(base32.charAt(i / 5));
            if ((value >> 4 - i % 5 & 1) == 1) bytes[i / 8] |= (byte) (0x80 >> i % 8);
        }
        return bytes;
    }

    private String code() {
        return TOTP.code(key, TOTP.step(it.clock.instant()));
    }

    /** A code that is not one of those taken now. */
    private String wrong() {
        var good = List.of(TOTP.code(key, TOTP.step(it.clock.instant()) - 1), code(), TOTP.code(key, TOTP.step(it.clock.instant()) + 1));
        for (int i = 0; ; i++) if (!good.contains(String.format("%06d", i))) return String.format("%06d", i);
    }

    private TestServer.Answered login(String user, String pin) {
        return it.write("", "auth/pin/login/" + user, "pin", pin);
    }

    private static String waiting(TestServer.Answered login) {
        return login.part("auth").get("mfa_requirement") instanceof Map<?, ?> asked ? String.valueOf(asked.get("mfa_request_id")) : "";
    }

    private TestServer.Answered prove(String id, String... codes) {
        return it.write("", "sys/mfa/validate", "mfa_request_id", id, "mfa_payload", Map.of(method, List.of(codes)));
    }

    @Test
    void a_login_gives_its_token_once_the_code_is_there() {
        var first = login("ada", "7");
        assertThat(first.part("auth")).containsEntry("client_token", "").containsEntry("entity_id", entity);
        assertThat(first.body().toString()).contains("mfa_constraints={all={any=[{").contains("uses_passcode=true").contains(method);

        var second = prove(waiting(first), code());
        assertThat(second.part("auth")).containsEntry("token_policies", List.of("default", "trainer")).containsEntry("lease_duration", 600L);
        assertThat(it.read(second.token(), "auth/token/lookup-self").part("data")).containsEntry("path", "auth/pin/login/ada").containsEntry("entity_id", entity);
        assertThat(login("bob", "8").token()).as("nobody asks Bob").isNotEmpty();
    }

    /** Logs in nobody in particular. */
    private static final class OpenMethod implements AuthMethod {
        record Nothing() {}

        @Override
        public String type() {
            return "open";
        }

        @Override
        public String help() {
            return "Logs anybody in, as nobody.";
        }

        @Override
        public List<Route<?, ?>> routes() {
            return List.of(Route.login("login", Nothing.class, _ -> Reply.auth(Reply.Login.of("", TokenTerms.NONE)), "Log in."));
        }

        @Override
        public Renewed renew(Renewal renewal) {
            return Renewed.on(TokenTerms.NONE);
        }
    }

    /** Whoever has no entity has no key either: what asks all logins of a mount lets none of those through. */
    @Test
    void who_is_nobody_in_particular_does_not_get_past_what_is_asked_of_all() {
        it.write(it.root, "sys/auth/open", "type", "open");
        assertThat(it.write("", "auth/open/login").token()).as("nothing is asked there").startsWith("hvs.");
        it.write(it.root, "identity/mfa/login-enforcement/open", "mfa_method_ids", List.of(method), "auth_method_types", List.of("open"));
        var asked = it.write("", "auth/open/login");
        assertThat(asked.token()).isEmpty();
        assertThat(prove(waiting(asked), code()).status()).isEqualTo(403);
        it.write(it.root, "identity/mfa/login-enforcement/open", "auth_method_types", List.of("pin"));
        assertThat(it.write("", "auth/open/login").token()).as("nothing is asked there any more").startsWith("hvs.");
    }

    @Test
    void an_entity_that_is_merged_into_another_is_still_asked() {
        var other = String.valueOf(it.write(it.root, "identity/entity", "name", "other").data("id"));
        assertThat(it.write(it.root, "identity/entity/merge", "from_entity_ids", List.of(entity), "to_entity_id", other).status()).isEqualTo(204);
        var asked = login("ada", "7");
        assertThat(asked.token()).isEmpty();
        assertThat(prove(waiting(asked), code()).status()).as("the key was the other entity's").isEqualTo(403);
        key = enroll(other);
        assertThat(prove(waiting(login("ada", "7")), code()).token()).startsWith("hvs.");
    }

    @Test
    void each_namespace_asks_by_itself() {
        it.write(it.root, "sys/namespaces/team-a");
        var team = it.in("team-a/");
        team.write(it.root, "sys/auth/pin", "type", "pin");
        team.write(it.root, "auth/pin/user/ada", "pin", "7");
        var there = team.write("", "auth/pin/login/ada", "pin", "7");
        assertThat(there.token()).as("what the root asks for is not asked here").isNotEmpty();
        assertThat(team.write(it.root, "identity/mfa/login-enforcement/all", "mfa_method_ids", List.of(method), "auth_method_types", List.of("pin")).status()).as("the root's method").isEqualTo(400);
        var whom = String.valueOf(there.part("auth").get("entity_id"));
        method = String.valueOf(team.write(it.root, "identity/mfa/method/totp", "issuer", "watchword").data("method_id"));
        var url = String.valueOf(team.write(it.root, "identity/mfa/method/totp/admin-generate", "method_id", method, "entity_id", whom).data("url"));
        key = Secret.owning(decoded(url.substring(url.indexOf("secret=") + 7)));
        team.write(it.root, "identity/mfa/login-enforcement/all", "mfa_method_ids", List.of(method), "auth_method_types", List.of("pin"));
        var id = waiting(team.write("", "auth/pin/login/ada", "pin", "7"));
        assertThat(prove(id, code()).errors()).isEqualTo(List.of("invalid request ID"));
        var proven = team.write("", "sys/mfa/validate", "mfa_request_id", id, "mfa_payload", Map.of(method, List.of(code())));
        assertThat(team.read(proven.token(), "auth/token/lookup-self").part("data")).containsEntry("namespace_path", "team-a/").containsEntry("entity_id", whom);
        assertThat(it.read(proven.token(), "sys/mounts").status()).isEqualTo(403);
    }

    @Test
    void a_code_and_a_request_are_good_once_and_for_each_other_s_method_alone() {
        var first = waiting(login("ada", "7"));
        var again = waiting(login("ada", "7"));
        var code = code();
        assertThat(prove(first, code).status()).isEqualTo(200);
        assertThat(prove(first, code).status()).isEqualTo(400);
        for (var spelling : List.of(code, " " + code, code + " ", code + "\n", code.substring(0, 3) + " " + code.substring(3))) {
            it.clock.advance(Duration.ofMinutes(2));
            assertThat(prove(waiting(login("ada", "7")), spelling).status()).as("an old code, and no spelling of one").isEqualTo(403);
        }
        it.clock.advance(Duration.ofMinutes(2));
        assertThat(prove(again, code()).status()).as("it waited for too long").isEqualTo(400);
        assertThat(prove("nonsense", code()).status()).isEqualTo(400);
        assertThat(prove(login("bob", "8").token(), code()).status()).as("a token is no request").isEqualTo(400);
        assertThat(prove(waiting(login("ada", "7")), code(), code()).status()).as("two codes of one method").isEqualTo(403);
    }

    @Test
    void wrong_codes_count_for_the_entity_whichever_request_they_come_with() {
        for (int i = 0; i < 5; i++) assertThat(prove(waiting(login("ada", "7")), wrong()).status()).isEqualTo(403);
        assertThat(prove(waiting(login("ada", "7")), code()).status()).as("the right one, too late").isEqualTo(403);
        it.clock.advance(Duration.ofSeconds(91));
        assertThat(prove(waiting(login("ada", "7")), code()).status()).isEqualTo(200);
    }

    @Test
    void wrong_codes_count_when_they_come_along_with_the_login_too() {
        for (int i = 0; i < 5; i++) assertThat(together(method + ":" + wrong()).status()).isEqualTo(403);
        assertThat(together(method + ":" + code()).status()).isEqualTo(403);
        it.clock.advance(Duration.ofSeconds(91));
        assertThat(together("phone:" + code()).token()).startsWith("hvs.");
        assertThat(together("nonsense").status()).isEqualTo(403);
    }

    private TestServer.Answered together(String header) {
        var request = new Request("id", Operation.WRITE, new RequestPath("auth/pin/login/ada"), Map.of("pin", "7"), false, Optional.empty(), Optional.empty(), Map.of("x-vault-mfa", List.of(header)),
                new Peer("127.0.0.1", 1, List.of()));
        return it.answered(it.server.serve(request));
    }

    @Test
    void of_many_at_once_with_one_good_code_one_gets_a_token() throws Exception {
        var id = waiting(login("ada", "7"));
        var code = code();
        try (var many = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = new ArrayList<java.util.concurrent.Future<Integer>>();
            for (int i = 0; i < 50; i++) tries.add(many.submit(() -> prove(id, code).status()));
            int good = 0;
            for (var each : tries) if (each.get() == 200) good++;
            assertThat(good).isEqualTo(1);
        }
    }

    @Test
    void it_is_asked_after_a_restart_by_the_very_first_login() {
        it = it.restarted(EngineCatalog.builder().auth("pin", (_, _) -> new PinMethod()).auth("open", (_, _) -> new OpenMethod()).build());
        assertThat(waiting(login("ada", "7"))).isNotEmpty();
    }

    @Test
    void who_is_disabled_meanwhile_gets_nothing() {
        var id = waiting(login("ada", "7"));
        it.write(it.root, "identity/entity/id/" + entity, "disabled", true);
        assertThat(prove(id, code()).status()).isEqualTo(403);
        it.write(it.root, "identity/entity/id/" + entity, "disabled", false);
        it.delete(it.root, "sys/auth/pin");
        assertThat(prove(id, code()).status()).isEqualTo(403);
    }

    @Test
    void a_key_is_shown_once_and_no_read_tells_it() {
        assertThat(it.write(it.root, "identity/mfa/method/totp/admin-generate", "method_id", method, "entity_id", entity).body().toString()).contains("already has a secret").doesNotContain("otpauth");
        assertThat(it.read(it.root, "identity/mfa/method/totp/" + method).part("data")).containsEntry("issuer", "watchword").containsEntry("period", 30L).containsEntry("digits", 6L);
        assertThat(it.delete(it.root, "identity/mfa/method/totp/" + method).status()).as("it is asked for").isEqualTo(400);
        it.write(it.root, "identity/mfa/method/totp/admin-destroy", "method_id", method, "entity_id", entity);
        assertThat(prove(waiting(login("ada", "7")), code()).status()).isEqualTo(403);
        key = enroll(entity);
        assertThat(prove(waiting(login("ada", "7")), code()).status()).isEqualTo(200);
        it.delete(it.root, "identity/mfa/login-enforcement/all");
        assertThat(it.delete(it.root, "identity/mfa/method/totp/" + method).status()).isEqualTo(204);
        assertThat(login("ada", "7").token()).isNotEmpty();
    }

    @Test
    void an_enforcement_must_name_what_there_is() {
        assertThat(it.write(it.root, "identity/mfa/login-enforcement/x", "mfa_method_ids", List.of("nope"), "auth_method_types", "pin").status()).isEqualTo(400);
        assertThat(it.write(it.root, "identity/mfa/login-enforcement/x", "mfa_method_ids", List.of(method)).status()).isEqualTo(400);
        assertThat(it.write(it.root, "identity/mfa/login-enforcement/x", "mfa_method_ids", List.of(method), "auth_method_accessors", "nope").status()).isEqualTo(400);
        assertThat(it.write(it.root, "identity/mfa/login-enforcement/x", "mfa_method_ids", List.of(method), "auth_method_types", "pin").status()).isEqualTo(204);
        assertThat(waiting(login("bob", "8"))).as("of all logins of the type").isNotEmpty();
    }
}
