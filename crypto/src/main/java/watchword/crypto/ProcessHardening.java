package watchword.crypto;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Keeps what this process has in memory from being written to disk or read by other processes, as far as the system lets it. Call it
 * once, before the first key is in memory, and log what it says. Nothing here can fail: a step that did not work is reported.
 */
public final class ProcessHardening {
    private ProcessHardening() {}

    /**
     * One protection.
     *
     * @param done whether it is in force
     * @param advice why it is not, and what to do; empty when it is
     */
    public record Step(String protection, boolean done, String advice) {}

    /**
     * @param lockMemory also keep the whole process out of swap; costs the memory limit a container may have, so it is a setting
     */
    public static List<Step> apply(boolean lockMemory) {
        var steps = new ArrayList<Step>();
        steps.add(step("no core files", Native::forbidCoreFiles));
        steps.add(step("no dumps, no tracing by other processes", Native::forbidDumpsAndTracing));
        if (lockMemory) steps.add(step("memory stays out of swap", Native::lockEverything));
        else swap().ifPresent(steps::add);
        return List.copyOf(steps);
    }

    private static Step step(String protection, Supplier<Native.Outcome> call) {
        var outcome = call.get();
        return new Step(protection, outcome.done(), outcome.failure().orElse(""));
    }

    /** Empty where it cannot be known. */
    private static Optional<Step> swap() {
        try {
            boolean none = Files.readAllLines(Path.of("/proc/swaps")).size() <= 1;
            return Optional.of(new Step("memory stays out of swap", none,
                    none ? "" : "this machine swaps to disk; encrypt the swap, turn it off, or let the server lock its memory"));
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }
}
