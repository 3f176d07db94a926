package watchword.core.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.TestServer;
import watchword.sdk.Route.Operation;

/** Numbers 16, 20, 67 to 71, 79 and 83 of the vulnerability list, and what a token promises. */
class TokenLifeTest {
    private final TestServer it = TestServer.start();

    @Test
    void revoking_a_token_revokes_its_children_and_theirs() {
        it.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }");
        var parent = it.token("maker");
        var child = it.write(parent, "auth/token/create", "policies", List.of("maker")).token();
        var grandchild = it.write(child, "auth/token/create", "policies", List.of("default")).token();
        assertThat(it.read(grandchild, "auth/token/lookup-self").status()).isEqualTo(200);
        it.write(it.root, "auth/token/revoke", "token", parent);
        assertThat(it.read(child, "auth/token/lookup-self").status()).isEqualTo(403);
        assertThat(it.read(grandchild, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    @Test
    void children_of_a_token_revoked_alone_live_on_as_orphans() {
        it.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }");
        var parent = it.token("maker");
        var child = it.write(parent, "auth/token/create", "policies", List.of("maker"), "no_default_policy", false).token();
        assertThat(it.write(it.root, "auth/token/revoke-orphan", "token", parent).status()).isEqualTo(204);
        assertThat(it.write(it.root, "auth/token/lookup", "token", child).part("data")).containsEntry("orphan", true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", " ROOT", "root\t", "ROOT", "ｒｏｏｔ", "ro\u200bot", "root\u0000"})
    void no_spelling_of_root_can_be_had_by_who_is_not_root(String name) {
        it.policy("maker", "path \"auth/token/*\" { capabilities = [\"update\", \"create\", \"sudo\"] }");
        var maker = it.token("maker");
        var direct = it.write(maker, "auth/token/create", "policies", List.of(name));
        assertThat(direct.status()).isEqualTo(400);
        it.write(it.root, "auth/token/roles/r", "allowed_policies", List.of(name));
        assertThat(it.write(maker, "auth/token/create/r", "policies", List.of(name)).status()).isEqualTo(400);
        assertThat(it.write(maker, "auth/token/create/r").status()).isEqualTo(400);
    }

    @Test
    void a_child_is_bound_to_the_addresses_of_its_parent() {
        it.policy("maker", "path \"auth/token/*\" { capabilities = [\"update\", \"create\"] }");
        it.write(it.root, "auth/token/roles/bound", "token_bound_cidrs", List.of("10.0.0.0/8"), "allowed_policies", List.of("maker"));
        var bound = it.write(it.root, "auth/token/create/bound").token();
        var ask = it.ask(bound, Operation.WRITE, "auth/token/create", TestServer.fields("policies", List.of("maker")), "10.1.2.3", Optional.empty());
        var child = ask.token();
        assertThat(it.ask(child, Operation.WRITE, "auth/token/create", TestServer.fields(), "10.1.2.3", Optional.empty()).status()).isEqualTo(200);
        assertThat(it.ask(child, Operation.WRITE, "auth/token/create", TestServer.fields(), "192.168.0.1", Optional.empty()).status()).isEqualTo(403);
    }

    @Test
    void a_periodic_token_outlives_the_maximum_and_others_do_not() {
        var periodic = it.write(it.root, "auth/token/create", "policies", List.of("default"), "period", "700h").token();
        var plain = it.write(it.root, "auth/token/create", "policies", List.of("default"), "ttl", "700h").token();
        for (int i = 0; i < 4; i++) {
            it.clock.advance(Duration.ofDays(25));
            it.write(periodic, "auth/token/renew-self");
            it.write(plain, "auth/token/renew-self");
        }
        assertThat(it.read(periodic, "auth/token/lookup-self").status()).isEqualTo(200);
        assertThat(it.read(plain, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    @Test
    void an_explicit_maximum_ends_even_a_periodic_token() {
        var token = it.write(it.root, "auth/token/create", "policies", List.of("default"), "period", "1h", "explicit_max_ttl", "90m").token();
        it.clock.advance(Duration.ofMinutes(50));
        assertThat((Long) it.write(token, "auth/token/renew-self").part("auth").get("lease_duration")).isEqualTo(40 * 60);
        it.clock.advance(Duration.ofMinutes(41));
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    @Test
    void of_many_at_once_exactly_as_many_uses_succeed_as_were_given() throws InterruptedException {
        var token = it.write(it.root, "auth/token/create", "policies", List.of("default"), "num_uses", 5).token();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = pool.invokeAll(IntStream.range(0, 40).<java.util.concurrent.Callable<Integer>>mapToObj(i -> () -> it.read(token, "auth/token/lookup-self").status()).toList());
            assertThat(answers.stream().filter(f -> f.resultNow() == 200).count()).isEqualTo(5);
        }
    }

    @Test
    void a_token_that_was_used_up_by_refused_requests_leaves_nothing_behind() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            long before = rows();
            var token = it.write(it.root, "auth/token/create", "policies", List.of("default"), "num_uses", 2).token();
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                pool.invokeAll(IntStream.range(0, 8).<java.util.concurrent.Callable<Integer>>mapToObj(i -> () -> it.read(token, "sys/mounts").status()).toList());
            }
            assertThat(rows()).isEqualTo(before);
        }
    }

    @Test
    void of_many_at_once_one_unwraps() throws InterruptedException {
        var wrapped = it.ask(it.root, Operation.WRITE, "sys/wrapping/wrap", TestServer.fields("k", "v"), "127.0.0.1", Optional.of(Duration.ofMinutes(1)));
        var token = String.valueOf(wrapped.part("wrap_info").get("token"));
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = pool.invokeAll(IntStream.range(0, 40).<java.util.concurrent.Callable<Integer>>mapToObj(i -> () -> it.write("", "sys/wrapping/unwrap", "token", token).status()).toList());
            assertThat(answers.stream().filter(f -> f.resultNow() == 200).count()).isEqualTo(1);
        }
    }

    @Test
    void every_change_of_a_token_or_accessor_makes_it_unknown() {
        var made = it.write(it.root, "auth/token/create", "policies", List.of("default"));
        var token = made.token();
        var accessor = String.valueOf(made.part("auth").get("accessor"));
        for (int i = 0; i <= token.length(); i++) {
            assertThat(it.read(token.substring(0, i) + "x" + token.substring(i), "auth/token/lookup-self").status()).isEqualTo(403);
            if (i < token.length()) {
                assertThat(it.read(token.substring(0, i) + token.substring(i + 1), "auth/token/lookup-self").status()).isEqualTo(403);
                assertThat(it.read(token.substring(0, i) + (token.charAt(i) == 'x' ? 'y' : 'x') + token.substring(i + 1), "auth/token/lookup-self").status()).isEqualTo(403);
            }
        }
        for (int i = 0; i < accessor.length(); i++) {
            var other = accessor.substring(0, i) + (accessor.charAt(i) == 'x' ? 'y' : 'x') + accessor.substring(i + 1);
            assertThat(it.write(it.root, "auth/token/lookup-accessor", "accessor", other).status()).isEqualTo(400);
        }
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(200);
    }

    @Test
    void a_batch_token_has_one_text() {
        var digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (var name : List.of("a", "ab", "abc")) { // of every length that leaves other bits over
            var batch = it.write(it.root, "auth/token/create", "type", "batch", "policies", List.of("default"), "display_name", name).token();
            assertThat(it.read(batch, "auth/token/lookup-self").status()).isEqualTo(200);
            for (int i = 0; i < digits.length(); i++) {
                var other = batch.substring(0, batch.length() - 1) + digits.charAt(i);
                if (!other.equals(batch)) assertThat(it.read(other, "auth/token/lookup-self").status()).as(other).isEqualTo(403);
            }
            for (var end : List.of("=", "==", "A")) assertThat(it.read(batch + end, "auth/token/lookup-self").status()).isEqualTo(403);
        }
    }

    @Test
    void the_store_holds_no_token() {
        var token = it.token("default");
        var everything = new StringBuilder();
        it.storage.read(store -> {
            for (var entry : store.scan("", "", 10_000)) everything.append(entry.key()).append(new String(entry.value(), java.nio.charset.StandardCharsets.ISO_8859_1));
            return true;
        });
        assertThat(everything).doesNotContain(token).doesNotContain(it.root);
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(200);
    }

    @Test
    void nobody_learns_what_is_mounted() {
        assertThat(it.read("", "sys/mounts")).isEqualTo(it.read("", "no/such/thing"));
        assertThat(it.read("hvs.wrong", "cubbyhole/x")).isEqualTo(it.read("hvs.wrong", "no/such/thing"));
    }

    @Test
    void a_batch_token_ends_with_the_token_that_made_it() {
        it.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }");
        var parent = it.token("maker");
        var batch = it.write(parent, "auth/token/create", "type", "batch", "policies", List.of("maker"), "ttl", "1h").token();
        assertThat(it.write(batch, "auth/token/create").errors().toString()).contains("batch tokens cannot create more tokens");
        it.write(it.root, "auth/token/revoke", "token", parent);
        assertThat(it.write(batch, "auth/token/create").status()).isEqualTo(403);
    }

    @Test
    void what_is_in_a_cubbyhole_goes_with_its_token() {
        var token = it.token("default");
        it.write(token, "cubbyhole/x", "k", "v");
        assertThat(it.read(token, "cubbyhole/x").data("k")).isEqualTo("v");
        long before = rows();
        it.write(it.root, "auth/token/revoke", "token", token);
        assertThat(rows()).isLessThan(before - 3);
    }

    private long rows() {
        return it.storage.read(store -> store.scan("", "", 100_000).size());
    }
}
