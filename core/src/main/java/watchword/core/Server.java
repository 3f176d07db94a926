package watchword.core;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.AuditDevices;
import watchword.core.barrier.Barrier;
import watchword.core.metric.Metrics;
import watchword.core.metric.Traffic;
import watchword.core.lockout.LockoutRules;
import watchword.core.mount.EngineCatalog;
import watchword.core.quota.EntityCaps;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.request.RequestHead;
import watchword.core.request.Response;
import watchword.core.request.Service;
import watchword.core.seal.Seal;
import watchword.core.sys.ApiRoute;
import watchword.core.sys.HostProcess;
import watchword.core.sys.OpenApi;
import watchword.core.sys.ServerInfo;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * The server without a socket, and its seal gate: what needs the barrier's key exists only inside {@link Unsealed}, so a sealed server
 * cannot reach it. Any thread.
 */
public final class Server implements Service, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Server.class.getName());

    private final Storage inner;
    private final Seal seal;
    private final Unsealed.Settings settings;
    private final SecureRandom random;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Metrics metrics = new Metrics(System::nanoTime);
    private final Traffic traffic = new Traffic(metrics);
    private final BootRoutes boot;
    /** Null while sealed. */
    private final AtomicReference<@Nullable Unsealed> unsealed = new AtomicReference<>();
    /** Why nothing is served any more until the process is started again; null while all is well. */
    private volatile @Nullable String stopped;
    /** Whether somebody sealed it, so that it does not open by itself. */
    private volatile boolean keptSealed;

    /**
     * What a server is told when it is made.
     *
     * @param seal how the root key is kept
     * @param auditFolder where audit files made by API may be
     * @param cache puts a cache over the open barrier, when this process alone writes the store
     * @param process what only the process around the server knows
     * @param outbound the way to OPA servers
     * @param caps how much one entity may have
     */
    public record Options(ServerInfo info, EngineCatalog catalog, Seal.Options seal, Optional<Path> auditFolder, List<AuditDevices.Declared> audits,
            UnaryOperator<Storage> cache, HostProcess process, Outbound outbound, LockoutRules lockouts, EntityCaps caps) {
        /** With nothing configured of locking out, in a process from which nothing is reached. */
        public Options(ServerInfo info, EngineCatalog catalog, Seal.Options seal, Optional<Path> auditFolder, List<AuditDevices.Declared> audits, UnaryOperator<Storage> cache,
                HostProcess process) {
            this(info, catalog, seal, auditFolder, audits, cache, process, Outbound.NONE, LockoutRules.DEFAULT, EntityCaps.DEFAULT);
        }

        /** In a process that tells nothing of itself. */
        public Options(ServerInfo info, EngineCatalog catalog, Seal.Options seal, Optional<Path> auditFolder, List<AuditDevices.Declared> audits, UnaryOperator<Storage> cache) {
            this(info, catalog, seal, auditFolder, audits, cache, HostProcess.NONE);
        }
    }

    /** With a clock that tells the time that passes as well. */
    public Server(Storage inner, Options options, SecureRandom random, InstantSource clock) {
        this(inner, options, random, clock, () -> clock.millis() * 1_000_000);
    }

    /** @param nanos the time that passes, whatever is done to the clock */
    public Server(Storage inner, Options options, SecureRandom random, InstantSource clock, LongSupplier nanos) {
        this.nanos = nanos;
        this.inner = inner;
        this.random = random;
        this.clock = clock;
        this.seal = new Seal(inner, options.seal(), random, clock);
        this.settings = new Unsealed.Settings(options.info(), options.catalog(), options.auditFolder(), options.audits(), options.cache(), options.process(),
                options.outbound(), options.lockouts(), options.caps());
        this.boot = new BootRoutes(this, seal, options.info(), clock);
        seal.autoUnseal().ifPresent(this::open);
    }

    /** Sealed, there is nothing to protect but what the seal protects. */
    @Override
    public Entry enter(RequestHead head) {
        var open = unsealed.get();
        return open == null ? Entry.OPEN : open.enter(head);
    }

    @Override
    public Entry cross(String method, String origin, String wanted) {
        var open = unsealed.get();
        return open == null ? Entry.OPEN : open.cross(method, origin, wanted);
    }

    @Override
    public Response serve(Request request) {
        return serve(request, false);
    }

    @Override
    public Response serveOpen(Request request) {
        return serve(request, true);
    }

    private Response serve(Request request, boolean toAll) {
        var why = stopped;
        if (why != null) return boot.stopped(request, why);
        var early = boot.serve(request);
        if (early != null) return early;
        var open = unsealed.get();
        if (open == null) return Answer.of(new Problem.Unavailable("Vault is sealed")).toResponse(request.id());
        return traffic.during(request, clock.millis(), () -> open.serve(request, toAll));
    }

    /** Makes a new server's keys, mounts and root token, which is first. A server that unseals itself is open afterwards. */
    public synchronized Seal.Initialized<Secret> initialize(Seal.InitRequest wanted, Optional<Secret> rootToken) {
        var made = seal.initialize(wanted, barrier -> {
            try (var first = unsealedBy(barrier)) {
                return first.createDefaults(rootToken);
            }
        });
        seal.autoUnseal().ifPresent(this::open);
        return made;
    }

    private Unsealed unsealedBy(Barrier barrier) {
        return new Unsealed(barrier, seal, settings, random, clock, new Unsealed.Measures(metrics, traffic.flights(), nanos), new Unsealed.Whole(inner, this::keepSealed, this::reopen, this::replaceStore));
    }

    private synchronized void open(Barrier barrier) {
        try {
            unsealed.set(unsealedBy(barrier));
        } catch (RuntimeException failed) {
            seal.seal();
            throw failed;
        }
    }

    /** Adds a share; the server is open when there were enough. */
    public synchronized void unseal(Secret share, boolean migrate) {
        seal.unseal(share, migrate).ifPresent(barrier -> {
            keptSealed = false;
            open(barrier);
        });
    }

    /** Seals; until it is given shares or started again, it stays so. */
    public void keepSealed() {
        keptSealed = true;
        seal();
    }

    /**
     * Opens with a configured seal, if it is not open and may be: to be called every few seconds, as what was in the way may pass.
     *
     * @return whether something was in the way, and is in the log: then less often
     */
    public synchronized boolean tryToOpen() {
        if (unsealed.get() != null || keptSealed || stopped != null || !seal.isAuto()) return false;
        try {
            if (!seal.isInitialized()) return false;
            seal.autoUnseal().ifPresent(this::open);
        } catch (Problem.ProblemException | Storage.StorageException failed) {
            LOG.log(Level.ERROR, "the server stays sealed: {0}", failed.getMessage());
        }
        return unsealed.get() == null;
    }

    /** The store is another than before; what was known of it is forgotten. */
    private void reopen() {
        seal();
        var unused = tryToOpen(); // if not now, then later
    }

    public synchronized void seal() {
        var open = unsealed.getAndSet(null);
        if (open != null) open.close();
        seal.seal();
    }

    /**
     * The store can no longer be believed: seals, and answers every request with 503 until the process is started again.
     *
     * @param why what anybody may be told
     */
    public void stop(String why) {
        stopped = why;
        // Those under way are told what became of their change, and that goes on record.
        for (long deadline = System.nanoTime() + LAST_WORDS.toNanos(); traffic.flights().size() > 0 && System.nanoTime() < deadline; ) {
            LockSupport.parkNanos(this, Duration.ofMillis(10).toNanos());
        }
        seal();
    }

    /** Puts a backup into the store; the server starts anew with it, and is sealed if its keys are not those of the backup. */
    private synchronized void replaceStore(Consumer<Storage.Writer> work) {
        var before = unsealed.getAndSet(null);
        if (before != null) before.close();
        try {
            seal.replace(work).or(seal::autoUnseal).ifPresent(this::open);
        } catch (RuntimeException failed) {
            if (unsealed.get() == null) seal.stillOpen().ifPresent(this::open);
            throw failed;
        }
    }

    public boolean isSealed() {
        return unsealed.get() == null;
    }

    /** Whether some audit device is there; a sealed server records nothing. */
    public boolean isRecording() {
        var open = unsealed.get();
        return open != null && open.audit().isRecording();
    }

    public boolean isInitialized() {
        return seal.isInitialized();
    }

    /** Carries out every end that is due. @return how many there were */
    public int runDue() {
        var open = unsealed.get();
        return open == null ? 0 : open.runDue();
    }

    /** Every route there is, by mount, for those who describe the API; empty while sealed. */
    public List<ApiRoute.Mounted> api() {
        var open = unsealed.get();
        return open == null ? List.of() : open.storage().<List<ApiRoute.Mounted>>read(store -> OpenApi.routes(store, open.mounts()));
    }

    /** Audit files that were moved away are begun anew. */
    public void reopenAuditFiles() {
        var open = unsealed.get();
        if (open != null) open.audit().reopen();
    }

    /** How long requests may take to end when the store has failed. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);

    /** How long requests may take to end when the server stops. */
    public static final Duration DRAIN = Duration.ofSeconds(10);

    @Override
    public void close() {
        seal();
        inner.close();
    }
}
