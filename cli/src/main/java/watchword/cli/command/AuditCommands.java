package watchword.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Group;
import watchword.cli.line.Table;
import watchword.cli.line.UsageException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code audit}: where requests are recorded. */
public final class AuditCommands implements Group {
    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("audit list", "", "List the audit devices.").doing("listing audit devices")
                        .flags(Flag.on("detailed", "every option of each")).example("audit list"),
                Command.of("audit enable", "TYPE [KEY=VALUE...]", "Enable an audit device.").doing("enabling audit device %s")
                        .flags(Flag.text("path", "PATH", "its name; else its type"), Flag.text("description", "TEXT", "what it is for"),
                                Flag.on("local", "keep it out of replication"))
                        .note("Files go below the folder that the server's setting audit_file_folder names; without it, devices are made in "
                                + "the configuration alone. docs/audit.md tells more.")
                        .example("audit enable file file_path=/var/log/watchword/audit.log"),
                Command.of("audit disable", "PATH",
                        "Disable an audit device; its key is forgotten, so what it hashed cannot be matched any more.")
                        .doing("disabling audit device %s").example("audit disable file/"),
                Command.of("audit verify", "FILE...", "Check audit files for lines that were changed, removed or moved.")
                        .kind(Command.Kind.LAUNCHER)
                        .flags(Flag.file("key", "a public key that may have signed the checkpoints, as sys/audit-status shows it or as PEM")
                                .repeated(),
                                Flag.text("head", "SEQ:HASH",
                                        "a head of the chain that was kept elsewhere; without it, a log that was cut off at its end looks whole"))
                        .note("Works on the files alone, with no server. Several files are read as one log. Exit status: 0 intact, 1 not "
                                + "intact, 2 could not check.").example("audit verify -key=audit.key -head=SEQ:HASH audit.log"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "audit list" -> list(call);
            case "audit enable" -> enable(call);
            case "audit disable" -> {
                call.client().delete("sys/audit/" + call.path(0));
                yield call.output().success("Disabled audit device (if it was enabled) at: " + call.path(0) + "/");
            }
            default -> throw Group.undone(call);
        };
    }

    private static int list(Call call) throws IOException, UsageException, SettingsException {
        var devices = call.client().read("sys/audit").data();
        if (devices.isEmpty() && call.output().isTable()) {
            call.err().println("No audit devices are enabled.");
            return 2;
        }
        var table = call.isOn("detailed") ? Table.of("Path", "Type", "Description", "Replication", "Options")
                : Table.of("Path", "Type", "Description");
        var paths = new ArrayList<>(devices.members().keySet());
        paths.sort(null);
        for (var path : paths) {
            var device = devices.object(path);
            if (call.isOn("detailed")) table.row(path, device.text("type"), device.text("description"), device.isTrue("local") ? "local"
                    : "replicated", options(device.object("options")));
            else table.row(path, device.text("type"), device.text("description"));
        }
        return call.output().document(devices, table);
    }

    private static String options(Json.Obj options) {
        var text = new StringBuilder();
        for (var option : options.members().entrySet()) {
            text.append(text.isEmpty() ? "" : " ").append(option.getKey()).append('=').append(option.getValue().display());
        }
        return text.toString();
    }

    private static int enable(Call call) throws IOException, UsageException, SettingsException {
        var type = call.argument(0);
        var path = Call.trimmed(call.option("path").orElse(type));
        var options = call.input().fields(call.arguments().subList(1, call.arguments().size()));
        var body = Json.fields().put("type", type).put("description", call.option("description").orElse("")).put("options", options);
        if (call.isOn("local")) body.put("local", true);
        call.client().write("sys/audit/" + path, body.build());
        return call.output().success("Enabled the " + type + " audit device at: " + path + "/");
    }
}
