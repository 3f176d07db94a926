package watchword.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Table;
import watchword.cli.line.UsageException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code operator generate-root}: a root token with the consent of a quorum, step by step. */
final class RootCommand {
    private static final String PATH = "sys/generate-root/";
    private static final String LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private RootCommand() {}

    static Command declaration() {
        return Command.of("operator generate-root", "[SHARE|-]", "Make a root token with the consent of a quorum.")
                .doing("generating root token")
                .flags(Flag.on("init", "begin, and show the one-time password that will open the token; then every holder gives a share"),
                        Flag.text("otp", "PASSWORD|@FILE|-",
                                "with -init: a one-time password of your own; with -decode: the one that was shown; asked for when it is "
                                + "missing there"),
                        Flag.on("status", "tell how it stands"), Flag.on("cancel", "give up"),
                        Flag.on("generate-otp", "only make a one-time password"),
                        Flag.text("decode", "TEXT", "print the token that was made, from what the last holder was shown"),
                        Flag.text("nonce", "NONCE", "of the attempt that was agreed on; else of the one under way"))
                .note("The last holder sees the token only combined with the one-time password, which only who began has. Without SHARE "
                        + "it is asked for; - reads it from standard input.")
                .example("operator generate-root -init").example("operator generate-root").example("operator generate-root -decode=TEXT");
    }

    static int run(Call call) throws IOException, UsageException, SettingsException {
        if (call.isOn("generate-otp")) return otp(call);
        if (call.has("decode")) return decode(call);
        if (call.isOn("cancel")) {
            call.client().delete(PATH + "attempt");
            return call.output().success("Canceled the root generation (if it was under way).");
        }
        if (call.isOn("status")) return show(call, call.client().read(PATH + "attempt").body());
        return call.isOn("init") ? init(call) : share(call);
    }

    private static int init(Call call) throws IOException, UsageException, SettingsException {
        var otp = call.option("otp");
        var body = Json.fields();
        if (otp.isPresent()) body.put("otp", password(call));
        return show(call, call.singleClient().write(PATH + "attempt", body.build()).body());
    }

    private static int share(Call call) throws IOException, UsageException, SettingsException {
        var nonce = call.option("nonce").orElse("");
        if (nonce.isEmpty()) {
            var status = call.client().read(PATH + "attempt").body();
            if (!status.isTrue("started")) throw new UsageException("no root generation is under way; -init begins one");
            nonce = status.text("nonce");
            if (call.output().isTable()) call.err().println("Operation nonce: " + nonce);
        }
        var share = call.input().secret(call.argumentOr(0, ""), "Unseal Key (will be hidden): ");
        return show(call, call.singleClient().write(PATH + "update", Json.fields().put("key", share).put("nonce", nonce).build()).body());
    }

    private static int show(Call call, Json.Obj status) throws UsageException {
        var table = Table.keyValue().row("Nonce", status.text("nonce")).row("Started", status.text("started"));
        table.row("Progress", status.whole("progress") + "/" + status.whole("required")).row("Complete", status.text("complete"));
        if (!status.text("otp").isEmpty()) table.row("OTP", status.text("otp"));
        if (status.whole("otp_length") > 0) table.row("OTP Length", status.text("otp_length"));
        if (!status.text("encoded_token").isEmpty()) table.row("Encoded Token", status.text("encoded_token"));
        return call.output().document(status, table);
    }

    private static int otp(Call call) throws IOException, UsageException, SettingsException {
        var random = new SecureRandom();
        var text = new StringBuilder();
        for (long left = call.client().read(PATH + "attempt").body().whole("otp_length"); left > 0; left--) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        call.out().println(text);
        return 0;
    }

    private static String password(Call call) throws IOException, UsageException {
        var given = call.option("otp").orElse("");
        return given.startsWith("@") ? call.input().file(given.substring(1)).strip() : call.input()
                .secret(given, "One-time password (will be hidden): ");
    }

    /** Takes the one-time password off again; works without a server. */
    private static int decode(Call call) throws IOException, UsageException {
        byte[] mixed;
        try {
            mixed = Base64.getDecoder().decode(call.option("decode").orElse("").strip());
        } catch (IllegalArgumentException notBase64) {
            throw new UsageException("-decode takes the encoded token, which is base64");
        }
        var pad = password(call).getBytes(StandardCharsets.UTF_8);
        if (pad.length != mixed.length) {
            throw new UsageException("the one-time password is not of this token: it has " + pad.length + " characters and not "
                    + mixed.length);
        }
        for (int i = 0; i < mixed.length; i++) mixed[i] ^= pad[i];
        var token = Json.of("token", new String(mixed, StandardCharsets.UTF_8));
        if (!call.output().isTable() || call.output().wantsField()) return call.output().document(token, Table.keyValue());
        call.out().println(token.text("token"));
        return 0;
    }
}
