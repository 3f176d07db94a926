package watchword.cli.command;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Group;
import watchword.cli.line.UsageException;
import watchword.client.ApiException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code rotations}: what gets a new secret by itself. */
public final class RotationCommands implements Group {
    private static final String PATH = "sys/rotations";

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("rotations list", "[MOUNT]", "List what is rotated, everywhere or in one mount.").doing("listing rotations").example("rotations list database/"),
                Command.of("rotations show", "PATH", "Tell when a thing was rotated, when it will be, and how that goes.").doing("reading the rotation of %s")
                        .note("PATH is that of the mount and the thing's name in it, as the list shows it.").example("rotations show database/static-roles/app"),
                Command.of("rotations rotate", "PATH", "Rotate a thing now.").doing("rotating %s")
                        .flags(Flag.on("dry-run", "rotate nothing; tell what would be, and the next five times"))
                        .example("rotations rotate database/static-roles/app").example("rotations rotate -dry-run secret/data/app/db"),
                Command.of("rotations pause", "PATH", "Do not rotate a thing by itself until it is resumed.").doing("pausing %s").example("rotations pause database/static-roles/app"),
                Command.of("rotations resume", "PATH", "Rotate a thing by its schedule again; what was missed is caught up once.").doing("resuming %s")
                        .example("rotations resume database/static-roles/app"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "rotations list" -> list(call);
            case "rotations show" -> PathCommands.read(call, PATH + "/" + call.path(0), Map.of());
            case "rotations rotate" -> call.output().answer(call.client().write(PATH + "/" + call.path(0) + "/rotate",
                    call.isOn("dry-run") ? Json.fields().put("dry_run", true).build() : Json.Obj.EMPTY));
            case "rotations pause" -> {
                call.client().write(PATH + "/" + call.path(0) + "/pause", Json.Obj.EMPTY);
                yield call.output().success("Paused: " + call.path(0));
            }
            case "rotations resume" -> {
                call.client().write(PATH + "/" + call.path(0) + "/resume", Json.Obj.EMPTY);
                yield call.output().success("Resumed: " + call.path(0));
            }
            default -> throw Group.undone(call);
        };
    }

    private static int list(Call call) throws IOException, UsageException, SettingsException {
        var path = call.arguments().isEmpty() ? PATH : PATH + "/" + call.path(0);
        try {
            return call.output().names(call.client().list(path));
        } catch (ApiException none) {
            if (none.isAbsence()) return call.output().nothingAt(path);
            throw none;
        }
    }
}
