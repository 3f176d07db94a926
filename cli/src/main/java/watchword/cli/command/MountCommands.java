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
import watchword.client.DurationText;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code secrets} and {@code auth}: what is mounted, and where. */
public final class MountCommands implements Group {
    private final boolean auth;

    private MountCommands(boolean auth) {
        this.auth = auth;
    }

    public static MountCommands secrets() {
        return new MountCommands(false);
    }

    public static MountCommands auth() {
        return new MountCommands(true);
    }

    private String word() {
        return auth ? "auth" : "secrets";
    }

    private String thing() {
        return auth ? "auth method" : "secrets engine";
    }

    private String api() {
        return auth ? "sys/auth" : "sys/mounts";
    }

    @Override
    public List<Command> commands() {
        var example = auth ? "approle" : "kv";
        var commands = new ArrayList<Command>();
        commands.add(Command.of(word() + " list", "", "List what is mounted.").doing("listing " + thing() + "s")
                .flags(Flag.on("detailed", "every setting of each")).example(word() + " list"));
        commands.add(Command.of(word() + " enable", "TYPE", "Mount " + (auth ? "an auth method." : "a secrets engine."))
                .doing("enabling " + thing() + " %s").flags(enableFlags())
                .example(word() + " enable -path=" + (auth ? "robots approle" : "team-a -version=2 kv")));
        commands.add(Command.of(word() + " disable", "PATH", auth ? "Unmount an auth method; the tokens it gave end."
                : "Unmount a secrets engine; what it issued ends, and what it kept is deleted.")
                .doing("disabling " + thing() + " at %s").example(word() + " disable " + example + "/"));
        commands.add(Command.of(word() + " tune", "PATH", "Change a mount's settings.").doing("tuning " + thing() + " %s")
                .flags(tuneFlags()).example(word() + " tune -max-lease-ttl=24h " + example + "/"));
        commands.add(Command.of(word() + " move", "FROM TO", "Move a mount to another path; leases and tokens that came through it end.")
                .doing("moving " + thing() + " %s").example(word() + " move old/ new/"));
        if (auth) {
            commands.add(Command.of("auth help", "TYPE|PATH", "Tell how to log in with an auth method.").doing("reading auth methods")
                    .example("auth help userpass"));
        }
        return commands;
    }

    private List<Flag> enableFlags() {
        var flags = new ArrayList<>(List.of(Flag.text("path", "PATH", "where; else at its type")));
        flags.addAll(tuneFlags());
        flags.add(Flag.on("local", "keep it out of replication"));
        flags.add(Flag.on("seal-wrap", "seal its entries once more, where the server can"));
        return flags;
    }

    private List<Flag> tuneFlags() {
        var flags = new ArrayList<>(List.of(
                Flag.text("description", "TEXT", "what it is for"),
                Flag.duration("default-lease-ttl", "how long what it issues lives, unless it says otherwise"),
                Flag.duration("max-lease-ttl", "how long that lives at most"),
                Flag.choice("listing-visibility", "whether people who are not logged in see it", "hidden", "unauth"),
                Flag.texts("audit-non-hmac-request-keys", "KEY", "a field of requests that audit shows in the clear"),
                Flag.texts("audit-non-hmac-response-keys", "KEY", "a field of answers that audit shows in the clear"),
                Flag.texts("passthrough-request-headers", "NAME", "a header of requests that it may read"),
                Flag.texts("allowed-response-headers", "NAME", "a header of answers that it may set"),
                Flag.pairs("options", "an option of the engine"),
                Flag.text("plugin-version", "VERSION", "which version of a plugin")));
        if (auth) flags.add(Flag.choice("token-type", "which kind of token it gives", "default-service", "default-batch", "service",
                "batch"));
        else flags.add(Flag.number("version", "version of the kv engine"));
        return flags;
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words().substring(word().length() + 1)) {
            case "list" -> list(call);
            case "enable" -> enable(call);
            case "disable" -> {
                call.client().delete(api() + "/" + call.path(0));
                yield call.output().success("Disabled the " + thing() + " (if it existed) at: " + call.path(0) + "/");
            }
            case "tune" -> tune(call);
            case "move" -> move(call);
            case "help" -> AuthHelp.print(call);
            default -> throw Group.undone(call);
        };
    }

    private int list(Call call) throws IOException, UsageException, SettingsException {
        var answer = call.client().read(api());
        var mounts = answer.data();
        var table = call.isOn("detailed")
                ? Table.of("Path", "Type", "Accessor", "Default TTL", "Max TTL", "Token Type", "Local", "Seal Wrap", "Options",
                        "Description", "UUID", "Version")
                : Table.of("Path", "Type", "Accessor", "Description");
        var paths = new ArrayList<>(mounts.members().keySet());
        paths.sort(null);
        for (var path : paths) {
            var mount = mounts.object(path);
            if (call.isOn("detailed")) table.row(details(path, mount));
            else table.row(path, mount.text("type"), mount.text("accessor"), mount.text("description"));
        }
        return call.output().document(mounts, table);
    }

    private static String[] details(String path, Json.Obj mount) {
        var config = mount.object("config");
        var options = mount.get("options");
        return new String[] {path, mount.text("type"), mount.text("accessor"), ttl(config.whole("default_lease_ttl")),
                ttl(config.whole("max_lease_ttl")), config.text("token_type"),
            mount.text("local"), mount.text("seal_wrap"), options.isPresent() ? Table.text(options.get()) : "map[]",
            mount.text("description"), mount.text("uuid"), mount.text("running_plugin_version")};
    }

    private static String ttl(long seconds) {
        return seconds == 0 ? "system" : DurationText.human(seconds);
    }

    private int enable(Call call) throws IOException, UsageException, SettingsException {
        var given = call.argument(0);
        boolean second = given.equals("kv-v2");
        var type = second || given.equals("kv-v1") ? "kv" : given;
        var path = Call.trimmed(call.option("path").orElse(given));
        var options = Json.fields();
        if (second) options.put("version", "2");
        options.put("version", call.option("version")).putAll(Pairs.of(call.all("options")));
        var body = Json.fields().put("type", type).put("description", call.option("description").orElse(""))
                .put("config", config(call).build());
        if (!options.isEmpty()) body.put("options", options.build());
        if (call.isOn("local")) body.put("local", true);
        if (call.isOn("seal-wrap")) body.put("seal_wrap", true);
        call.client().write(api() + "/" + path, body.build());
        return call.output().success("Enabled " + (auth ? type + " auth method at: " : "the " + type + " secrets engine at: ") + path
                + "/");
    }

    /** Only what was named, so that nothing else changes. */
    private Json.Fields config(Call call) {
        var config = Json.fields();
        for (var name : new String[] {"default-lease-ttl", "max-lease-ttl", "listing-visibility", "token-type", "plugin-version"}) {
            config.put(name.replace('-', '_'), call.option(name));
        }
        for (var name : new String[] {"audit-non-hmac-request-keys", "audit-non-hmac-response-keys", "passthrough-request-headers",
                "allowed-response-headers"}) {
            if (call.has(name)) config.put(name.replace('-', '_'), Json.texts(call.all(name)));
        }
        return config;
    }

    private int tune(Call call) throws IOException, UsageException, SettingsException {
        var body = config(call).put("description", call.option("description"));
        var options = Json.fields().put("version", call.option("version")).putAll(Pairs.of(call.all("options")));
        if (!options.isEmpty()) body.put("options", options.build());
        if (body.isEmpty()) throw new UsageException("nothing to change: name a setting");
        call.client().write(api() + "/" + call.path(0) + "/tune", body.build());
        return call.output().success("Tuned the " + thing() + " at: " + call.path(0) + "/");
    }

    private int move(Call call) throws IOException, UsageException, SettingsException {
        var prefix = auth ? "auth/" : "";
        var from = prefix + call.path(0);
        var to = prefix + call.path(1);
        var answer = call.client().write("sys/remount", Json.fields().put("from", from).put("to", to).build());
        var id = answer.data().text("migration_id");
        if (id.isEmpty()) return call.output().success("Moved " + thing() + " " + call.path(0) + "/ to: " + call.path(1) + "/");
        var status = new Migration(call.plainClient(), id).await();
        if (!status.equals("success")) {
            call.err().println("Error moving " + thing() + " " + call.path(0) + "/ to " + call.path(1) + "/, migration " + id + ": "
                    + status);
            return 2;
        }
        return call.output().success("Finished moving " + thing() + " " + call.path(0) + "/ to " + call.path(1) + "/, with migration ID "
                + id);
    }
}
