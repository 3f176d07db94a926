package watchword.engines;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.Server;
import watchword.core.barrier.RollbackGuard;
import watchword.core.json.Json;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.request.Response;
import watchword.core.seal.Seal;
import watchword.core.seal.Shares;
import watchword.core.seal.StaticSeal;
import watchword.core.sys.ServerInfo;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Tree;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** Asks a whole server, without a socket: what an engine's answers look like to a client, and who may ask. */
public final class ServerPlayer implements AutoCloseable {
    private static final Peer HERE = new Peer("127.0.0.1", 1, List.of());
    private static final String ROOT = "root-of-test";

    private final TestClock clock;
    private final Storage storage = new MemoryStorage();
    private final EngineCatalog catalog;
    private Server server;

    public ServerPlayer(EngineCatalog catalog) {
        this(catalog, new TestClock());
    }

    /** @param clock by which others go, too */
    public ServerPlayer(EngineCatalog catalog, TestClock clock) {
        this.catalog = catalog;
        this.clock = clock;
        this.server = start();
        server.initialize(new Seal.InitRequest(new Shares(0, 0), new Shares(1, 1), 0), Optional.of(Secret.copyOf(ROOT)));
    }

    private Server start() {
        var random = new SecureRandom();
        var info = new ServerInfo("test", "1.18.5", "test", "id", "inmem", "http://127.0.0.1", clock.instant(), Duration.ofDays(32), Duration.ofDays(32));
        var key = new StaticSeal(new StaticSeal.Key("test", Secret.owning(new byte[32])), Optional.empty(), random);
        var seal = new Seal.Options(Optional.of(key), Optional.empty(), RollbackGuard.none());
        var options = new Server.Options(info, catalog, seal, Optional.empty(), List.of(), store -> store);
        return new Server(storage, options, random, clock);
    }

    /** Another process on what the store has; whatever the one before was at is not finished. */
    public void restart() {
        server.seal();
        server = start();
    }

    /** @param body null for an answer without; text when it is no JSON */
    public record Received(int status, @Nullable Object body) {
        /** What stands below these names, or null. */
        public @Nullable Object at(String... names) {
            Object here = body;
            for (var name : names) here = here instanceof Map<?, ?> map ? map.get(name) : null;
            return here;
        }

        /** The same as a tree; empty when there is nothing. */
        public Tree part(String name) {
            return Tree.of(body).at(name);
        }

        public String error() {
            return at("errors") instanceof List<?> errors && !errors.isEmpty() ? String.valueOf(errors.getFirst()) : "";
        }

        public String errors() {
            return text("errors");
        }

        /** As a text; "null" for none. */
        public String text(String... names) {
            return String.valueOf(at(names));
        }

        public String token() {
            return String.valueOf(at("auth", "client_token"));
        }
    }

    /** Keys of the store that contain a text, with the lengths of their values. */
    public List<String> stored(String part) {
        return storage.<List<Storage.Entry>>read(store -> store.scan("", "", Integer.MAX_VALUE)).stream().filter(entry -> entry.key().contains(part))
                .map(entry -> entry.key() + " " + entry.value().length).toList();
    }

    /** Carries out what is due. */
    public void runDue() {
        server.runDue();
    }

    public Received asRoot(String method, String path, Map<String, Object> body) {
        return ask(ROOT, method, path, body);
    }

    /** @param path as in a URL, with its query */
    public Received ask(String token, String method, String path, Map<String, Object> body) {
        return ask(token, method, path, body, HERE);
    }

    public Received ask(String token, String method, String path, Map<String, Object> body, Peer from) {
        return received(respond(token, from, method, path, body, Optional.empty()));
    }

    /** @param from an IP address */
    public Received ask(String token, String method, String path, Map<String, Object> body, String from, Optional<Duration> wrapTtl) {
        return received(respond(token, new Peer(from, 1, List.of()), method, path, body, wrapTtl));
    }

    private static Received received(Response response) {
        boolean json = response.contentType().equals(Response.JSON);
        return new Received(response.status(), response.body().length == 0 ? null : json ? tree(response.body()) : new String(response.body(), StandardCharsets.UTF_8));
    }

    public Response respond(String token, String from, String method, String path, Map<String, Object> body) {
        return respond(token, new Peer(from, 1, List.of()), method, path, body, Optional.empty());
    }

    /** Without a token when that is empty. */
    private Response respond(String token, Peer from, String method, String path, Map<String, Object> body, Optional<Duration> wrapTtl) {
        int question = path.indexOf('?');
        var query = question < 0 ? Map.<String, String>of() : query(path.substring(question + 1));
        boolean list = query.containsKey("list");
        var operation = switch (method) {
            case "GET" -> list ? Operation.LIST : Operation.READ;
            case "LIST" -> Operation.LIST;
            case "DELETE" -> Operation.DELETE;
            case "PATCH" -> Operation.PATCH;
            default -> Operation.WRITE;
        };
        var fields = body.isEmpty() ? new LinkedHashMap<String, Object>(query) : body;
        if (list) fields.remove("list");
        var proof = token.isEmpty() ? Optional.<Secret>empty() : Optional.of(Secret.copyOf(token));
        return server.serve(new Request("request-1", operation, RequestPath.parse(question < 0 ? path : path.substring(0, question)), fields, false, proof, wrapTtl, Map.of(), from));
    }

    private static Map<String, String> query(String text) {
        var query = new LinkedHashMap<String, String>();
        for (var pair : text.split("&")) query.put(pair.substring(0, pair.indexOf('=')), URLDecoder.decode(pair.substring(pair.indexOf('=') + 1), StandardCharsets.UTF_8));
        return query;
    }

    public static @Nullable Object tree(byte[] text) {
        try {
            return Json.parse(text);
        } catch (Json.MalformedException malformed) {
            throw new AssertionError(new String(text, StandardCharsets.UTF_8), malformed);
        }
    }

    /** A new token with one policy of these rules. */
    public String tokenFor(String policy) {
        asRoot("PUT", "/v1/sys/policies/acl/p", Map.of("policy", policy));
        var made = asRoot("POST", "/v1/auth/token/create", Map.of("policies", List.of("p")));
        if (made.body() instanceof Map<?, ?> body && body.get("auth") instanceof Map<?, ?> auth) return String.valueOf(auth.get("client_token"));
        throw new AssertionError("no token: " + made);
    }

    public TestClock clock() {
        return clock;
    }

    @Override
    public void close() {
        server.close();
    }
}
