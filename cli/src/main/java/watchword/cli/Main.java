package watchword.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.cli.line.Advice;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Paint;
import watchword.cli.line.Parser;
import watchword.cli.line.SystemTerminal;
import watchword.cli.line.Table;
import watchword.cli.line.UsageException;
import watchword.cli.line.World;
import watchword.client.ApiException;
import watchword.client.SettingsException;

/** Finds the command that was typed and runs it. Exit status: 0 done, 1 a mistake here, 2 the server refused or was not reached. */
public final class Main {
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;

    private final World world;

    private Main(World world) {
        this.world = world;
    }

    public static void main(String[] args) {
        // Secrets are UTF-8 whatever the locale is.
        var out = new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false, StandardCharsets.UTF_8);
        var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        var environment = System.getenv();
        var home = Path.of(environment.getOrDefault("HOME", "/"));
        int status = run(List.of(args), new World(environment, home, Path.of("").toAbsolutePath(), System.in, out, err,
                new SystemTerminal()));
        out.flush();
        System.exit(status);
    }

    /** Runs a command line in a world. @return the exit status */
    static int run(List<String> words, World world) {
        return new Main(world).run(words);
    }

    private int run(List<String> words) {
        if (words.isEmpty() || isHelp(words.getFirst())) {
            Help.all(world.out());
            return 0;
        }
        if (List.of("-version", "--version", "-v").contains(words.getFirst())) return run(List.of("version"));
        var found = Commands.find(words);
        if (found.isEmpty()) return unknown(words);
        var command = found.get().command();
        if (command.kind() == Command.Kind.LAUNCHER && !isHelp(words.getLast())) {
            Paint.error(world, "watchword " + command.words() + " is started by the launcher, ./watchword");
            return LOCAL;
        }
        return run(found.get(), words.subList(command.wordCount(), words.size()));
    }

    private static boolean isHelp(String word) {
        return word.equals("-h") || word.equals("-help") || word.equals("--help");
    }

    private int run(Commands.Found found, List<String> rest) {
        var command = found.command();
        try {
            readable(rest);
            var call = Parser.parse(command, rest, world);
            if (call.has("help")) {
                Help.one(world.out(), command);
                return 0;
            }
            if (command.kind() == Command.Kind.REMOTE) call.output().check();
            return run(found, call);
        } catch (UsageException typed) {
            Paint.error(world, "watchword " + command.words() + ": " + Table.printable(String.valueOf(typed.getMessage())));
            world.err().println("Usage: " + Help.usage(command));
            return LOCAL;
        } catch (SettingsException unusable) {
            Paint.error(world, "watchword: " + unusable.getMessage());
            return LOCAL;
        }
    }

    private int run(Commands.Found found, Call call) throws UsageException, SettingsException {
        try {
            return found.group().run(call);
        } catch (ApiException told) {
            refused(call, told);
        } catch (IOException failed) {
            Paint.error(world, prefix(call.doing()) + Table.printable(String.valueOf(failed.getMessage())));
        }
        return REMOTE;
    }

    /**
     * Under a locale without UTF-8 the platform has lost letters before we see them; storing what is left would be worse than not starting.
     */
    private static void readable(List<String> words) throws UsageException {
        for (var word : words) {
            if (word.indexOf('\uFFFD') >= 0) {
                throw new UsageException("an argument has letters that this locale cannot carry; set LC_ALL=C.UTF-8, or give the value "
                        + "in a file (key=@file)");
            }
        }
    }

    private static String prefix(String doing) {
        return doing.isEmpty() ? "" : "Error " + doing.strip() + ": ";
    }

    private void refused(Call call, ApiException told) {
        var text = new StringBuilder(prefix(call.doing())).append("Error making API request.\n\n");
        if (!told.namespace().isEmpty()) text.append("Namespace: ").append(told.namespace()).append('\n');
        text.append("URL: ").append(told.method()).append(' ').append(told.url()).append("\nCode: ").append(told.status())
                .append(". Errors:\n");
        for (var error : told.errors()) text.append("\n* ").append(error.stripTrailing());
        Paint.error(world, Table.printable(text.toString()));
        var advice = Advice.on(told, call);
        if (!advice.isEmpty()) world.err().println("\n" + Table.printable(advice));
    }

    /** Half a command shows what may follow; a word that is no command, which one was probably meant. */
    private int unknown(List<String> words) {
        if (isHelp(words.getLast()) && Help.below(world.out(), String.join(" ", words.subList(0, words.size() - 1)))) return 0;
        for (int count = Math.min(2, words.size()); count > 0; count--) {
            var beginning = String.join(" ", words.subList(0, count));
            if (words.size() == count && Help.below(world.err(), beginning)) return LOCAL;
        }
        if (words.getFirst().startsWith("-") && isEarlyFlag(words)) return LOCAL;
        var typed = new ArrayList<String>();
        for (var word : words) if (!word.startsWith("-") && typed.size() < 3) typed.add(word);
        var near = Commands.near(typed);
        Paint.error(world, "watchword: there is no command "
                + Table.printable(String.join(" ", typed.subList(0, Math.min(2, typed.size()))))
                + (near.isEmpty() ? "" : "; did you mean watchword " + near + "?"));
        var family = !typed.isEmpty() && Commands.isFamily(typed.getFirst()) ? " " + typed.getFirst() : "";
        world.err().println("watchword help" + family + " shows what there is.");
        return LOCAL;
    }

    /** Says so where a command follows that has been typed behind its flags. */
    private boolean isEarlyFlag(List<String> words) {
        for (int at = 1; at < words.size(); at++) {
            var found = words.get(at).startsWith("-") ? Optional.<Commands.Found>empty() : Commands.find(words.subList(at, words.size()));
            if (found.isEmpty()) continue;
            Paint.error(world, "watchword: flags stand after the command: watchword " + found.get().command().words() + " "
                    + Table.printable(String.join(" ", words.subList(0, at))));
            return true;
        }
        return false;
    }
}
