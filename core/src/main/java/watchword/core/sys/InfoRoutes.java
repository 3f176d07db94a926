package watchword.core.sys;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
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
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** What {@code sys/} tells about the server: versions, host, metrics, its API's description, and small settings. */
public final class InfoRoutes {
    private final Rows<Setting> settings = new Rows<>("core/config/", Setting.class);
    private final ServerInfo info;
    private final Mounts mounts;
    private final Metrics metrics;

    public InfoRoutes(ServerInfo info, Mounts mounts, Metrics metrics) {
        this.info = info;
        this.mounts = mounts;
        this.metrics = metrics;
    }

    record Nothing() {}

    record History(
            @Doc("The versions.") List<String> keys,
            @Doc("When each was first run, by the version.") Map<String, Object> keyInfo) {}

    record Host(
            @Doc("When it was asked.") Instant timestamp,
            @Doc("The processors.") List<Object> cpu,
            @Doc("The operating system and how long the server runs, in seconds.") Map<String, Object> host,
            @Doc("The server's own memory, in bytes.") Map<String, Long> memory) {}

    record Node(
            @Doc("Name of the node.") String hostname,
            @Doc("Address for clients.") String apiAddress,
            @Doc("Kept for clients; empty.") String clusterAddress,
            @Doc("Whether it serves; always.") boolean activeNode,
            @Doc("Kept for clients; null.") @OrNull Optional<Instant> lastEcho,
            @Doc("Version that clients are told.") String version,
            @Doc("The same.") String upgradeVersion) {}

    record Nodes(@Doc("The nodes: this one.") List<Node> nodes) {}

    record Cors(
            @Doc("Whether CORS is on.") boolean enabled,
            @Doc("Origins that may ask; left out while it is off.") Optional<Object> allowedOrigins,
            @Doc("Request headers that they may send; left out while it is off.") Optional<Object> allowedHeaders) {}

    record SetCors(
            @Doc("Origins that may ask, or * for any.") Optional<Object> allowedOrigins,
            @Doc("Request headers that they may send.") Optional<Object> allowedHeaders,
            @Doc("Kept for clients: setting it is what switches it on.") boolean enable) {}

    record Keys(@Doc("Names of the headers, sorted.") List<String> keys) {}

    record HeaderValue(@Doc("What the header is set to.") Object value) {}

    record Store(@Doc("`sqlite`, `postgresql` or `inmem`.") String type) {}

    record State(
            @Doc("Address for clients.") String apiAddr,
            @Doc("Name of this installation.") String clusterName,
            @Doc("How long tokens and leases live when nothing nearer says so, in seconds.") long defaultLeaseTtl,
            @Doc("How long they live at most, in seconds.") long maxLeaseTtl,
            @Doc("Where the data is.") Store storage) {}

    record Catalog(
            @Doc("Types of secrets engines.") List<String> secret,
            @Doc("Types of auth methods.") List<String> auth,
            @Doc("Types of databases.") List<String> database) {}

    record Setting(@Body Map<String, Object> fields) {}

    record Named(@Doc("Name of the header.") String name) {}

    record SetNamed(@Doc("Name of the header.") String name, @Doc("What it is set to.") Optional<Object> values) {}

    record Format(@Doc("`prometheus`, or nothing for JSON.") String format) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("version-history", Nothing.class, History.class, this::versions, "List the versions that ran on this store."),
                Route.read("host-info", Nothing.class, Host.class, this::hostInfo, "Tell about the machine."),
                Route.read("metrics", Format.class, None.class, this::metrics, "Tell the counters, as JSON or for Prometheus.").with(Trait.OWN_FORM),
                Route.read("ha-status", Nothing.class, Nodes.class, this::haStatus, "List the nodes.").with(Trait.FLAT),
                Route.read("internal/specs/openapi", Nothing.class, None.class, this::openApi, "Tell the API of all mounts as an OpenAPI document.").with(Trait.OWN_FORM),
                Route.read("config/cors", Nothing.class, Cors.class, this::readCors, "Tell the CORS settings.").with(Trait.FLAT, Trait.SUDO),
                Route.write("config/cors", SetCors.class, None.class, this::writeCors, "Change the CORS settings.").with(Trait.SUDO),
                Route.delete("config/cors", Nothing.class, None.class, this::deleteCors, "Switch CORS off.").with(Trait.SUDO),
                Route.read("config/ui/headers/{name}", Named.class, HeaderValue.class, this::readHeader, "Tell a header of the user interface.").with(Trait.SUDO),
                Route.write("config/ui/headers/{name}", SetNamed.class, None.class, this::writeHeader, "Set a header of the user interface.").with(Trait.SUDO),
                Route.delete("config/ui/headers/{name}", Named.class, None.class, this::deleteHeader, "Drop a header of the user interface.").with(Trait.SUDO),
                Route.list("config/ui/headers", Nothing.class, Keys.class, this::listHeaders, "List the headers of the user interface.").with(Trait.SUDO),
                Route.read("config/state/sanitized", Nothing.class, State.class, this::state, "The server's configuration, without secrets.").with(Trait.SUDO),
                Route.read("plugins/catalog", Nothing.class, Catalog.class, this::plugins, "List what can be mounted."),
                Route.list("plugins/catalog", Nothing.class, Catalog.class, this::plugins, "List what can be mounted."));
    }

    private Reply<History> versions(Call.Read<Nothing> call) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("commit_date", "");
        putNull(entry, "previous_version");
        entry.put("timestamp_installed", info.started().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString());
        return Reply.of(new History(List.of(info.compatibleVersion()), Map.of(info.compatibleVersion(), entry)));
    }

    @SuppressWarnings("NullAway") // JSON null
    private static void putNull(Map<String, Object> tree, String name) {
        tree.put(name, null);
    }

    private Reply<Host> hostInfo(Call.Read<Nothing> call) {
        var os = ManagementFactory.getOperatingSystemMXBean();
        var runtime = Runtime.getRuntime();
        return Reply.of(new Host(
                call.now(),
                List.of(Map.of("cores", (long) os.getAvailableProcessors(), "modelName", os.getArch())),
                Map.of("os", os.getName().toLowerCase(Locale.ROOT), "kernelVersion", os.getVersion(), "uptime", ManagementFactory.getRuntimeMXBean().getUptime() / 1000),
                Map.of("total", runtime.maxMemory(), "free", runtime.freeMemory(), "used", runtime.totalMemory() - runtime.freeMemory())));
    }

    private Reply<None> metrics(Call.Read<Format> call) {
        return call.input().format().equals("prometheus")
                ? Reply.raw(200, "text/plain; version=0.0.4", metrics.prometheus().getBytes(StandardCharsets.UTF_8))
                : Reply.raw(200, "application/json", Json.write(metrics.json(call.now())));
    }

    private Reply<Nodes> haStatus(Call.Read<Nothing> call) {
        return Reply.of(new Nodes(List.of(new Node("watchword", info.apiAddress(), "", true, Optional.empty(), info.compatibleVersion(), info.compatibleVersion()))));
    }

    private Reply<None> openApi(Call.Read<Nothing> call) {
        return Reply.raw(200, "application/json", Json.write(OpenApi.of(info, OpenApi.routes(call.store(), mounts))));
    }

    // ---- settings ----

    private Reply<Cors> readCors(Call.Read<Nothing> call) {
        var set = settings.get(call.store(), "cors").map(Setting::fields).orElse(Map.of());
        return Reply.of(new Cors(!set.isEmpty(), Optional.ofNullable(set.get("allowed_origins")), Optional.ofNullable(set.get("allowed_headers"))));
    }

    private Reply<None> writeCors(Call.Change<SetCors> call) {
        var origins = call.input().allowedOrigins().orElseThrow(() -> new Problem.Invalid("at least one origin or the wildcard must be provided").asException());
        settings.put(call.store(), "cors", new Setting(Map.of("enabled", true, "allowed_origins", origins, "allowed_headers", call.input().allowedHeaders().orElse(List.of()))));
        return Reply.nothing();
    }

    private Reply<None> deleteCors(Call.Change<Nothing> call) {
        settings.delete(call.store(), "cors");
        return Reply.nothing();
    }

    private Reply<HeaderValue> readHeader(Call.Read<Named> call) {
        var set = settings.get(call.store(), "ui/" + call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new HeaderValue(set.fields().getOrDefault("value", "")));
    }

    private Reply<None> writeHeader(Call.Change<SetNamed> call) {
        var values = call.input().values().orElseThrow(() -> new Problem.Invalid("\"values\" must be set").asException());
        settings.put(call.store(), "ui/" + call.input().name(), new Setting(Map.of("value", values)));
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
        return Reply.of(new State(info.apiAddress(), info.clusterName(), info.defaultTtl().toSeconds(), info.maxTtl().toSeconds(), new Store(info.storageType())));
    }

    private Reply<Catalog> plugins(Call.Read<Nothing> call) {
        var secret = mounts.catalog().types(false).stream().sorted().toList();
        var auth = mounts.catalog().types(true).stream().sorted().toList();
        return Reply.of(new Catalog(secret, auth, List.of()));
    }
}
