package watchword.engines.kubernetes.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.engines.FaultyOutbound;
import watchword.engines.ServerPlayer;
import watchword.engines.kubernetes.Pod;
import watchword.sdk.Tree;

/** Tokens of service accounts, and what is made and removed for them. */
class KubernetesSecretsTest {
    private static final String RULES = "{\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"list\"]}]}";

    private PretendedApi cluster = new PretendedApi();
    private FaultyOutbound way = new FaultyOutbound(cluster);
    private ServerPlayer it = new ServerPlayer(EngineCatalog.builder().build());

    @BeforeEach
    void mount() {
        it.close();
        cluster = new PretendedApi();
        way = new FaultyOutbound(cluster);
        it = new ServerPlayer(EngineCatalog.builder().engine("kubernetes", (context, mount) -> new KubernetesEngine(context, way, new Pod(Path.of("/nowhere")))).build());
        it.asRoot("POST", "/v1/sys/mounts/kubernetes", Map.of("type", "kubernetes"));
        configure(Map.of());
        role("made", Map.of("generated_role_rules", RULES));
    }

    @AfterEach
    void close() {
        it.close();
    }

    private ServerPlayer.Received configure(Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("kubernetes_host", PretendedApi.ADDRESS, "service_account_jwt", "the-maker"));
        all.putAll(more);
        return it.asRoot("POST", "/v1/kubernetes/config", all);
    }

    private ServerPlayer.Received role(String name, Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("allowed_kubernetes_namespaces", "ml", "token_default_ttl", "1h"));
        all.putAll(more);
        return it.asRoot("POST", "/v1/kubernetes/roles/" + name, all);
    }

    private ServerPlayer.Received creds(String role, Map<String, Object> more) {
        return it.asRoot("POST", "/v1/kubernetes/creds/" + role, more);
    }

    private List<String> kinds() {
        return cluster.things.values().stream().map(thing -> thing.text("kind")).sorted().toList();
    }

    // ---- settings and roles ----

    @Test
    void settings_are_read_as_they_were_written_and_the_token_is_not() {
        var read = it.asRoot("GET", "/v1/kubernetes/config", Map.of());
        assertThat(read.part("data").members()).isEqualTo(Map.of("kubernetes_host", PretendedApi.ADDRESS, "kubernetes_ca_cert", "", "disable_local_ca_jwt", false));
        it.asRoot("POST", "/v1/kubernetes/config", Map.of("disable_local_ca_jwt", true));
        assertThat(it.asRoot("GET", "/v1/kubernetes/config", Map.of()).part("data").members()).containsEntry("kubernetes_host", PretendedApi.ADDRESS).containsEntry("disable_local_ca_jwt", true);
        assertThat(creds("made", Map.of()).status()).isEqualTo(200);
        assertThat(cluster.asked).allSatisfy(ask -> assertThat(ask.headers()).containsEntry("Authorization", "Bearer the-maker"));
        it.asRoot("DELETE", "/v1/kubernetes/config", Map.of());
        assertThat(it.asRoot("GET", "/v1/kubernetes/config", Map.of()).status()).isEqualTo(404);
        assertThat(creds("made", Map.of()).error()).isEqualTo("could not load backend configuration");
        assertThat(it.asRoot("POST", "/v1/kubernetes/config", Map.of("disable_local_ca_jwt", true)).error()).isEqualTo("kubernetes_host was unset and could not be determined from environment variables");
        assertThat(it.asRoot("GET", "/v1/kubernetes/check", Map.of()).error()).isEqualTo("Missing environment variables: KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT_HTTPS");
    }

    @Test
    void a_role_is_read_as_it_was_written() {
        role("Full", Map.of("allowed_kubernetes_namespaces", "ML, ci,ml", "kubernetes_role_name", "reader", "kubernetes_role_type", "clusterrole", "token_max_ttl", "2h", "token_default_audiences", "b,a",
                "extra_labels", Map.of("team", "ml"), "extra_annotations", Map.of("note", "x")));
        assertThat(it.asRoot("GET", "/v1/kubernetes/roles/full", Map.of()).part("data").members())
                .containsEntry("name", "full").containsEntry("allowed_kubernetes_namespaces", List.of("ci", "ml")).containsEntry("allowed_kubernetes_namespace_selector", "")
                .containsEntry("kubernetes_role_name", "reader").containsEntry("kubernetes_role_type", "ClusterRole").containsEntry("token_max_ttl", 7200L).containsEntry("token_default_ttl", 3600L)
                .containsEntry("token_default_audiences", List.of("a", "b")).containsEntry("extra_labels", Map.of("team", "ml")).containsEntry("extra_annotations", Map.of("note", "x"))
                .containsEntry("service_account_name", "").containsEntry("generated_role_rules", "").containsEntry("name_template", "");
        assertThat(it.asRoot("LIST", "/v1/kubernetes/roles", Map.of()).part("data").members()).containsEntry("keys", List.of("full", "made"));
        assertThat(it.asRoot("DELETE", "/v1/kubernetes/roles/FULL", Map.of()).status()).isEqualTo(204);
        assertThat(it.asRoot("GET", "/v1/kubernetes/roles/full", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void what_cannot_be_meant_is_refused() {
        assertThat(role("bad", Map.of("allowed_kubernetes_namespaces", "", "service_account_name", "a")).error())
                .isEqualTo("one (at least) of allowed_kubernetes_namespaces or allowed_kubernetes_namespace_selector must be set");
        assertThat(role("bad", Map.of()).error()).isEqualTo("one (and only one) of service_account_name, kubernetes_role_name or generated_role_rules must be set");
        assertThat(role("bad", Map.of("service_account_name", "a", "kubernetes_role_name", "b")).error()).startsWith("one (and only one)");
        assertThat(role("bad", Map.of("service_account_name", "a", "token_max_ttl", "10m")).error()).isEqualTo("token_default_ttl 1h0m0s cannot be greater than token_max_ttl 10m0s");
        assertThat(role("bad", Map.of("kubernetes_role_name", "a", "kubernetes_role_type", "Group")).error()).isEqualTo("kubernetes_role_type must be either 'Role' or 'ClusterRole'");
        assertThat(role("bad", Map.of("service_account_name", "../secrets")).error()).contains("service_account_name");
        assertThat(role("bad", Map.of("kubernetes_role_name", "a", "name_template", "{{.RoleName}}")).error()).contains("same name again");
        for (var rules : List.of("{", "rules:", "- a", "rules: [&a [x], *a]", "{\"rules\":[]}")) {
            assertThat(role("bad", Map.of("generated_role_rules", rules)).error()).as(rules).isEqualTo("failed to parse 'generated_role_rules' as k8s.io/api/rbac/v1/Policy object");
        }
        for (var selector : List.of("{}", "matchExpressions: [{key: a, operator: Near}]", "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\"}]}")) {
            assertThat(role("bad", Map.of("service_account_name", "a", "allowed_kubernetes_namespace_selector", selector)).error()).as(selector)
                    .isEqualTo("failed to parse 'allowed_kubernetes_namespace_selector' as k8s.io/api/meta/v1/LabelSelector object");
        }
        assertThat(it.asRoot("GET", "/v1/kubernetes/roles/bad", Map.of()).status()).isEqualTo(404);
        assertThat(creds("none", Map.of()).error()).isEqualTo("role 'none' does not exist");
    }

    // ---- credentials ----

    @Test
    void an_account_is_made_with_its_role_and_binding_and_goes_with_the_lease() {
        var made = creds("made", Map.of());
        var data = made.part("data");
        assertThat(data.text("service_account_name")).matches("v-root-made-\\d+-[0-9a-z]{24}");
        assertThat(data.text("service_account_namespace")).isEqualTo("ml");
        assertThat(data.text("service_account_token")).contains(".");
        assertThat(made.at("lease_duration")).isEqualTo(3600L);
        assertThat(made.at("renewable")).isEqualTo(false);
        assertThat(kinds()).containsExactly("Role", "RoleBinding", "ServiceAccount");
        var account = cluster.things.getOrDefault("/api/v1/namespaces/ml/serviceaccounts/" + data.text("service_account_name"), Tree.of(null));
        assertThat(account.at("metadata").at("labels").texts()).containsEntry("app.kubernetes.io/managed-by", "HashiCorp-Vault");
        assertThat(String.valueOf(account.at("metadata").members().get("ownerReferences"))).contains("kind=Role").contains("uid-of-/apis/rbac");
        it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", made.text("lease_id"), "sync", true));
        assertThat(cluster.things).isEmpty();
    }

    @Test
    void a_role_in_yaml_means_the_same() {
        role("yaml", Map.of("generated_role_rules", "rules:\n- apiGroups: [\"\"]\n  resources: [pods]\n  verbs: [list]\n", "kubernetes_role_type", "ClusterRole"));
        creds("made", Map.of());
        creds("yaml", Map.of("cluster_role_binding", true));
        assertThat(kinds()).containsExactly("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ServiceAccount", "ServiceAccount");
        assertThat(cluster.things.values().stream().filter(thing -> thing.text("kind").endsWith("Role")).map(thing -> thing.members().get("rules")).distinct()).hasSize(1);
    }

    @Test
    void an_account_that_is_there_stays() {
        role("there", Map.of("service_account_name", "train"));
        assertThat(creds("there", Map.of()).error()).isEqualTo("failed to create a service account token for ml/train: serviceaccounts \"train\" not found");
        cluster.things.put("/api/v1/namespaces/ml/serviceaccounts/train", Tree.of(Map.of("kind", "ServiceAccount")));
        var made = creds("there", Map.of("audiences", "vault", "ttl", "20m"));
        assertThat(made.part("data").text("service_account_name")).isEqualTo("train");
        assertThat(made.at("lease_duration")).isEqualTo(1200L);
        assertThat(cluster.lastBody()).contains("\"audiences\":[\"vault\"]").contains("1200");
        it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", made.text("lease_id"), "sync", true));
        assertThat(cluster.things).hasSize(1);
    }

    @Test
    void a_lease_is_as_long_as_its_token() {
        assertThat(creds("made", Map.of("ttl", "5m")).error()).contains("may not specify a duration less than 10 minutes");
        cluster.moreSeconds = -600;
        var shorter = creds("made", Map.of());
        assertThat(shorter.at("lease_duration")).isEqualTo(3000L);
        assertThat(shorter.text("warnings")).contains("TTL 50m0s is less than the Vault lease TTL 1h0m0s; capping the lease TTL accordingly");
        cluster.moreSeconds = 600;
        assertThat(creds("made", Map.of()).at("lease_duration")).isEqualTo(3600L);
        cluster.moreSeconds = 0;
        role("made", Map.of("token_max_ttl", "1h"));
        var capped = creds("made", Map.of("ttl", "3h"));
        assertThat(capped.at("lease_duration")).isEqualTo(3600L);
        assertThat(capped.text("warnings")).contains("ttl of 3h0m0s is greater than the role's token_max_ttl of 1h0m0s; capping accordingly");
    }

    @Test
    void only_in_namespaces_that_the_role_allows() {
        role("made", Map.of("allowed_kubernetes_namespaces", "ml,ci"));
        assertThat(creds("made", Map.of()).error()).contains("'kubernetes_namespace' is required unless the Vault role has a single namespace specified");
        assertThat(creds("made", Map.of("kubernetes_namespace", "ci")).status()).isEqualTo(200);
        assertThat(creds("made", Map.of("kubernetes_namespace", "prod")).error()).isEqualTo(
                "kubernetes_namespace 'prod' is not present in role's allowed_kubernetes_namespaces or does not match role's label selector allowed_kubernetes_namespace_selector");
        assertThat(creds("made", Map.of("kubernetes_namespace", "ci/../prod")).status()).isEqualTo(400);
        assertThat(creds("made", Map.of("kubernetes_namespace", "ci", "cluster_role_binding", true)).error()).isEqualTo("a ClusterRoleBinding cannot ref a Role");
        role("made", Map.of("allowed_kubernetes_namespace_selector", "matchLabels:\n  team: ml\nmatchExpressions:\n- {key: tier, operator: NotIn, values: [prod]}"));
        cluster.labels.put("prod", Map.of("team", "ml", "tier", "prod"));
        cluster.labels.put("lab", Map.of("team", "ml"));
        assertThat(creds("made", Map.of("kubernetes_namespace", "prod")).status()).isEqualTo(400);
        assertThat(creds("made", Map.of("kubernetes_namespace", "lab")).status()).isEqualTo(200);
    }

    // ---- what goes wrong ----

    @Test
    void what_is_there_already_is_never_taken_for_ours() {
        role("made", Map.of("name_template", "{{ random 1 | lowercase }}{{ random 30 | truncate 1 | lowercase }}"));
        for (int i = 0; i < 40; i++) creds("made", Map.of());
        var before = kinds().size();
        assertThat(before % 3).isZero();
        cluster.asked.clear();
        it.runDue();
        assertThat(cluster.asked).as("a name that was taken removes nothing").isEmpty();
    }

    @Test
    void nothing_is_left_when_the_cluster_refuses_the_token() {
        cluster.refusesTokens = true;
        assertThat(creds("made", Map.of()).status()).isEqualTo(502);
        it.runDue();
        assertThat(cluster.things).isEmpty();
    }

    @Test
    void nothing_is_left_wherever_the_server_dies() {
        creds("made", Map.of());
        int requests = cluster.asked.size();
        assertThat(requests).as("a question, a role, a binding, an account, a token").isEqualTo(5);
        for (int at = 1; at <= requests; at++) {
            for (boolean after : List.of(false, true)) {
                mount();
                way.dieAt(at, after);
                assertThatThrownBy(() -> creds("made", Map.of())).isInstanceOf(FaultyOutbound.Died.class);
                it.restart();
                it.clock().advance(Duration.ofMinutes(3));
                it.runDue();
                assertThat(cluster.things).as("died at %s, after it %s", at, after).isEmpty();
                assertThat(it.asRoot("LIST", "/v1/sys/leases/lookup/kubernetes/creds/made", Map.of()).status()).isEqualTo(404);
            }
        }
    }

    @Test
    void nothing_is_left_wherever_the_server_dies_while_it_revokes() {
        for (int at = 1; at <= 3; at++) {
            for (boolean after : List.of(false, true)) {
                mount();
                var lease = creds("made", Map.of()).text("lease_id");
                way.dieAt(at, after);
                assertThatThrownBy(() -> it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", lease, "sync", true))).isInstanceOf(FaultyOutbound.Died.class);
                it.restart();
                it.clock().advance(Duration.ofMinutes(3));
                it.runDue();
                assertThat(cluster.things).isEmpty();
                assertThat(it.asRoot("LIST", "/v1/sys/leases/lookup/kubernetes/creds/made", Map.of()).status()).isEqualTo(404);
            }
        }
    }
}
