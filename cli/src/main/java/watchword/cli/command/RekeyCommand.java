package watchword.cli.command;

import java.io.IOException;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Table;
import watchword.cli.line.UsageException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code operator rekey}: new shares for the old ones, step by step. */
final class RekeyCommand {
    private final Call call;
    private final String path;
    private final boolean verify;

    private RekeyCommand(Call call) {
        this.call = call;
        this.path = call.option("target").orElse("barrier").equals("recovery") ? "sys/rekey-recovery-key/" : "sys/rekey/";
        this.verify = call.isOn("verify");
    }

    static Command declaration() {
        return Command.of("operator rekey", "[SHARE|-]", "Make new shares with the consent of a quorum of the old ones.").doing("rekeying")
                .flags(Flag.on("init", "begin; then every holder gives a share"),
                        Flag.number("key-shares", "with -init: into how many shares the new key is split"),
                        Flag.number("n", "short for -key-shares"),
                        Flag.number("key-threshold", "with -init: how many of them are needed"),
                        Flag.number("t", "short for -key-threshold"),
                        Flag.on("verify", "with -init: the old shares work until enough new ones were shown; else: SHARE is a new one, "
                                + "and it is shown"), Flag.on("status", "tell how it stands"),
                        Flag.on("cancel", "give up; the old shares stay good"),
                        Flag.text("nonce", "NONCE", "of the attempt that was agreed on; else of the one under way"),
                        Flag.choice("target", "with auto-unseal, recovery: the recovery key's shares", "barrier", "recovery"))
                .note("Without SHARE it is asked for, which keeps it out of the shell's history and the list of processes; - reads it "
                        + "from standard input.")
                .example("operator rekey -init -key-shares=5 -key-threshold=3").example("operator rekey");
    }

    static int run(Call call) throws IOException, UsageException, SettingsException {
        int moves = (call.isOn("init") ? 1 : 0) + (call.isOn("status") ? 1 : 0) + (call.isOn("cancel") ? 1 : 0)
                + (call.arguments().isEmpty() ? 0 : 1);
        if (moves > 1) throw new UsageException("-init, -status, -cancel and SHARE do not go together");
        var rekey = new RekeyCommand(call);
        if (call.isOn("init")) return rekey.init();
        if (call.isOn("status")) return rekey.show(rekey.status());
        return call.isOn("cancel") ? rekey.cancel() : rekey.share();
    }

    private String step() {
        return path + (verify ? "verify" : "init");
    }

    private Json.Obj status() throws IOException, UsageException, SettingsException {
        return call.client().read(step()).body();
    }

    private int init() throws IOException, UsageException, SettingsException {
        var shares = call.has("key-shares") ? call.option("key-shares") : call.option("n");
        var threshold = call.has("key-threshold") ? call.option("key-threshold") : call.option("t");
        if (shares.isEmpty() || threshold.isEmpty()) throw new UsageException("-init needs -key-shares and -key-threshold");
        var body = Json.fields().put("secret_shares", Long.parseLong(shares.get())).put("secret_threshold", Long.parseLong(threshold.get()))
                .put("require_verification", verify);
        var started = call.singleClient().write(path + "init", body.build()).body();
        return started.isTrue("complete") ? done(started) : show(started);
    }

    private int cancel() throws IOException, UsageException, SettingsException {
        call.client().delete(step());
        return call.output().success(verify ? "Began the verification anew." : "Canceled rekeying (if it was under way).");
    }

    private int share() throws IOException, UsageException, SettingsException {
        var nonce = call.option("nonce").orElse("");
        if (nonce.isEmpty()) {
            var status = status();
            if (!status.isTrue("started")) {
                throw new UsageException("no " + (verify ? "verification" : "rekey") + " is under way; -init begins one");
            }
            nonce = status.text("nonce");
            if (call.output().isTable()) call.err().println("Rekey operation nonce: " + nonce);
        }
        var share = call.input().secret(call.argumentOr(0, ""), verify ? "New share (will be hidden): " : "Unseal Key (will be hidden): ");
        var told = call.singleClient()
                .write(path + (verify ? "verify" : "update"), Json.fields().put("key", share).put("nonce", nonce).build()).body();
        return told.isTrue("complete") ? done(told) : show(told);
    }

    private int done(Json.Obj told) throws UsageException {
        if (!call.output().isTable() || call.output().wantsField()) return call.output().document(told, Table.keyValue());
        var shares = told.texts("keys_base64");
        for (int i = 0; i < shares.size(); i++) call.out().println("Key " + (i + 1) + ": " + shares.get(i));
        if (!shares.isEmpty()) call.out().println();
        if (verify) return call.output().success("The new shares are good; the old ones are not any more.");
        if (!told.isTrue("verification_required")) {
            return call.output().success("Rekeyed. The shares above are the only good ones; they are shown this once.");
        }
        call.out().println("Verification nonce: " + told.text("verification_nonce"));
        return call.output()
                .success("The new shares are shown this once. The old ones stay good until enough of the new ones are given to: "
                        + "watchword operator rekey -verify");
    }

    private int show(Json.Obj status) throws UsageException {
        var table = Table.keyValue().row("Nonce", status.text("nonce")).row("Started", status.text("started"));
        if (status.has("required")) table.row("Rekey Progress", status.whole("progress") + "/" + status.whole("required"));
        else table.row("Verification Progress", status.whole("progress") + "/" + status.whole("t"));
        table.row("New Shares", status.text("n")).row("New Threshold", status.text("t"));
        if (status.isTrue("verification_required")) table.row("Verification Required", "true");
        if (!status.text("verification_nonce").isEmpty()) table.row("Verification Nonce", status.text("verification_nonce"));
        return call.output().document(status, table);
    }
}
