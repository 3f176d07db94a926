import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import watchword.core.policy.Acl;
import watchword.core.policy.Capability;
import watchword.core.policy.Decision;
import watchword.core.policy.IdentityView;
import watchword.core.policy.PolicyParser;
import watchword.core.policy.TemplatedPath;

/**
 * How long a decision takes for a caller with 1,000 policies that name 10,000 paths: exact ones, prefixes, and ones with {@code +}; some ask
 * for parameters. Prints a median of batches, the slowest in a hundred, and what each decision allocates.
 */
class Decisions {
    private static final int POLICIES = 1_000;
    private static final int PATHS = 10;
    private static final int BATCH = 100;
    private static final int BATCHES = 4_000;

    public static void main(String[] arguments) {
        var random = new SplittableRandom(42);
        var policies = new ArrayList<Acl.Named>();
        var asked = new ArrayList<String>();
        for (int i = 0; i < POLICIES; i++) {
            var text = new StringBuilder();
            for (int j = 0; j < PATHS; j++) text.append(statement(i, j, asked));
            policies.add(new Acl.Named("team-" + i, PolicyParser.parse(text.toString(), TemplatedPath.Allowances.NONE)));
        }
        long begun = System.nanoTime();
        var acl = Acl.of(policies, false, IdentityView.NOBODY, Instant.EPOCH);
        System.out.printf("compiled %,d policies, %,d rules in %d ms%n", POLICIES, acl.rules().size(), Duration.ofNanos(System.nanoTime() - begun).toMillis());
        var paths = new String[10_000];
        for (int i = 0; i < paths.length; i++) paths[i] = asked.get(random.nextInt(asked.size()));
        measure("read", acl, Capability.READ, paths, Map.of());
        measure("update with a body", acl, Capability.UPDATE, paths, Map.of("owner", "alice", "rows", 7L));
        measure("list", acl, Capability.LIST, Arrays.stream(paths).map(path -> path.substring(0, path.lastIndexOf('/') + 1)).toArray(String[]::new), Map.of());
        measure("nowhere", acl, Capability.READ, Arrays.stream(paths).map(path -> "other/" + path).toArray(String[]::new), Map.of());
    }

    private static String statement(int team, int at, List<String> asked) {
        var base = "secret/data/team-" + team + "/";
        return switch (at % 4) {
            case 0 -> rule(base + "exact-" + at, base + "exact-" + at, "", asked);
            case 1 -> rule(base + "runs-" + at + "/*", base + "runs-" + at + "/2030/01/model", "", asked);
            case 2 -> rule(base + "+/config-" + at, base + "train/config-" + at, "", asked);
            default -> rule(base + "owned-" + at + "/*", base + "owned-" + at + "/x", "\n  required_parameters = [\"owner\"]\n  denied_parameters = { \"public\" = [] }\n", asked);
        };
    }

    private static String rule(String rule, String path, String more, List<String> asked) {
        asked.add(path);
        return "path \"" + rule + "\" {\n  capabilities = [\"read\", \"update\", \"list\"]" + more + "\n}\n";
    }

    private static void measure(String what, Acl acl, Capability wanted, String[] paths, Map<String, Object> body) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var nanos = new long[BATCHES];
        long allowed = 0;
        for (int round = 0; round < 2; round++) {
            allowed = 0;
            for (int batch = 0; batch < BATCHES; batch++) {
                long begun = System.nanoTime();
                allowed += batch(acl, wanted, paths, batch * BATCH, body);
                nanos[batch] = System.nanoTime() - begun;
            }
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int batch = 0; batch < 100; batch++) allowed += batch(acl, wanted, paths, batch * BATCH, body);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        Arrays.sort(nanos);
        System.out.printf("%-20s median %4d ns, slowest batch in a hundred %5d ns, %d bytes a decision, %d%% allowed%n", what, nanos[BATCHES / 2] / BATCH, nanos[BATCHES * 99 / 100] / BATCH,
                bytes / (100 * BATCH), allowed * 100 / ((long) (BATCHES + 100) * BATCH));
    }

    private static int batch(Acl acl, Capability wanted, String[] paths, int from, Map<String, Object> body) {
        int allowed = 0;
        for (int i = 0; i < BATCH; i++) {
            if (acl.decide(wanted, paths[(from + i) % paths.length], body, Optional.empty()) instanceof Decision.Allow) allowed++;
        }
        return allowed;
    }
}
