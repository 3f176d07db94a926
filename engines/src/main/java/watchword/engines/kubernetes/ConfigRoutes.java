package watchword.engines.kubernetes;

import java.util.List;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Which cluster a mount is for. */
final class ConfigRoutes {
    private final Table<Config> configs;

    ConfigRoutes(Table<Config> configs) {
        this.configs = configs;
    }

    record Nothing() {}

    record Set(
            @Doc("Address of the cluster's API server: a URL, or a host with or without a port.") String kubernetesHost,
            @Doc("Authorities whose certificate the API server may have, as PEM; without it the pod's own, or else the system's.") String kubernetesCaCert,
            @Doc("Token with which tokens are reviewed; without it the pod's own, or else the one that logs in. Never shown.") Secret tokenReviewerJwt,
            @Doc("Keys or certificates, as PEM, of which one must have signed a token.") List<String> pemKeys,
            @Doc("Issuer that tokens must name, where disable_iss_validation is false.") String issuer,
            @Doc("Take tokens of any issuer that the cluster takes.") @Default("true") boolean disableIssValidation,
            @Doc("Do not use the authorities and token of the pod that the server runs in.") @Default("false") boolean disableLocalCaJwt,
            @Doc("Take annotations vault.hashicorp.com/alias-metadata-* of the service account as metadata of its alias.") @Default("false") boolean useAnnotationsAsAliasMetadata,
            @Doc("Judge tokens by signature, issuer, audience and time alone, without asking the cluster whether they still stand. Roles must then name an audience.")
                    @Default("false") boolean disableTokenReview) {}

    record Shown(
            @Doc("Whether tokens are taken of any issuer that the cluster takes.") boolean disableIssValidation,
            @Doc("Whether the authorities and token of the server's own pod are passed over.") boolean disableLocalCaJwt,
            @Doc("Whether tokens are judged without asking the cluster.") boolean disableTokenReview,
            @Doc("Issuer that tokens must name; the cluster's usual one when empty.") String issuer,
            @Doc("Authorities of the API server, as PEM.") String kubernetesCaCert,
            @Doc("Address of the API server.") String kubernetesHost,
            @Doc("Keys of which one must have signed a token.") List<String> pemKeys,
            @Doc("Whether there is a token to review with.") boolean tokenReviewerJwtSet,
            @Doc("Whether annotations become metadata of aliases.") boolean useAnnotationsAsAliasMetadata) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config", Nothing.class, Shown.class, this::read, "Read which cluster this is for."),
                Route.write("config", Set.class, None.class, this::write, "Set which cluster this is for; what is not sent is as by default."));
    }

    private Reply<Shown> read(Call.Read<Nothing> call) {
        var config = configs.get(call.store(), Config.ROW).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(config.disableIssValidation(), config.disableLocalCaJwt(), config.disableTokenReview(), config.issuer(), config.kubernetesCaCert(), config.kubernetesHost(),
                config.pemKeys(), config.tokenReviewerJwt().size() > 0, config.useAnnotationsAsAliasMetadata()));
    }

    private Reply<None> write(Call.Change<Set> call) {
        var in = call.input();
        if (in.kubernetesHost().isEmpty()) throw new Problem.Invalid("no host provided").asException();
        var config = new Config(in.kubernetesHost(), in.kubernetesCaCert(), in.tokenReviewerJwt(), in.pemKeys(), in.issuer(), in.disableIssValidation(), in.disableLocalCaJwt(),
                in.useAnnotationsAsAliasMetadata(), in.disableTokenReview());
        if (!ApiServer.isAddress(in.kubernetesHost())) {
            throw new Problem.Invalid("kubernetes_host", "must be a host, a host with a port, or a URL without a name, query or fragment").asException();
        }
        if (!in.kubernetesCaCert().isEmpty() && !ApiServer.hasCertificates(in.kubernetesCaCert())) {
            throw new Problem.Invalid("The provided CA PEM data contains no valid certificates").asException();
        }
        if (!in.pemKeys().isEmpty()) SigningKeys.ofPem(in.pemKeys());
        if (in.disableTokenReview() && in.useAnnotationsAsAliasMetadata() && in.tokenReviewerJwt().size() == 0 && in.disableLocalCaJwt()) {
            throw new Problem.Invalid("use_annotations_as_alias_metadata needs token_reviewer_jwt: there is nobody to read annotations as").asException();
        }
        configs.put(call.store(), Config.ROW, config);
        return Reply.nothing();
    }

    Config require(Storage.Reader store) {
        return configs.get(store, Config.ROW).orElseThrow(() -> new Problem.Invalid("could not load backend configuration").asException());
    }
}
