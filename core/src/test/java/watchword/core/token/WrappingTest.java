package watchword.core.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.TestServer.Answered;
import watchword.sdk.Route.Operation;

/** What is wrapped can be looked at, taken once, and not be forged. */
class WrappingTest {
    private final TestServer it = TestServer.start();

    @AfterEach
    void close() {
        it.close();
    }

    private String wrapped() {
        var answer = it.ask(it.root, Operation.WRITE, "sys/wrapping/wrap", TestServer.fields("k", "v"), "127.0.0.1", Optional.of(Duration.ofMinutes(1)));
        return String.valueOf(answer.part("wrap_info").get("token"));
    }

    private Answered lookup(String by) {
        return it.write(by, "sys/wrapping/lookup");
    }

    @Test
    void a_look_at_what_is_wrapped_leaves_it_there() {
        var token = wrapped();
        for (int i = 0; i < 3; i++) assertThat(lookup(token).data("creation_path")).isEqualTo("sys/wrapping/wrap");
        assertThat(it.write(token, "sys/wrapping/unwrap").data("k")).isEqualTo("v");
        assertThat(it.write(token, "sys/wrapping/unwrap").status()).isEqualTo(400);
        assertThat(lookup(token).status()).isEqualTo(400);
    }

    @Test
    void a_wrapping_token_that_is_used_for_anything_else_is_gone() {
        var token = wrapped();
        assertThat(it.read(token, "auth/token/lookup-self").status()).isEqualTo(403);
        assertThat(it.write("", "sys/wrapping/unwrap", "token", token).status()).isEqualTo(400);
    }

    @Test
    void nobody_makes_a_token_that_looks_like_a_wrapping_token() {
        it.policy("maker", "path \"auth/token/*\" { capabilities = [\"update\", \"create\", \"sudo\"] }");
        it.write(it.root, "auth/token/roles/any", "allowed_policies_glob", List.of("*"));
        var maker = it.token("maker");
        for (var name : List.of("response-wrapping", " Response-Wrapping", "ｒesponse-wrapping")) {
            for (var path : List.of("auth/token/create", "auth/token/create/any", "auth/token/create-orphan")) {
                for (var by : List.of(maker, it.root)) {
                    assertThat(it.write(by, path, "policies", List.of("default", name)).errors()).as("%s at %s", name, path)
                            .isEqualTo(List.of("cannot assign policy \"response-wrapping\""));
                }
            }
            assertThat(it.write(it.root, "auth/token/roles/r", "allowed_policies", List.of(name)).status()).isEqualTo(400);
        }
        assertThat(it.write(maker, "auth/token/create/any", "policies", List.of("default")).status()).isEqualTo(200);
    }
}
