package watchword.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.cli.Command.Option;
import watchword.cli.Command.UsageException;
import watchword.client.ApiException;
import watchword.client.JsonText;

/** {@code secrets}, {@code auth}, {@code audit} and {@code policy}. */
final class MountCommands {
    private MountCommands() {}

    private static final List<Option> ENABLE = List.of(Option.of("path", "PATH", "where; else its type"), Option.of("description", "TEXT", "what it is for"), Option.of("version", "N", "of the kv engine"),
            Option.of("default-lease-ttl", "DURATION", "lifetime of what it issues"), Option.of("max-lease-ttl", "DURATION", "longest lifetime"), Option.many("options", "KEY=VALUE", "an option of the engine"));

    static final List<Command> ALL = all();

    private static List<Command> all() {
        var all = new ArrayList<Command>();
        for (var kind : List.of("secrets", "auth")) {
            var base = kind.equals("auth") ? "sys/auth" : "sys/mounts";
            all.add(new Command(kind + " list", "", "List what is mounted.", List.of(), call -> list(call, base, List.of("Path", "Type", "Accessor", "Description"), List.of("type", "accessor", "description"))));
            all.add(new Command(kind + " enable", "TYPE", "Mount one.", ENABLE, call -> enable(call, base)));
            all.add(new Command(kind + " disable", "PATH", "Unmount one; what it issued is revoked and what it kept deleted.", List.of(), call -> {
                call.client().delete(base + "/" + call.argument(0, "PATH").replaceAll("/+$", ""));
                call.out().println("Success! Disabled the " + (kind.equals("auth") ? "auth method" : "secrets engine") + " (if it existed) at: " + call.argument(0, "PATH"));
                return 0;
            }));
            all.add(new Command(kind + " tune", "PATH", "Change a mount's settings.", ENABLE, call -> {
                var path = call.argument(0, "PATH").replaceAll("/+$", "");
                var body = tuning(call);
                if (!options(call).isEmpty()) body.put("options", options(call));
                call.option("description").ifPresent(text -> body.put("description", text));
                call.client().write(base + "/" + path + "/tune", body);
                call.out().println("Success! Tuned " + path + "/");
                return 0;
            }));
        }
        all.add(new Command("secrets move", "FROM TO", "Move a mount to another path.", List.of(), call -> {
            call.client().write("sys/remount", Map.of("from", call.argument(0, "FROM"), "to", call.argument(1, "TO")));
            call.out().println("Success! Moved " + call.argument(0, "FROM") + " to " + call.argument(1, "TO"));
            return 0;
        }));
        all.add(new Command("audit list", "", "List the audit devices.", List.of(), call -> list(call, "sys/audit", List.of("Path", "Type", "Description"), List.of("type", "description"))));
        all.add(new Command("audit enable", "TYPE [KEY=VALUE...]", "Enable an audit device.", List.of(Option.of("path", "PATH", "its name; else its type"), Option.of("description", "TEXT", "what it is for")), call -> {
            var type = call.argument(0, "TYPE");
            var path = call.option("path").orElse(type).replaceAll("/+$", "");
            call.client().write("sys/audit/" + path, Map.of("type", type, "description", call.option("description").orElse(""), "options", call.pairs(1)));
            call.out().println("Success! Enabled the " + type + " audit device at: " + path + "/");
            return 0;
        }));
        all.add(new Command("audit disable", "PATH", "Disable an audit device.", List.of(), call -> {
            call.client().delete("sys/audit/" + call.argument(0, "PATH").replaceAll("/+$", ""));
            call.out().println("Success! Disabled audit device (if it was enabled) at: " + call.argument(0, "PATH"));
            return 0;
        }));
        all.add(new Command("policy list", "", "List the policies.", List.of(), call -> {
            var names = JsonText.texts(call.client().list("sys/policies/acl").data().get("keys"));
            if (!call.output().isTable()) return call.output().names(names);
            names.forEach(call.out()::println);
            return 0;
        }));
        all.add(new Command("policy read", "NAME", "Print a policy.", List.of(), call -> {
            var answer = call.client().read("sys/policies/acl/" + call.argument(0, "NAME"));
            if (!call.output().isTable()) return call.output().secret(answer);
            call.out().println(answer.data().get("policy"));
            return 0;
        }));
        all.add(new Command("policy write", "NAME FILE|-", "Write a policy.", List.of(), call -> {
            var from = call.argument(1, "FILE");
            call.client().write("sys/policies/acl/" + call.argument(0, "NAME"), Map.of("policy", call.read(from.equals("-") ? "-" : "@" + from)));
            call.out().println("Success! Uploaded policy: " + call.argument(0, "NAME"));
            return 0;
        }));
        all.add(new Command("policy delete", "NAME", "Delete a policy.", List.of(), call -> {
            call.client().delete("sys/policies/acl/" + call.argument(0, "NAME"));
            call.out().println("Success! Deleted policy: " + call.argument(0, "NAME"));
            return 0;
        }));
        return List.copyOf(all);
    }

    private static int list(Call call, String path, List<String> heading, List<String> fields) throws ApiException, IOException {
        var mounts = call.client().read(path).data();
        var rows = new ArrayList<List<String>>();
        mounts.forEach((name, value) -> {
            var row = new ArrayList<String>();
            row.add(name);
            for (var field : fields) row.add(text(KvCommands.map(value).get(field)));
            rows.add(row);
        });
        return call.output().rows(heading, rows, mounts);
    }

    private static String text(@org.jspecify.annotations.Nullable Object value) {
        return value == null || value.toString().isEmpty() ? "n/a" : value.toString();
    }

    private static int enable(Call call, String base) throws ApiException, IOException, UsageException {
        var type = call.argument(0, "TYPE");
        var path = call.option("path").orElse(type).replaceAll("/+$", "");
        var options = options(call);
        call.option("version").ifPresent(version -> options.put("version", version));
        var body = new LinkedHashMap<String, Object>(Map.of("type", type, "description", call.option("description").orElse(""), "config", tuning(call)));
        if (!options.isEmpty()) body.put("options", options);
        call.client().write(base + "/" + path, body);
        call.out().println("Success! Enabled " + type + (base.endsWith("auth") ? " auth method" : " secrets engine") + " at: " + path + "/");
        return 0;
    }

    private static Map<String, Object> tuning(Call call) {
        var config = new LinkedHashMap<String, Object>();
        call.option("default-lease-ttl").ifPresent(ttl -> config.put("default_lease_ttl", ttl));
        call.option("max-lease-ttl").ifPresent(ttl -> config.put("max_lease_ttl", ttl));
        return config;
    }

    private static Map<String, Object> options(Call call) throws UsageException {
        var options = new LinkedHashMap<String, Object>();
        for (var pair : call.all("options")) {
            int equals = pair.indexOf('=');
            if (equals < 1) throw new UsageException("-options takes KEY=VALUE");
            options.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return options;
    }
}
