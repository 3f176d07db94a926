package watchword.core.audit;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import watchword.core.audit.chain.CheckpointKey;
import watchword.core.audit.sink.Reasons;
import watchword.core.sys.HostProcess;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * The audit devices of an unsealed server: those its configuration declares and those made over the API. Keeps what must outlive the
 * process, and the {@link Audit} that the pipeline records with. Any thread.
 */
public final class AuditDevices implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AuditDevices.class.getName());

    /** A device as the server's configuration declares it, {@code audit "file" "main" { options { ... } }}. */
    public record Declared(String path, String type, String description, Map<String, String> options) {
        AuditDeviceConfig config() {
            return new AuditDeviceConfig(path, type, description, options, false);
        }
    }

    /**
     * Where it runs.
     *
     * @param node this server's name among those that share a store
     * @param api what may be enabled over the API
     * @param sinks makes what devices write to
     */
    public record Site(String node, AuditRules api, SinkFactory sinks) {

        /** A server that has its store for itself; see the other. */
        public static Site of(Optional<Path> folder, InstantSource clock) {
            return of(HostProcess.ALONE, folder, clock);
        }

        /** @param folder where files of devices made over the API may be; empty to refuse such devices */
        public static Site of(String node, Optional<Path> folder, InstantSource clock) {
            var api = folder.map(each -> AuditRules.api(each, false)).orElse(AuditRules.NO_API);
            return new Site(node, api, new SinkFactory(clock, new FileOutputStream(FileDescriptor.out), hostName()));
        }

        private static String hostName() {
            try {
                return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
            } catch (IOException unknown) {
                return "-";
            }
        }
    }

    /** A device as it is told: what was configured, and whether the API can change it. */
    record Known(AuditDeviceConfig config, boolean declared) {}

    private final Storage storage;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Site site;
    private final AuditSettings settings;
    private final AuditStore store;
    private final Audit audit;
    private final HeadKeeper heads;
    private final CheckpointKey key;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile AuditedHeaders headers;
    private volatile List<Known> known = List.of();
    private volatile List<Declared> declared = List.of();
    /** The version of the stored devices and headers that is in force; -1 before the start. */
    private volatile long version = -1;

    /** The store must be unsealed. Until {@link #start} there are no devices. */
    public AuditDevices(Storage storage, InstantSource clock, SecureRandom random, Site site, AuditSettings settings) {
        this.storage = storage;
        this.clock = clock;
        this.random = random;
        this.site = site;
        this.settings = settings;
        this.store = new AuditStore(site.node());
        this.audit = new Audit(settings);
        this.heads = new HeadKeeper(storage, store);
        this.key = storage.read(store::key).orElseGet(this::makeKey);
        this.headers = storage.read(store::headers);
    }

    /**
     * Opens all devices. Those that cannot write yet are there nevertheless, and try on.
     *
     * @throws Problem.ProblemException 400 when a device cannot be made as it is described: the server should not go on without it
     */
    public void start(List<Declared> declared) {
        try {
            reload(declared);
        } catch (RuntimeException failed) {
            close();
            throw failed;
        }
    }

    private CheckpointKey makeKey() {
        var made = CheckpointKey.generate(random);
        return storage.write(tx -> store.key(tx).orElseGet(() -> {
            store.putKey(tx, made);
            return made;
        }));
    }

    /** What the pipeline records with. */
    public Audit audit() {
        return audit;
    }

    /** With this the checkpoints of this server's logs are checked; SubjectPublicKeyInfo as base64. */
    public String publicKey() {
        return key.publicKey();
    }

    /** Whether there is a device at all. */
    public boolean isRecording() {
        return !known.isEmpty();
    }

    List<Known> known() {
        return known;
    }

    // ---- making and ending ----

    /** Makes what is declared or stored and not there yet, ends what is neither any more, and begins files anew that were moved away. */
    public void reload(List<Declared> declared) {
        changing.lock();
        try {
            this.declared = declared;
            audit.reopen();
            takeIn(storage.read(this::stored));
        } finally {
            changing.unlock();
        }
    }

    /** Takes in what another server on the same store has changed; to be called every second. */
    public void refresh() {
        if (version < 0 || storage.<Long>read(store::version) == version) return;
        changing.lock();
        try {
            takeIn(storage.read(this::stored));
        } finally {
            changing.unlock();
        }
    }

    private record Stored(long version, List<AuditDeviceConfig> devices, AuditedHeaders headers) {}

    private Stored stored(Storage.Reader tx) {
        return new Stored(store.version(tx), store.devices(tx), store.headers(tx));
    }

    private void takeIn(Stored stored) {
        var wanted = new ArrayList<Known>();
        declared.forEach(each -> add(wanted, new Known(each.config(), true)));
        stored.devices().forEach(config -> add(wanted, new Known(config, false)));
        var fresh = wanted.stream().filter(each -> !known.contains(each)).toList();
        fresh.forEach(each -> make(each, new ArrayList<>())); // whatever is wrong with one shows before anything is touched
        known.stream().filter(each -> !wanted.contains(each)).forEach(gone -> audit.device(gone.config().path()).ifPresent(audit::remove));
        heads.flush();
        fresh.forEach(this::begin);
        known = List.copyOf(wanted);
        headers = stored.headers();
        version = stored.version();
    }

    private static void add(List<Known> to, Known device) {
        requireFree(to, device.config().path());
        to.add(device);
    }

    private static void requireFree(List<Known> known, String path) {
        for (var other : known) {
            var taken = other.config().path();
            if (taken.startsWith(path) || path.startsWith(taken)) throw new Problem.Invalid("path already in use").asException();
        }
    }

    private void begin(Known wanted) {
        var device = make(wanted, new ArrayList<>());
        var opened = device.start();
        audit.add(device);
        try {
            opened.get(settings.maxWait().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException notYet) {
            LOG.log(Level.ERROR, "audit device {0} cannot write yet", device.name());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        LOG.log(Level.INFO, "audit device {0} records: {1}", device.name(), device.status().state());
    }

    /** @param warnings what the operator should be told */
    private Device make(Known wanted, List<String> warnings) {
        var config = wanted.config();
        var rules = wanted.declared() ? AuditRules.DECLARED : site.api();
        var options = new DeviceOptions(config.options());
        var line = options.line();
        var filter = options.filter();
        boolean fallback = options.truth("fallback", false);
        options.truth("skip_test", false);
        var sink = site.sinks().make(config.type(), options, rules);
        if (!options.unknown().isEmpty()) {
            if (rules.declared()) throw DeviceOptions.invalid("audit device " + config.path() + " has no option " + String.join(", ", options.unknown()));
            warnings.add("Endpoint ignored these unrecognized options: [" + String.join(" ", options.unknown()) + "]");
        }
        if (fallback && !filter.takesAll()) throw DeviceOptions.invalid("a fallback takes what no other device does, and so has no filter");
        var identity = identity(config.name());
        var place = new DeviceWriter.Place(sink, identity.chain().id(), key, identity.chain().head(), head -> heads.changed(config.name(), identity.chain().id(), head));
        return new Device(new Device.Plan(config.path(), config.type(), filter, fallback), new LineFormat(identity.salt(), line, () -> headers), place, settings, clock);
    }

    private record Identity(Secret salt, AuditStore.ChainRow chain) {}

    private Identity identity(String name) {
        var salt = Secret.owning(randomBytes(32));
        var chain = new AuditStore.ChainRow(HexFormat.of().formatHex(randomBytes(16)), 0, "");
        return storage.write(tx -> new Identity(
                store.salt(tx, name).orElseGet(() -> {
                    store.putSalt(tx, name, salt);
                    return salt;
                }),
                store.chain(tx, name).orElseGet(() -> {
                    store.putChain(tx, name, chain);
                    return chain;
                })));
    }

    private byte[] randomBytes(int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /**
     * Makes a device for the API.
     *
     * @return warnings
     * @throws Problem.ProblemException 400 when it is described wrongly, not allowed, or cannot write
     */
    List<String> enable(AuditDeviceConfig config) {
        changing.lock();
        try {
            refresh();
            requireFree(known, config.path());
            boolean fallback = new DeviceOptions(config.options()).truth("fallback", false);
            if (fallback && audit.devices().stream().anyMatch(device -> device.plan().fallback())) throw DeviceOptions.invalid("there is a fallback device already");
            var warnings = new ArrayList<String>();
            var device = make(new Known(config, false), warnings);
            var opened = device.start();
            if (!isFree(config)) {
                device.close();
                throw new Problem.Invalid("path already in use").asException();
            }
            try {
                if (!new DeviceOptions(config.options()).truth("skip_test", false)) requireOpen(opened.orTimeout(settings.maxWait().toMillis(), TimeUnit.MILLISECONDS));
                storage.update(tx -> store.put(tx, config));
            } catch (RuntimeException failed) {
                device.close();
                storage.update(tx -> store.delete(tx, config.name()));
                throw failed;
            }
            audit.add(device);
            var more = new ArrayList<>(known);
            more.add(new Known(config, false));
            known = List.copyOf(more);
            return warnings;
        } finally {
            changing.unlock();
        }
    }

    /** Another server may have made one meanwhile; its row is not ours to remove. */
    private boolean isFree(AuditDeviceConfig config) {
        return storage.<Boolean>read(tx -> store.devices(tx).stream().noneMatch(other -> other.name().equals(config.name())));
    }

    private static void requireOpen(CompletableFuture<Void> opened) {
        try {
            opened.join();
        } catch (CompletionException failed) {
            var why = failed.getCause() instanceof IOException cause ? Reasons.of(cause) : "it did not answer in time";
            throw new Problem.Invalid("audit device cannot be used: " + why).asException();
        }
    }

    /** Ends a device; nothing happens when there is none. */
    void disable(String path) {
        changing.lock();
        try {
            refresh();
            var gone = find(path);
            if (gone.isEmpty()) return;
            if (gone.get().declared()) throw new Problem.Invalid("cannot disable an audit device that the server's configuration declares").asException();
            storage.update(tx -> store.delete(tx, gone.get().config().name()));
            known = known.stream().filter(each -> each != gone.get()).toList();
            audit.device(gone.get().config().path()).ifPresent(audit::remove);
        } finally {
            changing.unlock();
        }
    }

    Optional<Known> find(String path) {
        return known.stream().filter(each -> each.config().path().equals(path)).findFirst();
    }

    // ---- the rest of the API ----

    /** What a value looks like in the device's log. */
    public Optional<String> hash(String path, String value) {
        return audit.device(AuditDeviceConfig.folder(path)).map(device -> device.hash(value));
    }

    AuditedHeaders headers() {
        return headers;
    }

    void changeHeaders(UnaryOperator<AuditedHeaders> change) {
        changing.lock();
        try {
            headers = storage.write(tx -> {
                var changed = change.apply(store.headers(tx));
                store.putHeaders(tx, changed);
                return changed;
            });
        } finally {
            changing.unlock();
        }
    }

    /** Ends every device with a last checkpoint, and notes where each chain stands. */
    @Override
    public void close() {
        audit.close();
        heads.close();
    }

    /** Files that were moved away are begun anew. */
    public void reopen() {
        audit.reopen();
    }
}
