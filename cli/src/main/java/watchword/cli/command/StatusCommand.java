package watchword.cli.command;

import java.io.IOException;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Group;
import watchword.cli.line.Paint;
import watchword.cli.line.Table;
import watchword.cli.line.UsageException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code status}: whether the server is there, and unsealed. */
public final class StatusCommand implements Group {
    private static final int SEALED = 2;

    @Override
    public List<Command> commands() {
        return List.of(Command.of("status", "", "Tell whether the server is there, initialized and unsealed.").doing("checking seal status")
                .note("Exit status: 0 unsealed, 2 sealed, 1 not known.").example("status"));
    }

    @Override
    public int run(Call call) throws UsageException, SettingsException {
        try {
            var body = call.client().read("sys/seal-status").body();
            call.output().document(body, table(body));
            return body.isTrue("sealed") ? SEALED : 0;
        } catch (IOException unknown) {
            Paint.error(call.world(), "Error checking seal status: " + Table.printable(String.valueOf(unknown.getMessage())));
            return 1;
        }
    }

    /** Also what unsealing answers. */
    static Table table(Json.Obj status) {
        var table = Table.keyValue().row("Seal Type", status.text("type"));
        boolean recovery = status.isTrue("recovery_seal");
        if (recovery) table.row("Recovery Seal Type", status.text("recovery_seal_type"));
        table.row("Initialized", status.text("initialized")).row("Sealed", status.text("sealed"));
        table.row(recovery ? "Total Recovery Shares" : "Total Shares", status.text("n")).row("Threshold", status.text("t"));
        if (status.isTrue("sealed")) {
            table.row("Unseal Progress", status.whole("progress") + "/" + status.whole("t"));
            table.row("Unseal Nonce", status.text("nonce"));
        }
        if (status.isTrue("migration")) table.row("Seal Migration in Progress", "true");
        table.row("Version", status.text("version"));
        if (status.get("build_date").isPresent() && !status.text("build_date").isEmpty()) {
            table.row("Build Date", status.text("build_date"));
        }
        if (status.has("watchword_version")) table.row("Watchword Version", status.text("watchword_version"));
        table.row("Storage Type", status.text("storage_type"));
        if (!status.text("cluster_name").isEmpty()) table.row("Cluster Name", status.text("cluster_name"));
        if (!status.text("cluster_id").isEmpty()) table.row("Cluster ID", status.text("cluster_id"));
        if (status.has("ha_enabled")) table.row("HA Enabled", status.text("ha_enabled"));
        return table;
    }
}
