package watchword.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;

/** What people are told when they ask, read off the declarations. */
final class Help {
    private static final int WIDTH = 100;

    private Help() {}

    /** Every command, a line each. */
    static void all(PrintStream out) {
        out.println("Usage: watchword COMMAND [FLAGS] [ARGUMENTS]");
        out.println();
        lines(out, Commands.all());
        out.println();
        out.println("watchword help COMMAND tells more. VAULT_ADDR names the server; the token comes from VAULT_TOKEN or watchword login.");
    }

    /** The commands that begin with these words. @return whether there is any */
    static boolean below(PrintStream out, String words) {
        if (words.isEmpty()) {
            all(out);
            return true;
        }
        var some = new ArrayList<Command>();
        for (var command : Commands.all()) if (command.words().equals(words) || command.words().startsWith(words + " ")) some.add(command);
        if (some.isEmpty()) return false;
        out.println("Usage: watchword " + words + " COMMAND [FLAGS] [ARGUMENTS]");
        out.println();
        lines(out, some);
        return true;
    }

    private static void lines(PrintStream out, List<Command> commands) {
        int width = 0;
        for (var command : commands) width = Math.max(width, command.words().length());
        for (var command : commands) out.println("  " + pad(command.words(), width) + "  " + command.summary());
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    static String usage(Command command) {
        return "watchword " + command.words() + (command.allFlags().isEmpty() ? "" : " [FLAGS]")
                + (command.arguments().isEmpty() ? "" : " " + command.arguments());
    }

    static void one(PrintStream out, Command command) {
        out.println("Usage: " + usage(command));
        out.println();
        paragraph(out, command.summary(), "");
        for (var note : command.notes()) {
            out.println();
            if (note.startsWith("    ")) out.println(note);
            else paragraph(out, note, "");
        }
        if (!command.examples().isEmpty()) out.println();
        for (var example : command.examples()) out.println("  $ watchword " + example);
        flags(out, "Flags", command.flags());
        var common = command.allFlags().subList(command.flags().size(), command.allFlags().size());
        flags(out, "Flags that every command has", common);
    }

    private static void flags(PrintStream out, String title, List<Flag> flags) {
        if (flags.isEmpty()) return;
        out.println();
        out.println(title + ":");
        for (var flag : flags) {
            out.println("  " + flag.shown());
            paragraph(out, flag.help() + (flag.repeats() ? "; may be given several times" : ""), "        ");
        }
    }

    /** Breaks lines between words. */
    static void paragraph(PrintStream out, String text, String indent) {
        var line = new StringBuilder(indent);
        for (var word : text.split(" ", -1)) {
            if (line.length() > indent.length() && line.length() + 1 + word.length() > WIDTH) {
                out.println(line);
                line = new StringBuilder(indent);
            }
            if (line.length() > indent.length()) line.append(' ');
            line.append(word);
        }
        out.println(line);
    }
}
