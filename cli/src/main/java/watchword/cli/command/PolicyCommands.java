package watchword.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Group;
import watchword.cli.line.UsageException;
import watchword.client.ApiException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code policy}: who may do what. */
public final class PolicyCommands implements Group {
    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("policy list", "", "List the policies.").doing("listing policies").example("policy list"),
                Command.of("policy read", "NAME", "Print a policy.").doing("reading policy named %s").example("policy read trainer"),
                Command.of("policy write", "NAME FILE|-", "Write a policy from a file or standard input.").doing("uploading policy")
                        .example("policy write trainer trainer.hcl"),
                Command.of("policy delete", "NAME", "Delete a policy; tokens that have it lose what it allowed.").doing("deleting %s")
                        .example("policy delete trainer"),
                Command.of("policy fmt", "FILE", "Bring a policy file into its usual form: indented by two, equals signs in a column.")
                        .kind(Command.Kind.LOCAL).example("policy fmt trainer.hcl"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "policy list" -> list(call);
            case "policy read" -> read(call);
            case "policy write" -> {
                var text = call.input().fileOrInput(call.argument(1));
                call.client().write("sys/policies/acl/" + call.path(0), Json.of("policy", text));
                yield call.output().success("Uploaded policy: " + call.path(0));
            }
            case "policy delete" -> {
                call.client().delete("sys/policies/acl/" + call.path(0));
                yield call.output().success("Deleted policy: " + call.path(0));
            }
            case "policy fmt" -> format(call);
            default -> throw Group.undone(call);
        };
    }

    private static int list(Call call) throws IOException, UsageException, SettingsException {
        var answer = call.client().list("sys/policies/acl");
        if (!call.output().isTable()) return call.output().names(answer);
        for (var name : answer.data().texts("keys")) call.out().println(name);
        return 0;
    }

    private static int read(Call call) throws IOException, UsageException, SettingsException {
        try {
            var answer = call.client().read("sys/policies/acl/" + call.path(0));
            if (!call.output().isTable() || call.output().wantsField()) return call.output().answer(answer);
            call.out().println(answer.data().text("policy").strip());
            return 0;
        } catch (ApiException none) {
            if (!none.isAbsence()) throw none;
            call.err().println("No policy named: " + call.path(0));
            return 2;
        }
    }

    private static int format(Call call) throws IOException, UsageException {
        var path = call.input().path(call.argument(0));
        var formatted = PolicyFormat.format(call.input().file(call.argument(0)));
        try {
            Files.writeString(path, formatted);
        } catch (IOException unwritable) {
            throw new UsageException("cannot write " + path);
        }
        return call.output().success("Formatted policy: " + call.argument(0));
    }
}
