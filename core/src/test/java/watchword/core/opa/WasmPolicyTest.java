package watchword.core.opa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import watchword.testkit.TestClock;

/** Bundles as the real {@code opa} builds them, evaluated here. Number 160 of the vulnerability list: what is no decision refuses. */
class WasmPolicyTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final WasmPolicy ODD = compile(Bundles.odd());
    private static final WasmPolicy STARTER = compile(Bundles.starter());
    private static final Watch WATCH = new Watch();

    private static WasmPolicy compile(byte[] bundle) {
        return WasmPolicy.compile(Bundle.read(bundle), Builtins.of(new TestClock()), new Semaphore(4));
    }

    @AfterAll
    static void close() {
        WATCH.close();
    }

    private static Verdict ask(WasmPolicy policy, String entrypoint, String input, Duration within) {
        return policy.ask(entrypoint, input.getBytes(StandardCharsets.UTF_8), within, WATCH);
    }

    private static Verdict odd(String entrypoint) {
        return ask(ODD, "odd/" + entrypoint, "{\"request\":{\"path\":\"a/b\"}}", LONG);
    }

    private static String starterInput(String path, String role, int hour) {
        return "{\"caller\":{\"metadata\":{\"role\":\"" + role + "\"}},\"request\":{\"path\":\"" + path + "\",\"capability\":\"read\",\"parameters\":{}},\"target\":{\"metadata\":{}},"
                + "\"time\":{\"weekday\":\"Monday\",\"hour\":" + hour + "}}";
    }

    @Test
    void a_bundle_decides_with_its_reasons() {
        assertThat(ask(STARTER, "watchword/decision", starterInput("secret/data/x", "", 3), LONG)).isEqualTo(new Verdict.Decided(true, List.of(), ""));
        assertThat(ask(STARTER, "watchword/decision", starterInput("secret/data/break-glass/x", "", 3), LONG))
                .isEqualTo(new Verdict.Decided(false, List.of("break-glass credentials are for business hours"), ""));
    }

    @Test
    void what_is_no_decision_refuses() {
        for (var entrypoint : List.of("text", "empty", "undefined")) {
            assertThat(odd(entrypoint)).as(entrypoint).isInstanceOfSatisfying(Verdict.Decided.class, decided -> {
                assertThat(decided.allow()).isFalse();
                assertThat(decided.reasons()).hasSize(1);
            });
        }
    }

    @Test
    void reasons_are_bounded() {
        assertThat(odd("many")).isInstanceOfSatisfying(Verdict.Decided.class, decided ->
                assertThat(decided.reasons()).hasSize(Verdict.MOST_REASONS).first().isEqualTo("reason 1 of [\"a\", 1]"));
    }

    /** What the real {@code opa eval} gives; {@code interop/opa} compares them. */
    @Test
    void built_in_functions_that_the_host_gives_are_as_opa_has_them() {
        assertThat(odd("calls")).isInstanceOfSatisfying(Verdict.Decided.class, decided -> assertThat(decided.reasons()).containsExactly(
                "a/b is true at 100%", "[1, 2, 3]", "[20, 2, 3]", "[2025, 1, 1]", "Wednesday", "1735693323000000000", "5400000000000", "{\"a\": [1, \"x\"]}", "d2F0Y2h3b3Jk", "true"));
        assertThat(odd("not_a_duration")).isInstanceOfSatisfying(Verdict.Decided.class, decided -> assertThat(decided.allow()).isFalse());
    }

    @Test
    void a_policy_that_does_not_end_is_ended_in_time_and_the_thread_is_not_left_interrupted() {
        long begun = System.nanoTime();
        assertThat(ask(ODD, "odd/slow", "{}", Duration.ofMillis(200))).isEqualTo(new Verdict.NoAnswer("the bundle did not decide in time"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(odd("text")).isInstanceOf(Verdict.Decided.class);
    }

    @Test
    void a_policy_has_so_much_memory_and_no_more() {
        assertThat(odd("large")).isInstanceOf(Verdict.NoAnswer.class);
        assertThat(odd("text")).isInstanceOf(Verdict.Decided.class);
    }

    @Test
    void nothing_of_one_evaluation_is_left_for_the_next() throws Exception {
        var inputs = new ArrayList<String>();
        for (int i = 0; i < 200; i++) inputs.add("{\"n\":\"" + i + "x".repeat(i * 37 % 3000) + "\"}");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked = threads.invokeAll(inputs.stream().<Callable<Verdict>>map(input -> () -> ask(ODD, "odd/echo", input, LONG)).toList());
            for (int i = 0; i < inputs.size(); i++) {
                var input = inputs.get(i);
                assertThat(asked.get(i).get()).isInstanceOfSatisfying(Verdict.Decided.class, decided ->
                        assertThat(decided.reasons().getFirst()).isEqualTo(input.substring(0, Math.min(input.length(), Verdict.LONGEST_REASON))));
            }
        }
    }

    @Test
    void a_bundle_that_needs_what_is_not_provided_is_refused_by_name() {
        assertThatThrownBy(() -> compile(Bundles.unprovided())).isInstanceOf(WasmPolicy.UnusableException.class).hasMessageContaining("not provided here: http.send");
    }

    @Test
    void what_is_no_module_is_refused() {
        var wasm = Bundle.read(Bundles.odd()).wasm();
        for (int length : new int[] {8, 100, wasm.length / 2, wasm.length - 1}) {
            var cut = Arrays.copyOf(wasm, length);
            assertThatThrownBy(() -> compile(cut)).as("first %s bytes", length).isInstanceOf(WasmPolicy.UnusableException.class);
        }
    }
}
