package watchword.core.lockout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.TestServer;
import watchword.core.TestServer.Answered;
import watchword.core.mount.EngineCatalog;
import watchword.core.mount.MountEntry;
import watchword.core.mount.UserLockout;
import watchword.core.token.PinMethod;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.TokenTerms;
import watchword.storage.MemoryStorage;
import watchword.testkit.Parallel;

/** Who fails to log in too often, on a server with auth methods whose proof is a pin. */
class LockoutTest {
    private static final Answered REFUSED = new Answered(403, Map.of("errors", List.of("permission denied")));

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final TestServer it = TestServer.start(EngineCatalog.builder()
            .auth("userpass", (_, _) -> new PinMethod()).auth("pin", (_, _) -> new PinMethod()).auth("ldap", (_, _) -> new SlowMethod()).build());

    /** Takes as long as the test wants to find out that the proof is right. */
    private final class SlowMethod implements AuthMethod {
        record Try(@Doc("Who.") String user) {}

        @Override
        public String type() {
            return "ldap";
        }

        @Override
        public String help() {
            return "Asks somebody slow.";
        }

        @Override
        public List<Route<?, ?>> routes() {
            return List.of(Route.loginOutside("login/{user}", Try.class, this::login, "Log in.").who(call -> call.input().user()),
                    Route.login("wrong/{user}", Try.class, this::wrong, "Fail to log in.").who(call -> call.input().user()));
        }

        private Reply<None> login(Call.Effect<Try> call) {
            asked.countDown();
            await(answer);
            // Who comes by an address is known by a name.
            return Reply.auth(Reply.Login.of(call.input().user().replaceFirst("@.*", ""), TokenTerms.NONE));
        }

        private Reply<None> wrong(Call.Change<Try> call) {
            throw new Problem.BadLogin("wrong, " + call.input().user()).asException();
        }

        @Override
        public Renewed renew(Renewal renewal) {
            return Renewed.on(TokenTerms.NONE);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    @BeforeEach
    void mount() {
        for (var type : List.of("userpass", "pin", "ldap")) it.write(it.root, "sys/auth/" + type, "type", type);
        for (var type : List.of("userpass", "pin")) it.write(it.root, "auth/" + type + "/user/ada", "pin", "7", "token_ttl", "1h");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private Answered login(TestServer server, String user, String pin) {
        return server.write("", "auth/userpass/login/" + user, "pin", pin);
    }

    private void fail(String user, int times) {
        for (int i = 0; i < times; i++) assertThat(login(it, user, "0").status()).as("try " + i).isEqualTo(400);
    }

    private String accessor(String mount) {
        return String.valueOf(it.read(it.root, "sys/auth/" + mount).body().get("accessor"));
    }

    /** Numbers 7 and 10. */
    @Test
    void after_five_failed_logins_the_right_proof_is_refused_as_is_that_of_nobody() {
        fail("ada", 5);
        fail("nobody", 5);
        assertThat(login(it, "ada", "7")).isEqualTo(REFUSED);
        assertThat(login(it, "ada", "0")).isEqualTo(REFUSED);
        assertThat(login(it, "nobody", "0")).isEqualTo(REFUSED);
    }

    @Test
    void four_failed_logins_lock_nobody_and_a_good_one_forgets_them() {
        for (int i = 0; i < 3; i++) {
            fail("ada", 4);
            assertThat(login(it, "ada", "7").status()).isEqualTo(200);
        }
    }

    @Test
    void failed_logins_long_ago_do_not_count() {
        fail("ada", 4);
        it.clock.advance(Duration.ofMinutes(16));
        fail("ada", 4);
        assertThat(login(it, "ada", "7").status()).isEqualTo(200);
    }

    /** Number 10. */
    @Test
    void a_lock_ends_by_itself_and_leaves_nothing_behind() {
        var before = keys();
        fail("ada", 5);
        it.clock.advance(Duration.ofMinutes(14));
        assertThat(login(it, "ada", "7")).isEqualTo(REFUSED);
        it.clock.advance(Duration.ofMinutes(1));
        it.server.runDue();
        assertThat(keys()).isEqualTo(before);
        fail("ada", 4);
        assertThat(login(it, "ada", "7").status()).isEqualTo(200);
    }

    private List<String> keys() {
        return it.storage.<List<Storage.Entry>>read(store -> store.scan("", "", 100_000)).stream().map(Storage.Entry::key)
                .filter(key -> key.contains("lockout") || key.contains("expiry")).toList();
    }

    /** Number 10. */
    @Test
    void tokens_that_were_given_before_live_on() {
        var token = login(it, "ada", "7").token();
        fail("ada", 5);
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(200);
        assertThat(it.write(token, "auth/token/renew-self").status()).isEqualTo(200);
    }

    @Test
    void a_lock_survives_a_restart() {
        fail("ada", 5);
        try (var again = it.restarted()) {
            assertThat(login(again, "ada", "7")).isEqualTo(REFUSED);
            again.clock.advance(Duration.ofMinutes(15));
            assertThat(login(again, "ada", "7").status()).isEqualTo(200);
        }
    }

    @Test
    void an_operator_sees_who_is_locked_and_unlocks_them() {
        fail("ada", 5);
        fail("bob", 5);
        it.write("", "auth/ldap/wrong/eve");
        for (int i = 0; i < 4; i++) it.write("", "auth/ldap/wrong/eve");
        var all = it.read(it.root, "sys/locked-users").part("data");
        assertThat(all).containsEntry("total", 3L);
        assertThat(String.valueOf(all.get("by_namespace"))).contains("namespace_id=root", "namespace_path=", "counts=3").contains("alias_identifiers=[eve]");
        var query = Map.<String, Object>of("mount_accessor", accessor("userpass"));
        var ofMount = it.ask(it.root, Route.Operation.READ, "sys/locked-users", query, "127.0.0.1", Optional.empty()).part("data");
        assertThat(ofMount).containsEntry("total", 2L);
        assertThat(ofMount.toString()).contains("ada", "bob").doesNotContain("eve");

        assertThat(it.write(it.root, "sys/locked-users/" + accessor("userpass") + "/unlock/Ada ").status()).as("as a person writes it").isEqualTo(204);
        assertThat(login(it, "ada", "7").status()).isEqualTo(200);
        assertThat(login(it, "bob", "7")).isEqualTo(REFUSED);
        assertThat(it.write(it.root, "sys/locked-users/" + accessor("userpass") + "/unlock/nobody").status()).isEqualTo(204);
        assertThat(it.write("", "sys/locked-users/" + accessor("userpass") + "/unlock/bob").status()).isEqualTo(403);
    }

    @Test
    void one_mount_s_lock_is_not_another_s() {
        it.write(it.root, "sys/auth/second", "type", "userpass");
        it.write(it.root, "auth/second/user/ada", "pin", "7");
        fail("ada", 5);
        assertThat(it.write("", "auth/second/login/ada", "pin", "7").status()).isEqualTo(200);
    }

    @Test
    void methods_whose_proof_cannot_be_guessed_lock_nobody() {
        for (int i = 0; i < 20; i++) assertThat(it.write("", "auth/pin/login/ada", "pin", "0").status()).isEqualTo(400);
        assertThat(it.write("", "auth/pin/login/ada", "pin", "7").status()).isEqualTo(200);
        assertThat(it.write(it.root, "sys/mounts/auth/pin/tune", "user_lockout_config", Map.of("lockout_threshold", "3")).errors())
                .isEqualTo(List.of("tuning of user lockout configuration for auth type \"pin\" not allowed"));
    }

    @Test
    void a_mount_is_tuned_and_tells_what_it_was_tuned_to() {
        var config = Map.of("lockout_threshold", "3", "lockout_duration", "10m", "lockout_counter_reset_duration", "1m");
        assertThat(it.write(it.root, "sys/mounts/auth/userpass/tune", "user_lockout_config", config).status()).isEqualTo(204);
        fail("ada", 2);
        it.clock.advance(Duration.ofSeconds(61));
        fail("ada", 3);
        assertThat(login(it, "ada", "7")).isEqualTo(REFUSED);
        it.clock.advance(Duration.ofMinutes(10));
        assertThat(login(it, "ada", "7").status()).isEqualTo(200);
        assertThat(it.read(it.root, "sys/auth/userpass/tune").part("data")).containsEntry("user_lockout_threshold", 3L).containsEntry("user_lockout_duration", 600L)
                .containsEntry("user_lockout_counter_reset_duration", 60L).containsEntry("user_lockout_disable", false);
        assertThat(String.valueOf(it.read(it.root, "sys/auth").part("data").get("userpass/"))).contains("user_lockout_config={user_lockout_counter_reset_duration=60");

        it.write(it.root, "sys/mounts/auth/userpass/tune", "user_lockout_config", Map.of("lockout_disable", true));
        fail("ada", 20);
        assertThat(login(it, "ada", "7").status()).isEqualTo(200);
        assertThat(it.read(it.root, "sys/auth/userpass/tune").part("data")).containsEntry("user_lockout_threshold", 3L).containsEntry("user_lockout_disable", true);
    }

    /** Number 9: the lock is looked at when the token would be made, not only when the login began. */
    @ParameterizedTest
    @ValueSource(strings = {"eve", "eve@mail"})
    void who_is_locked_while_the_proof_is_checked_gets_no_token(String user) {
        var got = new AtomicReference<>(REFUSED);
        long before = tokens();
        var login = Thread.ofVirtual().start(() -> got.set(it.write("", "auth/ldap/login/" + user)));
        await(asked);
        for (int i = 0; i < 5; i++) it.write("", "auth/ldap/wrong/" + user);
        answer.countDown();
        join(login);
        assertThat(got.get()).isEqualTo(REFUSED);
        assertThat(tokens()).isEqualTo(before);
        it.write(it.root, "sys/locked-users/" + accessor("ldap") + "/unlock/" + user);
        assertThat(it.write("", "auth/ldap/login/" + user).status()).as("its twin that is not locked").isEqualTo(200);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    private long tokens() {
        return it.storage.<List<Storage.Entry>>read(store -> store.scan("core/token/id/", "", 1000)).size();
    }

    /** Number 80. */
    @Test
    void a_thousand_failed_logins_make_no_token_and_leave_the_store_as_it_was() {
        it.write(it.root, "sys/mounts/auth/userpass/tune", "user_lockout_config", Map.of("lockout_disable", true));
        var before = stored();
        for (int i = 0; i < 1000; i++) login(it, i % 2 == 0 ? "ada" : "nobody" + i, "0");
        assertThat(stored()).isEqualTo(before);
    }

    private List<String> stored() {
        return it.storage.<List<Storage.Entry>>read(store -> store.scan("core/token/", "", 10_000)).stream().map(entry -> entry.key() + entry.value().length).toList();
    }

    /** Of many guesses at once, no more are judged after the lock than were under way before it; whether they were right is not told. */
    @Test
    void a_hundred_guesses_at_once_end_in_a_lock() {
        Parallel.onVirtualThreads(100, i -> assertThat(login(it, "ada", "0").status()).as("guess " + i).isIn(400, 403));
        assertThat(login(it, "ada", "7")).isEqualTo(REFUSED);
    }

    // ---- without a server around it ----

    private static MountEntry mount(String type) {
        return new MountEntry("auth/m/", type, "auth_m_1", "uuid", "", MountEntry.Config.EMPTY, Map.of(), false, false, false, "", false);
    }

    @Test
    void the_configuration_says_it_for_one_type_or_for_all() {
        var tighter = new UserLockout(2, Duration.ZERO, Duration.ofMinutes(1), false);
        var rules = new LockoutRules(Map.of(LockoutRules.ALL, new UserLockout(3, Duration.ofHours(1), Duration.ZERO, false), "userpass", tighter, "ldap", new UserLockout(0, Duration.ZERO, Duration.ZERO, true)));
        assertThat(rules.of(mount("userpass"))).contains(new UserLockout(2, Duration.ofHours(1), Duration.ofMinutes(1), false));
        assertThat(rules.of(mount("approle"))).contains(new UserLockout(3, Duration.ofHours(1), Duration.ofMinutes(15), false));
        assertThat(rules.of(mount("ldap"))).isEmpty();
        assertThat(LockoutRules.DEFAULT.of(mount("ldap"))).contains(UserLockout.DEFAULT);
        assertThat(LockoutRules.DEFAULT.of(mount("kubernetes"))).isEmpty();
    }

    /** Number 10: who locks out names that nobody has fills no disk; the names are locked all the same. */
    @Test
    void locks_beyond_those_that_are_stored_hold_in_memory() {
        var storage = new MemoryStorage();
        var now = Instant.parse("2030-01-01T00:00:00Z");
        try (var lockouts = new Lockouts(Secret.owning(new byte[32]), LockoutRules.DEFAULT, 10)) {
            for (int name = 0; name < 50; name++) {
                for (int i = 0; i < 5; i++) assertThatThrownBy(failing(lockouts, storage, "name" + name, now)).hasMessage("no");
                assertThatThrownBy(failing(lockouts, storage, "name" + name, now)).hasMessage("permission denied");
            }
            assertThat(storage.<List<Storage.Entry>>read(store -> store.scan("core/lockout/", "", 1000))).hasSize(10);
            assertThat(storage.<Map<String, List<String>>>read(store -> lockouts.locked(store, "", now)).get("auth_m_1")).hasSize(10);
            var later = now.plus(Duration.ofMinutes(16));
            assertThatThrownBy(failing(lockouts, storage, "name49", later)).as("ended by itself").hasMessage("no");
        }
    }

    private static ThrowingCallable failing(Lockouts lockouts, Storage storage, String alias, Instant now) {
        return () -> lockouts.guard(storage, mount("userpass"), alias, now, () -> {
            throw new Problem.BadLogin("no").asException();
        });
    }
}
