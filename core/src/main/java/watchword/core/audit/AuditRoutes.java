package watchword.core.audit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;

/** {@code sys/audit}, {@code sys/audit-hash}, {@code sys/audit-status} and {@code sys/config/auditing/request-headers}. */
public final class AuditRoutes {
    private static final String HEADERS = "config/auditing/request-headers";

    private final AuditDevices devices;

    public AuditRoutes(AuditDevices devices) {
        this.devices = devices;
    }

    record Nothing() {}

    record At(@Doc("Path of the audit device.") String path) {}

    record Enable(
            @Doc("Path of the audit device; any name.") String path,
            @Doc("file, syslog, socket or http.") String type,
            @Doc("What it is for, in words.") String description,
            @Doc("Options of the type, such as file_path=/var/log/watchword/audit.log.") Map<String, String> options,
            @Doc("Kept for clients; there is no replication.") boolean local) {}

    record Hash(@Doc("Path of the audit device.") String path, @Doc("The value to hash.") watchword.sdk.Secret input) {}

    record Hashed(@Doc("The value as the device's log shows it.") String hash) {}

    record HeaderName(@Doc("Name of the header; upper and lower case are the same.") String header) {}

    record Header(
            @Doc("Name of the header; upper and lower case are the same.") String header,
            @Doc("Whether its values are hashed. Those of headers that carry credentials always are.") @Default("true") boolean hmac) {}

    record Fields(@Body Map<String, Object> fields) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("audit", Nothing.class, Fields.class, this::list, "List the audit devices.").with(Trait.SUDO, Trait.FLAT),
                Route.read("audit/{path*}", At.class, Fields.class, this::show, "Tell about an audit device.").with(Trait.SUDO, Trait.FLAT),
                Route.effect(Operation.WRITE, "audit/{path*}", Enable.class, None.class, this::enable, "Enable an audit device.").with(Trait.SUDO),
                Route.effect(Operation.DELETE, "audit/{path*}", At.class, None.class, this::disable, "Disable an audit device; its log stays.").with(Trait.SUDO),
                Route.ask("audit-hash/{path*}", Hash.class, Hashed.class, this::hash, "Hash a value as an audit device does, to look for it in the log.")
                        .with(Trait.FLAT),
                Route.read("audit-status", Nothing.class, Fields.class, this::status, "Tell how the audit devices are, where their chains stand, and the key that signs.")
                        .with(Trait.SUDO),
                Route.read(HEADERS, Nothing.class, Fields.class, this::headers, "List the request headers that go on record.").with(Trait.SUDO, Trait.FLAT),
                Route.read(HEADERS + "/{header}", HeaderName.class, Fields.class, this::header, "Tell how a request header goes on record.")
                        .with(Trait.SUDO, Trait.FLAT),
                Route.effect(Operation.WRITE, HEADERS + "/{header}", Header.class, None.class, this::putHeader, "Put a request header on record.").with(Trait.SUDO),
                Route.effect(Operation.DELETE, HEADERS + "/{header}", HeaderName.class, None.class, this::deleteHeader, "Keep a request header off the record.")
                        .with(Trait.SUDO));
    }

    // ---- devices ----

    private static Map<String, Object> facts(AuditDeviceConfig config) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("description", config.description());
        facts.put("local", config.local());
        facts.put("options", config.shownOptions());
        facts.put("path", config.path());
        facts.put("type", config.type());
        return facts;
    }

    private Reply<Fields> list(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Object>();
        for (var each : devices.known()) all.put(each.config().path(), facts(each.config()));
        return Reply.of(new Fields(all));
    }

    private Reply<Fields> show(Call.Read<At> call) {
        var found = devices.find(AuditDeviceConfig.folder(call.input().path())).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Fields(facts(found.config())));
    }

    private Reply<None> enable(Call.Effect<Enable> call) {
        var wanted = call.input();
        var type = wanted.type().toLowerCase(Locale.ROOT);
        return Reply.<None>nothing().warn(devices.enable(new AuditDeviceConfig(wanted.path(), type, wanted.description(), wanted.options(), wanted.local())));
    }

    private Reply<None> disable(Call.Effect<At> call) {
        devices.disable(AuditDeviceConfig.folder(call.input().path()));
        return Reply.nothing();
    }

    private Reply<Hashed> hash(Call.Read<Hash> call) {
        if (call.input().input().size() == 0) throw new Problem.Invalid("the \"input\" parameter is empty").asException();
        var path = AuditDeviceConfig.folder(call.input().path());
        return Reply.of(new Hashed(devices.hash(path, call.input().input().reveal())
                .orElseThrow(() -> new Problem.Invalid("unknown audit backend \"" + path + "\"").asException())));
    }

    private Reply<Fields> status(Call.Read<Nothing> call) {
        var told = new LinkedHashMap<String, Object>();
        var all = new LinkedHashMap<String, Object>();
        for (var each : devices.audit().status()) all.put(each.name(), facts(each));
        told.put("devices", all);
        told.put("public_key", devices.publicKey());
        told.put("unwanted", devices.audit().unwanted());
        return Reply.of(new Fields(told));
    }

    private static Map<String, Object> facts(DeviceStatus status) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("type", status.type());
        facts.put("state", status.state().name().toLowerCase(Locale.ROOT));
        if (!status.why().isEmpty()) facts.put("error", status.why());
        status.since().ifPresent(since -> facts.put("since", since.toString()));
        facts.put("written", status.written());
        facts.put("missed", status.missed());
        facts.put("queued", (long) status.queued());
        facts.put("head", status.head().toString());
        return facts;
    }

    // ---- headers ----

    private Reply<Fields> headers(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Object>();
        devices.headers().hashed().forEach((name, hmac) -> all.put(name, Map.of("hmac", hmac)));
        return Reply.of(new Fields(Map.of("headers", all)));
    }

    private Reply<Fields> header(Call.Read<HeaderName> call) {
        var name = call.input().header();
        var hmac = Optional.ofNullable(devices.headers().hashed().get(name.toLowerCase(Locale.ROOT)))
                .orElseThrow(() -> new Problem.Invalid("Could not find header in config").asException());
        return Reply.of(new Fields(Map.of(name, Map.of("hmac", hmac))));
    }

    private Reply<None> putHeader(Call.Effect<Header> call) {
        var name = call.input().header();
        if (!name.matches("[A-Za-z0-9!#$&'*.^_`|~-]{1,100}")) throw new Problem.Invalid("header", "not the name of a header").asException();
        devices.changeHeaders(headers -> headers.with(name, call.input().hmac()));
        return Reply.nothing();
    }

    private Reply<None> deleteHeader(Call.Effect<HeaderName> call) {
        devices.changeHeaders(headers -> headers.without(call.input().header()));
        return Reply.nothing();
    }
}
