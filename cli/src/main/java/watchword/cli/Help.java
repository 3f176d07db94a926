package watchword.cli;

import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import watchword.client.ApiException;

/** What people are told when they ask, or err. */
final class Help {
    private Help() {}

    static void all(PrintStream to, String beginning) {
        to.println("usage: watchword <command> [options] [arguments]\n");
        to.println("  server          run a server from a configuration file\n  dev             run a development server here\n  audit verify    check audit files for tampering");
        var shown = Commands.ALL.stream().filter(c -> c.words().startsWith(beginning)).toList();
        for (var command : shown.isEmpty() ? Commands.ALL : shown) to.printf("  %-22s %s%n", command.words(), command.summary());
        to.println("\nwatchword <command> -help tells more. The server is named by VAULT_ADDR, the token by VAULT_TOKEN or watchword login.");
    }

    static void one(PrintStream to, Command command) {
        to.println("usage: watchword " + command.words() + " [options] " + command.arguments() + "\n\n" + command.summary() + "\n");
        for (var option : command.options()) line(to, option);
        if (!command.options().isEmpty()) to.println();
        for (var option : Command.COMMON) line(to, option);
    }

    private static void line(PrintStream to, Command.Option option) {
        to.printf("  -%-28s %s%s%n", option.value().isEmpty() ? option.name() : option.name() + "=" + option.value(), option.help(), option.repeats() ? "; may be repeated" : "");
    }

    static String nearest(String word, List<String> known) {
        return known.stream().min(Comparator.comparingInt(each -> distance(word, each))).filter(each -> distance(word, each) <= 3)
                .map(each -> "Did you mean " + each + "?").orElse("");
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                row[j] = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    static void apiError(PrintStream to, ApiException told) {
        to.println("Error making API request.\n\nURL: " + told.method() + " " + told.url() + "\nCode: " + told.status() + ". Errors:\n");
        for (var error : told.errors()) to.println("* " + error.strip());
        if (told.status() == 403) to.println("\nThe token may have ended, or its policies do not allow this: watchword token lookup, watchword token capabilities PATH");
        if (told.status() == 503 && told.errors().toString().contains("sealed")) to.println("\nUnseal the server: watchword operator unseal");
    }
}
