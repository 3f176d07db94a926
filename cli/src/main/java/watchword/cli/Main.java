package watchword.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.cli.Command.Option;
import watchword.cli.Command.UsageException;
import watchword.client.ApiException;

/** Finds the command that was typed and runs it. Exit status 0 for done, 1 for a mistake here, 2 for one that the server told. */
public final class Main {
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;

    private Main() {}

    @SuppressWarnings("SystemOut") // a program's own streams
    public static void main(String[] args) {
        var home = System.getenv().getOrDefault("HOME", System.getProperty("user.home"));
        var world = new Call.World(System.getenv(), Path.of(home), System.in, System.out, System.err);
        int status = run(List.of(args), world);
        System.out.flush();
        if (status != 0) System.exit(status);
    }

    static int run(List<String> words, Call.World world) {
        if (words.isEmpty() || words.getFirst().matches("-?-?h(elp)?")) {
            Help.all(world.out(), words.size() > 1 ? String.join(" ", words.subList(1, words.size())) : "");
            return 0;
        }
        var command = find(words);
        if (command == null) {
            world.err().println("watchword: no command \"" + words.getFirst() + "\". " + Help.nearest(words.getFirst(), Commands.ALL.stream().map(c -> c.words().split(" ")[0]).distinct().toList()));
            Help.all(world.err(), words.getFirst());
            return LOCAL;
        }
        try {
            var call = parse(command, words.subList(command.words().split(" ").length, words.size()), world);
            if (call.flag("help") || call.flag("h")) {
                Help.one(world.out(), command);
                return 0;
            }
            return command.action().run(call);
        } catch (UsageException typed) {
            world.err().println("watchword " + command.words() + ": " + typed.getMessage());
            world.err().println("usage: watchword " + command.words() + " " + command.arguments());
            return LOCAL;
        } catch (ApiException told) {
            Help.apiError(world.err(), told);
            return REMOTE;
        } catch (IOException failed) {
            world.err().println("watchword: " + failed.getMessage());
            return failed instanceof java.nio.file.FileSystemException ? LOCAL : REMOTE;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return 130;
        }
    }

    /** The command with the most words that the line begins with. */
    private static @org.jspecify.annotations.Nullable Command find(List<String> words) {
        for (int count = Math.min(3, words.size()); count > 0; count--) {
            var name = String.join(" ", words.subList(0, count));
            for (var command : Commands.ALL) if (command.words().equals(name)) return command;
        }
        return null;
    }

    private static Call parse(Command command, List<String> words, Call.World world) throws UsageException {
        var options = new LinkedHashMap<String, List<String>>();
        var arguments = new ArrayList<String>();
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (word.equals("--")) {
                arguments.addAll(words.subList(i + 1, words.size()));
                break;
            }
            if (!word.startsWith("-") || word.equals("-")) {
                arguments.add(word);
                continue;
            }
            i += option(command, words, i, options);
        }
        return new Call(command, List.copyOf(arguments), options, world);
    }

    /** @return how many further words the option took */
    private static int option(Command command, List<String> words, int at, Map<String, List<String>> options) throws UsageException {
        var word = words.get(at).replaceFirst("^--?", "");
        int equals = word.indexOf('=');
        var name = equals < 0 ? word : word.substring(0, equals);
        if (name.equals("help") || name.equals("h")) {
            options.put("help", List.of("true"));
            return 0;
        }
        var known = find(command, name);
        if (known.value().isEmpty()) {
            options.computeIfAbsent(name, _ -> new ArrayList<>()).add(equals < 0 ? "true" : word.substring(equals + 1));
            return 0;
        }
        if (equals < 0 && at + 1 == words.size()) throw new UsageException("-" + name + " needs a value: -" + name + "=" + known.value());
        options.computeIfAbsent(name, _ -> new ArrayList<>()).add(equals < 0 ? words.get(at + 1) : word.substring(equals + 1));
        return equals < 0 ? 1 : 0;
    }

    private static Option find(Command command, String name) throws UsageException {
        var all = new ArrayList<>(command.options());
        all.addAll(Command.COMMON);
        for (var option : all) if (option.name().equals(name)) return option;
        throw new UsageException("no option -" + name + ". " + Help.nearest(name, all.stream().map(Option::name).toList()));
    }
}
