package watchword.cli.run;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Hears the signals of this process and hands them on to its child. One that comes before there is a child is kept, so that what was
 * fetched meanwhile is given back; a second one ends everything at once. Any thread.
 */
@SuppressWarnings("sunapi") // there is no other way to hear a signal
final class Signals implements AutoCloseable {
    private static final String[] FORWARDED = {"INT", "TERM", "HUP", "USR1", "USR2"};
    private static final int BY_SIGNAL = 128;

    private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();
    private @Nullable Process child;
    private int pending;

    private Signals() {}

    static Signals hear() {
        var signals = new Signals();
        for (var name : FORWARDED) {
            try {
                var signal = new Signal(name);
                signals.before.put(signal, Signal.handle(signal, signals::heard));
            } catch (IllegalArgumentException notHere) {
                // this system or virtual machine keeps the signal for itself
            }
        }
        return signals;
    }

    /** The exit status for a signal that came before there was a child; 0 for none. */
    synchronized int status() {
        return pending == 0 ? 0 : BY_SIGNAL + pending;
    }

    /** From now on they go to {@code process}, and so does one that came before. */
    synchronized void to(Process process) {
        child = process;
        if (pending != 0) send(process, pending);
    }

    private synchronized void heard(Signal signal) {
        var process = child;
        if (process != null) {
            // A terminal sends its interrupt to the whole group, and the child would get it twice.
            if (!signal.getName().equals("INT") || !isForeground()) send(process, signal.getNumber());
        } else if (pending != 0) {
            Runtime.getRuntime().halt(BY_SIGNAL + signal.getNumber());
        } else {
            pending = signal.getNumber();
        }
    }

    /** Whether the terminal sends what is typed on it to our group of processes (proc(5): fields 5 and 8). */
    private static boolean isForeground() {
        try {
            var stat = Files.readString(Path.of("/proc/self/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return fields[2].equals(fields[5]);
        } catch (IOException | IndexOutOfBoundsException notLinux) {
            return false;
        }
    }

    /** By the system's own call: a program to do it with need not be there. */
    private static void send(Process process, int signal) {
        if (!process.isAlive()) return;
        try {
            var linker = Linker.nativeLinker();
            var kill = linker.downcallHandle(linker.defaultLookup().findOrThrow("kill"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            int result = (int) kill.invokeExact((int) process.pid(), signal);
            if (result != 0) process.destroy();
        } catch (Throwable noCall) {
            process.destroy();
        }
    }

    @Override
    public void close() {
        for (var each : before.entrySet()) Signal.handle(each.getKey(), each.getValue());
    }
}
