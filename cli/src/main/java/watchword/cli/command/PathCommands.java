package watchword.cli.command;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Group;
import watchword.cli.line.Table;
import watchword.cli.line.UsageException;
import watchword.client.Answer;
import watchword.client.ApiException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** Commands that work on any path of any engine. */
public final class PathCommands implements Group {
    private static final String DATA =
            "Values may come from a file (key=@file) or standard input (key=-); @file or - alone brings a whole JSON object.";
    private static final Flag FORCE = Flag.on("force", "write although there is no data");

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("read", "PATH [KEY=VALUE...]", "Read what is at a path.").doing("reading %s")
                        .note("Pairs go along as query parameters.")
                        .example("read secret/config").example("read -field=ttl auth/token/lookup-self"),
                Command.of("write", "PATH [KEY=VALUE...]", "Write to a path.").doing("writing data to %s")
                        .flags(FORCE, Flag.on("f", "short for -force")).note(DATA)
                        .example("write auth/userpass/users/alice password=- policies=trainer")
                        .example("write -force auth/token/renew-self"),
                Command.of("patch", "PATH KEY=VALUE...", "Change some fields at a path and leave the others.").doing("patching %s")
                        .note(DATA)
                        .example("patch secret/metadata/train max_versions=5"),
                Command.of("list", "PATH", "List the names below a path; a folder ends in a slash.").doing("listing %s")
                        .example("list auth/userpass/users"),
                Command.of("delete", "PATH", "Delete what is at a path.").doing("deleting %s")
                        .example("delete auth/userpass/users/alice"),
                Command.of("path-help", "PATH", "Tell what a path of the API is for, and what it takes.").doing("reading the help of %s")
                        .note("The path of a mount, such as secret/, lists all that is below it.").example("path-help secret/data/train"),
                Command.of("unwrap", "[TOKEN|-]", "Take what a wrapping token holds; it works once.").doing("unwrapping")
                        .note("Without TOKEN the token in use is the wrapping token.")
                        .example("unwrap -"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "read" -> read(call);
            case "write" -> write(call);
            case "patch" -> wrote(call, call.path(0),
                    call.client().patch(call.path(0), call.input().fields(call.arguments().subList(1, call.arguments().size()))));
            case "list" -> list(call);
            case "delete" -> delete(call);
            case "path-help" -> help(call);
            case "unwrap" -> unwrap(call);
            default -> throw Group.undone(call);
        };
    }

    private static int read(Call call) throws IOException, UsageException, SettingsException {
        var fields = call.input().fields(call.arguments().subList(1, call.arguments().size()));
        return read(call, call.path(0), query(fields));
    }

    /** Prints what is at a path; nothing there is told as such. */
    static int read(Call call, String path, Map<String, List<String>> query) throws IOException, UsageException, SettingsException {
        try {
            var answer = call.client().read(path, query);
            return answer.isEmpty() ? call.output().nothingAt(path) : call.output().answer(answer);
        } catch (ApiException none) {
            if (none.isAbsence()) return call.output().nothingAt(path);
            throw none;
        }
    }

    private static Map<String, List<String>> query(Json.Obj fields) {
        var query = new LinkedHashMap<String, List<String>>();
        for (var name : fields.members().keySet()) {
            query.put(name, fields.items(name).isEmpty() ? List.of(fields.text(name)) : fields.texts(name));
        }
        return query;
    }

    private static int write(Call call) throws IOException, UsageException, SettingsException {
        var fields = call.input().fields(call.arguments().subList(1, call.arguments().size()));
        boolean force = call.isOn("force") || call.isOn("f");
        if (fields.isEmpty() && !force) throw new UsageException("there is no data; -force writes without any");
        var answer = call.client().call("PUT", call.path(0), Map.of(), fields.isEmpty() ? Optional.empty() : Optional.of(fields));
        return wrote(call, call.path(0), answer);
    }

    /** Prints what a write brought back, or that it was done. */
    static int wrote(Call call, String path, Answer answer) throws UsageException {
        return answer.isEmpty() ? call.output().success("Data written to: " + path) : call.output().answer(answer);
    }

    private static int list(Call call) throws IOException, UsageException, SettingsException {
        try {
            return call.output().names(call.client().list(call.path(0)));
        } catch (ApiException none) {
            if (none.isAbsence()) return call.output().nothingAt(call.path(0));
            throw none;
        }
    }

    private static int delete(Call call) throws IOException, UsageException, SettingsException {
        var answer = call.client().delete(call.path(0));
        return answer.isEmpty() ? call.output().success("Data deleted (if it existed) at: " + call.path(0)) : call.output().answer(answer);
    }

    private static int help(Call call) throws IOException, UsageException, SettingsException {
        var answer = call.client().read(Call.trimmed(call.path(0)) + (call.argument(0).endsWith("/") ? "/" : ""),
                Map.of("help", List.of("1")));
        if (!call.output().isTable() || call.output().wantsField()) return call.output().answer(answer);
        call.out().println(Table.printable(answer.body().text("help").strip()));
        return 0;
    }

    private static int unwrap(Call call) throws IOException, UsageException, SettingsException {
        var given = call.argumentOr(0, "");
        var token = given.equals("-") ? call.input().standardInput().strip() : given;
        return call.output()
                .answer(call.singleClient().write("sys/wrapping/unwrap", token.isEmpty() ? Json.Obj.EMPTY : Json.of("token", token)));
    }
}
