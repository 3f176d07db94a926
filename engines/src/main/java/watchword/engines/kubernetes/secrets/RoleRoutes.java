package watchword.engines.kubernetes.secrets;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.engines.kubernetes.ApiServer;
import watchword.engines.kubernetes.LabelSelector;
import watchword.engines.kubernetes.Manifest;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.GoDuration;
import watchword.sdk.JsonCodec;
import watchword.sdk.Names;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.UsernameTemplate;

/** What may be asked for. */
final class RoleRoutes {
    private final Table<Role> roles;
    private final JsonCodec json;
    private final SecureRandom random;
    private final InstantSource clock;

    RoleRoutes(EngineContext context) {
        this.roles = context.table("roles", Role.class);
        this.json = context.json();
        this.random = context.random();
        this.clock = context.clock();
    }

    record Named(@Doc("Name of the role.") String name) {}

    record Set(
            @Doc("Name of the role.") String name,
            @Doc("Namespaces for which credentials may be asked; * for all.") Optional<List<String>> allowedKubernetesNamespaces,
            @Doc("Labels of namespaces that count besides those named, as a selector in JSON or YAML.") Optional<String> allowedKubernetesNamespaceSelector,
            @Doc("Longest lifetime of tokens; the mount's when 0.") Optional<Duration> tokenMaxTtl,
            @Doc("Lifetime of tokens when none is asked for; the mount's when 0.") Optional<Duration> tokenDefaultTtl,
            @Doc("Audiences of tokens when none are asked for; the cluster's own when there are none.") Optional<List<String>> tokenDefaultAudiences,
            @Doc("Account that is there, for which tokens are made. They end at their own time: an account that is not ours stays.") Optional<String> serviceAccountName,
            @Doc("Role that is there, to which an account that is made is bound.") Optional<String> kubernetesRoleName,
            @Doc("Whether that role, or the one that is made, is a `Role` or a `ClusterRole`.") Optional<String> kubernetesRoleType,
            @Doc("Rules of a role that is made with its account, in JSON or YAML: an object with a list `rules`.") Optional<String> generatedRoleRules,
            @Doc("How what is made is named; in the usual way when empty.") Optional<String> nameTemplate,
            @Doc("Labels of what is made, besides the usual ones.") Optional<Map<String, String>> extraLabels,
            @Doc("Annotations of what is made.") Optional<Map<String, String>> extraAnnotations) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("roles", Page.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the roles."),
                Route.read("roles/{name}", Named.class, Role.class, this::read, "Read a role."),
                Route.write("roles/{name}", Set.class, None.class, this::write, "Create a role, or change what is sent of it.").existence(call -> find(call.store(), call.input().name()).isPresent()),
                Route.delete("roles/{name}", Named.class, None.class, this::delete, "Delete a role; what was issued by it stands until its lease ends."));
    }

    Optional<Role> find(Storage.Reader store, String name) {
        return roles.get(store, Names.canonical(name));
    }

    private Reply<Role> read(Call.Read<Named> call) {
        return Reply.of(find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    private Reply<None> write(Call.Change<Set> call) {
        var in = call.input();
        var name = Names.canonical(in.name());
        var before = find(call.store(), name).orElse(Role.named(name));
        var after = new Role(
                in.allowedKubernetesNamespaceSelector().orElse(before.namespaceSelector()),
                in.allowedKubernetesNamespaces().map(list -> distinct(list.stream().map(text -> text.toLowerCase(Locale.ROOT)))).orElse(before.namespaces()),
                in.extraAnnotations().orElse(before.extraAnnotations()),
                in.extraLabels().orElse(before.extraLabels()),
                in.generatedRoleRules().orElse(before.generatedRoleRules()),
                in.kubernetesRoleName().orElse(before.kubernetesRoleName()),
                in.kubernetesRoleType().filter(type -> !type.isEmpty()).map(RoleRoutes::type).orElse(before.kubernetesRoleType()),
                name,
                in.nameTemplate().orElse(before.nameTemplate()),
                in.serviceAccountName().orElse(before.serviceAccountName()),
                in.tokenDefaultAudiences().map(list -> distinct(list.stream())).orElse(before.tokenDefaultAudiences()),
                in.tokenDefaultTtl().orElse(before.tokenDefaultTtl()),
                in.tokenMaxTtl().orElse(before.tokenMaxTtl()));
        requireSound(after);
        roles.put(call.store(), name, after);
        return Reply.nothing();
    }

    private static List<String> distinct(Stream<String> texts) {
        return texts.map(String::strip).filter(text -> !text.isEmpty()).distinct().sorted().toList();
    }

    private static String type(String written) {
        return Stream.of(Role.PLAIN, Role.CLUSTER_WIDE).filter(written::equalsIgnoreCase).findFirst()
                .orElseThrow(() -> new Problem.Invalid("kubernetes_role_type must be either 'Role' or 'ClusterRole'").asException());
    }

    private void requireSound(Role role) {
        if (role.namespaces().isEmpty() && role.namespaceSelector().isEmpty()) {
            throw invalid("one (at least) of allowed_kubernetes_namespaces or allowed_kubernetes_namespace_selector must be set");
        }
        if (Stream.of(role.serviceAccountName(), role.kubernetesRoleName(), role.generatedRoleRules()).filter(text -> !text.isEmpty()).count() != 1) {
            throw invalid("one (and only one) of service_account_name, kubernetes_role_name or generated_role_rules must be set");
        }
        if (role.tokenDefaultTtl().isNegative() || role.tokenMaxTtl().isNegative()) throw invalid("token_default_ttl and token_max_ttl cannot be negative");
        if (role.tokenMaxTtl().isPositive() && role.tokenDefaultTtl().compareTo(role.tokenMaxTtl()) > 0) {
            throw invalid("token_default_ttl " + GoDuration.format(role.tokenDefaultTtl()) + " cannot be greater than token_max_ttl " + GoDuration.format(role.tokenMaxTtl()));
        }
        if (!role.namespaceSelector().isEmpty() && LabelSelector.read(role.namespaceSelector(), json).isEmpty()) {
            throw invalid("failed to parse 'allowed_kubernetes_namespace_selector' as k8s.io/api/meta/v1/LabelSelector object");
        }
        if (!role.generatedRoleRules().isEmpty() && rules(role).isEmpty()) throw invalid("failed to parse 'generated_role_rules' as k8s.io/api/rbac/v1/Policy object");
        // It becomes part of a path.
        if (!role.serviceAccountName().isEmpty() && !ApiServer.isName(role.serviceAccountName())) throw new Problem.Invalid("service_account_name", "is no name of a service account").asException();
        UsernameTemplate.parse(role.template()).requireFresh(clock.instant(), random);
    }

    private static RuntimeException invalid(String text) {
        return new Problem.Invalid(text).asException();
    }

    /** The rules of a role that is made; empty when they cannot be read. */
    Optional<List<?>> rules(Role role) {
        return Manifest.read(role.generatedRoleRules(), json).flatMap(tree -> tree.get("rules")).flatMap(rules -> rules instanceof List<?> list && !list.isEmpty() ? Optional.of(list) : Optional.empty());
    }

    private Reply<None> delete(Call.Change<Named> call) {
        roles.delete(call.store(), Names.canonical(call.input().name()));
        return Reply.nothing();
    }
}
