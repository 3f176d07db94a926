package watchword.cli.command;

import java.io.IOException;
import java.util.ArrayList;
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

/** {@code kv}: secrets in a key/value engine of either version. */
public final class KvCommands implements Group {
    static final Flag MOUNT = Flag.text("mount", "PATH", "where the engine is mounted; else the path begins with it");
    private static final Flag VERSIONS = Flag.texts("versions", "N[,N]", "which versions");
    private static final Flag CAS = Flag.number("cas", "write only if this is the current version; 0: only if there is none");

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("kv get", "PATH", "Read a secret.").doing("reading %s")
                        .flags(MOUNT, Flag.number("version", "which version; else the newest"))
                        .example("kv get secret/train").example("kv get -field=api_key secret/train"),
                Command.of("kv put", "PATH KEY=VALUE...", "Write a secret; what was there is replaced.").doing("writing data to %s")
                        .flags(MOUNT, CAS)
                        .note("Values may come from a file (key=@file) or standard input (key=-), which keeps them out of the shell's "
                                + "history; @file or - alone brings a whole JSON object.")
                        .example("kv put secret/train api_key=- region=eu-west-1")
                        .example("kv put secret/gcp credentials=@service-account.json"),
                Command.of("kv patch", "PATH KEY=VALUE...", "Change some fields of a secret and leave the others.").doing("patching %s")
                        .flags(MOUNT, CAS, Flag.choice("method",
                                "patch: by the server; rw: read and write, for policies without patch; else patch, then rw", "patch", "rw"),
                                Flag.texts("remove-data", "KEY", "remove this field"))
                        .example("kv patch secret/train region=eu-west-2"),
                Command.of("kv list", "PATH", "List the names below a path; a folder ends in a slash.").doing("listing %s").flags(MOUNT)
                        .example("kv list secret/"),
                Command.of("kv delete", "PATH", "Delete the newest or some versions; they can be undeleted.").doing("deleting %s")
                        .flags(MOUNT, VERSIONS).example("kv delete -versions=3,4 secret/train"),
                Command.of("kv undelete", "PATH", "Undelete versions.").doing("undeleting %s").flags(MOUNT, VERSIONS)
                        .example("kv undelete -versions=3 secret/train"),
                Command.of("kv destroy", "PATH", "Destroy versions for good.").doing("destroying %s").flags(MOUNT, VERSIONS)
                        .example("kv destroy -versions=1,2 secret/train"),
                Command.of("kv rollback", "PATH", "Write an older version anew.").doing("rolling back %s")
                        .flags(MOUNT, Flag.number("version", "which version")).example("kv rollback -version=2 secret/train"),
                Command.of("kv enable-versioning", "PATH", "Make a version 1 mount version 2.").doing("tuning secrets engine %s")
                        .example("kv enable-versioning secret/"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "kv get" -> get(call);
            case "kv put" -> put(call);
            case "kv patch" -> patch(call);
            case "kv list" -> list(call);
            case "kv delete" -> delete(call);
            case "kv undelete" -> versions(call, "undelete", "undeleted");
            case "kv destroy" -> versions(call, "destroy", "destroyed");
            case "kv rollback" -> rollback(call);
            case "kv enable-versioning" -> enableVersioning(call);
            default -> throw Group.undone(call);
        };
    }

    private static int get(Call call) throws IOException, UsageException, SettingsException {
        var at = KvPath.of(call);
        var version = call.option("version");
        var query = at.v2() && version.isPresent() ? Map.of("version", List.of(version.get())) : Map.<String, List<String>>of();
        if (!at.v2()) {
            if (version.isPresent()) at.versioned("data");
            return v1(call, at);
        }
        try {
            return v2(call, at, call.client().read(at.data(), query));
        } catch (ApiException none) {
            if (none.isAbsence()) return call.output().nothingAt(at.data());
            throw none;
        }
    }

    private static int v1(Call call, KvPath at) throws IOException, UsageException, SettingsException {
        if (!call.output().isTable() || call.output().wantsField()) return PathCommands.read(call, at.data(), Map.of());
        try {
            var answer = call.client().read(at.data());
            if (!answer.wrapInfo().isEmpty()) return call.output().answer(answer);
            call.output().warnings(answer);
            data(call, answer.data());
            return 0;
        } catch (ApiException none) {
            if (none.isAbsence()) return call.output().nothingAt(at.data());
            throw none;
        }
    }

    private static int v2(Call call, KvPath at, Answer answer) throws UsageException {
        if (!answer.wrapInfo().isEmpty()) return call.output().answer(answer);
        var data = answer.data().get("data");
        if (call.output().wantsField()) {
            if (data.isPresent()) return call.output().field(answer, answer.data().object("data"));
            call.err().println("No data found at " + at.data());
            return 2;
        }
        if (!call.output().isTable()) return call.output().answer(answer);
        call.output().warnings(answer);
        path(call, "Secret Path", at.data());
        metadata(call, answer.data().object("metadata"));
        if (data.isPresent()) {
            call.out().println();
            data(call, answer.data().object("data"));
        }
        return 0;
    }

    static void path(Call call, String title, String path) {
        call.out().println(Table.heading(title, path.length()));
        call.out().println(path);
        call.out().println();
    }

    private static void metadata(Call call, Json.Obj metadata) {
        call.out().println(Table.heading("Metadata", metadata));
        Table.keyValue().rows(metadata).print(call.out());
    }

    private static void data(Call call, Json.Obj data) {
        call.out().println(Table.heading("Data", data));
        Table.keyValue().rows(data).print(call.out());
    }

    private static Json.Obj fields(Call call) throws UsageException {
        return call.input().fields(call.arguments().subList(1, call.arguments().size()));
    }

    private static int put(Call call) throws IOException, UsageException, SettingsException {
        var fields = fields(call);
        var at = KvPath.of(call);
        if (at.v2()) return wrote(call, at, call.client().write(at.data(), versioned(call, fields)));
        if (call.has("cas")) at.versioned("data");
        return wrote(call, at, call.client().write(at.data(), fields));
    }

    private static Json.Obj versioned(Call call, Json.Obj fields) {
        var cas = call.option("cas");
        var options = cas.isPresent() ? Json.fields().put("cas", Long.parseLong(cas.get())).build() : Json.Obj.EMPTY;
        return Json.fields().put("data", fields).put("options", options).build();
    }

    private static int wrote(Call call, KvPath at, Answer answer) throws UsageException {
        if (answer.isEmpty()) return call.output().success("Data written to: " + at.data());
        if (!call.output().isTable() || call.output().wantsField() || !answer.wrapInfo().isEmpty()) return call.output().answer(answer);
        call.output().warnings(answer);
        path(call, "Secret Path", at.data());
        metadata(call, answer.data());
        return 0;
    }

    private static int patch(Call call) throws IOException, UsageException, SettingsException {
        var changes = Json.fields().putAll(fields(call));
        for (var name : call.all("remove-data")) changes.put(name, Json.Null.NULL);
        var at = KvPath.of(call);
        at.versioned("data");
        if (call.option("method").orElse("").equals("rw")) return readAndWrite(call, at, changes.build());
        try {
            return wrote(call, at, call.client().patch(at.data(), versioned(call, changes.build())));
        } catch (ApiException refused) {
            boolean mayStillWrite = !call.has("method") && (refused.status() == 405 || refused.status() == 403);
            if (!mayStillWrite) throw refused;
            return readAndWrite(call, at, changes.build());
        }
    }

    private static int readAndWrite(Call call, KvPath at, Json.Obj changes) throws IOException, UsageException, SettingsException {
        var current = call.plainClient().read(at.data());
        if (current.data().get("data").isEmpty()) return call.output().nothingAt(at.data());
        var fields = Json.fields();
        for (var member : current.data().object("data").members().entrySet()) {
            if (!(changes.members().get(member.getKey()) instanceof Json.Null)) fields.put(member.getKey(), member.getValue());
        }
        for (var member : changes.members().entrySet()) {
            if (!(member.getValue() instanceof Json.Null)) fields.put(member.getKey(), member.getValue());
        }
        long version = current.data().object("metadata").whole("version");
        long cas = call.has("cas") ? Long.parseLong(call.option("cas").orElse("0")) : version;
        var body = Json.fields().put("data", fields.build()).put("options", Json.fields().put("cas", cas).build()).build();
        return wrote(call, at, call.client().write(at.data(), body));
    }

    private static int list(Call call) throws IOException, UsageException, SettingsException {
        var at = KvPath.of(call);
        try {
            return call.output().names(call.client().list(at.names()));
        } catch (ApiException none) {
            if (none.isAbsence()) return call.output().nothingAt(at.names());
            throw none;
        }
    }

    private static int delete(Call call) throws IOException, UsageException, SettingsException {
        if (call.has("versions")) return versions(call, "delete", "deleted");
        var at = KvPath.of(call);
        call.client().delete(at.data());
        return call.output().success("Data deleted (if it existed) at: " + at.data());
    }

    private static int versions(Call call, String kind, String done) throws IOException, UsageException, SettingsException {
        var numbers = new ArrayList<Json>();
        for (var list : call.all("versions")) {
            for (var each : list.split(",", -1)) numbers.add(Json.of(number(each.strip())));
        }
        if (numbers.isEmpty()) throw new UsageException("which versions? -versions=N[,N]");
        var at = KvPath.of(call);
        var path = at.versioned(kind);
        call.client().write(path, Json.fields().put("versions", new Json.Arr(numbers)).build());
        return call.output().success("Data " + done + " (if it existed) at: " + path);
    }

    private static long number(String text) throws UsageException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notWhole) {
            throw new UsageException("-versions takes numbers, as in -versions=1,2");
        }
    }

    private static int rollback(Call call) throws IOException, UsageException, SettingsException {
        Optional<String> version = call.option("version");
        if (version.isEmpty()) throw new UsageException("which version? -version=N");
        var at = KvPath.of(call);
        at.versioned("data");
        var current = call.plainClient().read(at.data()).data().object("metadata");
        var old = call.plainClient().read(at.data(), Map.of("version", List.of(version.get())));
        if (old.data().get("data").isEmpty()) {
            throw new UsageException("version " + version.get() + " of " + at.data() + " has no data: it was deleted or destroyed");
        }
        var body = Json.fields().put("data", old.data().object("data"))
                .put("options", Json.fields().put("cas", current.whole("version")).build()).build();
        return wrote(call, at, call.client().write(at.data(), body));
    }

    private static int enableVersioning(Call call) throws IOException, UsageException, SettingsException {
        call.client().write("sys/mounts/" + call.path(0) + "/tune", Json.fields().put("options", Json.of("version", "2")).build());
        return call.output().success("Tuned the secrets engine at: " + call.path(0) + "/");
    }
}
