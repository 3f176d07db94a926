package watchword.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
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
                        .kind(Command.Kind.LOCAL).example("policy fmt trainer.hcl"),
                PolicyExplain.COMMAND,
                Command.of("policy test", "FILE...", "Hold policies against cases in files, without a server.").kind(Command.Kind.LAUNCHER)
                        .flags(Flag.file("junit", "where to write the outcome as the XML that build servers read"))
                        .note("A file, in HCL or JSON, names policies, by files beside it or by their text, and cases. A case has all of them unless it says "
                                + "which. Exit status: 0 all as expected, 1 a file cannot be used, 2 not as expected.")
                        .note("""
                                    policy "trainer" { file = "trainer.hcl" }
                                    identity { name = "alice" }
                                    case "reads its data" {
                                      as        = ["trainer"]
                                      path      = "secret/data/train"
                                      operation = "read"
                                      expect    = "allow"
                                      by        = "trainer"
                                    }
                                    case "makes no model public" {
                                      path       = "secret/data/models/bert"
                                      operation  = "update"
                                      parameters = { public = true }
                                      expect     = "deny"
                                    }""")
                        .example("policy test -junit=policies.xml policies_test.hcl"),
                Command.of("policy advise", "FILE...", "Propose the smallest policy for what audit files show was used.").kind(Command.Kind.LAUNCHER)
                        .flags(Flag.texts("entity", "ID", "whose requests count: of this entity"),
                                Flag.texts("role", "NAME", "of tokens whose metadata names this role"),
                                Flag.texts("display-name", "NAME", "of tokens with this display name"),
                                Flag.texts("policy", "NAME", "what this policy gave"),
                                Flag.texts("accessor", "ACCESSOR", "of the token with this accessor, as the log has it: mostly hashed, see sys/audit-hash"),
                                Flag.text("since", "TIME", "from when on: a time, or how long ago, as 720h"),
                                Flag.text("until", "TIME", "until when"),
                                Flag.texts("present", "[NAME=]FILE", "a policy that is to be narrowed; the proposal never gives what it refuses"),
                                Flag.texts("generalize", "PATTERN", "a pattern that may stand for all the paths it matches"),
                                Flag.number("siblings", "how many paths that differ in one segment, and were used alike, make a pattern; else 10; 0 for never"),
                                Flag.on("with-default", "count what the default policy gives as well"),
                                Flag.text("namespace-id", "ID", "the namespace; else root"),
                                Flag.choice("format", "how to print; else hcl", "hcl", "diff", "json"))
                        .note("Works on the files alone, with no server; files that end in .gz are unpacked. The policy goes to standard output; to standard "
                                + "error go what replaying the files against it found, what was left out, and what of the present policy was never used. Exit "
                                + "status: 0 nothing that was used would be refused, 1 something would, 2 could not tell.")
                        .example("policy advise -role=train -since=720h -present=trainer.hcl audit.log"));
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
            case "policy explain" -> PolicyExplain.run(call);
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
