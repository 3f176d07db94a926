package watchword.engines.kubernetes;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;

/**
 * Logs in service accounts. What a token says of itself only tells which question to ask; who it is, is what the cluster answers to that
 * question, and only to whom the cluster knows it is told whether there is such a role.
 */
public final class KubernetesMethod implements AuthMethod {
    private final Outbound outbound;
    private final JsonCodec json;
    private final SecureRandom random;
    private final Pod pod;
    private final SigningKeys keys;
    private final ConfigRoutes configs;
    private final RoleRoutes roles;

    /** @param pod where this server would find what the cluster gives it, if it runs in one */
    public KubernetesMethod(EngineContext context, Outbound outbound, Pod pod) {
        this.outbound = outbound;
        this.json = context.json();
        this.random = context.random();
        this.pod = pod;
        this.keys = new SigningKeys();
        this.configs = new ConfigRoutes(context.table("settings", Config.class));
        this.roles = new RoleRoutes(context.table("role", Role.class), context.json());
    }

    record Login(@Doc("Role to log in as.") String role, @Doc("The service account's token.") Secret jwt) {}

    /** What a login is judged by. */
    private record Rules(Config config, Optional<Role> role) {}

    @Override
    public String type() {
        return "kubernetes";
    }

    @Override
    public String help() {
        return "Logs in service accounts of a Kubernetes cluster with the tokens that the cluster gives them.";
    }

    @Override
    public Set<String> names() {
        return Set.of("name");
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.addAll(configs.routes());
        all.addAll(roles.routes());
        all.add(Route.loginOutside("login", Login.class, this::login, "Log in with a service account's token."));
        return List.copyOf(all);
    }

    private Reply<None> login(Call.Effect<Login> call) {
        var in = call.input();
        if (in.role().isEmpty()) throw new Problem.Invalid("missing role").asException();
        if (in.jwt().size() == 0) throw new Problem.Invalid("missing jwt").asException();
        var rules = call.storage().<Rules>read(store -> new Rules(configs.require(store), roles.find(store, in.role())));
        rules.role().ifPresent(role -> role.terms().requireFrom(call.ask().remoteAddress()));
        var account = prove(rules, in.jwt().reveal(), call);
        var role = rules.role().orElseThrow(() -> new Problem.Invalid("invalid role name \"" + in.role() + "\"").asException());
        requireBound(rules.config(), role, account);
        var metadata = new LinkedHashMap<>(account.metadata());
        metadata.put("role", in.role());
        return Reply.auth(Reply.Login.of(role.alias(account), role.terms()).displayName(account.namespace() + "-" + account.name()).metadata(metadata)
                .aliasMetadata(aliasMetadata(rules.config(), account, in.jwt().reveal())).handle(Map.of("role", in.role())));
    }

    /** Whom the token is, by the cluster's word or its signature. The same work and answer whether there is such a role or not. */
    private ServiceAccount prove(Rules rules, String jwt, Call<Login> call) {
        var config = rules.config();
        var said = ClaimedToken.read(jwt, json).filter(token -> token.isCurrent(call.now())).orElseThrow(KubernetesMethod::denied);
        if (!config.disableIssValidation() && !said.issuer().equals(config.issuer().isEmpty() ? "kubernetes/serviceaccount" : config.issuer())) throw denied();
        var audience = rules.role().map(Role::audience).filter(name -> !name.isEmpty());
        if (config.disableTokenReview()) {
            var signed = keys.verify(jwt, config, () -> cluster(config, ""), call.now()).filter(token -> token.expires().isPresent() && token.isCurrent(call.now())).orElseThrow(KubernetesMethod::denied);
            // Nobody else looks at the audience: without one, any service's token would do.
            if (rules.role().isPresent() && audience.filter(signed::isFor).isEmpty()) throw denied();
            return signed.account();
        }
        if (!config.pemKeys().isEmpty() && keys.verify(jwt, config, () -> cluster(config, ""), call.now()).isEmpty()) throw denied();
        var known = cluster(config, jwt).review(jwt, audience.map(List::of).orElse(said.audiences())).orElseThrow(KubernetesMethod::denied);
        if (!known.isSameAs(said.account()) || audience.filter(name -> !said.isFor(name)).isPresent()) throw denied();
        return new ServiceAccount(known.namespace(), known.name(), known.uid(), said.account().secretName());
    }

    private static RuntimeException denied() {
        return new Problem.Denied().asException();
    }

    private void requireBound(Config config, Role role, ServiceAccount account) {
        if (!role.allowsName(account)) throw new Problem.Denied("service account name not authorized").asException();
        if (!role.allowsNamespace(account) && !allowsLabels(config, role, account)) throw new Problem.Denied("namespace not authorized").asException();
    }

    private boolean allowsLabels(Config config, Role role, ServiceAccount account) {
        return LabelSelector.read(role.boundServiceAccountNamespaceSelector(), json)
                .filter(selector -> cluster(config, "").namespaceLabels(account.namespace()).filter(selector::matches).isPresent()).isPresent();
    }

    private Map<String, String> aliasMetadata(Config config, ServiceAccount account, String jwt) {
        var metadata = new LinkedHashMap<>(account.metadata());
        if (config.useAnnotationsAsAliasMetadata()) metadata.putAll(cluster(config, jwt).aliasMetadata(account));
        return metadata;
    }

    /** @param otherwise with whose rights, when neither the operator nor the pod has given us a token */
    private Cluster cluster(Config config, String otherwise) {
        var local = config.disableLocalCaJwt() ? Optional.<Pod>empty() : Optional.of(pod);
        var authorities = config.kubernetesCaCert().isEmpty() ? local.flatMap(Pod::authorities).orElse("") : config.kubernetesCaCert();
        var reviewer = config.tokenReviewerJwt().size() > 0 ? config.tokenReviewerJwt().reveal() : local.flatMap(Pod::token).map(Secret::reveal).orElse(otherwise);
        return new Cluster(new ApiServer(outbound, config.kubernetesHost(), authorities, reviewer), json, random);
    }

    @Override
    public Renewed renew(Renewal renewal) {
        var name = renewal.handle().getOrDefault("role", "");
        var rules = renewal.store().<Rules>read(store -> new Rules(configs.require(store), roles.find(store, name)));
        var role = rules.role().orElseThrow(KubernetesMethod::denied);
        var of = renewal.metadata();
        var account = new ServiceAccount(of.getOrDefault("service_account_namespace", ""), of.getOrDefault("service_account_name", ""), of.getOrDefault("service_account_uid", ""), "");
        requireBound(rules.config(), role, account);
        requireThere(rules.config(), account);
        return Renewed.on(role.terms());
    }

    /** An account that was deleted keeps nothing, where the cluster may be asked about it. */
    private void requireThere(Config config, ServiceAccount account) {
        var asked = cluster(config, "");
        if (!config.disableTokenReview() && asked.isOurs() && asked.isGone(account)) throw denied();
    }
}
