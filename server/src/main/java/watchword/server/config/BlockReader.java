package watchword.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.core.audit.AuditDevices;
import watchword.core.lockout.LockoutRules;
import watchword.core.mount.UserLockout;
import watchword.core.wire.Schema;
import watchword.server.config.Section.Placed;
import watchword.server.config.ServerConfig.Store;
import watchword.server.http.ForwardedFor;
import watchword.server.http.Listener;
import watchword.server.http.ProxyProtocol;

/** Reads blocks of each kind, and collects what should be told about them. */
final class BlockReader {
    static final Schema<Settings.TcpListener> TCP = Schema.of(Settings.TcpListener.class);
    static final Schema<Settings.Tls> TLS = Schema.of(Settings.Tls.class);
    static final Schema<Settings.Forwarded> FORWARDED = Schema.of(Settings.Forwarded.class);
    static final Schema<Settings.Proxied> PROXIED = Schema.of(Settings.Proxied.class);
    static final Schema<Settings.Open> OPEN = Schema.of(Settings.Open.class);
    static final Schema<Settings.Telemetry> TELEMETRY = Schema.of(Settings.Telemetry.class);
    static final Schema<Settings.InFlight> IN_FLIGHT = Schema.of(Settings.InFlight.class);
    static final Schema<Settings.UnixListener> UNIX = Schema.of(Settings.UnixListener.class);
    static final Schema<Settings.Sqlite> SQLITE = Schema.of(Settings.Sqlite.class);
    static final Schema<Settings.Postgresql> POSTGRESQL = Schema.of(Settings.Postgresql.class);
    static final Schema<Settings.UserLockout> USER_LOCKOUT = Schema.of(Settings.UserLockout.class);
    static final Schema<Settings.Audit> AUDIT = Schema.of(Settings.Audit.class);
    private static final int DEFAULT_PORT = 8200;

    private final List<String> warnings = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final List<ServerConfig.Effective> effective = new ArrayList<>();

    List<String> warnings() {
        return warnings;
    }

    /** Names in blocks of ours that nobody knows. */
    List<String> unknown() {
        return unknown;
    }

    List<ServerConfig.Effective> effective() {
        return effective;
    }

    private void done(Section section, Foreign foreign) throws ConfigException {
        var left = section.leftOver(foreign, Set.of());
        warnings.addAll(left.foreign());
        unknown.addAll(left.unknown());
        effective.add(section.effective());
    }

    /** What stands outside of blocks may be for another server that reads the same file. */
    void doneOutside(Section section, Set<String> blocks) throws ConfigException {
        var left = section.leftOver(Foreign.GLOBAL, blocks);
        warnings.addAll(left.foreign());
        warnings.addAll(left.unknown());
        effective.add(section.effective());
    }

    static ConfigException unknown(Placed block, String advice) {
        return new ConfigException(block.place() + ": " + block.name() + " is not known; " + advice);
    }

    // ---- listener ----

    Listener listener(Placed block) throws ConfigException {
        var section = Section.of(block);
        var listener = switch (block.item().labels().getFirst()) {
            case "tcp" -> tcp(section);
            case "unix" -> unix(section);
            default -> throw unknown(block, "use tcp or unix");
        };
        done(section, Foreign.LISTENER);
        return listener;
    }

    private static Listener tcp(Section section) throws ConfigException {
        var settings = section.read(TCP);
        var tls = section.read(TLS);
        var from = section.read(FORWARDED);
        var proxied = section.read(PROXIED);
        var forwarded = new ForwardedFor(from.xForwardedForAuthorizedAddrs(), (int) from.xForwardedForHopSkips(), from.xForwardedForRejectNotPresent(), from.xForwardedForRejectNotAuthorized());
        var rules = new Listener.Rules(forwarded, (int) settings.maxRequestSize(), settings.httpReadHeaderTimeout(), settings.httpReadTimeout(), settings.httpWriteTimeout(), settings.httpIdleTimeout(),
                section.read(OPEN).paths());
        try {
            var address = Addresses.hostPort(settings.address(), DEFAULT_PORT);
            section.comesTo("address", address.toString());
            return new Listener.Tcp(address.host(), address.port(), tls(tls), proxy(proxied), rules);
        } catch (RefusedException refused) {
            throw section.wrong(refused);
        }
    }

    private static ProxyProtocol proxy(Settings.Proxied proxied) {
        var behavior = switch (proxied.proxyProtocolBehavior()) {
            case "use_always" -> ProxyProtocol.Behavior.USE_ALWAYS;
            case "allow_authorized" -> ProxyProtocol.Behavior.ALLOW_AUTHORIZED;
            case "deny_unauthorized" -> ProxyProtocol.Behavior.DENY_UNAUTHORIZED;
            default -> ProxyProtocol.Behavior.OFF;
        };
        return new ProxyProtocol(behavior, proxied.proxyProtocolAuthorizedAddrs());
    }

    private static Optional<Listener.Tls> tls(Settings.Tls tls) {
        if (tls.tlsDisable()) return Optional.empty();
        Optional<Path> ca = optional(tls.tlsClientCaFile()).map(Path::of);
        var least = tls.tlsMinVersion() == Settings.TlsVersion.TLS13 ? "tls13" : "tls12";
        return Optional.of(new Listener.Tls(Path.of(tls.tlsCertFile()), Path.of(tls.tlsKeyFile()), least, ca, tls.tlsRequireAndVerifyClientCert(), !tls.tlsDisableClientCerts()));
    }

    private static Listener unix(Section section) throws ConfigException {
        var settings = section.read(UNIX);
        var d = Listener.Rules.DEFAULTS;
        var rules = new Listener.Rules(d.forwarded(), (int) settings.maxRequestSize(), d.headerTimeout(), d.readTimeout(), d.writeTimeout(), d.idleTimeout(), section.read(OPEN).paths());
        return new Listener.Unix(Path.of(settings.address()), Optional.of(settings.socketMode()), optional(settings.socketUser()), optional(settings.socketGroup()), rules);
    }

    private static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    // ---- storage ----

    Store store(Placed block) throws ConfigException {
        var section = Section.of(block);
        return switch (block.item().labels().getFirst()) {
            case "sqlite" -> {
                var path = section.read(SQLITE).path();
                done(section, Foreign.NONE);
                yield new Store.Sqlite(Path.of(path));
            }
            case "postgresql", "postgres" -> {
                var settings = section.read(POSTGRESQL);
                done(section, Foreign.POSTGRESQL);
                yield new Store.Postgres(settings.connectionUrl(), settings.table());
            }
            case "file", "raft" -> {
                var file = Path.of(section.read(SQLITE).path(), "watchword.db");
                done(section, Foreign.UNTOLD);
                warnings.add(block.place() + ": " + block.name() + ": kept in " + file + "; data of another server there is not read");
                yield new Store.Sqlite(file);
            }
            case "inmem" -> {
                done(section, Foreign.UNTOLD);
                warnings.add(block.place() + ": " + block.name() + ": everything is lost when the server stops");
                yield new Store.Memory();
            }
            default -> throw unknown(block, "use sqlite or postgresql");
        };
    }

    // ---- seal and audit ----

    Optional<SealSettings> seal(Placed block, Map<String, String> environment) throws ConfigException {
        var section = Section.of(block);
        Optional<SealSettings> seal = switch (block.item().labels().getFirst()) {
            case "shamir" -> Optional.empty();
            case "static" -> Optional.of(new SealReader(section, environment).read());
            default -> throw unknown(block, "use shamir or static");
        };
        done(section, Foreign.NONE);
        return seal;
    }

    /** @return what it says, under the type of auth method it is for */
    Map.Entry<String, UserLockout> userLockout(Placed block) throws ConfigException {
        var type = block.item().labels().getFirst().toLowerCase(Locale.ROOT);
        if (!type.equals(LockoutRules.ALL) && !UserLockout.TYPES.contains(type)) throw unknown(block, "use all, approle, ldap or userpass");
        var section = Section.of(block);
        var said = section.read(USER_LOCKOUT);
        done(section, Foreign.NONE);
        return Map.entry(type, new UserLockout(said.lockoutThreshold().orElse(0L), said.lockoutDuration().orElse(Duration.ZERO), said.lockoutCounterReset().orElse(Duration.ZERO), said.disableLockout()));
    }

    AuditDevices.Declared audit(Placed block) throws ConfigException {
        var labels = block.item().labels();
        var section = Section.of(block);
        if (!Set.of("file", "socket", "syslog", "http").contains(labels.getFirst())) throw unknown(block, "use file, socket, syslog or http");
        var settings = section.read(AUDIT);
        var options = section.texts(Set.of("description", "options", "path"));
        options.putAll(settings.options());
        done(section, Foreign.UNTOLD);
        var path = labels.size() > 1 ? labels.get(1) : labels.getFirst();
        return new AuditDevices.Declared(path.endsWith("/") ? path : path + "/", labels.getFirst(), settings.description(), options);
    }
}
