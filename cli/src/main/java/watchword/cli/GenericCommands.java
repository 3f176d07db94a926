package watchword.cli;

import java.util.List;
import java.util.Map;
import watchword.cli.Command.Option;
import watchword.client.Client.Answer;
import watchword.client.JsonText;

/** Commands that work on any path. */
final class GenericCommands {
    private GenericCommands() {}

    static final List<Command> ALL = List.of(
            new Command("read", "PATH [KEY=VALUE...]", "Read what is at a path.", List.of(), call -> {
                var query = new StringBuilder();
                call.pairs(1).forEach((key, value) -> query.append(query.isEmpty() ? "?" : "&").append(key).append('=').append(java.net.URLEncoder.encode(value.toString(), java.nio.charset.StandardCharsets.UTF_8)));
                var answer = call.client().read(call.argument(0, "PATH") + query);
                if (answer.status() == 404 || answer.body().isEmpty()) {
                    call.err().println("No value found at " + call.argument(0, "PATH"));
                    return 2;
                }
                return call.output().secret(answer, fields(answer));
            }),
            new Command("write", "PATH [KEY=VALUE|@FILE|-]...", "Write to a path.", List.of(Option.flag("force", "write although there is no data"), Option.flag("f", "the same as -force")), call -> {
                var path = call.argument(0, "PATH");
                var pairs = call.pairs(1);
                if (pairs.isEmpty() && !call.flag("force") && !call.flag("f")) throw new Command.UsageException("no data; use -force for a write without any");
                return wrote(call, path, call.client().write(path, pairs));
            }),
            new Command("patch", "PATH KEY=VALUE...", "Change some fields at a path.", List.of(), call -> wrote(call, call.argument(0, "PATH"), call.client().patch(call.argument(0, "PATH"), call.pairs(1)))),
            new Command("list", "PATH", "List the names below a path.", List.of(), call -> {
                call.atMost(1);
                return call.output().names(JsonText.texts(call.client().list(call.argument(0, "PATH").replaceAll("/+$", "")).data().get("keys")));
            }),
            new Command("delete", "PATH", "Delete what is at a path.", List.of(), call -> {
                var path = call.argument(0, "PATH");
                var answer = call.client().delete(path);
                if (!answer.body().isEmpty()) return call.output().secret(answer);
                call.out().println("Success! Data deleted (if it existed) at: " + path);
                return 0;
            }),
            new Command("unwrap", "[TOKEN]", "Take what a wrapping token holds; works once.", List.of(), call -> {
                var token = call.arguments().isEmpty() ? "" : call.arguments().getFirst().equals("-") ? call.read("-").trim() : call.arguments().getFirst();
                var answer = call.client().write("sys/wrapping/unwrap", token.isEmpty() ? Map.of() : Map.of("token", token));
                return call.output().secret(answer, answer.auth().isEmpty() ? fields(answer) : TokenCommands.fields(answer));
            }),
            new Command("lease lookup", "LEASE_ID", "Tell about a lease.", List.of(), call -> call.output().secret(call.client().write("sys/leases/lookup", Map.of("lease_id", call.argument(0, "LEASE_ID"))))),
            new Command("lease renew", "LEASE_ID", "Prolong a lease.", List.of(Option.of("increment", "DURATION", "how long it should live from now")),
                    call -> call.output().secret(call.client().write("sys/leases/renew", Map.of("lease_id", call.argument(0, "LEASE_ID"), "increment", call.option("increment").orElse("0"))))),
            new Command("lease revoke", "LEASE_ID", "End a lease, or with -prefix all below a path.",
                    List.of(Option.flag("prefix", "LEASE_ID is a beginning"), Option.flag("force", "with -prefix: drop them even when their engine fails"), Option.flag("sync", "wait until it is done")), call -> {
                        var id = call.argument(0, "LEASE_ID");
                        var path = call.flag("prefix") ? "sys/leases/" + (call.flag("force") ? "revoke-force/" : "revoke-prefix/") + id : "sys/leases/revoke";
                        call.client().write(path, call.flag("prefix") ? Map.of("sync", call.flag("sync")) : Map.of("lease_id", id, "sync", call.flag("sync")));
                        call.out().println("All revocation operations queued successfully!");
                        return 0;
                    }),
            new Command("version", "", "Print the version.", List.of(), call -> {
                call.out().println("Watchword v0.1.0");
                return 0;
            }));

    /** A path without an envelope answers with its fields at the top. */
    static Map<String, Object> fields(Answer answer) {
        if (!answer.auth().isEmpty()) return TokenCommands.fields(answer);
        return answer.body().containsKey("request_id") ? answer.data() : answer.body();
    }

    static int wrote(Call call, String path, Answer answer) {
        for (var warning : JsonText.texts(answer.body().get("warnings"))) call.err().println("WARNING! " + warning);
        if (answer.body().isEmpty()) {
            if (call.output().isTable()) call.out().println("Success! Data written to: " + path);
            return 0;
        }
        return call.output().secret(answer, fields(answer));
    }
}
