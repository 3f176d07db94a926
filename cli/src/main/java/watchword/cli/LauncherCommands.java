package watchword.cli;

import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Group;

/** Commands that the launcher hands to other programs; declared here so that help and completion know them. */
final class LauncherCommands implements Group {
    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("server", "", "Run a server from a configuration file.").kind(Command.Kind.LAUNCHER).flags(Flag.file("config", "the configuration")).example("server -config=watchword.hcl"),
                Command.of("dev", "", "Run a server here for trying things out: unsealed, and kept in memory.").kind(Command.Kind.LAUNCHER).example("dev"));
    }

    @Override
    public int run(Call call) {
        throw Group.undone(call);
    }
}
