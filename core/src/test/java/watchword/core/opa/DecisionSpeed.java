package watchword.core.opa;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import watchword.testkit.TestClock;

/** How long a decision of the starter bundle takes: {@code bench/decision} runs it. Compiling, by Java and for Java, goes on for a while. */
final class DecisionSpeed {
    private static final int ROUNDS = 5;
    private static final int DECISIONS = 20_000;

    private DecisionSpeed() {}

    public static void main(String[] arguments) {
        var threads = ManagementFactory.getThreadMXBean();
        LongSupplier cpu = threads::getCurrentThreadCpuTime;
        long begun = cpu.getAsLong();
        var policy = WasmPolicy.compile(Bundle.read(Bundles.starter()), Builtins.of(new TestClock()), new Semaphore(4));
        System.out.printf("compiled in %d ms of CPU%n", (cpu.getAsLong() - begun) / 1_000_000);
        var allowed = input("secret/data/team/x", "");
        var refused = input("secret/data/break-glass/x", "deploy");
        try (var watch = new Watch()) {
            for (int round = 1; round <= ROUNDS; round++) {
                System.out.printf("round %d of %,d: allowed %s, refused %s%n", round, DECISIONS, measure(policy, allowed, watch, cpu), measure(policy, refused, watch, cpu));
            }
        }
    }

    private static byte[] input(String path, String role) {
        return ("""
                {"caller":{"entity_id":"","entity_name":"","entity_metadata":{},"groups":[],"display_name":"token","metadata":{"role":"%s"},"policies":["default","team"],
                 "token_type":"service","token_role":"","auth_path":"auth/jwt/login","run":""},
                 "request":{"path":"%s","operation":"read","capability":"read","parameters":{"path":"team/x","version":0}},
                 "target":{"mount":"secret/","mount_type":"kv","mount_accessor":"kv_1","mount_options":{"version":"2"},"metadata":{"classification":"internal"}},
                 "remote_address":"127.0.0.1","id":"x","time":{"rfc3339":"2030-01-01T03:00:00Z","unix":1893466800,"weekday":"Tuesday","hour":3,"minute":0}}""".formatted(role, path))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String measure(WasmPolicy policy, byte[] input, Watch watch, LongSupplier cpu) {
        var wall = new long[DECISIONS];
        var used = new long[DECISIONS];
        for (int i = 0; i < DECISIONS; i++) {
            long usedBefore = cpu.getAsLong();
            long before = System.nanoTime();
            var verdict = policy.ask("watchword/decision", input, Duration.ofSeconds(10), watch);
            wall[i] = System.nanoTime() - before;
            used[i] = cpu.getAsLong() - usedBefore;
            if (!(verdict instanceof Verdict.Decided)) throw new IllegalStateException("no decision: " + verdict);
        }
        Arrays.sort(wall);
        Arrays.sort(used);
        return String.format("median %.0f us (CPU %.0f us), 99%% %.0f us (CPU %.0f us)", micros(wall, 50), micros(used, 50), micros(wall, 99), micros(used, 99));
    }

    private static double micros(long[] sorted, int percent) {
        return sorted[(int) ((long) sorted.length * percent / 100)] / 1000.0;
    }
}
