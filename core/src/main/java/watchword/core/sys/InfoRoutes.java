package watchword.core.sys;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import watchword.core.json.Json;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.wire.Rows;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** What {@code sys/} tells about the server: versions, host, its API's description, and small settings. */
public final class InfoRoutes {
    private final Rows<Setting> settings = new Rows<>("core/config/", Setting.class);
    private final ServerInfo info;
    private final Mounts mounts;
    private final Versions versions;
    private final HostProcess process;

    public InfoRoutes(ServerInfo info, Mounts mounts, Versions versions, HostProcess process) {
        this.info = info;
        this.mounts = mounts;
        this.versions = versions;
        this.process = process;
    }

    record Nothing() {}

    record Fields(@Body Map<String, Object> fields) {}

    record Setting(@Body Map<String, Object> fields) {}

    record Named(@Doc("Name of the setting.") String name) {}

    record Header(@Doc("Name of the header.") String name, @Doc("Tell all values, not the first.") boolean multivalue) {}

    record SetHeader(@Doc("Name of the header.") String name, @Doc("Its values.") List<String> values) {}

    record Subsystem(@Doc("all: certificates, log settings and audit files.") String subsystem) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.effect(Operation.WRITE, "config/reload/{subsystem}", Subsystem.class, None.class, this::reload, "Read again what of the configuration can be.").with(Trait.SUDO),
                Route.list("version-history", Nothing.class, Fields.class, this::versions, "List the versions that ran on this store."),
                Route.effect(Operation.READ, "host-info", Nothing.class, Fields.class, this::hostInfo, "Tell about the machine."),
                Route.read("ha-status", Nothing.class, Fields.class, this::haStatus, "List the nodes.").with(Trait.FLAT),
                Route.read("internal/specs/openapi", Nothing.class, None.class, this::openApi, "The API of all mounts as an OpenAPI document."),
                Route.read("config/ui/headers/{name}", Header.class, Fields.class, this::readHeader, "Tell a header of the user interface.").with(Trait.FLAT, Trait.SUDO),
                Route.write("config/ui/headers/{name}", SetHeader.class, None.class, this::writeHeader, "Set a header of the user interface.").with(Trait.SUDO),
                Route.delete("config/ui/headers/{name}", Named.class, None.class, this::deleteHeader, "Drop a header of the user interface.").with(Trait.SUDO),
                Route.list("config/ui/headers", Nothing.class, Fields.class, this::listHeaders, "List the headers of the user interface.").with(Trait.SUDO),
                Route.read("config/state/sanitized", Nothing.class, Fields.class, this::state, "The server's configuration, without secrets.").with(Trait.SUDO),
                Route.read("plugins/catalog", Nothing.class, Fields.class, this::plugins, "List what can be mounted."),
                Route.list("plugins/catalog", Nothing.class, Fields.class, this::plugins, "List what can be mounted."));
    }

    private Reply<Fields> versions(Call.Read<Nothing> call) {
        return Reply.of(new Fields(versions.told(call.store())));
    }

    @SuppressWarnings("NullAway") // JSON null
    private static void putNull(Map<String, Object> tree, String name) {
        tree.put(name, null);
    }

    private Reply<Fields> hostInfo(Call.Effect<Nothing> call) {
        return Reply.of(new Fields(HostInfo.read(call.now())));
    }

    private Reply<Fields> haStatus(Call.Read<Nothing> call) {
        var node = new LinkedHashMap<String, Object>();
        node.put("hostname", "watchword");
        node.put("api_address", info.apiAddress());
        node.put("cluster_address", "");
        node.put("active_node", true);
        putNull(node, "last_echo");
        node.put("version", info.compatibleVersion());
        node.put("upgrade_version", info.compatibleVersion());
        return Reply.of(new Fields(Map.of("nodes", List.of(node))));
    }

    private Reply<None> openApi(Call.Read<Nothing> call) {
        var all = new ArrayList<MountEntry>(mounts.all(call.store(), false));
        all.addAll(mounts.all(call.store(), true));
        return Reply.raw(200, "application/json", Json.write(OpenApi.of(info, mounts, all)));
    }

    // ---- settings ----

    private Reply<Fields> readHeader(Call.Read<Header> call) {
        var values = settings.get(call.store(), "ui/" + call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()).fields().get("value");
        var all = values instanceof List<?> list ? list : List.of(String.valueOf(values));
        return Reply.of(new Fields(call.input().multivalue() ? Map.of("values", all) : Map.of("value", all.isEmpty() ? "" : all.getFirst())));
    }

    private Reply<None> writeHeader(Call.Change<SetHeader> call) {
        var name = call.input().name();
        if (call.input().values().isEmpty()) throw new Problem.Invalid("\"values\" must be set").asException();
        if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")) throw new Problem.Invalid("not the name of a header").asException();
        if (name.toLowerCase(Locale.ROOT).startsWith("x-vault-")) throw new Problem.Invalid("X-Vault headers cannot be set").asException();
        for (var value : call.input().values()) {
            if (!value.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) throw new Problem.Invalid("a value has a character that no header may have").asException();
        }
        settings.put(call.store(), "ui/" + name, new Setting(Map.of("value", call.input().values())));
        return Reply.nothing();
    }

    private Reply<None> deleteHeader(Call.Change<Named> call) {
        settings.delete(call.store(), "ui/" + call.input().name());
        return Reply.nothing();
    }

    private Reply<Fields> listHeaders(Call.Read<Nothing> call) {
        return keys(call.store(), "ui/");
    }

    private Reply<Fields> keys(Storage.Reader store, String below) {
        var names = settings.names(store, below, "", 10_000);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Fields(Map.of("keys", names)));
    }

    private Reply<Fields> state(Call.Read<Nothing> call) {
        var state = new LinkedHashMap<String, Object>();
        state.put("api_addr", info.apiAddress());
        state.put("cluster_name", info.clusterName());
        state.put("default_lease_ttl", info.defaultTtl().toSeconds());
        state.put("max_lease_ttl", info.maxTtl().toSeconds());
        state.put("storage", Map.of("type", info.storageType(), "redirect_addr", info.apiAddress(), "cluster_addr", "", "disable_clustering", true));
        state.putAll(process.configuration());
        return Reply.of(new Fields(state));
    }

    private Reply<None> reload(Call.Effect<Subsystem> call) {
        switch (call.input().subsystem()) {
            case "all" -> process.reload().run();
            case "license" -> throw new Problem.Invalid("there is no license to reload").asException();
            default -> throw new Problem.Invalid("subsystem is not known: use all").asException();
        }
        return Reply.nothing();
    }

    private Reply<Fields> plugins(Call.Read<Nothing> call) {
        var secret = mounts.catalog().types(false).stream().sorted().toList();
        var auth = mounts.catalog().types(true).stream().sorted().toList();
        return Reply.of(new Fields(Map.of("secret", secret, "auth", auth, "database", List.of())));
    }
}
