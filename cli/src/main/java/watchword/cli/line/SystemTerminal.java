package watchword.cli.line;

import java.io.Console;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The terminal this process was started on, if any. */
public final class SystemTerminal implements Terminal {
    private static final Path TTY = Path.of("/dev/tty");

    @Override
    public boolean readsOutput() {
        return isTerminal(1);
    }

    @Override
    public boolean readsErrors() {
        return isTerminal(2);
    }

    // The platform only tells whether input and output are both a terminal, and takes a while to.
    @SuppressWarnings("SystemConsoleNull") // null when it is not
    private static boolean isTerminal(int descriptor) {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException notLinux) {
            var console = System.console();
            return console != null && console.isTerminal();
        }
    }

    @Override
    @SuppressWarnings("SystemConsoleNull") // null when it is not
    public String hidden(String question) throws IOException, UsageException {
        @Nullable Console console = System.console();
        if (console == null || !console.isTerminal()) return fromTty(question);
        var typed = console.readPassword("%s", question);
        if (typed == null) throw new UsageException("nothing was typed");
        var text = new String(typed);
        Arrays.fill(typed, ' ');
        return text;
    }

    /** When output goes into a pipe the question still goes to the person. */
    private static String fromTty(String question) throws IOException, UsageException {
        try (var tty = new RandomAccessFile(TTY.toFile(), "rw")) {
            tty.write(question.getBytes(StandardCharsets.UTF_8));
            // Whoever interrupts the question gets the terminal back as it was.
            var restore = new Thread(SystemTerminal::echoAgain);
            Runtime.getRuntime().addShutdownHook(restore);
            echo(false);
            try {
                var line = tty.readLine();
                if (line == null) throw new UsageException("nothing was typed");
                return new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            } finally {
                echo(true);
                Runtime.getRuntime().removeShutdownHook(restore);
                tty.write('\n');
            }
        } catch (java.io.FileNotFoundException nobody) {
            throw new UsageException("there is no terminal to ask on; give - to read it from standard input");
        }
    }

    private static void echoAgain() {
        try {
            echo(true);
        } catch (IOException noStty) {
            // then it was never turned off
        }
    }

    private static void echo(boolean on) throws IOException {
        var stty = new ProcessBuilder("stty", on ? "echo" : "-echo").redirectInput(TTY.toFile()).redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD).start();
        try {
            stty.waitFor();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
