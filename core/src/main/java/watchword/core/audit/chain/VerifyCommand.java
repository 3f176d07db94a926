package watchword.core.audit.chain;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code watchword audit verify}: checks audit logs without a server. */
public final class VerifyCommand {
    public static final int INTACT = 0;
    public static final int BROKEN = 1;
    public static final int TROUBLE = 2;

    private static final String USAGE = """
            usage: watchword audit verify [-key=FILE]... [-head=SEQ:HASH] FILE...

              Checks that no line of an audit log was changed, removed, added or moved. Several files are read as one log, in the
              order of their numbers; files that end in .gz are unpacked.

              -key=FILE       a public key that may have signed the checkpoints, as sys/audit-status shows it or as PEM
              -head=SEQ:HASH  a head of the chain that was kept elsewhere; without it, a log that was cut off at its end looks whole

              exit code: 0 intact, 1 not intact, 2 could not check""";

    private VerifyCommand() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    /** Runs the command; returns its exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        try {
            var wanted = Wanted.of(arguments);
            var report = new AuditVerify(wanted.known(), wanted.keys()).verify(wanted.files());
            report.findings().forEach(out::println);
            out.println(summary(report, wanted));
            return report.isIntact() ? INTACT : BROKEN;
        } catch (IllegalArgumentException wrong) {
            err.println(wrong.getMessage());
            err.println(USAGE);
            return TROUBLE;
        } catch (NoSuchFileException missing) {
            err.println(missing.getFile() + ": no such file");
            return TROUBLE;
        } catch (IOException failed) {
            err.println(failed);
            return TROUBLE;
        }
    }

    private static String summary(AuditVerify.Report report, Wanted wanted) {
        return (report.isIntact() ? "intact: " : "NOT INTACT: ") + report.lines() + " lines, head " + report.head() + ", " + report.checkpoints() + " checkpoints "
                + (wanted.keys().isEmpty() ? "(signatures not checked: no -key)" : "signed") + ", " + report.unsigned() + " lines behind the last"
                + (wanted.known().isEmpty() ? "; give -head to see whether the end was cut off" : "");
    }

    private record Wanted(List<Path> files, List<PublicKey> keys, Optional<ChainHead> known) {
        static Wanted of(List<String> arguments) throws IOException {
            var files = new ArrayList<Path>();
            var keys = new ArrayList<PublicKey>();
            Optional<ChainHead> known = Optional.empty();
            for (int i = 0; i < arguments.size(); i++) {
                var argument = arguments.get(i);
                if (!argument.startsWith("-")) {
                    files.add(Path.of(argument));
                    continue;
                }
                var name = argument.replaceFirst("^--?", "");
                int equals = name.indexOf('=');
                var value = equals >= 0 ? name.substring(equals + 1) : ++i < arguments.size() ? arguments.get(i) : "";
                switch (equals >= 0 ? name.substring(0, equals) : name) {
                    case "key" -> keys.add(CheckpointKey.publicKey(Files.readString(Path.of(value))));
                    case "head" -> known = Optional.of(ChainHead.parse(value));
                    default -> throw new IllegalArgumentException("unknown option " + argument);
                }
            }
            if (files.isEmpty()) throw new IllegalArgumentException("no file given");
            return new Wanted(files, keys, known);
        }
    }
}
