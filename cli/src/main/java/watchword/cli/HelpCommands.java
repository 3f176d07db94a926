package watchword.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Group;
import watchword.cli.line.UsageException;

/** Commands about the command line itself. */
final class HelpCommands implements Group {
    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("help", "[WORD...]", "Tell what there is, or about one command.").kind(Command.Kind.LOCAL)
                        .flags(Flag.on("markdown", "all of it, as docs/cli.md")).example("help kv put"),
                Command.of("version", "", "Print the version.").kind(Command.Kind.LOCAL).example("version"),
                Command.of("completion", "bash|zsh", "Print what makes a shell complete commands and flags.").kind(Command.Kind.LOCAL)
                        .example("completion bash > /etc/bash_completion.d/watchword"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException {
        switch (call.command().words()) {
            case "help" -> help(call);
            case "version" -> call.out().println("Watchword v" + version());
            case "completion" -> completion(call);
            default -> throw Group.undone(call);
        }
        return 0;
    }

    private static void help(Call call) throws UsageException {
        if (call.isOn("markdown")) {
            call.out().print(Reference.markdown(Commands.all()));
            return;
        }
        var found = Commands.find(call.arguments());
        if (found.isPresent()) Help.one(call.out(), found.get().command());
        else if (!Help.below(call.out(), String.join(" ", call.arguments()))) throw new UsageException("there is no command "
                + String.join(" ", call.arguments()));
    }

    static String version() throws IOException {
        try (var text = HelpCommands.class.getResourceAsStream("version.txt")) {
            if (text == null) throw new IllegalStateException("the program was built without its version");
            return new String(text.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    private static void completion(Call call) throws UsageException {
        var shell = call.argument(0);
        if (!shell.equals("bash") && !shell.equals("zsh")) throw new UsageException("there is completion for bash and zsh");
        call.out().print(Completion.script(Commands.all(), shell));
    }
}
