package watchword.core;

import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.request.Response;
import watchword.core.seal.Seal;
import watchword.core.seal.SealRoutes;
import watchword.core.seal.Shares;
import watchword.core.sys.ServerInfo;
import watchword.core.wire.Schema;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** The handful of paths that a sealed server answers too: they need no token, and are not audited, since nothing could be yet. */
final class BootRoutes {
    private static final System.Logger LOG = System.getLogger(BootRoutes.class.getName());
    private static final Schema<Init> INIT = Schema.of(Init.class);
    private static final Schema<Unseal> UNSEAL = Schema.of(Unseal.class);

    private final Server server;
    private final Seal seal;
    private final ServerInfo info;
    private final InstantSource clock;

    BootRoutes(Server server, Seal seal, ServerInfo info, InstantSource clock) {
        this.server = server;
        this.seal = seal;
        this.info = info;
        this.clock = clock;
    }

    record Init(
            @Doc("Into how many shares the root key is split.") int secretShares,
            @Doc("How many of them unseal.") int secretThreshold,
            @Doc("With auto-unseal: into how many shares the recovery key is split.") int recoveryShares,
            @Doc("With auto-unseal: how many of them are a quorum.") int recoveryThreshold,
            @Doc("Not supported: shares are answered in clear, over TLS.") List<String> pgpKeys,
            @Doc("Not supported.") List<String> recoveryPgpKeys,
            @Doc("Not supported.") String rootTokenPgpKey,
            @Doc("Kept for clients.") int storedShares) {}

    record Unseal(@Doc("A share, hex or base64.") Secret key, @Doc("Forget the shares given so far.") boolean reset, @Doc("This unseal moves the root key to another seal.") boolean migrate) {}

    /** Null for every other path. */
    @Nullable Response serve(Request request) {
        if (!request.path().text().startsWith("sys/") || request.help()) return null;
        try {
            boolean reads = request.operation() == Operation.READ;
            boolean writes = request.operation() == Operation.WRITE;
            return switch (request.path().text().substring(4)) {
                case "health" -> reads ? health(request) : null;
                case "seal-status" -> reads ? json(200, status()) : null;
                case "leader" -> reads ? json(200, leader()) : null;
                case "init" -> reads ? json(200, Map.of("initialized", server.isInitialized())) : writes ? init(request) : null;
                case "unseal" -> writes ? unseal(request) : null;
                default -> null;
            };
        } catch (Problem.ProblemException expected) {
            return Answer.of(expected.problem()).toResponse(request.id());
        } catch (Schema.FieldException wrong) {
            return Answer.of(new Problem.Invalid(wrong.field() + ": " + wrong.getMessage())).toResponse(request.id());
        } catch (Storage.StorageException failed) {
            LOG.log(Level.ERROR, "the store failed: {0}", failed.getMessage());
            return unwell(request, failed.advice().isEmpty() ? "the store failed; the server's log says why" : "the store failed: " + failed.advice());
        }
    }

    /** What a server answers to everything when its store cannot be used any more. */
    Response stopped(Request request, String why) {
        return unwell(request, "the store failed: " + why);
    }

    /** Whether it is initialized cannot be told then; that it is not would invite to do so. */
    private Response unwell(Request request, String why) {
        if (!request.path().text().equals("sys/health")) return Answer.of(new Problem.Unavailable(why)).toResponse(request.id());
        var body = health(true, true);
        body.put("errors", List.of(why));
        return json(503, body);
    }

    private static Response json(int status, Map<String, ?> body) {
        return Response.json(status, Json.write(body));
    }

    private Map<String, Object> status() {
        return seal.status().answer(info);
    }

    private Response init(Request request) throws Schema.FieldException {
        var in = INIT.decodeRequest(request.body(), Map.of());
        if (!in.pgpKeys().isEmpty() || !in.recoveryPgpKeys().isEmpty() || !in.rootTokenPgpKey().isEmpty()) {
            throw new Problem.Invalid("PGP keys are not supported: shares are answered in clear, over TLS").asException();
        }
        var made = server.initialize(new Seal.InitRequest(new Shares(in.secretShares(), in.secretThreshold()), new Shares(in.recoveryShares(), in.recoveryThreshold()),
                in.storedShares()), Optional.empty());
        var answer = new LinkedHashMap<String, Object>();
        answer.put("keys", made.shares().stream().map(SealRoutes::hex).toList());
        answer.put("keys_base64", made.shares().stream().map(SealRoutes::base64).toList());
        if (!made.recoveryShares().isEmpty()) {
            answer.put("recovery_keys", made.recoveryShares().stream().map(SealRoutes::hex).toList());
            answer.put("recovery_keys_base64", made.recoveryShares().stream().map(SealRoutes::base64).toList());
        }
        answer.put("root_token", made.first());
        return json(200, answer);
    }

    private Response unseal(Request request) throws Schema.FieldException {
        if (!server.isInitialized()) throw new Problem.Invalid("Vault is not initialized").asException();
        var in = UNSEAL.decodeRequest(request.body(), Map.of());
        if (in.reset()) seal.resetUnseal();
        else if (in.key().size() == 0) throw new Problem.Invalid("'key' must be specified in request body as JSON, or 'reset' set to true").asException();
        else server.unseal(in.key(), in.migrate());
        return json(200, status());
    }

    private Map<String, Object> leader() {
        return Map.of("ha_enabled", false, "is_self", !server.isSealed(), "leader_address", info.apiAddress(), "leader_cluster_address", "",
                "active_time", info.started().toString());
    }

    /** Load balancers choose the status code of each state. */
    private Response health(Request request) {
        boolean initialized = server.isInitialized();
        boolean sealed = server.isSealed();
        int status = !initialized ? code(request, "uninitcode", 501) : sealed ? code(request, "sealedcode", 503) : code(request, "activecode", 200);
        return json(status, health(initialized, sealed));
    }

    private Map<String, Object> health(boolean initialized, boolean sealed) {
        var body = new LinkedHashMap<String, Object>();
        body.put("initialized", initialized);
        body.put("sealed", sealed);
        body.put("standby", sealed);
        body.put("replication_performance_mode", sealed ? "unknown" : "primary");
        body.put("replication_dr_mode", sealed ? "unknown" : "disabled");
        body.put("server_time_utc", clock.instant().getEpochSecond());
        body.put("version", info.compatibleVersion());
        if (!sealed) {
            body.put("cluster_name", info.clusterName());
            body.put("cluster_id", info.clusterId());
        }
        return body;
    }

    private static int code(Request request, String name, int otherwise) {
        if (!(request.body().get(name) instanceof String text)) return otherwise;
        try {
            int code = Integer.parseInt(text);
            if (code >= 200 && code < 600) return code;
        } catch (NumberFormatException invalid) {
            // said below
        }
        throw new Problem.Invalid(name + " must be an HTTP status code").asException();
    }
}
