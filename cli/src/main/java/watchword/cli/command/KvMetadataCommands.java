package watchword.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

/** {@code kv metadata}: what a version 2 engine knows of a secret besides its values. */
public final class KvMetadataCommands implements Group {
    private static final List<Flag> SETTINGS = List.of(
            KvCommands.MOUNT,
            Flag.number("max-versions", "how many versions are kept; 0 for the engine's default"),
            Flag.choice("cas-required", "whether every write must name the version it replaces", "true", "false"),
            Flag.duration("delete-version-after", "how long a version lives; 0s for ever"),
            Flag.pairs("custom-metadata", "a pair of your own"));

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("kv metadata get", "PATH", "Read a secret's metadata and versions.").doing("reading %s").flags(KvCommands.MOUNT)
                        .example("kv metadata get secret/train"),
                Command.of("kv metadata put", "PATH", "Set a secret's metadata; custom pairs are replaced.").doing("writing data to %s")
                        .flags(SETTINGS)
                        .example("kv metadata put -max-versions=5 -custom-metadata=owner=ml secret/train"),
                Command.of("kv metadata patch", "PATH", "Change some of a secret's metadata and leave the rest.").doing("patching %s")
                        .flags(SETTINGS)
                        .flags(Flag.texts("remove-custom-metadata", "KEY", "remove this pair"))
                        .example("kv metadata patch -custom-metadata=team=vision secret/train"),
                Command.of("kv metadata delete", "PATH", "Delete a secret with all its versions, for good.").doing("deleting %s")
                        .flags(KvCommands.MOUNT).example("kv metadata delete secret/train"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "kv metadata get" -> get(call);
            case "kv metadata put" -> {
                var settings = settings(call);
                var path = KvPath.of(call).versioned("metadata");
                yield PathCommands.wrote(call, path, call.client().write(path, settings));
            }
            case "kv metadata patch" -> {
                var settings = settings(call);
                var path = KvPath.of(call).versioned("metadata");
                yield PathCommands.wrote(call, path, call.client().patch(path, settings));
            }
            case "kv metadata delete" -> {
                var path = KvPath.of(call).versioned("metadata");
                call.client().delete(path);
                yield call.output().success("Data deleted (if it existed) at: " + path);
            }
            default -> throw Group.undone(call);
        };
    }

    private static Json.Obj settings(Call call) {
        var fields = Json.fields();
        var versions = call.option("max-versions");
        if (versions.isPresent()) fields.put("max_versions", Long.parseLong(versions.get()));
        var cas = call.option("cas-required");
        if (cas.isPresent()) fields.put("cas_required", cas.get().equals("true"));
        fields.put("delete_version_after", call.option("delete-version-after"));
        var custom = Json.fields().putAll(Pairs.of(call.all("custom-metadata")));
        for (var name : call.all("remove-custom-metadata")) custom.put(name, Json.Null.NULL);
        if (!custom.isEmpty()) fields.put("custom_metadata", custom.build());
        return fields.build();
    }

    private static int get(Call call) throws IOException, UsageException, SettingsException {
        var path = KvPath.of(call).versioned("metadata");
        Answer answer;
        try {
            answer = call.client().read(path);
        } catch (ApiException none) {
            if (none.isAbsence()) return call.output().nothingAt(path);
            throw none;
        }
        if (!call.output().isTable() || call.output().wantsField() || !answer.wrapInfo().isEmpty()) return call.output().answer(answer);
        show(call, path, answer.data());
        return 0;
    }

    private static void show(Call call, String path, Json.Obj metadata) {
        KvCommands.path(call, "Metadata Path", path);
        var facts = Json.fields();
        for (var member : metadata.members().entrySet()) {
            if (!member.getKey().equals("versions")) facts.put(member.getKey(), member.getValue());
        }
        call.out().println(Table.heading("Metadata", facts.build()));
        Table.keyValue().rows(facts.build()).print(call.out());
        var versions = metadata.object("versions");
        var numbers = new ArrayList<>(versions.members().keySet());
        numbers.sort(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        for (var number : numbers) {
            call.out().println();
            call.out().println(Table.heading("Version " + number, versions.object(number)));
            Table.keyValue().rows(versions.object(number)).print(call.out());
        }
    }
}
