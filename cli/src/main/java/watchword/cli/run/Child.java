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
        replace(builder.environment(), environment);
        if (masked.isEmpty()) builder.redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
        Process process;
        try {
            process = builder.start();
        } catch (IOException cannotStart) {
            return cannotStart(words.getFirst(), String.valueOf(cannotStart.getMessage()));
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

    /** What does not change is not touched: it may hold bytes that are no letters in this locale, and keeps them. */
    private static void replace(Map<String, String> inherited, Map<String, String> wanted) {
        inherited.keySet().retainAll(wanted.keySet());
        for (var variable : wanted.entrySet()) {
            if (!variable.getValue().equals(inherited.get(variable.getKey()))) inherited.put(variable.getKey(), variable.getValue());
        }
    }

    /** @param told by the platform; it ends with {@code error: 7 (Argument list too long)} and names no argument */
    private int cannotStart(String program, String told) {
        boolean absent = told.contains("No such file or directory");
        int reason = told.lastIndexOf('(');
        var why = absent ? "not found" : reason < 0 ? "not a program" : told.substring(reason + 1).replace(")", "");
        if (told.contains("too long")) why += "; large values belong into files: -file";
        world.err().println("watchword run: cannot start " + program + ": " + why);
        return absent ? NOT_FOUND : NOT_A_PROGRAM;
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
