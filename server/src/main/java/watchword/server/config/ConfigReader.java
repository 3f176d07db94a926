package watchword.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import watchword.core.audit.AuditDevices;
import watchword.core.hcl.Hcl;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Value;
import watchword.sdk.Secret;
import watchword.server.config.ServerConfig.Store;
import watchword.server.http.ForwardedFor;
import watchword.server.http.Listener;

/**
 * Reads HCL or JSON as Vault and OpenBao have it. What it does not know is named and passed over; what it knows and cannot use stops the
 * server, with file, line and what is allowed.
 */
public final class ConfigReader {
    private static final int DEFAULT_PORT = 8200;
    private static final int MAX_REQUEST = 32 << 20;
    /** Settings of others that mean nothing here, and whose absence harms nobody. */
    private static final Set<String> IGNORED = Set.of("ui", "disable_cache", "cluster_addr", "plugin_directory", "pid_file", "telemetry", "ha_storage",
            "service_registration", "disable_clustering", "disable_sealwrap", "raw_storage_endpoint", "introspection_endpoint", "enable_response_header_hostname",
            "enable_response_header_raft_node_id", "log_requests_level", "detect_deadlocks", "experiments", "user_lockout", "license_path", "reporting", "sentinel",
            "disable_performance_standby", "log_file", "log_rotate_duration", "log_rotate_bytes", "log_rotate_max_files", "administrative_namespace_path", "initialize");

    private final List<Listener> listeners = new ArrayList<>();
    private final List<AuditDevices.Declared> audits = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private Optional<Store> store = Optional.empty();
    private Optional<SealSettings> seal = Optional.empty();
    private Optional<Path> epochFile = Optional.empty();
    private boolean lockMemory;
    private Optional<Path> auditFolder = Optional.empty();
    private String apiAddress = "";
    private String clusterName = "watchword";
    private Duration defaultTtl = Duration.ofHours(768);
    private Duration maxTtl = Duration.ofHours(768);
    private String logLevel = "info";
    private String logFormat = "standard";
    private String compatibleVersion = "1.18.5";

    private ConfigReader() {}

    /** @param paths files, or folders whose {@code .hcl} and {@code .json} files are read in order */
    public static ServerConfig read(List<Path> paths) throws ConfigException {
        var reader = new ConfigReader();
        for (var path : paths) {
            for (var file : files(path)) reader.read(file);
        }
        return reader.result();
    }

    private static List<Path> files(Path path) throws ConfigException {
        if (!Files.exists(path)) throw new ConfigException(path + ": no such file or folder");
        if (!Files.isDirectory(path)) return List.of(path);
        try (var inside = Files.list(path)) {
            return inside.filter(f -> f.toString().endsWith(".hcl") || f.toString().endsWith(".json")).sorted().toList();
        } catch (IOException unreadable) {
            throw new ConfigException(path + ": cannot be read");
        }
    }

    private void read(Path file) throws ConfigException {
        Value.Body body;
        try {
            body = Hcl.parse(Files.readString(file));
        } catch (IOException unreadable) {
            throw new ConfigException(file + ": cannot be read");
        } catch (Hcl.SyntaxException syntax) {
            throw new ConfigException(file + ":" + syntax.at().line() + ": " + syntax.getMessage());
        }
        var name = file.toString();
        var top = new Block(name, "", body);
        apiAddress = top.text("api_addr").orElse(apiAddress);
        clusterName = top.text("cluster_name").orElse(clusterName);
        defaultTtl = top.duration("default_lease_ttl", defaultTtl);
        maxTtl = top.duration("max_lease_ttl", maxTtl);
        logLevel = top.oneOf("log_level", "trace", "debug", "info", "warn", "error").orElse(logLevel);
        logFormat = top.oneOf("log_format", "standard", "json").orElse(logFormat);
        compatibleVersion = top.text("compatible_version").orElse(compatibleVersion);
        auditFolder = top.text("audit_file_folder").map(Path::of).or(() -> auditFolder);
        lockMemory = !top.flag("disable_mlock", !lockMemory);
        epochFile = top.text("epoch_file").map(Path::of).or(() -> epochFile);
        for (var item : blocks(name, body, "listener")) listeners.add(listener(name, item));
        for (var item : blocks(name, body, "storage")) store = Optional.of(store(name, item));
        for (var item : blocks(name, body, "backend")) store = Optional.of(store(name, item));
        for (var item : blocks(name, body, "seal")) seal(name, item);
        for (var item : body.all("audit")) audit(name, item);
        var known = Set.of("api_addr", "cluster_name", "default_lease_ttl", "max_lease_ttl", "log_level", "log_format", "compatible_version", "audit_file_folder", "epoch_file", "disable_mlock", "listener",
                "storage", "backend", "seal", "audit");
        for (var item : body.items()) {
            if (!known.contains(item.key()) && !IGNORED.contains(item.key())) warnings.add(top.where(item.at()) + "unknown setting " + item.key() + " is passed over");
        }
    }

    private static List<Item> blocks(String file, Value.Body body, String key) throws ConfigException {
        try {
            return Hcl.labeled(body, key);
        } catch (Hcl.SyntaxException unlabeled) {
            throw new ConfigException(file + ":" + unlabeled.at().line() + ": " + unlabeled.getMessage());
        }
    }

    private Block block(String file, Item item) throws ConfigException {
        var name = item.key() + " \"" + item.labels().getFirst() + "\"";
        if (item.value() instanceof Value.Body inner) return new Block(file, name, inner);
        throw new ConfigException(file + ":" + item.at().line() + ": " + name + " must be a block");
    }

    private void nameLeftOver(Block block) {
        for (var setting : block.leftOver()) warnings.add(setting + " is not known and is passed over");
    }

    // ---- listeners ----

    private Listener listener(String file, Item item) throws ConfigException {
        var block = block(file, item);
        return switch (item.labels().getFirst()) {
            case "tcp" -> tcp(block);
            case "unix" -> unix(block);
            default -> throw new ConfigException(block.where(item.at()) + "listener \"" + item.labels().getFirst() + "\": only tcp and unix are known");
        };
    }

    private Listener tcp(Block block) throws ConfigException {
        var address = block.text("address").orElse("127.0.0.1:" + DEFAULT_PORT);
        int colon = address.lastIndexOf(':');
        var host = colon < 0 ? address : address.substring(0, colon).replace("[", "").replace("]", "");
        int port;
        try {
            port = colon < 0 ? DEFAULT_PORT : Integer.parseInt(address.substring(colon + 1));
            if (port < 0 || port > 65535) throw new NumberFormatException();
        } catch (NumberFormatException invalid) {
            throw block.wrong("address", new Value.Text(address, new Hcl.Position(0, 0)), "must be host:port");
        }
        var forwarded = new ForwardedFor(block.texts("x_forwarded_for_authorized_addrs"), block.number("x_forwarded_for_hop_skips", 0, 0, 100),
                block.flag("x_forwarded_for_reject_not_present", true), block.flag("x_forwarded_for_reject_not_authorized", true));
        var listener = new Listener.Tcp(host.isEmpty() ? "0.0.0.0" : host, port, tls(block), new Listener.Rules(forwarded, block.number("max_request_size", MAX_REQUEST, 1024, 1 << 30),
                block.duration("http_read_header_timeout", Duration.ofSeconds(10)), block.duration("http_read_timeout", Duration.ofSeconds(30)), block.duration("http_write_timeout", Duration.ofSeconds(30)), block.duration("http_idle_timeout", Duration.ofMinutes(5))));
        for (var ignored : List.of("cluster_address", "http_read_timeout", "http_write_timeout", "proxy_protocol_behavior", "proxy_protocol_authorized_addrs",
                "max_request_duration", "telemetry", "profiling", "inflight_requests_logging", "custom_response_headers", "tls_cipher_suites", "tls_prefer_server_cipher_suites",
                "tls_max_version", "disable_unauthed_rekey_endpoints", "require_request_header", "chroot_namespace")) {
            if (block.text(ignored).isPresent() && ignored.startsWith("tls_")) warnings.add("listener \"tcp\": " + ignored + " is not used: only modern suites are spoken");
        }
        nameLeftOver(block);
        return listener;
    }

    private Optional<Listener.Tls> tls(Block block) throws ConfigException {
        boolean disabled = block.flag("tls_disable", false);
        var certificate = block.text("tls_cert_file");
        var key = block.text("tls_key_file");
        var minVersion = block.oneOf("tls_min_version", "tls12", "tls13").orElse("tls12");
        var ca = block.text("tls_client_ca_file");
        boolean require = block.flag("tls_require_and_verify_client_cert", false);
        boolean ask = !block.flag("tls_disable_client_certs", false);
        if (disabled) return Optional.empty();
        if (certificate.isEmpty()) throw block.missing("tls_cert_file (or tls_disable = true)");
        if (key.isEmpty()) throw block.missing("tls_key_file");
        // Without it nothing would be verified, which is the opposite of what was asked for.
        if (require && ca.isEmpty()) throw block.missing("tls_client_ca_file (for tls_require_and_verify_client_cert)");
        return Optional.of(new Listener.Tls(Path.of(certificate.get()), Path.of(key.get()), minVersion, ca.map(Path::of), require, ask));
    }

    private Listener unix(Block block) throws ConfigException {
        var address = block.text("address").orElseThrow(() -> block.missing("address"));
        var mode = block.text("socket_mode");
        if (mode.isPresent() && !mode.get().matches("0?[0-7]{3}")) throw block.wrong("socket_mode", new Value.Text("", new Hcl.Position(0, 0)), "must be octal, such as 600");
        var listener = new Listener.Unix(Path.of(address), mode, block.text("socket_user"), block.text("socket_group"), Listener.Rules.DEFAULTS);
        if (block.text("socket_user").isPresent() || block.text("socket_group").isPresent()) warnings.add("listener \"unix\": socket_user and socket_group are not used; set the folder's owner");
        nameLeftOver(block);
        return listener;
    }

    // ---- storage ----

    private Store store(String file, Item item) throws ConfigException {
        var block = block(file, item);
        var kind = item.labels().getFirst();
        return switch (kind) {
            case "sqlite" -> {
                var path = Path.of(block.text("path").orElseThrow(() -> block.missing("path")));
                nameLeftOver(block);
                yield new Store.Sqlite(path);
            }
            case "postgresql", "postgres" -> {
                var url = block.text("connection_url").orElseThrow(() -> block.missing("connection_url"));
                var table = block.text("table").orElse("watchword_entries");
                if (!table.matches("[A-Za-z_][A-Za-z0-9_]{0,62}")) throw block.wrong("table", new Value.Text("", item.at()), "must be a plain name: letters, digits and _");
                for (var ignored : List.of("max_parallel", "ha_enabled", "ha_table", "max_idle_connections", "skip_create_table")) block.text(ignored);
                nameLeftOver(block);
                yield new Store.Postgres(Secret.copyOf(url), table);
            }
            case "file", "raft" -> {
                var folder = Path.of(block.text("path").orElseThrow(() -> block.missing("path")));
                warnings.add(block.where(item.at()) + "storage \"" + kind + "\": kept in an sqlite file in that folder; data of another server there is not read");
                yield new Store.Sqlite(folder.resolve("watchword.db"));
            }
            case "inmem" -> {
                warnings.add(block.where(item.at()) + "storage \"inmem\": everything is lost when the server stops");
                yield new Store.Memory();
            }
            default -> throw new ConfigException(block.where(item.at()) + "storage \"" + kind + "\" is not known; use sqlite or postgresql");
        };
    }

    // ---- seal and audit ----

    private void seal(String file, Item item) throws ConfigException {
        var block = block(file, item);
        switch (item.labels().getFirst()) {
            case "shamir" -> {}
            case "static" -> seal = Optional.of(SealReader.read(block, new Value.Text("", item.at())));
            default -> throw new ConfigException(block.where(item.at()) + "seal \"" + item.labels().getFirst() + "\" is not known; use shamir or static");
        }
        nameLeftOver(block);
    }

    private void audit(String file, Item item) throws ConfigException {
        if (item.labels().isEmpty() || !(item.value() instanceof Value.Body body)) {
            throw new ConfigException(file + ":" + item.at().line() + ": audit must be a block with a type and a name: audit \"file\" \"main\" { ... }");
        }
        var block = new Block(file, "audit \"" + item.labels().getFirst() + "\"", body);
        var type = item.labels().getFirst();
        if (!Set.of("file", "socket", "syslog", "http").contains(type)) throw new ConfigException(block.where(item.at()) + "audit \"" + type + "\" is not known; use file, socket, syslog or http");
        var name = item.labels().size() > 1 ? item.labels().get(1) : type;
        var options = block.map("options");
        block.allText().forEach((key, value) -> {
            if (!key.equals("description") && !key.equals("path")) options.putIfAbsent(key, value);
        });
        audits.add(new AuditDevices.Declared(name.endsWith("/") ? name : name + "/", type, block.text("description").orElse(""), options));
    }

    private ServerConfig result() throws ConfigException {
        if (listeners.isEmpty()) throw new ConfigException("no listener: add, for example, listener \"tcp\" { address = \"127.0.0.1:8200\"  tls_cert_file = \"...\"  tls_key_file = \"...\" }");
        var kept = store.orElseThrow(() -> new ConfigException("no storage: add, for example, storage \"sqlite\" { path = \"/var/lib/watchword/watchword.db\" }"));
        if (defaultTtl.compareTo(maxTtl) > 0) throw new ConfigException("default_lease_ttl must not be longer than max_lease_ttl (" + maxTtl.toSeconds() + "s)");
        var address = apiAddress.isEmpty() && listeners.getFirst() instanceof Listener.Tcp tcp ? (tcp.tls().isPresent() ? "https://" : "http://") + tcp.host() + ":" + tcp.port() : apiAddress;
        return new ServerConfig(List.copyOf(listeners), kept, seal, epochFile, lockMemory, List.copyOf(audits), auditFolder, address, clusterName, defaultTtl, maxTtl, logLevel, logFormat,
                compatibleVersion, List.copyOf(warnings));
    }
}
