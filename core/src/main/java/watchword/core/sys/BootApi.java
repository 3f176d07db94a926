package watchword.core.sys;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import watchword.core.wire.Schema;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.PathTemplate;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;

/** What the paths take and answer that a sealed server serves too. They need no token, and their answers have no envelope. */
public final class BootApi {
    private BootApi() {}

    public record Nothing() {}

    public record AskHealth(
            @Doc("Status code of a server that serves.") @Default("200") int activecode,
            @Doc("Status code of a sealed server.") @Default("503") int sealedcode,
            @Doc("Status code of a server without keys, before sys/init.") @Default("501") int uninitcode,
            @Doc("Kept for clients; there is no standby.") Optional<Integer> standbycode,
            @Doc("Kept for clients; there is no standby.") Optional<Integer> drsecondarycode,
            @Doc("Kept for clients; there is no standby.") Optional<Integer> performancestandbycode,
            @Doc("Kept for clients; there is no standby.") Optional<Boolean> standbyok,
            @Doc("Kept for clients; there is no standby.") Optional<Boolean> perfstandbyok) {}

    public record Health(
            @Doc("Whether the server has keys.") boolean initialized,
            @Doc("Whether it is sealed.") boolean sealed,
            @Doc("Whether it does not serve, as clients ask it; so while it is sealed.") boolean standby,
            @Doc("Kept for clients: `primary`, or `unknown` while it is sealed.") String replicationPerformanceMode,
            @Doc("Kept for clients: `disabled`, or `unknown` while it is sealed.") String replicationDrMode,
            @Doc("The server's time, in seconds since 1970.") long serverTimeUtc,
            @Doc("Version that clients are told.") String version,
            @Doc("Name of this installation; left out while it is sealed.") Optional<String> clusterName,
            @Doc("Id of this installation; left out while it is sealed.") Optional<String> clusterId,
            @Doc("Why the store cannot be used; left out while it can.") Optional<List<String>> errors) {}

    public record SealFacts(
            @Doc("How the root key is kept: `shamir` or `static`.") String type,
            @Doc("Whether the server has keys.") boolean initialized,
            @Doc("Whether it is sealed.") boolean sealed,
            @Doc("Shares that a quorum needs.") long t,
            @Doc("Shares there are.") long n,
            @Doc("Shares given to the unseal under way.") long progress,
            @Doc("Names the unseal under way; empty when there is none.") String nonce,
            @Doc("Version that clients are told.") String version,
            @Doc("Kept for clients; empty.") String commitDate,
            @Doc("Whether the next unseal moves the root key to another seal.") boolean migration,
            @Doc("Name of this installation; left out while it is sealed.") Optional<String> clusterName,
            @Doc("Id of this installation; left out while it is sealed.") Optional<String> clusterId,
            @Doc("Whether shares are of a recovery key, which cannot unseal.") boolean recoverySeal,
            @Doc("How the recovery key is kept; left out when there is none.") Optional<String> recoverySealType,
            @Doc("Where the data is: `sqlite`, `postgresql`, or `inmem` when it is gone with the server.") String storageType,
            @Doc("Version of Watchword itself.") String watchwordVersion) {}

    public record Leader(
            @Doc("Whether one of several nodes serves for all; never: each serves.") boolean haEnabled,
            @Doc("Whether this node serves.") boolean isSelf,
            @Doc("Address for clients.") String leaderAddress,
            @Doc("Kept for clients; empty.") String leaderClusterAddress,
            @Doc("When the server began.") Instant activeTime) {}

    public record Initialized(@Doc("Whether the server has keys.") boolean initialized) {}

    public record Init(
            @Doc("Into how many shares the root key is split.") int secretShares,
            @Doc("How many of them unseal.") int secretThreshold,
            @Doc("With auto-unseal: into how many shares the recovery key is split.") int recoveryShares,
            @Doc("With auto-unseal: how many of them are a quorum.") int recoveryThreshold,
            @Doc("Not supported: shares are answered in clear, over TLS.") List<String> pgpKeys,
            @Doc("Not supported.") List<String> recoveryPgpKeys,
            @Doc("Not supported.") String rootTokenPgpKey,
            @Doc("Kept for clients.") int storedShares) {}

    public record Made(
            @Doc("The shares that unseal, in hexadecimal; none with auto-unseal.") List<Secret> keys,
            @Doc("The same, in base64.") List<Secret> keysBase64,
            @Doc("The shares of the recovery key, in hexadecimal; only with auto-unseal.") Optional<List<Secret>> recoveryKeys,
            @Doc("The same, in base64.") Optional<List<Secret>> recoveryKeysBase64,
            @Doc("A token that may do everything; revoke it when the server is set up.") Secret rootToken) {}

    public record Unseal(
            @Doc("A share, in hexadecimal or base64.") Secret key,
            @Doc("Forget the shares given so far.") boolean reset,
            @Doc("This unseal moves the root key to another seal.") boolean migrate) {}

    public static final ApiRoute HEALTH = of(Operation.READ, "health", AskHealth.class, Health.class, "Tell whether the server serves, by the status code too.");
    public static final ApiRoute SEAL_STATUS = of(Operation.READ, "seal-status", Nothing.class, SealFacts.class, "Tell whether the server is sealed, and how an unseal stands.");
    public static final ApiRoute LEADER = of(Operation.READ, "leader", Nothing.class, Leader.class, "Tell which node serves.");
    public static final ApiRoute INITIALIZED = of(Operation.READ, "init", Nothing.class, Initialized.class, "Tell whether the server has keys.");
    public static final ApiRoute INIT = of(Operation.WRITE, "init", Init.class, Made.class, "Make the server's keys and a root token. It works once.");
    public static final ApiRoute UNSEAL = of(Operation.WRITE, "unseal", Unseal.class, SealFacts.class, "Give a share of the root key; enough of them open the server.");

    /** All of them, with paths below {@code sys/}. */
    public static List<ApiRoute> routes() {
        return List.of(HEALTH, SEAL_STATUS, LEADER, INITIALIZED, INIT, UNSEAL);
    }

    private static <I extends Record, O extends Record> ApiRoute of(Operation operation, String path, Class<I> in, Class<O> out, String summary) {
        return new ApiRoute(operation, PathTemplate.of(path), Schema.of(in), Schema.of(out), Set.of(Trait.NO_TOKEN, Trait.OWN_FORM), summary, false, operation == Operation.WRITE);
    }
}
