package watchword.core;

import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.request.Response;
import watchword.core.seal.Seal;
import watchword.core.seal.SealRoutes;
import watchword.core.seal.Shares;
import watchword.core.sys.ApiRoute;
import watchword.core.sys.BootApi;
import watchword.core.sys.ServerInfo;
import watchword.core.wire.Schema;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** The handful of paths that a sealed server answers too: they need no token, and are not audited, since nothing could be yet. */
final class BootRoutes {
    private static final System.Logger LOG = System.getLogger(BootRoutes.class.getName());
    private static final Schema<BootApi.AskHealth> ASK_HEALTH = Schema.of(BootApi.AskHealth.class);
    private static final Schema<BootApi.Init> INIT = Schema.of(BootApi.Init.class);
    private static final Schema<BootApi.Unseal> UNSEAL = Schema.of(BootApi.Unseal.class);

    /** What no namespace but the root is asked; others answer alike whichever is. */
    private static final Set<String> OF_THE_SERVER = Set.of("sys/health", "sys/init", "sys/unseal");

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

    /** Null for every other path. */
    @Nullable Response serve(Request request) {
        if (!request.path().text().startsWith("sys/") || request.help()) return null;
        if (!request.namespace().isEmpty() && OF_THE_SERVER.contains(request.path().text())) {
            return Answer.of(new Problem.Invalid("operation unavailable in namespaces")).toResponse(request.id());
        }
        try {
            boolean reads = request.operation() == Operation.READ;
            boolean writes = request.operation() == Operation.WRITE;
            return switch (request.path().text().substring(4)) {
                case "health" -> reads ? health(request) : null;
                case "seal-status" -> reads ? status() : null;
                case "leader" -> reads ? leader() : null;
                case "init" -> reads ? json(200, BootApi.INITIALIZED, new BootApi.Initialized(server.isInitialized())) : writes ? init(request) : null;
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
        return json(503, BootApi.HEALTH, health(true, true, Optional.of(List.of(why))));
    }

    @SuppressWarnings("unchecked") // a route's output is of its own schema
    private static <O extends Record> Response json(int status, ApiRoute route, O answer) {
        return Response.json(status, Json.write(((Schema<O>) route.output()).encodeAnswer(answer)));
    }

    private Response status() {
        return json(200, BootApi.SEAL_STATUS, seal.status().answer(info));
    }

    private Response init(Request request) throws Schema.FieldException {
        var in = INIT.decodeRequest(request.body(), Map.of());
        if (!in.pgpKeys().isEmpty() || !in.recoveryPgpKeys().isEmpty() || !in.rootTokenPgpKey().isEmpty()) {
            throw new Problem.Invalid("PGP keys are not supported: shares are answered in clear, over TLS").asException();
        }
        var made = server.initialize(new Seal.InitRequest(new Shares(in.secretShares(), in.secretThreshold()), new Shares(in.recoveryShares(), in.recoveryThreshold()),
                in.storedShares()), Optional.empty());
        Optional<List<Secret>> recovery = made.recoveryShares().isEmpty() ? Optional.empty() : Optional.of(made.recoveryShares());
        return json(200, BootApi.INIT, new BootApi.Made(hex(made.shares()), base64(made.shares()), recovery.map(BootRoutes::hex), recovery.map(BootRoutes::base64), made.first()));
    }

    private static List<Secret> hex(List<Secret> shares) {
        return shares.stream().map(SealRoutes::hex).toList();
    }

    private static List<Secret> base64(List<Secret> shares) {
        return shares.stream().map(SealRoutes::base64).toList();
    }

    private Response unseal(Request request) throws Schema.FieldException {
        if (!server.isInitialized()) throw new Problem.Invalid("Vault is not initialized").asException();
        var in = UNSEAL.decodeRequest(request.body(), Map.of());
        if (in.reset()) seal.resetUnseal();
        else if (in.key().size() == 0) throw new Problem.Invalid("'key' must be specified in request body as JSON, or 'reset' set to true").asException();
        else server.unseal(in.key(), in.migrate());
        return status();
    }

    private Response leader() {
        return json(200, BootApi.LEADER, new BootApi.Leader(false, !server.isSealed(), info.apiAddress(), "", info.started()));
    }

    /** Load balancers choose the status code of each state. */
    private Response health(Request request) throws Schema.FieldException {
        var codes = ASK_HEALTH.decodeRequest(request.body(), Map.of());
        requireCode("activecode", codes.activecode());
        requireCode("sealedcode", codes.sealedcode());
        requireCode("uninitcode", codes.uninitcode());
        boolean initialized = server.isInitialized();
        boolean sealed = server.isSealed();
        return json(!initialized ? codes.uninitcode() : sealed ? codes.sealedcode() : codes.activecode(), BootApi.HEALTH, health(initialized, sealed, Optional.empty()));
    }

    private BootApi.Health health(boolean initialized, boolean sealed, Optional<List<String>> errors) {
        Optional<String> name = sealed ? Optional.empty() : Optional.of(info.clusterName());
        Optional<String> id = sealed ? Optional.empty() : Optional.of(info.clusterId());
        return new BootApi.Health(initialized, sealed, sealed, sealed ? "unknown" : "primary", sealed ? "unknown" : "disabled",
                clock.instant().getEpochSecond(), info.compatibleVersion(), name, id, errors);
    }

    private static void requireCode(String name, int code) {
        if (code < 200 || code >= 600) throw new Problem.Invalid(name + " must be an HTTP status code").asException();
    }
}
