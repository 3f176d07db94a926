package watchword.core.audit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;

/** {@code sys/audit} and {@code sys/audit-hash}. */
public final class AuditRoutes {
    private final AuditDevices devices;

    public AuditRoutes(AuditDevices devices) {
        this.devices = devices;
    }

    record Nothing() {}

    record At(@Doc("Path of the device.") String path) {}

    record Enable(
            @Doc("Path of the device.") String path,
            @Doc("file, socket, syslog or http.") String type,
            @Doc("What it is for, in words.") String description,
            @Doc("Options of the device, such as file_path.") Map<String, String> options,
            @Doc("Kept for clients; there is no replication.") boolean local) {}

    record Hash(@Doc("Path of the device.") String path, @Doc("Text to hash as the device would.") String input) {}

    record Hashed(String hash) {}

    record Fields(@Body Map<String, Object> fields) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("audit", Nothing.class, Fields.class, this::list, "List the audit devices.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.WRITE, "audit/{path*}", Enable.class, None.class, this::enable, "Enable an audit device.").with(Trait.SUDO),
                Route.effect(Operation.DELETE, "audit/{path*}", At.class, None.class, this::disable, "Disable an audit device.").with(Trait.SUDO),
                Route.ask("audit-hash/{path*}", Hash.class, Hashed.class, this::hash, "Hash a text as a device does, to find it in its log.").with(Trait.FLAT));
    }

    private Reply<Fields> list(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Object>();
        devices.all(call.store()).forEach((path, row) -> {
            var told = new LinkedHashMap<String, Object>();
            told.put("path", path);
            told.put("type", row.type());
            told.put("description", row.description());
            told.put("options", row.options());
            told.put("local", row.local());
            told.put("public_key", row.publicKey());
            all.put(path, told);
        });
        return Reply.of(new Fields(all));
    }

    private Reply<None> enable(Call.Effect<Enable> call) {
        var in = call.input();
        if (in.type().isEmpty()) throw new Problem.Invalid("type must be specified").asException();
        if (in.path().isEmpty()) throw new Problem.Invalid("path must be specified").asException();
        devices.enable(call.storage(), folder(in.path()), in.type(), in.description(), in.options(), in.local());
        return Reply.nothing();
    }

    private Reply<None> disable(Call.Effect<At> call) {
        devices.disable(call.storage(), folder(call.input().path()));
        return Reply.nothing();
    }

    private Reply<Hashed> hash(Call.Read<Hash> call) {
        if (call.input().input().isEmpty()) throw new Problem.Invalid("the \"input\" parameter is empty").asException();
        return Reply.of(new Hashed(devices.hash(call.store(), folder(call.input().path()), call.input().input())));
    }

    private static String folder(String path) {
        return path.endsWith("/") ? path : path + "/";
    }
}
