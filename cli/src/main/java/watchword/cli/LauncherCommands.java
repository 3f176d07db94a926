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
                Command.of("server", "", "Run a server from a configuration file.").kind(Command.Kind.LAUNCHER)
                        .flags(Flag.file("config", "a configuration, or a folder of them; what is said last counts").repeated(),
                                Flag.on("check", "read it, print what it comes to, look whether it would start, and end"),
                                Flag.on("dev", "as watchword dev"))
                        .note("docs/configuration.md tells every setting.").example("server -config=watchword.hcl"),
                Command.of("dev", "", "Run a server here for trying things out: unsealed, in the clear, and gone when it stops.")
                        .kind(Command.Kind.LAUNCHER)
                        .flags(Flag.text("listen", "HOST:PORT", "where; else 127.0.0.1:8200"),
                                Flag.text("data", "FOLDER", "keep what is stored here; else it is gone when the server stops"),
                                Flag.file("audit", "where requests are recorded"),
                                Flag.text("dev-root-token-id", "TOKEN",
                                        "the root token, instead of one by chance: for tests, as it is open to all on this machine"))
                        .example("dev"));
    }

    @Override
    public int run(Call call) {
        throw Group.undone(call);
    }
}
