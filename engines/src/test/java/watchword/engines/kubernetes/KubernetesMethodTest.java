package watchword.engines.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.engines.TokenIssuer;

/** Logins of service accounts: numbers 31, 41, 42, 54, 56 and 173 of the vulnerability list; each refusal beside its legitimate twin. */
class KubernetesMethodTest {
    private static final String ROLE = "/v1/auth/kubernetes/role/trainer";

    @TempDir
    private Path pod;

    private final PretendedCluster cluster = new PretendedCluster();
    private ServerPlayer it = new ServerPlayer(EngineCatalog.builder().build());

    @BeforeEach
    void mount() {
        it.close();
        it = new ServerPlayer(EngineCatalog.builder().auth("kubernetes", (context, mount) -> new KubernetesMethod(context, cluster, new Pod(pod))).build());
        it.asRoot("POST", "/v1/sys/auth/kubernetes", Map.of("type", "kubernetes"));
        configure(Map.of());
        role(Map.of());
    }

    @AfterEach
    void close() {
        it.close();
    }

    private ServerPlayer.Received configure(Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("kubernetes_host", PretendedCluster.ADDRESS, "token_reviewer_jwt", "the-reviewer"));
        all.putAll(more);
        return it.asRoot("POST", "/v1/auth/kubernetes/config", all);
    }

    private ServerPlayer.Received role(Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("bound_service_account_names", "train", "bound_service_account_namespaces", "ml", "audience", "vault", "token_policies", "trainer", "token_ttl", "10m"));
        all.putAll(more);
        return it.asRoot("POST", ROLE, all);
    }

    private Map<String, Object> claims(String namespace, String name, String... audiences) {
        return PretendedCluster.claims(namespace, name, List.of(audiences), it.clock().instant());
    }

    private String jwt(String namespace, String name, String... audiences) {
        return cluster.issuer.sign(claims(namespace, name, audiences));
    }

    private ServerPlayer.Received login(String role, String jwt) {
        return it.ask("", "POST", "/v1/auth/kubernetes/login", Map.of("role", role, "jwt", jwt));
    }

    private ServerPlayer.Received login(String jwt) {
        return login("trainer", jwt);
    }

    // ---- settings ----

    @Test
    void settings_are_read_as_they_were_written_and_the_reviewing_token_is_not() {
        var read = it.asRoot("GET", "/v1/auth/kubernetes/config", Map.of());
        assertThat(read.part("data").members()).containsEntry("kubernetes_host", PretendedCluster.ADDRESS).containsEntry("token_reviewer_jwt_set", true).containsEntry("disable_iss_validation", true)
                .containsEntry("disable_local_ca_jwt", false).containsEntry("pem_keys", List.of()).containsEntry("issuer", "").containsEntry("kubernetes_ca_cert", "");
        assertThat(String.valueOf(read.body())).doesNotContain("the-reviewer");
        var role = it.asRoot("GET", ROLE, Map.of());
        assertThat(role.part("data").members()).containsEntry("bound_service_account_names", List.of("train")).containsEntry("bound_service_account_namespaces", List.of("ml"))
                .containsEntry("audience", "vault").containsEntry("alias_name_source", "serviceaccount_uid").containsEntry("token_ttl", 600L).containsEntry("token_policies", List.of("trainer"))
                .doesNotContainKeys("policies", "ttl");
    }

    @Test
    void older_names_of_fields_are_shown_where_a_role_was_set_by_them() {
        it.asRoot("POST", "/v1/auth/kubernetes/role/old", Map.of("bound_service_account_names", "*", "bound_service_account_namespaces", "*", "policies", "a,b", "ttl", "5m", "num_uses", 3L));
        assertThat(it.asRoot("GET", "/v1/auth/kubernetes/role/old", Map.of()).part("data").members()).containsEntry("policies", List.of("a", "b")).containsEntry("token_policies", List.of("a", "b"))
                .containsEntry("ttl", 300L).containsEntry("token_ttl", 300L).containsEntry("num_uses", 3L);
        it.asRoot("POST", "/v1/auth/kubernetes/role/old", Map.of("token_ttl", "6m"));
        assertThat(it.asRoot("GET", "/v1/auth/kubernetes/role/old", Map.of()).part("data").members()).doesNotContainKey("ttl").containsEntry("token_ttl", 360L).containsKey("policies");
    }

    @Test
    void roles_are_listed_and_deleted_whatever_their_spelling() {
        assertThat(it.asRoot("LIST", "/v1/auth/kubernetes/role", Map.of()).part("data").members()).containsEntry("keys", List.of("trainer"));
        assertThat(it.asRoot("DELETE", "/v1/auth/kubernetes/role/Trainer", Map.of()).status()).isEqualTo(204);
        assertThat(it.asRoot("LIST", "/v1/auth/kubernetes/role", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void what_cannot_be_meant_is_refused() {
        assertThat(role(Map.of("bound_service_account_names", "*,train")).error()).isEqualTo("can not mix \"*\" with values");
        assertThat(role(Map.of("bound_service_account_names", "")).error()).isEqualTo("\"bound_service_account_names\" can not be empty");
        assertThat(role(Map.of("bound_service_account_namespaces", "")).error()).contains("can not be empty if");
        assertThat(role(Map.of("alias_name_source", "pod")).error()).contains("invalid alias_name_source");
        for (var selector : List.of("{}", "{\"matchExpressions\":[]}", "matchLabels:", "a: b", "{\"matchLabels\":{\"a\":1}}")) {
            assertThat(role(Map.of("bound_service_account_namespace_selector", selector)).error()).as(selector).contains("invalid");
        }
        assertThat(configure(Map.of("kubernetes_host", "")).error()).isEqualTo("no host provided");
        assertThat(configure(Map.of("kubernetes_host", "https://a@b")).status()).isEqualTo(400);
        assertThat(configure(Map.of("kubernetes_ca_cert", "none")).error()).isEqualTo("The provided CA PEM data contains no valid certificates");
        assertThat(configure(Map.of("pem_keys", "none")).status()).isEqualTo(400);
        assertThat(role(Map.of("token_policies", "Root")).status()).isEqualTo(400);
    }

    // ---- logins ----

    @Test
    void a_service_account_logs_in_and_is_known_by_its_uid() {
        var auth = login(jwt("ml", "train", "vault")).part("auth");
        assertThat(auth.members()).containsEntry("token_policies", List.of("default", "trainer")).containsEntry("lease_duration", 600L);
        assertThat(auth.at("metadata").members()).isEqualTo(Map.of("role", "trainer", "service_account_name", "train", "service_account_namespace", "ml", "service_account_secret_name", "",
                "service_account_uid", PretendedCluster.uid("ml", "train")));
        assertThat(it.ask(auth.text("client_token"), "GET", "/v1/auth/token/lookup-self", Map.of()).part("data").text("display_name")).isEqualTo("kubernetes-ml-train");
        assertThat(cluster.asked).hasSize(1);
        assertThat(cluster.asked.getFirst().headers()).containsEntry("Authorization", "Bearer the-reviewer");
    }

    /** 42, 173: the cluster is told which audience a token must be for, and its word on it counts. */
    @Test
    void a_token_for_another_audience_is_refused() {
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        assertThat(cluster.lastBody()).contains("\"audiences\":[\"vault\",\"once:");
        assertThat(login(jwt("ml", "train", PretendedCluster.ISSUER)).status()).isEqualTo(403);
        assertThat(login(jwt("ml", "train")).status()).isEqualTo(403);

        cluster.knowsAudiences = false;
        assertThat(login(jwt("ml", "train", "vault")).status()).as("a server that checks no audience has not checked this one").isEqualTo(403);
    }

    @Test
    void a_role_without_an_audience_takes_any_that_the_cluster_takes_and_says_that_it_is_wide() {
        var warned = role(Map.of("audience", ""));
        assertThat(String.valueOf(warned.body())).contains("does not have an audience configured");
        assertThat(login(jwt("ml", "train", "other")).status()).isEqualTo(200);
    }

    /** 42: nothing is remembered of a review, so what is deleted is refused by the next login. */
    @Test
    void a_service_account_that_was_deleted_is_refused_at_once() {
        var jwt = jwt("ml", "train", "vault");
        assertThat(login(jwt).status()).isEqualTo(200);
        cluster.deleted.add(PretendedCluster.uid("ml", "train"));
        assertThat(login(jwt).status()).isEqualTo(403);
    }

    @Test
    void each_bound_of_a_role_refuses() {
        assertThat(login(jwt("ml", "other", "vault")).error()).isEqualTo("service account name not authorized");
        assertThat(login(jwt("prod", "train", "vault")).error()).isEqualTo("namespace not authorized");
        role(Map.of("bound_service_account_names", "tr*n", "bound_service_account_namespaces", "*"));
        assertThat(login(jwt("prod", "train", "vault")).status()).isEqualTo(200);
        assertThat(login(jwt("prod", "trains", "vault")).status()).isEqualTo(403);
        role(Map.of("token_bound_cidrs", "10.0.0.0/8"));
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(403);
    }

    @Test
    void namespaces_may_be_chosen_by_their_labels() {
        cluster.labels.put("lab", Map.of("team", "ml", "stage", "test"));
        for (var selector : List.of("{\"matchLabels\":{\"team\":\"ml\"}}", "matchLabels:\n  team: ml\n  \"stage\": 'test'\n")) {
            role(Map.of("bound_service_account_namespaces", List.of(), "bound_service_account_namespace_selector", selector));
            assertThat(login(jwt("lab", "train", "vault")).status()).as(selector).isEqualTo(200);
            assertThat(login(jwt("prod", "train", "vault")).status()).isEqualTo(403);
        }
        cluster.labels.put("lab", Map.of("team", "other"));
        assertThat(login(jwt("lab", "train", "vault")).status()).isEqualTo(403);
    }

    @Test
    void strangers_do_not_learn_which_roles_there_are() {
        var forged = TokenIssuer.named("one").sign(claims("ml", "train", "vault"));
        var known = login("trainer", forged);
        int work = cluster.asked.size();
        var unknown = login("nobody", forged);
        assertThat(known.status()).isEqualTo(403);
        assertThat(unknown.body()).isEqualTo(known.body());
        assertThat(cluster.asked).as("the same work").hasSize(2 * work);
        assertThat(login("nobody", jwt("ml", "train", "vault")).error()).as("a service account is told").isEqualTo("invalid role name \"nobody\"");
    }

    /** 54: what the cluster has reviewed is who logs in. */
    @Test
    void claims_that_differ_from_what_the_cluster_says_are_refused() {
        var claims = new LinkedHashMap<>(claims("ml", "train", "vault"));
        claims.put("sub", "system:serviceaccount:ml:other");
        assertThat(login(cluster.issuer.sign(claims)).status()).isEqualTo(403);
        claims.put("sub", "system:serviceaccount:ml:train:more");
        assertThat(login(cluster.issuer.sign(claims)).status()).isEqualTo(403);
        claims.put("sub", "train");
        assertThat(login(cluster.issuer.sign(claims)).status()).isEqualTo(403);
        claims.put("sub", "system:serviceaccount:ml:train");
        assertThat(login(cluster.issuer.sign(claims)).status()).isEqualTo(200);
    }

    @Test
    void what_is_no_token_of_a_service_account_is_not_even_shown_to_the_cluster() {
        var old = claims("ml", "train", "vault");
        old.put("exp", it.clock().instant().getEpochSecond() - 61);
        var odd = claims("ml", "train", "vault");
        odd.put("kubernetes.io", Map.of("namespace", "../../x", "serviceaccount", Map.of("name", "train", "uid", "u")));
        for (var jwt : List.of("x", "a.b.c", "..", cluster.issuer.sign(Map.of("sub", "x")), cluster.issuer.sign(old), cluster.issuer.sign(odd), "a".repeat(20_000))) {
            assertThat(login(jwt).status()).as(jwt).isEqualTo(403);
        }
        assertThat(cluster.asked).isEmpty();
        assertThat(login("", jwt("ml", "train", "vault")).error()).isEqualTo("missing role");
        assertThat(login("trainer", "").error()).isEqualTo("missing jwt");
    }

    @Test
    void a_cluster_that_cannot_be_asked_lets_nobody_in_and_tells_nothing_of_itself() {
        cluster.down = true;
        var refused = login(jwt("ml", "train", "vault"));
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.error()).doesNotContain("cluster.test");
    }

    @Test
    void an_alias_may_be_named_by_namespace_and_name() {
        role(Map.of("alias_name_source", "serviceaccount_name"));
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        assertThat(new Role(List.of(), List.of(), "", "", "serviceaccount_name", watchword.sdk.TokenTerms.NONE, List.of()).alias(new ServiceAccount("ml", "train", "u", ""))).isEqualTo("ml/train");
    }

    @Test
    void annotations_become_metadata_of_the_alias_but_never_those_that_are_reserved() {
        configure(Map.of("use_annotations_as_alias_metadata", true));
        cluster.annotations.put("vault.hashicorp.com/alias-metadata-env", "test");
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        cluster.annotations.put("vault.hashicorp.com/alias-metadata-service_account_name", "admin");
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(400);
    }

    // ---- who reviews ----

    @Test
    void the_pods_own_token_and_authorities_are_used_where_the_operator_gave_none_and_read_anew() throws IOException {
        configure(Map.of("token_reviewer_jwt", ""));
        Files.writeString(pod.resolve("token"), "of-the-pod\n");
        Files.writeString(pod.resolve("ca.crt"), "-----BEGIN CERTIFICATE-----");
        login(jwt("ml", "train", "vault"));
        assertThat(cluster.asked.getLast().headers()).containsEntry("Authorization", "Bearer of-the-pod");
        assertThat(cluster.asked.getLast().trust().authorities()).containsExactly("-----BEGIN CERTIFICATE-----");
        Files.writeString(pod.resolve("token"), "renewed");
        login(jwt("ml", "train", "vault"));
        assertThat(cluster.asked.getLast().headers()).containsEntry("Authorization", "Bearer renewed");

        configure(Map.of("token_reviewer_jwt", "", "disable_local_ca_jwt", true));
        var own = jwt("ml", "train", "vault");
        login(own);
        assertThat(cluster.asked.getLast().headers()).containsEntry("Authorization", "Bearer " + own);
        assertThat(cluster.asked.getLast().trust().authorities()).isEmpty();
    }

    // ---- signatures ----

    /** 41: an issuer that is asked for must be there. */
    @Test
    void an_issuer_that_is_asked_for_must_be_named() {
        configure(Map.of("issuer", PretendedCluster.ISSUER, "disable_iss_validation", false));
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        var none = claims("ml", "train", "vault");
        none.remove("iss");
        assertThat(login(cluster.issuer.sign(none)).status()).isEqualTo(403);
        configure(Map.of("issuer", "https://elsewhere", "disable_iss_validation", false));
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(403);
    }

    @Test
    void keys_that_the_operator_gave_must_have_signed_besides() {
        configure(Map.of("pem_keys", List.of(TokenIssuer.named("other").pem(), cluster.issuer.pem())));
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        configure(Map.of("pem_keys", List.of(TokenIssuer.named("other").pem())));
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(403);
    }

    @Test
    void without_review_the_signature_audience_and_time_decide_and_all_must_be_there() {
        configure(Map.of("disable_token_review", true, "pem_keys", List.of(cluster.issuer.pem())));
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        assertThat(login(TokenIssuer.named("one").sign(claims("ml", "train", "vault"))).status()).isEqualTo(403);
        assertThat(login(jwt("ml", "train", "other")).status()).isEqualTo(403);
        var endless = claims("ml", "train", "vault");
        endless.remove("exp");
        assertThat(login(cluster.issuer.sign(endless)).status()).isEqualTo(403);
        var valid = jwt("ml", "train", "vault");
        it.clock().advance(Duration.ofMinutes(12));
        assertThat(login(valid).status()).isEqualTo(403);
        role(Map.of("audience", ""));
        assertThat(login(jwt("ml", "train", "vault")).status()).as("a role without an audience would take any service's token").isEqualTo(403);
        assertThat(cluster.asked).isEmpty();
    }

    @Test
    void published_keys_are_fetched_once_and_again_when_the_cluster_has_changed_them() {
        configure(Map.of("disable_token_review", true));
        for (int i = 0; i < 3; i++) assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        assertThat(cluster.asked).hasSize(1);

        cluster.issuer = TokenIssuer.named("two");
        assertThat(login(jwt("ml", "train", "vault")).status()).as("a stranger's token does not make us ask each time").isEqualTo(403);
        assertThat(cluster.asked).hasSize(1);
        it.clock().advance(Duration.ofSeconds(11));
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        assertThat(cluster.asked).hasSize(2);
    }

    // ---- renewal ----

    @Test
    void a_renewal_goes_by_what_the_role_says_now() {
        var token = login(jwt("ml", "train", "vault")).token();
        assertThat(it.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(200);
        role(Map.of("bound_service_account_names", "other"));
        assertThat(it.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(403);
        role(Map.of());
        assertThat(it.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(200);
        it.asRoot("DELETE", ROLE, Map.of());
        assertThat(it.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(403);
    }

    /** 42, 47: who is gone from the cluster keeps its token to its end, and no longer. */
    @Test
    void an_account_that_was_deleted_renews_nothing() {
        var token = login(jwt("ml", "train", "vault")).token();
        cluster.deleted.add(PretendedCluster.uid("ml", "train"));
        assertThat(renew(token)).isEqualTo(403);
        cluster.deleted.clear();
        assertThat(renew(token)).isEqualTo(200);
        cluster.madeAnew = "-2";
        assertThat(renew(token)).as("another has its name").isEqualTo(403);
        cluster.madeAnew = "";
        cluster.down = true;
        assertThat(renew(token)).isEqualTo(502);
        cluster.down = false;

        cluster.deleted.add(PretendedCluster.uid("ml", "train"));
        cluster.readable = false;
        assertThat(renew(token)).as("a reviewer that may not look cannot know").isEqualTo(200);
        cluster.readable = true;
        configure(Map.of("token_reviewer_jwt", ""));
        assertThat(renew(token)).as("there is nobody to look").isEqualTo(200);
        configure(Map.of("disable_token_review", true));
        assertThat(renew(token)).as("the cluster is not to be asked").isEqualTo(200);
    }

    private int renew(String token) {
        return it.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).status();
    }

    /** 48: keys that came by the word of one authority are not another's. */
    @Test
    void published_keys_are_fetched_anew_where_others_vouch_for_the_cluster() throws IOException {
        configure(Map.of("disable_token_review", true));
        for (int i = 0; i < 2; i++) assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        assertThat(cluster.asked).hasSize(1);
        Files.writeString(pod.resolve("ca.crt"), "another");
        assertThat(login(jwt("ml", "train", "vault")).status()).isEqualTo(200);
        assertThat(cluster.asked).hasSize(2);
    }
}
