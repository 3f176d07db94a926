package watchword.core.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.core.wire.Rows;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** The audit devices in the store, and the way from a device's options to the device. */
public final class AuditDevices {
    private static final int SALT_BYTES = 32;

    private final Rows<Row> rows = new Rows<>("core/audit/", Row.class);
    private final Audit audit;
    private final Optional<Path> folder;
    private final SecureRandom random;
    private final InstantSource clock;

    /**
     * @param folder where files of devices made by API may be; none for nowhere. A file's place is a power over the machine, so it is not
     *     the API's to choose
     */
    public AuditDevices(Audit audit, Optional<Path> folder, SecureRandom random, InstantSource clock) {
        this.audit = audit;
        this.folder = folder;
        this.random = random;
        this.clock = clock;
    }

    /** A device as it is kept. */
    record Row(String type, String description, Map<String, String> options, boolean local, boolean declared, Secret salt, Secret signingKey, String publicKey) {}

    /** A device as a configuration file declares it. */
    public record Declared(String path, String type, String description, Map<String, String> options) {}

    Optional<Row> find(Storage.Reader store, String path) {
        return rows.get(store, path);
    }

    Map<String, Row> all(Storage.Reader store) {
        var all = new LinkedHashMap<String, Row>();
        rows.scan(store, "", "", 1000).forEach(entry -> all.put(entry.getKey(), entry.getValue()));
        return all;
    }

    /** Starts every device, after an unseal. One that cannot start is an error: a server that was to be audited must not run without. */
    public void start(Storage storage, List<Declared> declared) {
        for (var each : declared) {
            var row = storage.read(store -> rows.get(store, each.path()));
            var kept = row.map(r -> new Row(each.type(), each.description(), each.options(), r.local(), true, r.salt(), r.signingKey(), r.publicKey()))
                    .orElseGet(() -> fresh(each.type(), each.description(), each.options(), false, true));
            storage.update(store -> rows.put(store, each.path(), kept));
        }
        storage.read(this::all).forEach((path, row) -> {
            var device = device(path, row);
            try {
                device.start();
            } catch (IOException failed) {
                // It is kept and tries again with every request; until it can write, none is answered.
                device.startFailing(failed);
            }
            audit.add(device);
        });
    }

    private Row fresh(String type, String description, Map<String, String> options, boolean local, boolean declared) {
        var salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        var key = CheckpointKey.generate(random);
        return new Row(type, description, Map.copyOf(options), local, declared, Secret.owning(salt), key.encoded(), key.publicKey());
    }

    /** Makes a device and starts it; the row is written only when the device could open what it writes to. */
    void enable(Storage storage, String path, String type, String description, Map<String, String> options, boolean local) {
        if (storage.<Boolean>read(store -> rows.get(store, path).isPresent())) throw new Problem.Invalid("path already in use").asException();
        requireConfined(type, options);
        var row = fresh(type, description, options, local, false);
        var device = device(path, row);
        try {
            device.start();
        } catch (IOException failed) {
            throw new Problem.Invalid("sanity check failed; unable to open \"" + path + "\" for writing").asException();
        }
        storage.update(store -> rows.put(store, path, row));
        audit.add(device);
    }

    private void requireConfined(String type, Map<String, String> options) {
        if (options.containsKey("prefix")) throw new Problem.Invalid("prefix is not supported").asException();
        if (!type.equals("file")) return;
        var path = options.getOrDefault("file_path", options.getOrDefault("path", ""));
        if (path.equals("stdout") || path.equals("discard")) return;
        if (folder.isEmpty()) {
            throw new Problem.Invalid("files of audit devices are declared in the server's configuration (audit \"file\" ...), or confined to the folder that "
                    + "audit_file_folder names there; by API only stdout and discard are allowed").asException();
        }
        var wanted = Path.of(path).toAbsolutePath();
        if (!wanted.equals(wanted.normalize()) || !wanted.startsWith(folder.get().toAbsolutePath())) {
            throw new Problem.Invalid("file_path must be in the folder that audit_file_folder names in the server's configuration").asException();
        }
    }

    void disable(Storage storage, String path) {
        storage.update(store -> {
            if (rows.get(store, path).filter(Row::declared).isPresent()) throw new Problem.Invalid("a device that the configuration declares cannot be disabled").asException();
            rows.delete(store, path);
        });
        audit.remove(path).ifPresent(Device::close);
    }

    String hash(Storage.Reader store, String path, String input) {
        var row = rows.get(store, path).orElseThrow(() -> new Problem.Invalid("unknown audit backend \"" + path + "\"").asException());
        return new Salt(row.salt()).hash(input);
    }

    private Device device(String path, Row row) {
        var options = row.options();
        var format = new LineFormat(new Salt(row.salt()), flag(options, "log_raw", false), flag(options, "hmac_accessor", true), flag(options, "elide_list_responses", false));
        var filter = Filter.parse(options.getOrDefault("filter", ""));
        return new Device(path, format, filter, sink(row), CheckpointKey.decode(row.signingKey(), row.publicKey()), clock);
    }

    private static boolean flag(Map<String, String> options, String name, boolean otherwise) {
        return switch (options.getOrDefault(name, String.valueOf(otherwise)).toLowerCase(java.util.Locale.ROOT)) {
            case "true", "1" -> true;
            case "false", "0", "" -> false;
            default -> throw new Problem.Invalid(name + " must be true or false").asException();
        };
    }

    private static Sink sink(Row row) {
        var options = row.options();
        return switch (row.type()) {
            case "file" -> fileSink(options);
            case "socket" -> new StreamSink(require(options, "address"), options.getOrDefault("socket_type", "tcp"), StreamSink.Framing.LINES);
            case "syslog" -> new StreamSink(options.getOrDefault("address", "/dev/log"), options.getOrDefault("socket_type", "unixgram"),
                    new StreamSink.Framing.Syslog(options.getOrDefault("facility", "AUTH"), options.getOrDefault("tag", "watchword")));
            case "http" -> new HttpSink(require(options, "uri"));
            default -> throw new Problem.Invalid("unknown audit device type: \"" + row.type() + "\"").asException();
        };
    }

    private static Sink fileSink(Map<String, String> options) {
        var path = options.getOrDefault("file_path", options.getOrDefault("path", ""));
        if (path.isEmpty()) throw new Problem.Invalid("\"file_path\" is required").asException();
        return switch (path) {
            case "stdout" -> new StreamSink("", "stdout", StreamSink.Framing.LINES);
            case "discard" -> new StreamSink("", "discard", StreamSink.Framing.LINES);
            default -> new FileSink(Path.of(path), mode(options.getOrDefault("mode", "0600")), flag(options, "fsync", false));
        };
    }

    private static String require(Map<String, String> options, String name) {
        var value = options.getOrDefault(name, "");
        if (value.isEmpty()) throw new Problem.Invalid("\"" + name + "\" is required").asException();
        return value;
    }

    /** Octal, for the owner and nobody else: an audit log names everything that is worth stealing. */
    private static Set<PosixFilePermission> mode(String octal) {
        try {
            int bits = Integer.parseInt(octal, 8);
            if (bits == 0) return PosixFilePermissions.fromString("rw-------");
            if ((bits & ~0600) != 0) throw new Problem.Invalid("mode must be 0600 or less").asException();
            var mode = EnumSet.noneOf(PosixFilePermission.class);
            if ((bits & 0400) != 0) mode.add(PosixFilePermission.OWNER_READ);
            if ((bits & 0200) != 0) mode.add(PosixFilePermission.OWNER_WRITE);
            return mode;
        } catch (NumberFormatException invalid) {
            throw new Problem.Invalid("mode must be octal, such as 0600").asException();
        }
    }
}
