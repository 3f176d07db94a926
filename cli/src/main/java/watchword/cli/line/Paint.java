package watchword.cli.line;

import java.io.PrintStream;
import watchword.client.Settings;

/** Colors, for people on a terminal who did not turn them off ({@code NO_COLOR}, {@code VAULT_CLI_NO_COLOR}). */
public final class Paint {
    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String PLAIN = "\u001b[0m";

    private Paint() {}

    public static void error(World world, String text) {
        print(world, RED, text);
    }

    public static void warning(World world, String text) {
        print(world, YELLOW, text);
    }

    private static void print(World world, String color, String text) {
        PrintStream err = world.err();
        boolean off = world.environment().containsKey("NO_COLOR") || Settings.variable(world.environment(), "CLI_NO_COLOR").isPresent();
        err.println(!off && world.terminal().readsErrors() ? color + text + PLAIN : text);
    }
}
