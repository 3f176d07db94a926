package watchword.engines.kubernetes.secrets;

import java.util.List;
import java.util.Optional;
import watchword.engines.kubernetes.ApiServer;
import watchword.engines.kubernetes.Pod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Which cluster a mount makes credentials for. */
final class ConfigRoutes {
    private final Table<Config> configs;
    private final Outbound outbound;
    private final JsonCodec json;
    private final Pod pod;

    ConfigRoutes(Table<Config> configs, Outbound outbound, JsonCodec json, Pod pod) {
        this.configs = configs;
        this.outbound = outbound;
        this.json = json;
        this.pod = pod;
    }

    record Nothing() {}

    record Set(
            @Doc("Address of the cluster's API server; without it the one that the server's own pod is told.") Optional<String> kubernetesHost,
            @Doc("Authorities whose certificate the API server may have, as PEM; without it the pod's own, or else the system's.") Optional<String> kubernetesCaCert,
            @Doc("Token with whose rights credentials are made; without it the pod's own. Never shown.") Optional<Secret> serviceAccountJwt,
            @Doc("Do not use the authorities and token of the pod that the server runs in.") Optional<Boolean> disableLocalCaJwt) {}

    record Shown(
            @Doc("Whether the authorities and token of the server's own pod are passed over.") boolean disableLocalCaJwt,
            @Doc("Authorities of the API server, as PEM.") String kubernetesCaCert,
            @Doc("Address of the API server; empty for the one that the pod is told.") String kubernetesHost) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config", Nothing.class, Shown.class, this::read, "Read which cluster this is for."),
                Route.write("config", Set.class, None.class, this::write, "Set which cluster this is for, or change what is sent of it."),
                Route.delete("config", Nothing.class, None.class, this::delete, "Forget which cluster this is for; what was made there can then not be removed."),
                Route.read("check", Nothing.class, None.class, this::check, "Check whether the server's own environment tells where the cluster is."));
    }

    private Reply<Shown> read(Call.Read<Nothing> call) {
        var config = configs.get(call.store(), Config.ROW).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(config.disableLocalCaJwt(), config.kubernetesCaCert(), config.kubernetesHost()));
    }

    private Reply<None> write(Call.Change<Set> call) {
        var in = call.input();
        var before = configs.get(call.store(), Config.ROW).orElse(new Config("", "", Secret.copyOf(""), false));
        var after = new Config(in.kubernetesHost().orElse(before.kubernetesHost()), in.kubernetesCaCert().orElse(before.kubernetesCaCert()),
                in.serviceAccountJwt().orElse(before.serviceAccountJwt()), in.disableLocalCaJwt().orElse(before.disableLocalCaJwt()));
        if (after.kubernetesHost().isEmpty() && pod.address().isEmpty()) {
            throw new Problem.Invalid("kubernetes_host was unset and could not be determined from environment variables").asException();
        }
        if (!after.kubernetesHost().isEmpty() && !ApiServer.isAddress(after.kubernetesHost())) {
            throw new Problem.Invalid("kubernetes_host", "must be a host, a host with a port, or a URL without a name, query or fragment").asException();
        }
        if (!after.kubernetesCaCert().isEmpty() && !ApiServer.hasCertificates(after.kubernetesCaCert())) {
            throw new Problem.Invalid("The provided CA PEM data contains no valid certificates").asException();
        }
        configs.put(call.store(), Config.ROW, after);
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<Nothing> call) {
        configs.delete(call.store(), Config.ROW);
        return Reply.nothing();
    }

    private Reply<None> check(Call.Read<Nothing> call) {
        if (!pod.missing().isEmpty()) throw new Problem.Invalid("Missing environment variables: " + String.join(", ", pod.missing())).asException();
        return Reply.nothing();
    }

    /** The cluster as it is configured now. */
    Cluster cluster(Storage.Reader store) {
        var config = configs.get(store, Config.ROW).orElseThrow(() -> new Problem.Invalid("could not load backend configuration").asException());
        var host = config.kubernetesHost().isEmpty()
                ? pod.address().orElseThrow(() -> new Problem.Invalid("kubernetes_host was unset and could not determine it from environment variables").asException())
                : config.kubernetesHost();
        var local = config.disableLocalCaJwt() ? Optional.<Pod>empty() : Optional.of(pod);
        var authorities = config.kubernetesCaCert().isEmpty() ? local.flatMap(Pod::authorities).orElse("") : config.kubernetesCaCert();
        var bearer = config.serviceAccountJwt().size() > 0 ? config.serviceAccountJwt().reveal() : local.flatMap(Pod::token).map(Secret::reveal).orElse("");
        return new Cluster(new ApiServer(outbound, host, authorities, bearer), json);
    }
}
