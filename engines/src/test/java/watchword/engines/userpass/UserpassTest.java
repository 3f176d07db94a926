package watchword.engines.userpass;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.crypto.PasswordHashes;
import watchword.engines.ServerPlayer;
import watchword.engines.ServerPlayer.Received;
import watchword.testkit.Parallel;

/** The userpass auth method as clients meet it, on a whole server. */
class UserpassTest {
    private static final String REFUSED = "[invalid username or password]";
    /** Of {@code correct horse}; made by bcrypt of PyPI. */
    private static final String BCRYPT = "$2a$05$JC8NoF2HHilI6wwTkcOHO.tbhAIx5uHgFk0HPBN.KZMjYYSa/kL9u";

    private final PasswordHashes hashes = new PasswordHashes(2, PasswordHashes.Cost.NEXT_TO_NOTHING);
    private final PasswordHashes slowHashes = new PasswordHashes(1, PasswordHashes.Cost.ADVISED);
    private final ServerPlayer server = new ServerPlayer(EngineCatalog.builder().auth("userpass", (context, _) -> new UserpassMethod(context, hashes))
            .auth("slow", (context, _) -> new UserpassMethod(context, slowHashes)).build());

    @BeforeEach
    void mount() {
        server.asRoot("POST", "/v1/sys/auth/up", Map.of("type", "userpass"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Received user(String name, Map<String, Object> fields) {
        return server.asRoot("POST", "/v1/auth/up/users/" + name, fields);
    }

    private Received login(String name, String password) {
        return server.ask("", "POST", "/v1/auth/up/login/" + name, Map.of("password", password));
    }

    // ---- users ----

    @Test
    void a_user_is_read_back_as_it_was_written_without_the_password() {
        assertThat(user("ada", Map.of("password", "pw-canary", "token_policies", "b,a", "token_ttl", "10m", "token_bound_cidrs", "127.0.0.0/8")).status()).isEqualTo(204);
        user("ada", Map.of("token_max_ttl", "1h"));
        var shown = server.asRoot("GET", "/v1/auth/up/users/Ada", Map.of());
        assertThat(shown.at("data")).isEqualTo(Map.of("token_bound_cidrs", List.of("127.0.0.0/8"), "token_explicit_max_ttl", 0L, "token_max_ttl", 3600L, "token_no_default_policy", false,
                "token_num_uses", 0L, "token_period", 0L, "token_policies", List.of("a", "b"), "token_strictly_bind_ip", false, "token_ttl", 600L, "token_type", "default"));
        assertThat(server.asRoot("LIST", "/v1/auth/up/users", Map.of()).at("data", "keys")).isEqualTo(List.of("ada"));
        assertThat(login("ada", "pw-canary").at("auth", "metadata")).isEqualTo(Map.of("username", "ada"));
        server.asRoot("DELETE", "/v1/auth/up/users/ADA", Map.of());
        assertThat(server.asRoot("GET", "/v1/auth/up/users/ada", Map.of()).status()).isEqualTo(404);
        assertThat(login("ada", "pw-canary").errors()).isEqualTo(REFUSED);
    }

    @Test
    void older_names_are_shown_only_while_they_were_the_last_that_was_used() {
        user("ada", Map.of("password", "pw", "policies", "a", "ttl", "10m", "max_ttl", "20m", "bound_cidrs", "127.0.0.1"));
        var shown = server.asRoot("GET", "/v1/auth/up/users/ada", Map.of());
        assertThat(List.of(shown.at("data", "policies"), shown.at("data", "ttl"), shown.at("data", "max_ttl"), shown.at("data", "bound_cidrs")))
                .isEqualTo(List.of(List.of("a"), 600L, 1200L, List.of("127.0.0.1")))
                .isEqualTo(List.of(shown.at("data", "token_policies"), shown.at("data", "token_ttl"), shown.at("data", "token_max_ttl"), shown.at("data", "token_bound_cidrs")));
        user("ada", Map.of("token_ttl", "5m"));
        assertThat(server.asRoot("GET", "/v1/auth/up/users/ada", Map.of()).text("data", "ttl")).isEqualTo("null");
        server.asRoot("POST", "/v1/auth/up/users/ada/policies", Map.of("token_policies", "z"));
        shown = server.asRoot("GET", "/v1/auth/up/users/ada", Map.of());
        assertThat(shown.text("data", "policies")).isEqualTo("null");
        assertThat(shown.at("data", "token_policies")).isEqualTo(List.of("z"));
    }

    @Test
    void a_user_needs_one_password_or_one_hash() {
        assertThat(user("ada", Map.of("token_policies", "a")).errors()).isEqualTo("[must provide either password or password_hash]");
        assertThat(user("ada", Map.of("password", "a", "password_hash", BCRYPT)).errors()).isEqualTo("[only one of password or password_hash may be provided]");
        assertThat(user("ada", Map.of("password_hash", "x")).errors()).isEqualTo("[password_hash is not a valid bcrypt hash]");
        assertThat(user("ada", Map.of("password_hash", BCRYPT.replace("$05$", "$04$"))).errors()).contains("too low");
        assertThat(user("ada", Map.of("password_hash", BCRYPT.replace("$05$", "$13$"))).errors()).contains("exceeds");
        assertThat(user("ada", Map.of("password", "p", "token_policies", " ROOT")).status()).isEqualTo(400);
        assertThat(user("ada", Map.of("password", "p".repeat(2000))).status()).isEqualTo(400);
        assertThat(server.asRoot("GET", "/v1/auth/up/users/ada", Map.of()).status()).isEqualTo(404);
        assertThat(server.asRoot("POST", "/v1/auth/up/users/ada/password", Map.of("password", "p")).status()).isEqualTo(404);
    }

    @Test
    void a_new_password_is_good_and_the_old_one_no_longer() {
        user("ada", Map.of("password", "old"));
        assertThat(server.asRoot("POST", "/v1/auth/up/users/Ada/password", Map.of("password", "new")).status()).isEqualTo(204);
        assertThat(login("ada", "new").status()).isEqualTo(200);
        assertThat(login("ada", "old").errors()).isEqualTo(REFUSED);
    }

    @Test
    void who_may_create_may_not_replace() {
        var creator = server.tokenFor("path \"auth/up/users/*\" { capabilities = [\"create\"] }");
        assertThat(server.ask(creator, "POST", "/v1/auth/up/users/ada", Map.of("password", "a")).status()).isEqualTo(204);
        assertThat(server.ask(creator, "POST", "/v1/auth/up/users/ADA", Map.of("password", "b")).status()).isEqualTo(403);
        assertThat(login("ada", "a").status()).isEqualTo(200);
    }

    @Test
    void a_hash_of_bcrypt_is_taken_over_and_replaced_at_the_first_login() {
        user("ada", Map.of("password_hash", BCRYPT));
        assertThat(server.stored("/imported/")).hasSize(1);
        assertThat(login("ada", "wrong horse").errors()).isEqualTo(REFUSED);
        assertThat(login("ada", "correct horse").status()).isEqualTo(200);
        assertThat(server.stored("/imported/")).as("it has a hash of today").isEmpty();
        assertThat(login("ada", "correct horse").status()).isEqualTo(200);
        user("bob", Map.of("password_hash", BCRYPT));
        server.asRoot("DELETE", "/v1/auth/up/users/bob", Map.of());
        assertThat(server.stored("/imported/")).isEmpty();
    }

    // ---- failures of others ----

    /** Number 1: all spellings of a name are one user, and one budget. */
    @Test
    void guesses_spread_over_spellings_of_a_name_lock_it_in_every_spelling() {
        user("ren\u00e9", Map.of("password", "right"));
        var spellings = List.of("ren\u00e9", "Ren\u00e9", " ren\u00e9", "ren\u00e9 ", "re" + "ne\u0301", "\uff32en\u00e9", "REN\u00c9");
        for (var spelling : spellings) assertThat(login(spelling, "right").text("auth", "metadata", "username")).as(spelling).isEqualTo("ren\u00e9");
        for (int i = 0; i < 5; i++) assertThat(login(spellings.get(i), "wrong").errors()).isEqualTo(REFUSED);
        for (var spelling : spellings) assertThat(login(spelling, "right").errors()).as(spelling).isEqualTo("[permission denied]");
        server.clock().advance(Duration.ofMinutes(15));
        for (var spelling : spellings) assertThat(login(spelling, "right").status()).as(spelling).isEqualTo(200);
    }

    /** Number 8: a name has one form, and there is no other way to name a user; who is not there has a budget as well. */
    @Test
    void nobody_is_locked_as_somebody_is() {
        user("ada", Map.of("password", "right"));
        for (int i = 0; i < 5; i++) {
            assertThat(login("ada", "wrong").body()).isEqualTo(login("nobody", "wrong").body());
        }
        var locked = login("ada", "right");
        assertThat(locked.status()).isEqualTo(403);
        assertThat(login("nobody", "right")).isEqualTo(locked);
        assertThat(login("Nobody ", "right")).isEqualTo(locked);
    }

    /** Number 2, in work done: the same hashes are computed whoever is asked for. {@code interop/timing} measures time. */
    @Test
    void whoever_is_asked_for_costs_the_same() {
        server.asRoot("POST", "/v1/sys/auth/up/tune", Map.of("user_lockout_config", Map.of("lockout_disable", true)));
        user("ada", Map.of("password", "right"));
        long one = work("ada", "wrong");
        assertThat(work("nobody", "wrong")).isEqualTo(one).isEqualTo(1);
        assertThat(work("ada", "right")).isEqualTo(one);
        user("old", Map.of("password_hash", BCRYPT));
        long both = work("old", "wrong");
        assertThat(both).isEqualTo(2);
        assertThat(work("nobody", "wrong")).isEqualTo(both);
        assertThat(work("ada", "wrong")).isEqualTo(both);
    }

    private long work(String name, String password) {
        long before = hashes.computed();
        login(name, password);
        return hashes.computed() - before;
    }

    /** Number 80. */
    @Test
    void failed_logins_store_nothing() {
        server.asRoot("POST", "/v1/sys/auth/up/tune", Map.of("user_lockout_config", Map.of("lockout_disable", true)));
        user("ada", Map.of("password", "right"));
        var before = server.stored("");
        for (int i = 0; i < 20; i++) login(i % 2 == 0 ? "ada" : "nobody", "wrong" + i);
        assertThat(server.stored("")).isEqualTo(before);
    }

    /** With one hash at a time, each of which takes its time. */
    @Test
    void too_many_at_once_are_told_to_come_again_and_lock_nobody() {
        server.asRoot("POST", "/v1/sys/auth/slow", Map.of("type", "slow"));
        server.asRoot("POST", "/v1/auth/slow/users/ada", Map.of("password", "right"));
        var begin = new CountDownLatch(1);
        var statuses = new int[100];
        Parallel.onVirtualThreads(100, i -> {
            if (i == 99) begin.countDown();
            try {
                begin.await();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
            statuses[i] = server.ask("", "POST", "/v1/auth/slow/login/ada", Map.of("password", "right")).status();
        });
        assertThat(statuses).containsOnly(200, 429);
        assertThat(server.ask("", "POST", "/v1/auth/slow/login/ada", Map.of("password", "right")).status()).isEqualTo(200);
    }

    /** Number 9: the user is looked at again when the token would be made. */
    @Test
    void a_user_that_changes_while_the_password_is_checked_gets_no_token_by_the_old_one() {
        user("ada", Map.of("password", "old"));
        var got = new int[8];
        Parallel.onVirtualThreads(8, i -> {
            if (i == 4) server.asRoot("POST", "/v1/auth/up/users/ada/password", Map.of("password", "new"));
            else got[i] = login("ada", "old").status();
        });
        for (int i = 0; i < 8; i++) if (i != 4) assertThat(got[i]).isIn(200, 400, 412, 403);
        assertThat(server.stored("core/token/id/")).as("a token for each that was told of one, and root's").hasSize(1 + (int) Arrays.stream(got).filter(status -> status == 200).count());
    }

    @Test
    void a_login_without_a_password_is_no_try() {
        for (int i = 0; i < 20; i++) {
            var got = server.ask("", "POST", "/v1/auth/up/login/ada", Map.of());
            assertThat(got.status()).isEqualTo(500);
            assertThat(got.errors()).isEqualTo("[missing password]");
        }
        user("ada", Map.of("password", "right"));
        assertThat(login("ada", "right").status()).isEqualTo(200);
    }

    // ---- tokens ----

    @Test
    void a_user_may_log_in_from_where_its_tokens_may_be_used() {
        user("ada", Map.of("password", "right", "token_bound_cidrs", "10.0.0.0/8"));
        assertThat(login("ada", "right").errors()).isEqualTo("[permission denied]");
        assertThat(server.ask("", "POST", "/v1/auth/up/login/ada", Map.of("password", "right"), "10.1.1.1", Optional.empty()).status()).isEqualTo(200);
    }

    @Test
    void a_token_lives_on_while_its_user_is_there_with_the_same_policies() {
        user("ada", Map.of("password", "right", "token_policies", "a", "token_ttl", "10m"));
        var token = login("ada", "right").text("auth", "client_token");
        user("ada", Map.of("token_ttl", "20m"));
        assertThat(server.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).at("auth", "lease_duration")).isEqualTo(1200L);
        user("ada", Map.of("token_policies", "b"));
        assertThat(server.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).errors()).isEqualTo("[policies have changed, not renewing]");
        server.asRoot("DELETE", "/v1/auth/up/users/ada", Map.of());
        assertThat(server.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(403);
        assertThat(server.ask(token, "GET", "/v1/auth/token/lookup-self", Map.of()).status()).isEqualTo(200);
    }

    @Test
    void no_key_or_answer_shows_a_password() {
        user("ada", Map.of("password", "pw-canary-1"));
        assertThat(server.stored("pw-canary-1")).isEmpty();
        assertThat(String.valueOf(login("ada", "pw-canary-1").body())).doesNotContain("pw-canary-1");
    }
}
