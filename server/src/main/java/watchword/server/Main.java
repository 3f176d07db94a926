package watchword.server;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import watchword.sdk.FileTrouble;
import watchword.sdk.Problem;
import watchword.sdk.Storage.StorageException;
import watchword.server.config.ConfigException;

/** {@code watchword server} and {@code watchword dev}. */
public final class Main {
    static final int USAGE = 1;
    static final int FAILED = 2;

    private Main() {}

    @SuppressWarnings("SystemOut") // a program's own streams
    public static void main(String[] args) {
        ObjectStreams.refuse();
        System.exit(run(List.of(args), System.out, System.err));
    }

    /** Runs until it is told to stop. @return the exit status */
    private static int run(List<String> args, PrintStream out, PrintStream err) {
        try {
            return switch (args.isEmpty() ? "" : args.getFirst()) {
                case "server" -> new ServerCommand(out, err).run(args.subList(1, args.size()));
                case "dev" -> new DevCommand(out, err).run(args.subList(1, args.size()));
                default -> {
                    err.println("usage: watchword server -config=PATH, or watchword dev");
                    yield USAGE;
                }
            };
        } catch (IOException failed) {
            err.println("watchword: " + FileTrouble.words(failed));
            return FAILED;
        } catch (ConfigException | StorageException | Problem.ProblemException told) {
            err.println("watchword: " + told.getMessage());
            return FAILED;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }
}
