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
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code operator}: bringing a server up, and locking it. */
public final class OperatorCommands implements Group {
    private static final String SHARES = "5";
    private static final String THRESHOLD = "3";

    @Override
    public List<Command> commands() {
        var all = new ArrayList<Command>(List.of(
                Command.of("operator init", "", "Make a new server's keys and its first token; they are shown this once.")
                        .doing("initializing")
                        .flags(Flag.number("key-shares", "into how many shares the key is split; else " + SHARES),
                                Flag.number("n", "short for -key-shares"),
                                Flag.number("key-threshold", "how many of them unseal; else " + THRESHOLD),
                                Flag.number("t", "short for -key-threshold"),
                                Flag.number("recovery-shares", "with auto-unseal: into how many shares the recovery key is split; else "
                                        + SHARES),
                                Flag.number("recovery-threshold", "with auto-unseal: how many of them are a quorum; else " + THRESHOLD),
                                Flag.on("status", "only tell whether it is done: exit status 0 done, 2 not done"))
                        .example("operator init -key-shares=5 -key-threshold=3"),
                Command.of("operator unseal", "[SHARE|-]", "Give a share of the unseal key.").doing("unsealing")
                        .flags(Flag.on("reset", "forget the shares given so far"),
                                Flag.on("migrate", "move to another seal while unsealing"))
                        .note("Without SHARE it is asked for, which keeps it out of the shell's history and the list of processes; - "
                                + "reads it from standard input.")
                        .example("operator unseal"),
                Command.of("operator seal", "", "Seal the server: it forgets its keys and serves nothing until it is unsealed.")
                        .doing("sealing").example("operator seal"),
                RekeyCommand.declaration(),
                RootCommand.declaration(),
                Command.of("operator rotate", "", "Seal what is written from now on with a new key.").doing("rotating key")
                        .example("operator rotate"),
                Command.of("operator key-status", "", "Tell about the key that seals the store.").doing("reading key status")
                        .example("operator key-status")));
        all.addAll(SnapshotCommand.declarations());
        return List.copyOf(all);
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "operator init" -> init(call);
            case "operator unseal" -> unseal(call);
            case "operator seal" -> {
                call.client().write("sys/seal", Json.Obj.EMPTY);
                yield call.output().success("The server is sealed.");
            }
            case "operator rekey" -> RekeyCommand.run(call);
            case "operator generate-root" -> RootCommand.run(call);
            case "operator rotate" -> {
                call.client().write("sys/rotate", Json.Obj.EMPTY);
                call.output().success("Rotated key");
                if (call.output().isTable() && !call.output().wantsField()) call.out().println();
                yield call.output().answer(call.client().read("sys/key-status"));
            }
            case "operator key-status" -> call.output().answer(call.client().read("sys/key-status"));
            case SnapshotCommand.SAVE, SnapshotCommand.RESTORE -> SnapshotCommand.run(call);
            default -> throw Group.undone(call);
        };
    }

    private static int init(Call call) throws IOException, UsageException, SettingsException {
        var client = call.singleClient();
        if (call.isOn("status")) {
            boolean done = client.read("sys/init").body().isTrue("initialized");
            call.out().println(done ? "Initialized" : "Not initialized");
            return done ? 0 : 2;
        }
        boolean shamir = client.read("sys/seal-status").body().text("type").equals("shamir");
        var body = Json.fields();
        if (shamir) {
            body.put("secret_shares", count(call, "key-shares", "n", SHARES))
                    .put("secret_threshold", count(call, "key-threshold", "t", THRESHOLD));
        } else {
            body.put("recovery_shares", count(call, "recovery-shares", "n", SHARES))
                    .put("recovery_threshold", count(call, "recovery-threshold", "t", THRESHOLD));
        }
        var made = client.write("sys/init", body.build()).body();
        if (!call.output().isTable() || call.output().wantsField()) return call.output().document(made, Table.keyValue());
        show(call, made, shamir, body.build());
        return 0;
    }

    private static long count(Call call, String name, String brief, String otherwise) {
        return Long.parseLong((call.has(name) ? call.option(name) : call.option(brief)).orElse(otherwise));
    }

    private static void show(Call call, Json.Obj made, boolean shamir, Json.Obj asked) {
        var out = call.out();
        var shares = made.texts(shamir ? "keys_base64" : "recovery_keys_base64");
        for (int i = 0; i < shares.size(); i++) out.println((shamir ? "Unseal Key " : "Recovery Key ") + (i + 1) + ": " + shares.get(i));
        out.println();
        out.println("Initial Root Token: " + made.text("root_token"));
        out.println();
        if (shamir) {
            out.println("Success! The server is initialized with " + asked.text("secret_shares") + " key shares and a key threshold of "
                    + asked.text("secret_threshold") + ".");
            out.println("Give the shares to different people. After every start it takes " + asked.text("secret_threshold")
                    + " of them to unseal the server, and nobody");
            out.println("can bring back what it keeps when fewer are left.");
        } else {
            out.println("Success! The server is initialized and unseals by itself. The recovery keys are a quorum of people for what");
            out.println("must not be one person's decision; they do not unseal.");
        }
    }

    private static int unseal(Call call) throws IOException, UsageException, SettingsException {
        Json.Obj body;
        if (call.isOn("reset")) {
            body = Json.fields().put("reset", true).build();
        } else {
            var share = call.input().secret(call.argumentOr(0, ""), "Unseal Key (will be hidden): ");
            var fields = Json.fields().put("key", share);
            if (call.isOn("migrate")) fields.put("migrate", true);
            body = fields.build();
        }
        var status = call.singleClient().write("sys/unseal", body).body();
        return call.output().document(status, StatusCommand.table(status));
    }
}
