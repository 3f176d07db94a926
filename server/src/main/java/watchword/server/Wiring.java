package watchword.server;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import watchword.core.Server;
import watchword.core.barrier.RollbackGuard;
import watchword.core.quota.EntityCaps;
import watchword.core.seal.Exclusion;
import watchword.core.seal.Seal;
import watchword.core.sys.HostProcess;
import watchword.core.sys.ServerInfo;
import watchword.sdk.Storage;
import watchword.server.config.SealSettings;
import watchword.server.config.ServerConfig;
import watchword.server.config.ServerConfig.Store;
import watchword.server.outbound.JettyOutbound;
import watchword.server.outbound.OutboundRules;
import watchword.storage.CachedStorage;
import watchword.storage.Health;
import watchword.storage.PostgresStorage;
import watchword.storage.SqliteStorage;

/** Puts a server together, by constructor calls. */
final class Wiring {
    static final String VERSION = "0.1.0";
    static final String CLUSTER_ID = "barrier/cluster-id";
    /** Decrypted entries kept, counted with what their decoders made of them. */
    private static final long CACHE_BYTES = 64L << 20;

    private Wiring() {}

    static Server server(ServerConfig config, SecureRandom random, InstantSource clock) throws IOException {
        return server(config, random, clock, () -> {});
    }

    /** @param reload reads the configuration again */
    static Server server(ServerConfig config, SecureRandom random, InstantSource clock, Runnable reload) throws IOException {
        var storage = storage(config.store());
        var info = new ServerInfo(VERSION, config.global().compatibleVersion(), config.global().clusterName(), clusterId(storage, random), storageType(config.store()), config.apiAddress(),
                clock.instant(), config.global().defaultLeaseTtl(), config.global().maxLeaseTtl());
        // Another server may write a shared database, so only a store of our own may be answered from memory.
        UnaryOperator<Storage> cache = config.store() instanceof Store.Postgres ? store -> store : store -> new CachedStorage(store, CACHE_BYTES);
        var outbound = new JettyOutbound(OutboundRules.DEFAULT);
        var server = new Server(storage, new Server.Options(info, BuiltinEngines.catalog(outbound), seal(config, storage, random), auditFolder(config), config.audits(), cache,
                new HostProcess(SanitizedConfig.of(config), reload, scratch(config.store()), node(config)), outbound, config.lockouts(),
                new EntityCaps(config.global().entityMaxTokens(), config.global().entityMaxLeases())), random, clock, System::nanoTime);
        if (storage instanceof SqliteStorage sqlite) sqlite.whenFailed(_ -> server.stop(Health.Failed.ADVICE));
        return server;
    }

    /** Beside the store, where there should be room, and where its like is kept from others. */
    private static Path scratch(Store store) {
        var temporary = Path.of(System.getProperty("java.io.tmpdir"));
        return store instanceof Store.Sqlite sqlite ? Optional.ofNullable(sqlite.path().toAbsolutePath().getParent()).orElse(temporary) : temporary;
    }

    static Storage storage(Store store) throws IOException {
        return switch (store) {
            case Store.Sqlite sqlite -> SqliteStorage.open(sqlite.path());
            case Store.Memory _ -> TemporaryStorage.create();
            case Store.Postgres postgres -> PostgresStorage.open(postgres.connectionUrl(), postgres.table(), Duration.ofSeconds(10));
        };
    }

    /** Servers that share a store have names; each writes audit logs, and so chains, of its own. */
    private static String node(ServerConfig config) throws IOException {
        if (!(config.store() instanceof Store.Postgres)) return HostProcess.ALONE;
        var where = InetAddress.getLocalHost().getHostName() + " " + config.apiAddress();
        return UUID.nameUUIDFromBytes(where.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static Seal.Options seal(ServerConfig config, Storage storage, SecureRandom random) {
        Exclusion others = storage instanceof PostgresStorage shared ? shared::alone : Exclusion.NOT_NEEDED;
        return SealSettings.options(config.seal(), guard(config), others, random);
    }

    /** A database that others run has no place beside it: there, the file has to be named. */
    static RollbackGuard guard(ServerConfig config) {
        if (!config.global().epochFile().isEmpty()) return RollbackGuard.by(Path.of(config.global().epochFile()));
        return config.store() instanceof Store.Sqlite sqlite ? RollbackGuard.by(sqlite.path().resolveSibling(sqlite.path().getFileName() + ".epoch")) : RollbackGuard.none();
    }

    private static Optional<Path> auditFolder(ServerConfig config) {
        return config.global().auditFileFolder().isEmpty() ? Optional.empty() : Optional.of(Path.of(config.global().auditFileFolder()));
    }

    private static String storageType(Store store) {
        return switch (store) {
            case Store.Sqlite _ -> "sqlite";
            case Store.Memory _ -> "inmem";
            case Store.Postgres _ -> "postgresql";
        };
    }

    /** The store's name for itself, made when it was first opened; not secret. */
    private static String clusterId(Storage storage, SecureRandom random) {
        return storage.write(tx -> tx.get(CLUSTER_ID).map(id -> new String(id, StandardCharsets.US_ASCII)).orElseGet(() -> {
            var id = new UUID((random.nextLong() & 0xffffffffffff0fffL) | 0x4000L, (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L).toString();
            tx.put(CLUSTER_ID, id.getBytes(StandardCharsets.US_ASCII));
            return id;
        }));
    }
}
