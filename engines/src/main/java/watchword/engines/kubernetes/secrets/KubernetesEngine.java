package watchword.engines.kubernetes.secrets;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.engines.kubernetes.ApiServer;
import watchword.engines.kubernetes.LabelSelector;
import watchword.engines.kubernetes.Pod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.GoDuration;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.Revocation;
import watchword.sdk.Revocable;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.UsernameTemplate;

/** Makes tokens of service accounts, and the accounts, roles and bindings that they need. */
public final class KubernetesEngine implements Engine, Revocable {
    /** By which people and tools tell what they did not make themselves; as the field's clients know them. */
    private static final Map<String, String> LABELS = Map.of("app.kubernetes.io/managed-by", "HashiCorp-Vault", "app.kubernetes.io/created-by", "vault-plugin-secrets-kubernetes");

    private final JsonCodec json;
    private final SecureRandom random;
    private final ConfigRoutes configs;
    private final RoleRoutes roles;

    /** @param pod where this server would find what the cluster gives it, if it runs in one */
    public KubernetesEngine(EngineContext context, Outbound outbound, Pod pod) {
        this.json = context.json();
        this.random = context.random();
        this.configs = new ConfigRoutes(context.table("settings", Config.class), outbound, context.json(), pod);
        this.roles = new RoleRoutes(context);
    }

    record Wanted(
            @Doc("Name of the role.") String name,
            @Doc("Namespace for which credentials are made; needed unless the role has just one.") String kubernetesNamespace,
            @Doc("Whether they hold in the whole cluster; only for roles with `ClusterRole`.") boolean clusterRoleBinding,
            @Doc("How long they hold; the role's default when 0.") Duration ttl,
            @Doc("Audiences of the token; the role's when there are none.") List<String> audiences) {}

    record Issued(
            @Doc("Name of the service account.") String serviceAccountName,
            @Doc("Its namespace.") String serviceAccountNamespace,
            @Doc("A token of it.") Secret serviceAccountToken) {}

    @Override
    public String type() {
        return "kubernetes";
    }

    @Override
    public String help() {
        return "Makes tokens of a Kubernetes cluster's service accounts, with roles and bindings that go with the lease.";
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
        all.add(Route.effect(Operation.WRITE, "creds/{name}", Wanted.class, Issued.class, this::issue, "Get a token of a service account.").with(Trait.GIVES_LEASE));
        return List.copyOf(all);
    }

    private record Rules(Cluster cluster, Role role) {}

    private Reply<Issued> issue(Call.Effect<Wanted> call) {
        var in = call.input();
        var rules = call.storage().<Rules>read(store -> {
            var role = roles.find(store, in.name()).orElseThrow(() -> new Problem.Invalid("role '" + in.name() + "' does not exist").asException());
            return new Rules(configs.cluster(store), role);
        });
        var role = rules.role();
        var namespace = namespace(rules, in.kubernetesNamespace());
        if (in.clusterRoleBinding() && !role.isClusterWide()) throw new Problem.Invalid("a ClusterRoleBinding cannot ref a Role").asException();
        var warnings = new ArrayList<String>();
        var ttl = ttl(call, role, warnings);
        var audiences = in.audiences().isEmpty() ? role.tokenDefaultAudiences() : in.audiences();
        var made = role.serviceAccountName().isEmpty() ? Made.of(role, namespace, newName(call, role), in.clusterRoleBinding()) : Made.nothing(namespace, role.serviceAccountName());
        make(call, rules, made);
        var token = rules.cluster().token(namespace, made.name(), ttl, audiences);
        if (!token.ttl().equals(ttl)) warnings.add(difference(token.ttl(), ttl));
        var lease = token.ttl().compareTo(ttl) < 0 ? token.ttl() : ttl;
        return Reply.of(new Issued(made.name(), namespace, token.text())).until(new Reply.Term.Leased(lease, role.tokenMaxTtl(), false, made.revocation())).warn(warnings);
    }

    private String namespace(Rules rules, String asked) {
        var role = rules.role();
        if (asked.isEmpty() && role.hasOneNamespace()) return role.namespaces().getFirst();
        if (asked.isEmpty()) throw new Problem.Invalid("error verifying namespace: 'kubernetes_namespace' is required unless the Vault role has a single namespace specified").asException();
        if (!ApiServer.isName(asked)) throw new Problem.Invalid("kubernetes_namespace", "is no name of a namespace").asException();
        if (role.allows(asked) || LabelSelector.read(role.namespaceSelector(), json).filter(selector -> selector.matches(rules.cluster().namespaceLabels(asked))).isPresent()) return asked;
        throw new Problem.Invalid("kubernetes_namespace '" + asked + "' is not present in role's allowed_kubernetes_namespaces or does not match role's label selector allowed_kubernetes_namespace_selector").asException();
    }

    private static Duration ttl(Call.Effect<Wanted> call, Role role, List<String> warnings) {
        var mount = call.ask().mount();
        var ttl = call.input().ttl().isPositive() ? call.input().ttl() : role.tokenDefaultTtl().isPositive() ? role.tokenDefaultTtl() : mount.defaultTtl();
        if (role.tokenMaxTtl().isPositive() && ttl.compareTo(role.tokenMaxTtl()) > 0) {
            warnings.add("ttl of " + GoDuration.format(ttl) + " is greater than the role's token_max_ttl of " + GoDuration.format(role.tokenMaxTtl()) + "; capping accordingly");
            ttl = role.tokenMaxTtl();
        }
        if (ttl.compareTo(mount.maxTtl()) > 0) {
            warnings.add("ttl of " + GoDuration.format(ttl) + " is greater than Vault's max lease ttl " + GoDuration.format(mount.maxTtl()) + "; capping accordingly");
            ttl = mount.maxTtl();
        }
        return ttl;
    }

    private static String difference(Duration token, Duration lease) {
        boolean longer = token.compareTo(lease) > 0;
        return "the created Kubernetes service accout token TTL " + GoDuration.format(token) + " is " + (longer ? "greater" : "less") + " than the Vault lease TTL " + GoDuration.format(lease)
                + (longer ? "" : "; capping the lease TTL accordingly");
    }

    /** In the cluster's alphabet, which is smaller than that of names elsewhere. */
    private String newName(Call.Effect<Wanted> call, Role role) {
        var name = UsernameTemplate.parse(role.template()).make(call.caller().displayName(), role.name(), call.now(), random).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
        if (!ApiServer.isName(name)) throw new Problem.Invalid("failed to generate name: the name template makes what is no name in a cluster").asException();
        return name;
    }

    // ---- making and removing ----

    private void make(Call.Effect<Wanted> call, Rules rules, Made made) {
        if (made.kinds().isEmpty()) return;
        var first = made.kinds().getFirst();
        // What is there already is not ours: it must not be announced, since what is announced is removed.
        rules.cluster().requireCreatable(first, made.namespace(), manifest(rules.role(), made, first, Optional.empty()));
        call.announce(made.revocation());
        Optional<Map<String, Object>> owner = Optional.empty();
        for (var kind : made.kinds()) {
            var reference = rules.cluster().create(kind, made.namespace(), manifest(rules.role(), made, kind, owner));
            if (owner.isEmpty()) owner = Optional.of(reference);
        }
    }

    private Map<String, Object> manifest(Role role, Made made, Kind kind, Optional<Map<String, Object>> owner) {
        var labels = new LinkedHashMap<String, Object>(role.extraLabels());
        labels.putAll(LABELS);
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("name", made.name());
        if (kind.isNamespaced) metadata.put("namespace", made.namespace());
        metadata.put("labels", labels);
        if (!role.extraAnnotations().isEmpty()) metadata.put("annotations", role.extraAnnotations());
        owner.ifPresent(reference -> metadata.put("ownerReferences", List.of(reference)));
        var manifest = new LinkedHashMap<String, Object>();
        manifest.put("apiVersion", kind.version);
        manifest.put("kind", kind.word);
        manifest.put("metadata", metadata);
        switch (kind) {
            case ROLE, CLUSTER_ROLE -> manifest.put("rules", roles.rules(role).orElseThrow(() -> new Problem.Invalid("failed to parse 'generated_role_rules' as k8s.io/api/rbac/v1/Policy object").asException()));
            case ROLE_BINDING, CLUSTER_ROLE_BINDING -> {
                manifest.put("subjects", List.of(Map.of("kind", "ServiceAccount", "name", made.name(), "namespace", made.namespace())));
                manifest.put("roleRef", Map.of("apiGroup", Kind.RBAC_GROUP, "kind", role.kubernetesRoleType(), "name", role.kubernetesRoleName().isEmpty() ? made.name() : role.kubernetesRoleName()));
            }
            case SERVICE_ACCOUNT -> {}
        }
        return manifest;
    }

    /** The account first: with it the token ends. */
    @Override
    public void revoke(Revocation revocation, Storage mountStorage) {
        var made = Made.of(revocation);
        if (made.kinds().isEmpty()) return;
        var cluster = mountStorage.<Cluster>read(configs::cluster);
        for (var kind : made.kinds().reversed()) cluster.delete(kind, made.namespace(), made.name());
    }
}
