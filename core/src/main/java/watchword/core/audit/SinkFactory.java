package watchword.core.audit;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.core.audit.sink.DatagramSink;
import watchword.core.audit.sink.FileSink;
import watchword.core.audit.sink.Framing;
import watchword.core.audit.sink.HttpSink;
import watchword.core.audit.sink.Sink;
import watchword.core.audit.sink.StreamSink;
import watchword.core.audit.sink.StreamSocketSink;
import watchword.core.audit.sink.Syslog;
import watchword.core.audit.sink.UdpConnection;
import watchword.core.audit.sink.UnixDatagram;
import watchword.sdk.Problem;

/** Makes the sink of a device from its options, within the rules of where they come from. */
final class SinkFactory {
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(2);
    private static final int OWNER_READ_WRITE = 0600;

    private final InstantSource clock;
    private final OutputStream stdout;
    private final String host;

    /** @param host this machine's name, for syslog */
    SinkFactory(InstantSource clock, OutputStream stdout, String host) {
        this.clock = clock;
        this.stdout = stdout;
        this.host = Syslog.isName(host) ? host : "-";
    }

    /** @throws Problem.ProblemException 400 when an option is wrong, or the rules forbid it */
    Sink make(String type, DeviceOptions options, AuditRules rules) {
        if (rules.refusesAll()) {
            throw DeviceOptions.invalid("cannot enable audit device via API; use declarative, config-based audit device management instead"
                    + " (the server's audit_file_folder allows files)");
        }
        return switch (type) {
            case "file" -> file(options, rules);
            case "syslog" -> syslog(options, rules);
            case "socket" -> socket(options, rules);
            case "http" -> http(options, rules);
            default -> throw DeviceOptions.invalid("unknown backend type: \"" + type + "\"");
        };
    }

    // ---- file ----

    private Sink file(DeviceOptions options, AuditRules rules) {
        var mode = mode(options);
        boolean sync = options.truth("fsync", false);
        var alias = options.text("path");
        var path = options.text("file_path").or(() -> alias).orElseThrow(() -> DeviceOptions.invalid("file_path is required"));
        return switch (path) {
            case "stdout", "/dev/stdout" -> new StreamSink(stdout);
            case "discard" -> new StreamSink(OutputStream.nullOutputStream());
            default -> new FileSink(rules.folder().map(folder -> within(folder, path)).orElseGet(() -> Path.of(path).toAbsolutePath().normalize()), mode, sync);
        };
    }

    /** "0000" leaves the mode of a file that exists as it is. */
    private static Optional<Set<PosixFilePermission>> mode(DeviceOptions options) {
        var text = options.text("mode").orElse("0600");
        int mode;
        try {
            mode = Integer.parseInt(text, 8);
        } catch (NumberFormatException notOctal) {
            throw DeviceOptions.invalid("mode: strconv.ParseUint: parsing \"" + text + "\": invalid syntax");
        }
        if ((mode & ~OWNER_READ_WRITE) != 0) throw DeviceOptions.invalid("mode: only the owner may read and write an audit log, so 0600 at most");
        if (mode == 0) return Optional.empty();
        if ((mode & 0200) == 0) throw DeviceOptions.invalid("mode: the owner must be able to write");
        return Optional.of(PosixFilePermissions.fromString((mode & 0400) != 0 ? "rw-------" : "-w-------"));
    }

    private static Path within(Path folder, String given) {
        var refused = DeviceOptions.invalid("file_path: audit devices that are enabled over the API write only below the folder that the server's configuration names for them");
        try {
            var root = folder.toAbsolutePath().normalize();
            var path = root.resolve(given).normalize();
            if (!path.startsWith(root) || path.equals(root)) throw refused;
            if (!existing(path).toRealPath().startsWith(folder.toRealPath())) throw refused; // by a symbolic link
            return path;
        } catch (IOException | IllegalArgumentException missing) {
            throw refused;
        }
    }

    /** The nearest folder above that is there. */
    private static Path existing(Path path) {
        var parent = path.getParent();
        while (parent != null && !Files.exists(parent)) parent = parent.getParent();
        if (parent == null) throw new IllegalArgumentException("no folder above");
        return parent;
    }

    // ---- network ----

    private static void requireNetwork(AuditRules rules) {
        if (!rules.network()) throw DeviceOptions.invalid("a device that sends lines elsewhere cannot be enabled over the API; declare it in the server's configuration");
    }

    private Sink syslog(DeviceOptions options, AuditRules rules) {
        var name = options.text("facility").orElse("AUTH");
        int facility = Syslog.facility(name).orElseThrow(() -> DeviceOptions.invalid("invalid syslog facility: " + name));
        var tag = options.text("tag").orElse("watchword");
        if (!Syslog.isName(tag)) throw DeviceOptions.invalid("tag: up to 48 printable characters without spaces");
        var framing = new Syslog(clock, facility, host, tag, ProcessHandle.current().pid());
        var address = options.text("address");
        var timeout = options.duration("write_timeout", WRITE_TIMEOUT);
        var kind = options.text("socket_type").orElse(address.isEmpty() || address.get().startsWith("/") ? "unix" : "udp");
        if (address.isPresent()) requireNetwork(rules);
        return switch (kind) {
            case "unix", "unixgram" -> datagram(Path.of(address.orElse("/dev/log")), framing);
            case "udp" -> datagram(hostAndPort(address.orElseThrow(() -> DeviceOptions.invalid("address is required"))), framing);
            case "tcp" -> new StreamSocketSink(hostAndPort(address.orElseThrow(() -> DeviceOptions.invalid("address is required"))), timeout, framing);
            default -> throw DeviceOptions.invalid("socket_type: use tcp, udp or unix");
        };
    }

    private static Sink datagram(Path path, Framing framing) {
        return new DatagramSink(() -> UnixDatagram.to(path), framing, UnixDatagram.MAX_MESSAGE);
    }

    private static Sink datagram(InetSocketAddress address, Framing framing) {
        return new DatagramSink(() -> UdpConnection.to(address), framing, UdpConnection.MAX_MESSAGE);
    }

    private static Sink socket(DeviceOptions options, AuditRules rules) {
        requireNetwork(rules);
        var address = options.required("address");
        var timeout = options.duration("write_timeout", WRITE_TIMEOUT);
        return switch (options.text("socket_type").orElse("tcp")) {
            case "tcp", "tcp4", "tcp6" -> new StreamSocketSink(hostAndPort(address), timeout, Framing.PLAIN);
            case "udp", "udp4", "udp6" -> datagram(hostAndPort(address), Framing.PLAIN);
            case "unix" -> new StreamSocketSink(UnixDomainSocketAddress.of(address), timeout, Framing.PLAIN);
            case "unixgram" -> datagram(Path.of(address), Framing.PLAIN);
            default -> throw DeviceOptions.invalid("socket_type: use tcp, udp or unix");
        };
    }

    /** Not resolved yet: the name may mean another host by the time of the next connection. */
    private static InetSocketAddress hostAndPort(String address) {
        try {
            var uri = new URI("tcp://" + address);
            if (uri.getHost() == null || uri.getPort() < 1 || uri.getPort() > 65_535) throw DeviceOptions.invalid("address: write host:port");
            return InetSocketAddress.createUnresolved(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort());
        } catch (URISyntaxException notAnAddress) {
            throw DeviceOptions.invalid("address: write host:port");
        }
    }

    private static Sink http(DeviceOptions options, AuditRules rules) {
        requireNetwork(rules);
        var text = indirect(options.required("uri"), rules);
        var headers = new LinkedHashMap<String, List<String>>();
        options.json("headers").ifPresent(tree -> headers(tree, rules, headers));
        try {
            var uri = new URI(text);
            if (uri.getHost() == null || (!"https".equals(uri.getScheme()) && !"http".equals(uri.getScheme()))) throw DeviceOptions.invalid("uri: write https://host/path");
            if (uri.getUserInfo() != null) throw DeviceOptions.invalid("uri: a user and password belong into headers");
            return new HttpSink(uri, headers, options.duration("write_timeout", WRITE_TIMEOUT), !options.truth("batch", true));
        } catch (URISyntaxException notAUri) {
            throw DeviceOptions.invalid("uri: write https://host/path");
        }
    }

    private static void headers(Object tree, AuditRules rules, Map<String, List<String>> into) {
        if (!(tree instanceof Map<?, ?> map)) throw DeviceOptions.invalid("headers: must be a JSON object of lists of strings");
        map.forEach((name, values) -> {
            if (!(values instanceof List<?> list) || !list.stream().allMatch(String.class::isInstance)) throw DeviceOptions.invalid("headers: must be a JSON object of lists of strings");
            if (!String.valueOf(name).matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")) throw DeviceOptions.invalid("headers: not the name of a header");
            if (!list.isEmpty()) into.put(String.valueOf(name), list.stream().map(value -> indirect(String.valueOf(value), rules)).toList());
        });
    }

    /** A declared option may name a file or an environment variable that holds its value. */
    private static String indirect(String value, AuditRules rules) {
        if (!rules.declared()) return value;
        try {
            if (value.startsWith("file://")) return Files.readString(Path.of(value.substring(7))).trim();
            if (value.startsWith("env://")) return Optional.ofNullable(System.getenv(value.substring(6))).orElse("");
            return value;
        } catch (IOException unreadable) {
            throw DeviceOptions.invalid("a file named by an option cannot be read");
        }
    }
}
