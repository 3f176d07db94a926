package watchword.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.cli.Command.Option;
import watchword.cli.Command.UsageException;
import watchword.client.ApiException;
import watchword.client.Client.Answer;
import watchword.client.JsonText;

/** {@code token} and {@code login}. */
final class TokenCommands {
    private TokenCommands() {}

    static final List<Command> ALL = List.of(
            new Command("login", "[TOKEN|-] [KEY=VALUE...]", "Log in and keep the token in ~/.vault-token, for this user alone.",
                    List.of(Option.of("method", "TYPE", "token, or an auth method such as userpass or approle"), Option.of("path", "PATH", "where the method is mounted"),
                            Option.flag("no-store", "do not keep the token"), Option.flag("token-only", "print the token and nothing else")),
                    TokenCommands::login),
            new Command("token create", "", "Make a token.",
                    List.of(Option.many("policy", "NAME", "a policy it has"), Option.of("ttl", "DURATION", "how long it lives"), Option.of("explicit-max-ttl", "DURATION", "how long it lives at most, renewed or not"),
                            Option.of("period", "DURATION", "make it periodic"), Option.of("display-name", "NAME", "its name in look-ups and audit"), Option.of("use-limit", "N", "how many requests it is good for"),
                            Option.of("type", "service|batch", "which kind"), Option.of("role", "NAME", "make it under a role"), Option.of("id", "TEXT", "its text"), Option.flag("orphan", "without a parent"),
                            Option.flag("no-default-policy", "without the default policy"), Option.of("renewable", "BOOL", "whether it can be renewed"), Option.many("metadata", "KEY=VALUE", "a pair of your own")),
                    TokenCommands::create),
            new Command("token lookup", "[TOKEN]", "Tell about a token.", List.of(Option.flag("accessor", "TOKEN is an accessor")),
                    call -> call.output().secret(call.arguments().isEmpty() ? call.client().read("auth/token/lookup-self") : call.client().write("auth/token/lookup" + (call.flag("accessor") ? "-accessor" : ""), named(call)))),
            new Command("token renew", "[TOKEN]", "Prolong a token.", List.of(Option.flag("accessor", "TOKEN is an accessor"), Option.of("increment", "DURATION", "how long it should live from now")), call -> {
                var body = new LinkedHashMap<String, Object>(call.arguments().isEmpty() ? Map.of() : named(call));
                call.option("increment").ifPresent(increment -> body.put("increment", increment));
                var answer = call.client().write(call.arguments().isEmpty() ? "auth/token/renew-self" : "auth/token/renew" + (call.flag("accessor") ? "-accessor" : ""), body);
                return call.output().secret(answer, fields(answer));
            }),
            new Command("token revoke", "[TOKEN]", "Revoke a token with all that descends from it.",
                    List.of(Option.flag("accessor", "TOKEN is an accessor"), Option.flag("self", "the token that asks"), Option.of("mode", "orphan|path", "orphan: its children live on; path: all below a path")), TokenCommands::revoke),
            new Command("token capabilities", "[TOKEN] PATH", "Tell what a token may do on a path.", List.of(), call -> {
                boolean self = call.arguments().size() == 1;
                var path = call.argument(self ? 0 : 1, "PATH");
                var answer = self ? call.client().write("sys/capabilities-self", Map.of("paths", List.of(path))) : call.client().write("sys/capabilities", Map.of("token", call.argument(0, "TOKEN"), "paths", List.of(path)));
                if (!call.output().isTable()) return call.output().secret(answer);
                call.out().println(String.join(", ", JsonText.texts(answer.data().get(path))));
                return 0;
            }));

    private static Map<String, Object> named(Call call) throws UsageException {
        return Map.of(call.flag("accessor") ? "accessor" : "token", call.argument(0, "TOKEN"));
    }

    /** The {@code auth} part, with the names that tables have. */
    static Map<String, Object> fields(Answer answer) {
        var auth = answer.auth();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("token", auth.getOrDefault("client_token", ""));
        fields.put("token_accessor", auth.getOrDefault("accessor", ""));
        fields.put("token_duration", Output.seconds(auth.get("lease_duration")));
        fields.put("token_renewable", auth.getOrDefault("renewable", false));
        fields.put("token_policies", auth.getOrDefault("token_policies", List.of()));
        fields.put("identity_policies", auth.getOrDefault("identity_policies", List.of()));
        fields.put("policies", auth.getOrDefault("policies", List.of()));
        KvCommands.map(auth.get("metadata")).forEach((key, value) -> fields.put("token_meta_" + key, value));
        return fields;
    }

    private static int create(Call call) throws ApiException, IOException, UsageException {
        var body = new LinkedHashMap<String, Object>();
        if (!call.all("policy").isEmpty()) body.put("policies", call.all("policy"));
        for (var name : List.of("ttl", "explicit-max-ttl", "period", "display-name", "type", "id", "renewable")) call.option(name).ifPresent(value -> body.put(name.replace('-', '_'), value));
        call.option("use-limit").ifPresent(value -> body.put("num_uses", value));
        if (call.flag("no-default-policy")) body.put("no_default_policy", true);
        var meta = new LinkedHashMap<String, Object>();
        for (var pair : call.all("metadata")) {
            int equals = pair.indexOf('=');
            if (equals < 1) throw new UsageException("-metadata takes KEY=VALUE");
            meta.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        if (!meta.isEmpty()) body.put("meta", meta);
        var path = call.flag("orphan") ? "auth/token/create-orphan" : call.option("role").map(role -> "auth/token/create/" + role).orElse("auth/token/create");
        var answer = call.client().write(path, body);
        for (var warning : JsonText.texts(answer.body().get("warnings"))) call.err().println("WARNING! " + warning);
        return call.output().secret(answer, answer.auth().isEmpty() ? answer.data() : fields(answer));
    }

    private static int revoke(Call call) throws ApiException, IOException, UsageException {
        if (call.flag("self")) call.client().write("auth/token/revoke-self", Map.of());
        else if (call.option("mode").orElse("").equals("path")) call.client().write("sys/leases/revoke-prefix/" + call.argument(0, "PATH"), Map.of());
        else if (call.option("mode").orElse("").equals("orphan")) call.client().write("auth/token/revoke-orphan", named(call));
        else call.client().write("auth/token/revoke" + (call.flag("accessor") ? "-accessor" : ""), named(call));
        call.out().println("Success! Revoked token (if it existed)");
        return 0;
    }

    private static int login(Call call) throws ApiException, IOException, UsageException {
        var method = call.option("method").orElse("token");
        var client = call.client();
        Map<String, Object> fields;
        String token;
        if (method.equals("token")) {
            token = call.arguments().isEmpty() ? prompt(call) : call.arguments().getFirst().equals("-") ? call.read("-").trim() : call.arguments().getFirst();
            var answer = client.withToken(token).read("auth/token/lookup-self");
            fields = new LinkedHashMap<>();
            fields.put("token", token);
            fields.put("token_accessor", answer.data().getOrDefault("accessor", ""));
            fields.put("token_duration", Output.seconds(answer.data().get("ttl")));
            fields.put("token_policies", answer.data().getOrDefault("policies", List.of()));
        } else {
            var pairs = new LinkedHashMap<>(call.pairs(0));
            var mount = call.option("path").orElse(method).replaceAll("/+$", "");
            var user = pairs.remove("username");
            if (user != null && !pairs.containsKey("password")) pairs.put("password", prompt(call));
            var answer = client.withToken("").write("auth/" + mount + "/login" + (user == null ? "" : "/" + user), pairs);
            token = String.valueOf(answer.auth().get("client_token"));
            fields = fields(answer);
        }
        if (!call.flag("no-store")) keep(call, token);
        if (call.flag("token-only")) {
            call.out().println(token);
            return 0;
        }
        if (call.output().isTable()) call.out().println("Success! You are now authenticated." + (call.flag("no-store") ? "" : " The token is kept in " + call.tokenFile() + ".") + "\n");
        return call.output().document(fields);
    }

    @SuppressWarnings("SystemConsoleNull") // no console when input is a pipe
    private static String prompt(Call call) throws IOException, UsageException {
        var console = System.console();
        if (console == null || !console.isTerminal()) return call.read("-").trim();
        var typed = console.readPassword("Token or password (will be hidden): ");
        return typed == null ? "" : new String(typed);
    }

    private static void keep(Call call, String token) throws IOException {
        var file = call.tokenFile();
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, token, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
