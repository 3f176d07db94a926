package watchword.core.mount;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import watchword.core.json.Json;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.policy.Capability;
import watchword.core.policy.Guard;
import watchword.core.wire.Schema;
import watchword.sdk.Ask;
import watchword.sdk.Problem;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** The mount table in the store, and what follows from it. */
public final class Mounts {
    private static final String KEY = "core/mounts";
    private static final Schema<MountTable.Row> SCHEMA = Schema.of(MountTable.Row.class);

    private final Function<byte[], MountTable> decode = Mounts::decode;
    private final Engines engines;
    private final SecureRandom random;
    private final Duration defaultTtl;
    private final Duration maxTtl;

    public Mounts(Engines engines, SecureRandom random, Duration defaultTtl, Duration maxTtl) {
        this.engines = engines;
        this.random = random;
        this.defaultTtl = defaultTtl;
        this.maxTtl = maxTtl;
    }

    @SuppressWarnings("unchecked") // a row is an object
    private static MountTable decode(byte[] bytes) {
        return new MountTable(SCHEMA.decodeRow((Map<String, Object>) java.util.Objects.requireNonNull(Json.parseTrusted(bytes))).entries());
    }

    MountTable table(Storage.Reader store) {
        return store.get(KEY, decode).orElseGet(() -> new MountTable(List.of()));
    }

    private void save(Storage.Writer store, MountTable table) {
        store.put(KEY, Json.write(SCHEMA.encodeRow(new MountTable.Row(table.entries()))));
    }

    /** A mount that every server has, and every namespace. */
    private record SystemMount(String path, String type, String description) {}

    private static final List<SystemMount> SYSTEM = List.of(
            new SystemMount("sys/", "system", "system endpoints used for control, policy and debugging"),
            new SystemMount("identity/", "identity", "identity store"),
            new SystemMount("cubbyhole/", "cubbyhole", "per-token private secret storage"),
            new SystemMount("auth/token/", "token", "token based credentials"));

    /** Whether every mount is there that a server of this version has: one that an older version made may lack some. */
    public boolean hasSystemMounts(Storage.Reader store) {
        var table = table(store);
        return SYSTEM.stream().allMatch(system -> table.at(system.path()).isPresent());
    }

    /** Adds those of the mounts that every server has, and every namespace, which are not there yet. */
    public void createSystemMounts(Storage.Writer store) {
        var table = table(store);
        var before = NamespaceStore.idOf(store).equals(Namespace.ROOT_ID) ? "" : MountEntry.IN_NAMESPACE;
        for (var system : SYSTEM) {
            if (table.at(system.path()).isEmpty()) table = table.with(fresh(system, before));
        }
        save(store, table);
    }

    /** @param before what the names of such mounts' types begin with in this namespace */
    private MountEntry fresh(SystemMount system, String before) {
        var type = system.type();
        Optional<String> tokenType = type.equals("token") ? Optional.of("default-service") : Optional.empty();
        Optional<List<String>> headers = switch (type) {
            case "system" -> Optional.of(List.of("Accept"));
            case "identity" -> Optional.of(List.of("Authorization"));
            default -> Optional.empty();
        };
        var config = new MountEntry.Config(Duration.ZERO, Duration.ZERO, false, Optional.empty(), tokenType, Optional.empty(), Optional.empty(), headers, Optional.empty(), Optional.empty());
        boolean sealWrap = type.equals("system");
        return new MountEntry(system.path(), before + type, newAccessor(system.path().startsWith(MountEntry.AUTH), before + type), newUuid(), system.description(), config, Map.of(),
                type.equals("cubbyhole"), sealWrap, false, "", false);
    }

    public String newAccessor(boolean auth, String type) {
        var bytes = new byte[4];
        random.nextBytes(bytes);
        return (auth ? "auth_" : "") + type + "_" + HexFormat.of().formatHex(bytes);
    }

    public String newUuid() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        bytes[6] = (byte) ((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte) ((bytes[8] & 0x3f) | 0x80);
        var both = java.nio.ByteBuffer.wrap(bytes);
        return new UUID(both.getLong(), both.getLong()).toString();
    }

    public List<MountEntry> all(Storage.Reader store, boolean auth) {
        return table(store).entries().stream().filter(e -> e.isAuth() == auth).toList();
    }

    /** @param path with its trailing slash */
    public Optional<MountEntry> at(Storage.Reader store, String path) {
        return table(store).at(path);
    }

    public Optional<MountEntry> covering(Storage.Reader store, String path) {
        return Optional.ofNullable(table(store).covering(path));
    }

    /**
     * Where a path leads.
     *
     * @param store the part of the namespace
     * @param from where in the path that which is in the namespace begins
     * @param mount that covers it
     */
    public record Located(Namespace namespace, Storage.Reader store, int from, Optional<MountEntry> mount) {}

    /**
     * Looks up the namespaces that the beginning of a path names. Mounts come before namespaces, as no mount can be where a namespace is:
     * so a path to a mount of the first one looks up nothing else.
     */
    public Located locate(Storage.Reader any, Namespace first, String path) {
        var at = first;
        for (int from = 0; ; ) {
            var part = NamespaceStore.view(any, at.id());
            var rest = path.substring(from);
            var mount = covering(part, rest);
            var child = mount.isPresent() ? null : Namespaces.tree(any).childOn(at, rest);
            if (child == null) return new Located(at, part, from, mount);
            from = Math.min(path.length(), from + child.path().length() - at.path().length());
            at = child;
        }
    }

    public Optional<MountEntry> byAccessor(Storage.Reader store, String accessor) {
        return table(store).entries().stream().filter(e -> e.accessor().equals(accessor)).findFirst();
    }

    public Optional<MountEntry> byUuid(Storage.Reader store, String uuid) {
        return table(store).entries().stream().filter(e -> e.uuid().equals(uuid)).findFirst();
    }

    /** What stands before a path, of a list or scan with its trailing slash, besides its policies. */
    public Guard guard(Storage.Reader store, Capability wanted, String path) {
        var mount = covering(store, path).filter(each -> !each.tainted());
        if (mount.isEmpty()) return Guard.NO_ROUTE;
        var below = path.length() <= mount.get().path().length() ? "" : path.substring(mount.get().path().length());
        return switch (engine(mount.get()).routes().match(wanted.operation(), below)) {
            case RouteTable.Match.Nothing _, RouteTable.Match.OtherOperations _ -> Guard.NO_ROUTE;
            case RouteTable.Match.Found found when found.bound().route().is(Trait.NO_TOKEN) -> Guard.OPEN;
            case RouteTable.Match.Found found -> found.bound().route().is(Trait.SUDO) ? Guard.SUDO : Guard.NONE;
        };
    }

    public Engines.Mounted engine(MountEntry mount) {
        return engines.of(mount);
    }

    public EngineCatalog catalog() {
        return engines.catalog();
    }

    /** Adds a mount, after the checks that keep paths apart. */
    public void add(Storage.Writer store, MountEntry entry) {
        var table = table(store);
        table.conflicting(entry.path()).ifPresent(other -> {
            throw new Problem.Invalid("path is already in use at " + shown(other.path())).asException();
        });
        Namespaces.requireFree(store, entry.path());
        engines.of(entry);
        save(store, table.with(entry));
    }

    /** Puts a changed entry in the place of the one with the same id. */
    public void replace(Storage.Writer store, MountEntry entry) {
        save(store, table(store).with(entry));
    }

    /** Moves a mount; its storage, accessor and id stay. */
    public void move(Storage.Writer store, MountEntry entry, String to) {
        var table = table(store).without(entry);
        table.conflicting(to).ifPresent(other -> {
            throw new Problem.Invalid("path already in use at \"" + shown(other.path()) + "\"").asException();
        });
        Namespaces.requireFree(store, to);
        save(store, table.with(entry.moved(to)));
    }

    /** The part of the store of the namespace that a mount is in; empty when the mount is gone. */
    public Optional<Storage.Reader> home(Storage.Reader any, MountEntry entry) {
        return Stream.concat(Stream.of(Namespace.ROOT), Namespaces.tree(any).all().stream()).map(each -> NamespaceStore.view(any, each.id()))
                .filter(part -> byUuid(part, entry.uuid()).isPresent()).findFirst();
    }

    /** Removes a mount and every row it kept, in this transaction. */
    public void remove(Storage.Writer store, MountEntry entry) {
        var table = table(store).without(entry);
        save(store, table);
        deleteAll(store, entry.storagePrefix());
        engines.forget(entry);
    }

    /** A mount that a namespace at {@code path} would hide, or that would hide it; {@code path} with its trailing slash. */
    public Optional<MountEntry> conflicting(Storage.Reader store, String path) {
        return table(store).conflicting(path);
    }

    /** Forgets the engines of a namespace that is being removed. */
    public void forgetAll(Storage.Reader store) {
        table(store).entries().stream().filter(entry -> !entry.isSystem()).forEach(engines::forget);
    }

    /** Deletes everything under a prefix, a page at a time. */
    public static void deleteAll(Storage.Writer store, String prefix) {
        if (prefix.isEmpty()) throw new IllegalArgumentException("that would delete the server");
        while (true) {
            var page = store.scan(prefix, "", 500);
            if (page.isEmpty()) return;
            for (var row : new ArrayList<>(page)) store.delete(row.key());
        }
    }

    /** The path as the mount's own API shows it: without {@code auth/}. */
    public static String shown(String path) {
        return path.startsWith(MountEntry.AUTH) ? path.substring(MountEntry.AUTH.length()) : path;
    }

    public Duration defaultTtl(MountEntry entry) {
        var own = entry.config().defaultLeaseTtl();
        return own.isZero() ? defaultTtl.compareTo(maxTtl(entry)) > 0 ? maxTtl(entry) : defaultTtl : own;
    }

    public Duration maxTtl(MountEntry entry) {
        var own = entry.config().maxLeaseTtl();
        return own.isZero() ? maxTtl : own;
    }

    public Duration systemMaxTtl() {
        return maxTtl;
    }

    public Duration systemDefaultTtl() {
        return defaultTtl;
    }

    public Ask.Mount view(MountEntry entry) {
        return new Ask.Mount(entry.path(), entry.accessor(), entry.type(), entry.uuid(), entry.options(), defaultTtl(entry), maxTtl(entry));
    }
}
