package watchword.core.sys;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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

    record Fields(@Body Map<String, Object> fields) {}

    record Setting(@Body Map<String, Object> fields) {}

    record Named(@Doc("Name of the setting.") String name) {}

    record SetNamed(@Doc("Name of the setting.") String name, @Doc("Its fields.") @Body Map<String, Object> fields) {}

    record Format(@Doc("prometheus, or nothing for JSON.") String format) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("version-history", Nothing.class, Fields.class, this::versions, "List the versions that ran on this store."),
                Route.read("host-info", Nothing.class, Fields.class, this::hostInfo, "Tell about the machine."),
                Route.read("metrics", Format.class, None.class, this::metrics, "Counters, for people or Prometheus."),
                Route.read("ha-status", Nothing.class, Fields.class, this::haStatus, "List the nodes.").with(Trait.FLAT),
                Route.read("internal/specs/openapi", Nothing.class, None.class, this::openApi, "The API of all mounts as an OpenAPI document."),
                Route.read("config/cors", Nothing.class, Fields.class, this::readCors, "Tell the CORS settings.").with(Trait.FLAT, Trait.SUDO),
                Route.write("config/cors", Fields.class, None.class, this::writeCors, "Change the CORS settings.").with(Trait.SUDO),
                Route.delete("config/cors", Nothing.class, None.class, this::deleteCors, "Switch CORS off.").with(Trait.SUDO),
                Route.read("config/ui/headers/{name}", Named.class, Fields.class, this::readHeader, "Tell a header of the user interface.").with(Trait.SUDO),
                Route.write("config/ui/headers/{name}", SetNamed.class, None.class, this::writeHeader, "Set a header of the user interface.").with(Trait.SUDO),
                Route.delete("config/ui/headers/{name}", Named.class, None.class, this::deleteHeader, "Drop a header of the user interface.").with(Trait.SUDO),
                Route.list("config/ui/headers", Nothing.class, Fields.class, this::listHeaders, "List the headers of the user interface.").with(Trait.SUDO),
                Route.read("config/state/sanitized", Nothing.class, Fields.class, this::state, "The server's configuration, without secrets.").with(Trait.SUDO),
                Route.read("plugins/catalog", Nothing.class, Fields.class, this::plugins, "List what can be mounted."),
                Route.list("plugins/catalog", Nothing.class, Fields.class, this::plugins, "List what can be mounted."));
    }

    private Reply<Fields> versions(Call.Read<Nothing> call) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("commit_date", "");
        putNull(entry, "previous_version");
        entry.put("timestamp_installed", info.started().truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString());
        return Reply.of(new Fields(Map.of("keys", List.of(info.compatibleVersion()), "key_info", Map.of(info.compatibleVersion(), entry))));
    }

    @SuppressWarnings("NullAway") // JSON null
    private static void putNull(Map<String, Object> tree, String name) {
        tree.put(name, null);
    }

    private Reply<Fields> hostInfo(Call.Read<Nothing> call) {
        var os = ManagementFactory.getOperatingSystemMXBean();
        var runtime = Runtime.getRuntime();
        return Reply.of(new Fields(Map.of(
                "timestamp", call.now().toString(),
                "cpu", List.of(Map.of("cores", (long) os.getAvailableProcessors(), "modelName", os.getArch())),
                "host", Map.of("os", os.getName().toLowerCase(Locale.ROOT), "kernelVersion", os.getVersion(), "uptime", ManagementFactory.getRuntimeMXBean().getUptime() / 1000),
                "memory", Map.of("total", runtime.maxMemory(), "free", runtime.freeMemory(), "used", runtime.totalMemory() - runtime.freeMemory()))));
    }

    private Reply<None> metrics(Call.Read<Format> call) {
        return call.input().format().equals("prometheus")
                ? Reply.raw(200, "text/plain; version=0.0.4", metrics.prometheus().getBytes(StandardCharsets.UTF_8))
                : Reply.raw(200, "application/json", Json.write(metrics.json(call.now())));
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

    private Reply<Fields> readCors(Call.Read<Nothing> call) {
        return Reply.of(new Fields(settings.get(call.store(), "cors").map(Setting::fields).orElse(Map.of("enabled", false))));
    }

    private Reply<None> writeCors(Call.Change<Fields> call) {
        var origins = call.ask().body().get("allowed_origins");
        if (origins == null) throw new Problem.Invalid("at least one origin or the wildcard must be provided").asException();
        settings.put(call.store(), "cors", new Setting(Map.of("enabled", true, "allowed_origins", origins,
                "allowed_headers", Optional.ofNullable(call.ask().body().get("allowed_headers")).orElse(List.of()))));
        return Reply.nothing();
    }

    private Reply<None> deleteCors(Call.Change<Nothing> call) {
        settings.delete(call.store(), "cors");
        return Reply.nothing();
    }

    private Reply<Fields> readHeader(Call.Read<Named> call) {
        return Reply.of(new Fields(settings.get(call.store(), "ui/" + call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()).fields()));
    }

    private Reply<None> writeHeader(Call.Change<SetNamed> call) {
        var values = call.ask().body().get("values");
        if (values == null) throw new Problem.Invalid("\"values\" must be set").asException();
        settings.put(call.store(), "ui/" + call.input().name(), new Setting(Map.of("value", values)));
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
        return Reply.of(new Fields(Map.of("api_addr", info.apiAddress(), "cluster_name", info.clusterName(), "default_lease_ttl", info.defaultTtl().toSeconds(),
                "max_lease_ttl", info.maxTtl().toSeconds(), "storage", Map.of("type", info.storageType()))));
    }

    private Reply<Fields> plugins(Call.Read<Nothing> call) {
        var secret = mounts.catalog().types(false).stream().sorted().toList();
        var auth = mounts.catalog().types(true).stream().sorted().toList();
        return Reply.of(new Fields(Map.of("secret", secret, "auth", auth, "database", List.of())));
    }
}
