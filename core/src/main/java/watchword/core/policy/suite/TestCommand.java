package watchword.core.policy.suite;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import watchword.core.policy.CommandWords;

/** {@code watchword policy test}: holds policies against cases, without a server. */
public final class TestCommand {
    public static final int PASSED = 0;
    public static final int TROUBLE = 1;
    public static final int FAILED = 2;

    private static final String USAGE = """
            usage: watchword policy test [-junit=FILE] FILE...

            'watchword help policy test' tells how a file looks.""";

    private TestCommand() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), InstantSource.system(), System.out, System.err));
    }

    /** Runs the command; returns its exit code. */
    public static int run(List<String> arguments, InstantSource clock, PrintStream out, PrintStream err) {
        try {
            var words = CommandWords.of(arguments, Set.of("junit"), Set.of());
            var ran = new ArrayList<JUnitFile.Ran>();
            for (var file : words.files()) ran.add(new JUnitFile.Ran(file, outcomes(file, clock.instant())));
            for (var suite : ran) print(suite, out);
            long all = ran.stream().mapToLong(suite -> suite.outcomes().size()).sum();
            long failed = ran.stream().flatMap(suite -> suite.outcomes().stream()).filter(each -> !each.passed()).count();
            out.println((all - failed) + " passed, " + failed + " failed");
            var junit = words.last("junit");
            if (junit.isPresent()) Files.writeString(Path.of(junit.get()), JUnitFile.of(ran));
            return failed == 0 ? PASSED : FAILED;
        } catch (IllegalArgumentException wrong) {
            err.println(wrong.getMessage());
            err.println(USAGE);
        } catch (Suite.BrokenException broken) {
            err.println(broken.getMessage());
        } catch (IOException failed) {
            err.println(failed);
        }
        return TROUBLE;
    }

    private static List<Case.Outcome> outcomes(String file, Instant now) throws Suite.BrokenException {
        var path = Path.of(file);
        var folder = Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(path);
        try {
            return Suite.parse(text(path), name -> text(folder.resolve(name))).run(now);
        } catch (Suite.BrokenException broken) {
            throw new Suite.BrokenException(file + ": " + broken.getMessage());
        }
    }

    private static String text(Path path) throws Suite.BrokenException {
        try {
            return Files.readString(path);
        } catch (NoSuchFileException none) {
            throw new Suite.BrokenException("there is no file " + path);
        } catch (IOException unreadable) {
            throw new Suite.BrokenException("cannot read " + path);
        }
    }

    private static void print(JUnitFile.Ran suite, PrintStream out) {
        for (var each : suite.outcomes()) {
            if (each.passed()) continue;
            out.println("FAIL " + suite.file() + ":" + each.of().line() + " " + plain(each.of().name()));
            out.println("     " + each.of().question().wanted().word() + " " + plain(each.of().question().path()) + ": " + plain(each.problem()));
        }
    }

    /** A case's words on one line. */
    private static String plain(String text) {
        var plain = new StringBuilder();
        text.codePoints().forEach(c -> plain.appendCodePoint(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c));
        return plain.toString();
    }
}
