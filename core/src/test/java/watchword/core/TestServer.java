package watchword.core;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import watchword.core.barrier.RollbackGuard;
import watchword.core.json.Json;
import watchword.core.lockout.LockoutRules;
import watchword.core.mount.EngineCatalog;
import watchword.core.quota.EntityCaps;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.request.Response;
import watchword.core.seal.Seal;
import watchword.core.seal.Shares;
import watchword.core.seal.StaticSeal;
import watchword.core.sys.HostProcess;
import watchword.core.sys.ServerInfo;
import watchword.sdk.Outbound;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.storage.CachedStorage;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** An unsealed server in the heap, with a clock that stands still, asked as a client would ask it. */
public final class TestServer implements AutoCloseable {
    public final TestClock clock;
    public final Storage storage;
    public final Server server;
    public final String root;
    private final EngineCatalog catalog;
    private final String namespace;

    private TestServer(TestClock clock, Storage storage, Server server, String root, EngineCatalog catalog) {
        this(clock, storage, server, root, catalog, "");
    }

    private TestServer(TestClock clock, Storage storage, Server server, String root, EngineCatalog catalog, String namespace) {
        this.namespace = namespace;
        this.clock = clock;
        this.storage = storage;
        this.server = server;
        this.root = root;
        this.catalog = catalog;
    }

    public static TestServer start() {
        return start(EngineCatalog.builder().engine("toy", (context, mount) -> new ToyEngine()).build());
    }

    public static TestServer start(EngineCatalog catalog) {
        return start(catalog, Outbound.NONE);
    }

    public static TestServer start(EngineCatalog catalog, Outbound outbound) {
        return start(catalog, outbound, EntityCaps.DEFAULT);
    }

    public static TestServer start(EngineCatalog catalog, EntityCaps caps) {
        return start(catalog, Outbound.NONE, caps);
    }

    /** @param nanos the time that passes, whatever is done to the clock */
    public static TestServer start(EngineCatalog catalog, LongSupplier nanos) {
        var clock = new TestClock();
        var storage = new MemoryStorage();
        var server = new Server(storage, options(catalog, clock, Outbound.NONE, store -> store, EntityCaps.DEFAULT), new SecureRandom(), clock, nanos);
        return initialized(clock, storage, server, catalog);
    }

    private static TestServer start(EngineCatalog catalog, Outbound outbound, EntityCaps caps) {
        var clock = new TestClock();
        var storage = new MemoryStorage();
        return initialized(clock, storage, server(storage, catalog, clock, outbound, store -> new CachedStorage(store, 1 << 20), caps), catalog);
    }

    private static TestServer initialized(TestClock clock, MemoryStorage storage, Server server, EngineCatalog catalog) {
        var root = server.initialize(init(), Optional.empty()).first().reveal();
        return new TestServer(clock, storage, server, root, catalog);
    }

    /** One that a test made, on a store of its own. */
    static TestServer of(Server server, TestClock clock, String root) {
        return new TestServer(clock, new MemoryStorage(), server, root, EngineCatalog.builder().build());
    }

    /** The same server, asked with a header that names a namespace: each name with its slash. */
    public TestServer in(String path) {
        return new TestServer(clock, storage, server, root, catalog, path);
    }

    /** Another server process after this one, on a store over the same, and without a cache. */
    public TestServer restartedOn(Storage other) {
        server.seal();
        return new TestServer(clock, storage, server(other, catalog, clock, Outbound.NONE, store -> store), root, catalog);
    }

    /** Another server process on the same store. */
    public TestServer restarted() {
        return restarted(catalog);
    }

    /** Another server process beside this one, without a cache, as servers on one store are. */
    public TestServer besides() {
        return new TestServer(clock, storage, server(storage, catalog, clock, Outbound.NONE, store -> store), root, catalog);
    }

    public TestServer restarted(EngineCatalog catalog) {
        server.seal();
        return new TestServer(clock, storage, server(storage, catalog, clock, Outbound.NONE), root, catalog);
    }

    private static Server server(Storage storage, EngineCatalog catalog, TestClock clock, Outbound outbound) {
        return server(storage, catalog, clock, outbound, store -> new CachedStorage(store, 1 << 20));
    }

    private static Server server(Storage storage, EngineCatalog catalog, TestClock clock, Outbound outbound, UnaryOperator<Storage> cache) {
        return server(storage, catalog, clock, outbound, cache, EntityCaps.DEFAULT);
    }

    private static Server server(Storage storage, EngineCatalog catalog, TestClock clock, Outbound outbound, UnaryOperator<Storage> cache, EntityCaps caps) {
        return new Server(storage, options(catalog, clock, outbound, cache, caps), new SecureRandom(), clock);
    }

    private static Server.Options options(EngineCatalog catalog, TestClock clock, Outbound outbound, UnaryOperator<Storage> cache, EntityCaps caps) {
        var info = new ServerInfo("0", "1.18.5", "test", "id", "memory", "http://127.0.0.1", clock.instant(), Duration.ofDays(32), Duration.ofDays(32));
        return new Server.Options(info, catalog, seal(), Optional.empty(), List.of(), cache, HostProcess.NONE, outbound, LockoutRules.DEFAULT, caps);
    }

    /** A server that opens itself. */
    public static Seal.Options seal() {
        var key = new StaticSeal(new StaticSeal.Key("test", Secret.owning(new byte[32])), Optional.empty(), new SecureRandom());
        return new Seal.Options(Optional.of(key), Optional.empty(), RollbackGuard.none());
    }

    public static Seal.InitRequest init() {
        return new Seal.InitRequest(new Shares(0, 0), new Shares(1, 1), 0);
    }

    /** An answer. */
    public record Answered(int status, Map<String, Object> body) {
        @SuppressWarnings("unchecked")
        public Map<String, Object> part(String name) {
            return body.get(name) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
        }

        public Object data(String name) {
            return String.valueOf(part("data").get(name));
        }

        public String leaseId() {
            return String.valueOf(body.get("lease_id"));
        }

        public String token() {
            return String.valueOf(part("auth").get("client_token"));
        }

        /** Of a list; none when there is nothing. */
        public List<?> keys() {
            return part("data").get("keys") instanceof List<?> list ? list : List.of();
        }

        public List<?> errors() {
            return body.get("errors") instanceof List<?> list ? list : List.of();
        }
    }

    public Answered read(String token, String path) {
        return ask(token, Operation.READ, path, Map.of(), "127.0.0.1", Optional.empty());
    }

    public Answered list(String token, String path) {
        return ask(token, Operation.LIST, path, Map.of(), "127.0.0.1", Optional.empty());
    }

    public Answered delete(String token, String path) {
        return ask(token, Operation.DELETE, path, Map.of(), "127.0.0.1", Optional.empty());
    }

    public Answered write(String token, String path, Object... pairs) {
        return ask(token, Operation.WRITE, path, fields(pairs), "127.0.0.1", Optional.empty());
    }

    public static Map<String, Object> fields(Object... pairs) {
        var body = new LinkedHashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) body.put(pairs[i].toString(), pairs[i + 1] instanceof Integer number ? number.longValue() : pairs[i + 1]);
        return body;
    }

    @SuppressWarnings("unchecked")
    public Answered ask(String token, Operation operation, String path, Map<String, Object> body, String from, Optional<Duration> wrapTtl) {
        Optional<Secret> proof = token.isEmpty() ? Optional.empty() : Optional.of(Secret.copyOf(token));
        return answered(server.serve(new Request("id", operation, new RequestPath(path), body, false, proof, wrapTtl, Map.of(), new Peer(from, 1, List.of())).in(namespace, new RequestPath(path))));
    }

    /** Our own words: the description of the API has more values than we would take from a client. */
    @SuppressWarnings("unchecked")
    public Answered answered(Response response) {
        var tree = response.body().length == 0 ? Map.of() : Json.parseTrusted(response.body());
        return new Answered(response.status(), tree instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of());
    }

    /** A token with these policies, made by root. */
    public String token(String... policies) {
        return write(root, "auth/token/create", "policies", List.of(policies), "ttl", "1h").token();
    }

    public void policy(String name, String text) {
        write(root, "sys/policies/acl/" + name, "policy", text);
    }

    @Override
    public void close() {
        server.close();
    }
}
