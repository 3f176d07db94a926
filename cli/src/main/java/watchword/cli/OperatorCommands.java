package watchword.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.cli.Command.Option;
import watchword.cli.Command.UsageException;
import watchword.client.ApiException;
import watchword.client.Client.Answer;
import watchword.client.JsonText;

/** {@code status} and {@code operator}. */
final class OperatorCommands {
    private OperatorCommands() {}

    static final List<Command> ALL = List.of(
            new Command("status", "", "Tell whether the server is sealed. Exit status 0 unsealed, 2 sealed, 1 not reached.", List.of(), OperatorCommands::status),
            new Command("operator init", "", "Make a new server's keys and root token; they are shown once.",
                    List.of(Option.of("key-shares", "N", "into how many shares (5)"), Option.of("key-threshold", "N", "how many unseal (3)"), Option.of("recovery-shares", "N", "with auto-unseal: shares of the recovery key"),
                            Option.of("recovery-threshold", "N", "with auto-unseal: how many are a quorum"), Option.flag("status", "only tell whether it is done")),
                    OperatorCommands::init),
            new Command("operator unseal", "[SHARE]", "Give a share; asks for it when it is not given, so that it stays out of the shell's history.", List.of(Option.flag("reset", "forget the shares given so far")),
                    OperatorCommands::unseal),
            new Command("operator seal", "", "Seal the server: it forgets its keys.", List.of(), call -> {
                call.client().write("sys/seal", Map.of());
                call.out().println("Success! The server is sealed.");
                return 0;
            }),
            new Command("operator rotate", "", "Seal the store with a new key from now on.", List.of(), call -> {
                call.client().write("sys/rotate", Map.of());
                call.out().println("Success! Rotated key\n");
                return call.output().secret(call.client().read("sys/key-status"));
            }),
            new Command("operator key-status", "", "Tell about the key that seals the store.", List.of(), call -> call.output().secret(call.client().read("sys/key-status"))));

    private static int status(Call call) throws UsageException {
        try {
            var answer = call.client().read("sys/seal-status");
            call.output().document(shown(answer));
            return Boolean.TRUE.equals(answer.body().get("sealed")) ? 2 : 0;
        } catch (ApiException | IOException notReached) {
            call.err().println("Error checking seal status: " + notReached.getMessage());
            return 1;
        }
    }

    private static Map<String, Object> shown(Answer answer) {
        var body = answer.body();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("Seal Type", body.getOrDefault("type", ""));
        fields.put("Initialized", body.getOrDefault("initialized", ""));
        fields.put("Sealed", body.getOrDefault("sealed", ""));
        fields.put("Total Shares", body.getOrDefault("n", ""));
        fields.put("Threshold", body.getOrDefault("t", ""));
        if (Boolean.TRUE.equals(body.get("sealed"))) fields.put("Unseal Progress", body.get("progress") + "/" + body.get("t"));
        fields.put("Version", body.getOrDefault("version", ""));
        fields.put("Storage Type", body.getOrDefault("storage_type", ""));
        if (body.get("cluster_name") != null) fields.put("Cluster Name", body.getOrDefault("cluster_name", ""));
        return fields;
    }

    private static int init(Call call) throws ApiException, IOException, UsageException {
        if (call.flag("status")) {
            boolean done = Boolean.TRUE.equals(call.client().read("sys/init").body().get("initialized"));
            call.out().println(done ? "Initialized" : "Not initialized");
            return done ? 0 : 2;
        }
        var body = new LinkedHashMap<String, Object>();
        boolean auto = !"shamir".equals(call.client().read("sys/seal-status").body().get("type"));
        if (auto) {
            body.put("recovery_shares", call.option("recovery-shares").orElse("5"));
            body.put("recovery_threshold", call.option("recovery-threshold").orElse("3"));
        } else {
            body.put("secret_shares", call.option("key-shares").orElse("5"));
            body.put("secret_threshold", call.option("key-threshold").orElse("3"));
        }
        var answer = call.client().write("sys/init", body);
        if (!call.output().isTable()) return call.output().document(answer.body());
        int number = 1;
        for (var share : JsonText.texts(answer.body().get(auto ? "recovery_keys_base64" : "keys_base64"))) call.out().println((auto ? "Recovery Key " : "Unseal Key ") + number++ + ": " + share);
        call.out().println("\nInitial Root Token: " + answer.body().get("root_token") + "\n\nKeep the shares apart from each other; without enough of them the data is lost for good.");
        return 0;
    }

    @SuppressWarnings("SystemConsoleNull") // no console when input is a pipe
    private static int unseal(Call call) throws ApiException, IOException, UsageException {
        Map<String, Object> body;
        if (call.flag("reset")) body = Map.of("reset", true);
        else if (!call.arguments().isEmpty() && !call.arguments().getFirst().equals("-")) body = Map.of("key", call.arguments().getFirst());
        else {
            var console = System.console();
            boolean typed = call.arguments().isEmpty() && console != null && console.isTerminal();
            body = Map.of("key", typed && console != null ? new String(console.readPassword("Unseal Key (will be hidden): ")) : call.read("-").trim());
        }
        return call.output().document(shown(call.client().write("sys/unseal", body)));
    }
}
