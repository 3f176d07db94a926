package watchword.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Map;
import java.util.Set;
import watchword.cli.line.World;

/** The command of a run: its environment, its output through the masker, the signals that it gets, and the status it ends with. */
final class Child {
    private static final int NOT_A_PROGRAM = 126;
    private static final int NOT_FOUND = 127;

    private final World world;
    private final Signals signals;

    Child(World world, Signals signals) {
        this.world = world;
        this.signals = signals;
    }

    /**
     * Runs it to its end.
     *
     * @param environment all of it
     * @param masked empty to let its output through as it is, on the very files of this process
     * @param meanwhile runs in a thread of its own, which is interrupted when the command has ended
     */
    int run(List<String> words, Map<String, String> environment, Set<String> masked, Runnable meanwhile) throws IOException {
        var builder = new ProcessBuilder(words).directory(world.directory().toFile()).redirectInput(Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment);
        if (masked.isEmpty()) builder.redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
        Process process;
        try {
            process = builder.start();
        } catch (IOException cannotStart) {
            var told = String.valueOf(cannotStart.getMessage());
            boolean denied = told.contains("Permission denied") || told.contains("Exec format error");
            world.err().println("watchword run: cannot start " + words.getFirst() + ": " + (denied ? "not a program that may be run" : "not found"));
            return denied ? NOT_A_PROGRAM : NOT_FOUND;
        }
        signals.to(process);
        var other = Thread.ofVirtual().start(meanwhile);
        try {
            if (!masked.isEmpty()) {
                var out = pump(process.getInputStream(), world.out(), masked);
                var err = pump(process.getErrorStream(), world.err(), masked);
                out.join();
                err.join();
            }
            return process.waitFor();
        } catch (InterruptedException stop) {
            process.destroy();
            Thread.currentThread().interrupt();
            return NOT_A_PROGRAM;
        } finally {
            other.interrupt();
        }
    }

    private static Thread pump(InputStream from, PrintStream to, Set<String> masked) {
        return Thread.ofVirtual().start(() -> {
            try (from) {
                copy(from, to, new Masker(masked));
            } catch (IOException closed) {
                // the command is gone
            }
        });
    }

    /** Until either side is closed; then the other is closed too, so that a command whose output nobody reads learns of it. */
    static void copy(InputStream from, PrintStream to, Masker masker) throws IOException {
        var chunk = new byte[8192];
        for (int count; (count = from.read(chunk)) >= 0; ) {
            to.write(masker.accept(chunk, count));
            if (to.checkError()) return;
        }
        to.write(masker.finish());
        to.flush();
    }
}
