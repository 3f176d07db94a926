package watchword.cli.command;

import java.io.IOException;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Group;
import watchword.cli.line.UsageException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code lease}: what was issued for a time. */
public final class LeaseCommands implements Group {
    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("lease lookup", "LEASE_ID", "Tell about a lease.").doing("looking up lease")
                        .example("lease lookup auth/token/create/abc123"),
                Command.of("lease renew", "LEASE_ID", "Prolong a lease.").doing("renewing lease %s")
                        .flags(Flag.duration("increment", "how long it should live from now"), Flag.duration("i", "short for -increment"))
                        .example("lease renew -increment=1h auth/token/create/abc123"),
                Command.of("lease revoke", "LEASE_ID", "End a lease: its credential stops working.").doing("revoking lease %s")
                        .flags(Flag.on("prefix", "LEASE_ID is a path, and everything below it ends"),
                                Flag.on("force", "with -prefix: forget them even when their engine fails; what they opened may stay open"),
                                Flag.on("sync", "wait until it is done"))
                        .example("lease revoke auth/token/create/abc123").example("lease revoke -prefix auth/userpass/login/alice"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "lease lookup" -> call.output().answer(call.client().write("sys/leases/lookup", Json.of("lease_id", call.path(0))));
            case "lease renew" -> {
                var body = Json.fields().put("lease_id", call.path(0))
                        .put("increment", call.has("increment") ? call.option("increment") : call.option("i"));
                yield call.output().answer(call.client().write("sys/leases/renew", body.build()));
            }
            case "lease revoke" -> revoke(call);
            default -> throw Group.undone(call);
        };
    }

    private static int revoke(Call call) throws IOException, UsageException, SettingsException {
        boolean sync = call.isOn("sync");
        boolean force = call.isOn("force");
        if (force && !call.isOn("prefix")) throw new UsageException("-force goes with -prefix");
        var id = call.path(0);
        if (call.isOn("prefix")) {
            call.client().write("sys/leases/" + (force ? "revoke-force/" : "revoke-prefix/") + id,
                    force ? Json.Obj.EMPTY : Json.fields().put("sync", sync).build());
            if (force) return call.output().success("Force revoked any leases with prefix: " + id);
        } else {
            call.client().write("sys/leases/revoke", Json.fields().put("lease_id", id).put("sync", sync).build());
        }
        if (sync) return call.output().success(call.isOn("prefix") ? "Revoked any leases with prefix: " + id : "Revoked lease: " + id);
        if (call.output().isTable()) call.out().println("All revocation operations queued successfully!");
        return 0;
    }
}
