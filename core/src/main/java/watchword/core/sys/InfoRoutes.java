package watchword.core.sys;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import watchword.core.json.Json;
import watchword.core.mount.Mounts;
import watchword.core.wire.Rows;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;

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

    record Node(
            @Doc("Name of the node.") String hostname,
            @Doc("Address for clients.") String apiAddress,
            @Doc("Kept for clients; empty.") String clusterAddress,
            @Doc("Whether it serves; always.") boolean activeNode,
            @Doc("Kept for clients; null.") @OrNull Optional<Instant> lastEcho,
            @Doc("Version that clients are told.") String version,
            @Doc("The same.") String upgradeVersion) {}

    record Nodes(@Doc("The nodes: this one.") List<Node> nodes) {}

    record Keys(@Doc("Names of the headers, sorted.") List<String> keys) {}

    record Store(
            @Doc("`sqlite`, `postgresql` or `inmem`.") String type,
            @Doc("Address for clients.") String redirectAddr,
            @Doc("Kept for clients; empty.") String clusterAddr,
            @Doc("Kept for clients; true.") boolean disableClustering) {}

    record State(
            @Doc("Address for clients.") String apiAddr,
            @Doc("Name of this installation.") String clusterName,
            @Doc("How long tokens and leases live when nothing nearer says so, in seconds.") long defaultLeaseTtl,
            @Doc("How long they live at most, in seconds.") long maxLeaseTtl,
            @Doc("Where the data is.") Store storage,
            @Doc("The rest of the configuration, by the names of its file.") @Body Map<String, Object> more) {}

    record Catalog(
            @Doc("Types of secrets engines.") List<String> secret,
            @Doc("Types of auth methods.") List<String> auth,
            @Doc("Types of databases.") List<String> database) {}

    record Setting(@Body Map<String, Object> fields) {}

    record Named(@Doc("Name of the header.") String name) {}

    record Header(@Doc("Name of the header.") String name, @Doc("Tell all values, not the first.") boolean multivalue) {}

    record HeaderValues(
            @Doc("The first value; left out when all were asked for.") Optional<String> value,
            @Doc("All values; left out unless they were asked for.") Optional<List<String>> values) {}

    record SetHeader(@Doc("Name of the header.") String name, @Doc("Its values.") List<String> values) {}

    record Subsystem(@Doc("all: certificates, log settings and audit files.") String subsystem) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.effect(Operation.WRITE, "config/reload/{subsystem}", Subsystem.class, None.class, this::reload, "Read again what of the configuration can be.").with(Trait.ROOT_ONLY, Trait.SUDO),
                Route.list("version-history", Nothing.class, Versions.History.class, this::versions, "List the versions that ran on this store.").with(Trait.ROOT_ONLY),
                Route.effect(Operation.READ, "host-info", Nothing.class, HostInfo.class, this::hostInfo, "Tell about the machine.").with(Trait.ROOT_ONLY),
                Route.read("ha-status", Nothing.class, Nodes.class, this::haStatus, "List the nodes.").with(Trait.ROOT_ONLY, Trait.FLAT),
                Route.read("internal/specs/openapi", Nothing.class, None.class, this::openApi, "Tell the API of all mounts as an OpenAPI document.").with(Trait.OWN_FORM),
                Route.read("config/ui/headers/{name}", Header.class, HeaderValues.class, this::readHeader, "Tell a header of the user interface.").with(Trait.ROOT_ONLY, Trait.FLAT, Trait.SUDO),
                Route.write("config/ui/headers/{name}", SetHeader.class, None.class, this::writeHeader, "Set a header of the user interface.").with(Trait.ROOT_ONLY, Trait.SUDO),
                Route.delete("config/ui/headers/{name}", Named.class, None.class, this::deleteHeader, "Drop a header of the user interface.").with(Trait.ROOT_ONLY, Trait.SUDO),
                Route.list("config/ui/headers", Nothing.class, Keys.class, this::listHeaders, "List the headers of the user interface.").with(Trait.ROOT_ONLY, Trait.SUDO),
                Route.read("config/state/sanitized", Nothing.class, State.class, this::state, "Tell the server's configuration, without secrets.").with(Trait.ROOT_ONLY, Trait.SUDO),
                Route.read("plugins/catalog", Nothing.class, Catalog.class, this::plugins, "List what can be mounted."),
                Route.list("plugins/catalog", Nothing.class, Catalog.class, this::plugins, "List what can be mounted."));
    }

    private Reply<Versions.History> versions(Call.Read<Nothing> call) {
        return Reply.of(versions.told(call.store()));
    }

    private Reply<HostInfo> hostInfo(Call.Effect<Nothing> call) {
        return Reply.of(HostInfo.read(call.now()));
    }

    private Reply<Nodes> haStatus(Call.Read<Nothing> call) {
        return Reply.of(new Nodes(List.of(new Node("watchword", info.apiAddress(), "", true, Optional.empty(), info.compatibleVersion(), info.compatibleVersion()))));
    }

    private Reply<None> openApi(Call.Read<Nothing> call) {
        return Reply.raw(200, "application/json", Json.write(OpenApi.of(info, OpenApi.routes(call.store(), mounts))));
    }

    // ---- settings ----

    private Reply<HeaderValues> readHeader(Call.Read<Header> call) {
        var stored = settings.get(call.store(), "ui/" + call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()).fields().get("value");
        var all = stored instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of(String.valueOf(stored));
        return Reply.of(call.input().multivalue()
                ? new HeaderValues(Optional.empty(), Optional.of(all))
                : new HeaderValues(Optional.of(all.isEmpty() ? "" : all.getFirst()), Optional.empty()));
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

    private Reply<Keys> listHeaders(Call.Read<Nothing> call) {
        var names = settings.names(call.store(), "ui/", "", 10_000);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<State> state(Call.Read<Nothing> call) {
        return Reply.of(new State(info.apiAddress(), info.clusterName(), info.defaultTtl().toSeconds(), info.maxTtl().toSeconds(),
                new Store(info.storageType(), info.apiAddress(), "", true), process.configuration()));
    }

    private Reply<None> reload(Call.Effect<Subsystem> call) {
        switch (call.input().subsystem()) {
            case "all" -> process.reload().run();
            case "license" -> throw new Problem.Invalid("there is no license to reload").asException();
            default -> throw new Problem.Invalid("subsystem is not known: use all").asException();
        }
        return Reply.nothing();
    }

    private Reply<Catalog> plugins(Call.Read<Nothing> call) {
        var secret = mounts.catalog().types(false).stream().sorted().toList();
        var auth = mounts.catalog().types(true).stream().sorted().toList();
        return Reply.of(new Catalog(secret, auth, List.of()));
    }
}
