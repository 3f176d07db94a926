package watchword.core.audit;

import java.time.Instant;
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

    record Shown(
            @Doc("What it is for, in words.") String description,
            @Doc("Kept for clients; there is no replication.") boolean local,
            @Doc("Options of the type; headers, which may be credentials, are not told.") Map<String, String> options,
            @Doc("Path of the audit device.") String path,
            @Doc("`file`, `syslog`, `socket` or `http`.") String type) {}

    record Devices(@Doc("Each device by its path.") @Body Map<String, Shown> devices) {}

    record State(
            @Doc("Each device by its path.") Map<String, Facts> devices,
            @Doc("Public half of the key that signs checkpoints, in base64.") String publicKey,
            @Doc("Events that every device was told to leave out.") long unwanted) {}

    record Facts(
            @Doc("Type of the device.") String type,
            @Doc("`ok`, `failing` when its last write failed, or `blocked` when a write takes longer than anybody waits.") String state,
            @Doc("Why it cannot write; left out when it can.") Optional<String> error,
            @Doc("Since when it cannot; left out when it can.") Optional<Instant> since,
            @Doc("Lines written since the server began.") long written,
            @Doc("Lines that it could not write since the server began.") long missed,
            @Doc("Lines that wait to be written.") long queued,
            @Doc("Where its chain stands, as NUMBER:HASH of its last line.") String head) {}

    record Headers(@Doc("Each header by its name.") Map<String, Rule> headers) {}

    record Rule(@Doc("Whether its values are hashed.") boolean hmac) {}

    record OneHeader(@Doc("The header, by the name asked for.") @Body Map<String, Rule> header) {}

    record HeaderName(@Doc("Name of the header; upper and lower case are the same.") String header) {}

    record Header(
            @Doc("Name of the header; upper and lower case are the same.") String header,
            @Doc("Whether its values are hashed. Those of headers that carry credentials always are.") @Default("true") boolean hmac) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("audit", Nothing.class, Devices.class, this::list, "List the audit devices.").with(Trait.SUDO, Trait.FLAT),
                Route.read("audit/{path*}", At.class, Shown.class, this::show, "Tell about an audit device.").with(Trait.SUDO, Trait.FLAT),
                Route.effect(Operation.WRITE, "audit/{path*}", Enable.class, None.class, this::enable, "Enable an audit device.").with(Trait.SUDO),
                Route.effect(Operation.DELETE, "audit/{path*}", At.class, None.class, this::disable, "Disable an audit device; its log stays.").with(Trait.SUDO),
                Route.ask("audit-hash/{path*}", Hash.class, Hashed.class, this::hash, "Hash a value as an audit device does, to look for it in the log.")
                        .with(Trait.FLAT),
                Route.read("audit-status", Nothing.class, State.class, this::status, "Tell how the audit devices are, where their chains stand, and the key that signs.")
                        .with(Trait.SUDO),
                Route.read(HEADERS, Nothing.class, Headers.class, this::headers, "List the request headers that go on record.").with(Trait.SUDO, Trait.FLAT),
                Route.read(HEADERS + "/{header}", HeaderName.class, OneHeader.class, this::header, "Tell how a request header goes on record.")
                        .with(Trait.SUDO, Trait.FLAT),
                Route.effect(Operation.WRITE, HEADERS + "/{header}", Header.class, None.class, this::putHeader, "Put a request header on record.").with(Trait.SUDO),
                Route.effect(Operation.DELETE, HEADERS + "/{header}", HeaderName.class, None.class, this::deleteHeader, "Keep a request header off the record.")
                        .with(Trait.SUDO));
    }

    // ---- devices ----

    private static Shown shown(AuditDeviceConfig config) {
        return new Shown(config.description(), config.local(), config.shownOptions(), config.path(), config.type());
    }

    private Reply<Devices> list(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Shown>();
        for (var each : devices.known()) all.put(each.config().path(), shown(each.config()));
        return Reply.of(new Devices(all));
    }

    private Reply<Shown> show(Call.Read<At> call) {
        var found = devices.find(AuditDeviceConfig.folder(call.input().path())).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(shown(found.config()));
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

    private Reply<State> status(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Facts>();
        for (var each : devices.audit().status()) all.put(each.name(), facts(each));
        return Reply.of(new State(all, devices.publicKey(), devices.audit().unwanted()));
    }

    private static Facts facts(DeviceStatus status) {
        return new Facts(status.type(), status.state().name().toLowerCase(Locale.ROOT), Optional.of(status.why()).filter(why -> !why.isEmpty()), status.since(),
                status.written(), status.missed(), status.queued(), status.head().toString());
    }

    // ---- headers ----

    private Reply<Headers> headers(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Rule>();
        devices.headers().hashed().forEach((name, hmac) -> all.put(name, new Rule(hmac)));
        return Reply.of(new Headers(all));
    }

    private Reply<OneHeader> header(Call.Read<HeaderName> call) {
        var name = call.input().header();
        var hmac = Optional.ofNullable(devices.headers().hashed().get(name.toLowerCase(Locale.ROOT)))
                .orElseThrow(() -> new Problem.Invalid("Could not find header in config").asException());
        return Reply.of(new OneHeader(Map.of(name, new Rule(hmac))));
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
