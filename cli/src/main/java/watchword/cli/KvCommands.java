package watchword.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.cli.Command.Option;
import watchword.cli.Command.UsageException;
import watchword.client.ApiException;
import watchword.client.Client;
import watchword.client.Client.Answer;
import watchword.client.JsonText;

/** {@code kv}: the key/value engine of either version, found out by asking the server. */
final class KvCommands {
    private KvCommands() {}

    private static final Option MOUNT = Option.of("mount", "PATH", "the engine's mount; else the path begins with it");
    private static final Option VERSIONS = Option.many("versions", "N,N", "which versions");

    static final List<Command> ALL = List.of(
            new Command("kv get", "PATH", "Read a secret.", List.of(MOUNT, Option.of("version", "N", "which version")), KvCommands::get),
            new Command("kv put", "PATH KEY=VALUE|@FILE|-...", "Write a secret.", List.of(MOUNT, Option.of("cas", "N", "write only if this is the current version")), KvCommands::put),
            new Command("kv patch", "PATH KEY=VALUE...", "Change some fields of a secret.", List.of(MOUNT, Option.of("cas", "N", "write only if this is the current version")), KvCommands::patch),
            new Command("kv list", "PATH", "List the names below a path.", List.of(MOUNT), KvCommands::list),
            new Command("kv delete", "PATH", "Delete the newest or some versions.", List.of(MOUNT, VERSIONS), call -> versions(call, "delete", true)),
            new Command("kv undelete", "PATH", "Undelete versions.", List.of(MOUNT, VERSIONS), call -> versions(call, "undelete", false)),
            new Command("kv destroy", "PATH", "Destroy versions for good.", List.of(MOUNT, VERSIONS), call -> versions(call, "destroy", false)),
            new Command("kv rollback", "PATH", "Write an older version anew.", List.of(MOUNT, Option.of("version", "N", "which version")), KvCommands::rollback),
            new Command("kv metadata get", "PATH", "Read a secret's metadata and versions.", List.of(MOUNT), call -> {
                var at = find(call);
                return call.output().secret(call.client().read(at.v2("metadata")));
            }),
            new Command("kv metadata put", "PATH", "Change a secret's metadata.", metadataOptions(), call -> GenericCommands.wrote(call, call.argument(0, "PATH"), call.client().write(find(call).v2("metadata"), metadata(call)))),
            new Command("kv metadata patch", "PATH", "Change some of a secret's metadata.", metadataOptions(), call -> GenericCommands.wrote(call, call.argument(0, "PATH"), call.client().patch(find(call).v2("metadata"), metadata(call)))),
            new Command("kv metadata delete", "PATH", "Delete a secret with all its versions.", List.of(MOUNT), call -> {
                call.client().delete(find(call).v2("metadata"));
                call.out().println("Success! Data deleted (if it existed) at: " + find(call).v2("metadata"));
                return 0;
            }),
            new Command("kv enable-versioning", "PATH", "Make a version 1 mount version 2.", List.of(), call -> {
                call.client().write("sys/mounts/" + call.argument(0, "PATH").replaceAll("/+$", "") + "/tune", Map.of("options", Map.of("version", "2")));
                call.out().println("Success! Tuned the secrets engine at: " + call.argument(0, "PATH"));
                return 0;
            }));

    private static List<Option> metadataOptions() {
        return List.of(MOUNT, Option.of("max-versions", "N", "how many versions are kept"), Option.of("cas-required", "BOOL", "every write must name the version it replaces"),
                Option.of("delete-version-after", "DURATION", "how long a version lives"), Option.many("custom-metadata", "KEY=VALUE", "a pair of your own"));
    }

    private static Map<String, Object> metadata(Call call) throws UsageException {
        var fields = new LinkedHashMap<String, Object>();
        call.option("max-versions").ifPresent(value -> fields.put("max_versions", value));
        call.option("cas-required").ifPresent(value -> fields.put("cas_required", value));
        call.option("delete-version-after").ifPresent(value -> fields.put("delete_version_after", value));
        var custom = new LinkedHashMap<String, Object>();
        for (var pair : call.all("custom-metadata")) {
            int equals = pair.indexOf('=');
            if (equals < 1) throw new UsageException("-custom-metadata takes KEY=VALUE");
            custom.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        if (!custom.isEmpty()) fields.put("custom_metadata", custom);
        return fields;
    }

    /** A path on a mount of a known version. */
    record At(String mount, String rest, boolean v2) {
        String v2(String kind) throws UsageException {
            if (!v2) throw new UsageException("this needs a version 2 mount, and " + mount + " is version 1");
            return mount + kind + "/" + rest;
        }

        String data() {
            return v2 ? mount + "data/" + rest : mount + rest;
        }
    }

    static At find(Call call) throws ApiException, IOException, UsageException {
        var mount = call.option("mount").map(m -> m.replaceAll("/+$", "") + "/").orElse("");
        return find(call.client(), mount + call.argument(0, "PATH").replaceAll("^/+|/+$", ""));
    }

    static At find(Client client, String path) throws ApiException, IOException {
        var told = client.read("sys/internal/ui/mounts/" + path).data();
        var mount = String.valueOf(told.get("path"));
        boolean v2 = told.get("options") instanceof Map<?, ?> options && "2".equals(String.valueOf(options.get("version")));
        return new At(mount, path.length() > mount.length() ? path.substring(mount.length()) : "", v2);
    }

    private static int get(Call call) throws ApiException, IOException, UsageException {
        var at = find(call);
        var answer = call.client().read(at.data() + call.option("version").map(v -> "?version=" + v).orElse(""));
        if (!at.v2()) return call.output().secret(answer);
        var data = map(answer.data().get("data"));
        var facts = map(answer.data().get("metadata"));
        if (call.output().isTable() && call.option("field").isEmpty()) {
            call.out().println(heading("Secret Path") + "\n" + at.data() + "\n\n" + heading("Metadata"));
            call.output().document(facts);
            if (answer.status() == 404) return 2;
            call.out().println("\n" + heading("Data"));
            return call.output().document(data);
        }
        int status = call.output().secret(answer, data);
        return answer.status() == 404 ? 2 : status;
    }

    private static String heading(String text) {
        return "====== " + text + " ======";
    }

    @SuppressWarnings("unchecked") // an object's keys are strings
    static Map<String, Object> map(@org.jspecify.annotations.Nullable Object tree) {
        return tree instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static int put(Call call) throws ApiException, IOException, UsageException {
        var at = find(call);
        var pairs = call.pairs(1);
        if (pairs.isEmpty()) throw new UsageException("no data: give KEY=VALUE, @FILE or -");
        return wrote(call, at, at.v2() ? call.client().write(at.data(), versioned(call, pairs)) : call.client().write(at.data(), pairs));
    }

    private static Map<String, Object> versioned(Call call, Map<String, Object> pairs) {
        return Map.of("data", pairs, "options", call.option("cas").<Map<String, Object>>map(cas -> Map.of("cas", Long.parseLong(cas))).orElse(Map.of()));
    }

    private static int wrote(Call call, At at, Answer answer) {
        if (answer.body().isEmpty()) {
            call.out().println("Success! Data written to: " + at.data());
            return 0;
        }
        if (call.output().isTable()) call.out().println(heading("Secret Path") + "\n" + at.data() + "\n\n" + heading("Metadata"));
        return call.output().secret(answer);
    }

    private static int patch(Call call) throws ApiException, IOException, UsageException {
        var at = find(call);
        return wrote(call, at, call.client().patch(at.v2("data"), versioned(call, call.pairs(1))));
    }

    private static int list(Call call) throws ApiException, IOException, UsageException {
        var at = find(call);
        var path = (at.v2() ? at.mount() + "metadata/" : at.mount()) + at.rest();
        return call.output().names(JsonText.texts(call.client().list(path.replaceAll("/+$", "")).data().get("keys")));
    }

    private static int versions(Call call, String how, boolean latestWhenNone) throws ApiException, IOException, UsageException {
        var at = find(call);
        var numbers = new ArrayList<Long>();
        for (var list : call.all("versions")) for (var each : list.split(",")) numbers.add(Long.parseLong(each.trim()));
        if (numbers.isEmpty() && !latestWhenNone) throw new UsageException("which versions? -versions=N,N");
        if (numbers.isEmpty()) call.client().delete(at.data());
        else call.client().write(at.v2(how), Map.of("versions", numbers));
        call.out().println("Success! Data " + (how.equals("destroy") ? "destroyed" : how + "d") + " (if it existed) at: " + (numbers.isEmpty() ? at.data() : at.v2(how)));
        return 0;
    }

    private static int rollback(Call call) throws ApiException, IOException, UsageException {
        var at = find(call);
        var version = call.option("version").orElseThrow(() -> new UsageException("which version? -version=N"));
        var old = call.client().read(at.v2("data") + "?version=" + version);
        var current = map(call.client().read(at.v2("metadata")).data()).get("current_version");
        return wrote(call, at, call.client().write(at.data(), Map.of("data", map(old.data().get("data")), "options", Map.of("cas", java.util.Objects.requireNonNull(current)))));
    }
}
