package watchword.core.identity.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.sdk.Route.Operation;

/** Workloads get tokens that tell who they are, and whoever can read the keys can believe them. */
class WorkloadTest {
    private static final String TEMPLATE = "{\"name\": {{identity.entity.name}}, \"run\": {{identity.run}}, \"groups\": {{identity.entity.groups.names}}}";
    private final Issuing it = new Issuing();

    @BeforeEach
    void given_a_key_and_a_role() {
        it.set("key/jobs", "algorithm", "ES256", "allowed_client_ids", "*");
        it.set("role/job", "key", "jobs", "template", TEMPLATE, "client_id", "minio", "ttl", "15m");
    }

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void a_caller_with_an_entity_gets_a_token_that_anybody_can_verify() {
        var ada = it.login("ada", "run", "airflow/etl/load/1");
        it.server.write(it.root, "identity/group", "name", "ml", "member_entity_ids", List.of(it.entityOf(ada)));
        var answer = it.server.read(ada, "identity/oidc/token/job").part("data");
        assertThat(answer).containsEntry("client_id", "minio").containsEntry("ttl", 900L).containsOnlyKeys("client_id", "token", "ttl");
        var token = String.valueOf(answer.get("token"));
        long now = it.server.clock.instant().getEpochSecond();
        var name = it.server.read(it.root, "identity/entity/id/" + it.entityOf(ada)).data("name");
        assertThat(it.verified(token)).isEqualTo(Map.of("iss", "http://127.0.0.1/v1/identity/oidc", "namespace", "root", "sub", it.entityOf(ada), "aud", "minio", "iat", now, "exp", now + 900,
                "name", name, "run", "airflow/etl/load/1", "groups", List.of("ml")));
        assertThat(Issuing.header(token)).containsOnlyKeys("alg", "kid").containsEntry("alg", "ES256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"})
    void every_algorithm_signs(String algorithm) {
        it.set("key/k", "algorithm", algorithm, "allowed_client_ids", "*");
        it.set("role/r", "key", "k");
        var token = it.token(it.login("ada"), "r");
        assertThat(Issuing.header(token)).containsEntry("alg", algorithm);
        assertThat(it.verified(token)).containsKey("sub");
        assertThat(introspected(token)).isEqualTo("{\"active\":true}");
    }

    private String introspected(String token, Object... more) {
        var fields = Issuing.fields("token", token);
        fields.putAll(Issuing.fields(more));
        return Issuing.text(it.raw(Operation.WRITE, "introspect", fields, Optional.of(it.root), Optional.empty()));
    }

    @Test
    void reads_give_back_what_was_written() {
        assertThat(it.data("key/jobs")).isEqualTo(Map.of("algorithm", "ES256", "allowed_client_ids", List.of("*"), "rotation_period", 86_400L, "verification_ttl", 86_400L));
        assertThat(it.data("role/job")).isEqualTo(Map.of("client_id", "minio", "key", "jobs", "template", TEMPLATE, "ttl", 900L));
        it.set("key/jobs", "rotation_period", "1h", "verification_ttl", 7200, "allowed_client_ids", List.of("minio", "aws"));
        assertThat(it.data("key/jobs")).isEqualTo(Map.of("algorithm", "ES256", "allowed_client_ids", List.of("minio", "aws"), "rotation_period", 3600L, "verification_ttl", 7200L));
        it.set("role/made", "key", "default");
        assertThat(String.valueOf(it.data("role/made").get("client_id"))).matches("[0-9A-Za-z]{26}");
        assertThat(it.server.list(it.root, "identity/oidc/key").part("data")).isEqualTo(Map.of("keys", List.of("default", "jobs")));
        assertThat(it.server.list(it.root, "identity/oidc/role").part("data")).isEqualTo(Map.of("keys", List.of("job", "made")));
        assertThat(it.data("config")).isEqualTo(Map.of("issuer", ""));
        assertThat(it.write("config", "issuer", "https://id.example:8200").body().get("warnings")).asString().contains("If \"issuer\" is set explicitly");
        assertThat(it.data("config")).isEqualTo(Map.of("issuer", "https://id.example:8200"));
        assertThat(it.verified(it.token(it.login("ada"), "job"))).containsEntry("iss", "https://id.example:8200/v1/identity/oidc");
        assertThat(it.server.delete(it.root, "identity/oidc/role/job").status()).isEqualTo(204);
        assertThat(it.server.delete(it.root, "identity/oidc/key/jobs").status()).isEqualTo(204);
        assertThat(it.server.read(it.root, "identity/oidc/key/jobs").status()).isEqualTo(404);
        assertThat(Issuing.text(it.open(".well-known/keys"))).contains("\"alg\":\"RS256\"").doesNotContain("ES256");
    }

    @Test
    void what_makes_no_sense_is_refused_in_the_words_that_clients_know() {
        var wrong = new String[][] {
            {"rotation_period must be at least one minute", "key/x", "rotation_period", "59s"},
            {"verification_ttl cannot be longer than 10x rotation_period", "key/x", "rotation_period", "1m", "verification_ttl", "601s"},
            {"unknown signing algorithm \"HS256\"", "key/x", "algorithm", "HS256"},
            {"unknown signing algorithm \"PS256\"", "key/x", "algorithm", "PS256"},
            {"the key parameter is required", "role/x", "template", "{}"},
            {"cannot find key \"none\"", "role/x", "key", "none"},
            {"a role's token ttl cannot be longer than the verification_ttl of the key it references", "role/x", "key", "jobs", "ttl", "25h"},
            {"unable to update key \"jobs\" because it is currently referenced by one or more roles with a token ttl greater than 60 seconds", "key/jobs", "verification_ttl", "60"},
            {"no named key found at \"none\"", "key/none/rotate"},
            {"top level key \"sub\" not allowed. Restricted keys: iat, aud, exp, iss, sub, namespace, nonce, auth_time, at_hash, c_hash", "role/x", "key", "jobs", "template", "{\"sub\": 1}"},
            {"invalid issuer, which must include only a scheme, host, and optional port (e.g. https://example.com:8200)", "config", "issuer", "https://x/path"},
        };
        for (var each : wrong) {
            var pairs = java.util.Arrays.copyOfRange(each, 2, each.length, Object[].class);
            var answer = it.write(each[1], pairs);
            assertThat(answer.status()).as(each[0]).isEqualTo(400);
            assertThat(answer.errors()).isEqualTo(List.of(each[0]));
        }
        for (var issuer : List.of("ftp://x", "x", "https://", "https://u@x", "https://x?y", "https://x#y", "https://x/")) assertThat(it.write("config", "issuer", issuer).status()).as(issuer).isEqualTo(400);
        var inUse = it.server.delete(it.root, "identity/oidc/key/jobs");
        assertThat(inUse.status()).isEqualTo(400);
        assertThat(inUse.errors()).isEqualTo(List.of("unable to delete key \"jobs\" because it is currently referenced by these roles: job"));
        assertThat(it.server.delete(it.root, "identity/oidc/key/default").errors()).isEqualTo(List.of("deletion of key \"default\" not allowed"));
        for (var name : List.of("a b", "-a", "a*", "a".repeat(200))) assertThat(it.write("key/" + name).status()).as(name).isEqualTo(404);
    }

    @Test
    void whoever_may_not_have_a_token_gets_none() {
        assertThat(it.server.read(it.root, "identity/oidc/token/job").errors()).isEqualTo(List.of("no entity associated with the request's token"));
        assertThat(it.server.read(it.login("ada"), "identity/oidc/token/none").errors()).isEqualTo(List.of("role \"none\" not found"));
        it.set("key/jobs", "allowed_client_ids", "other");
        assertThat(it.server.read(it.login("ada"), "identity/oidc/token/job").errors())
                .isEqualTo(List.of("the key \"jobs\" does not list the client ID of the role \"job\" as an allowed client ID"));
        assertThat(it.server.read("", "identity/oidc/token/job").status()).isEqualTo(403);
    }

    /** Number 47. */
    @Test
    void an_entity_that_is_disabled_gets_no_token_and_its_tokens_are_good_no_more() {
        var ada = it.login("ada");
        var token = it.token(ada, "job");
        var entity = it.entityOf(ada);
        assertThat(introspected(token)).isEqualTo("{\"active\":true}");
        it.server.write(it.root, "identity/entity/id/" + entity, "disabled", true);
        assertThat(it.server.read(ada, "identity/oidc/token/job").status()).isEqualTo(403);
        assertThat(introspected(token)).isEqualTo("{\"active\":false,\"error\":\"entity is disabled\"}");
        it.server.delete(it.root, "identity/entity/id/" + entity);
        assertThat(introspected(token)).isEqualTo("{\"active\":false,\"error\":\"entity was not found\"}");
    }

    /** Number 45: who asks about a token learns whether it is good, and nothing that it says. */
    @Test
    void introspection_tells_nothing_of_what_a_token_says() {
        it.set("role/other", "key", "jobs", "client_id", "aws", "ttl", "15m", "template", "{\"canary\": \"canary-7\"}");
        var ada = it.login("ada");
        var token = it.token(ada, "other");
        assertThat(introspected(token, "client_id", "minio")).contains("\"active\":false", "invalid audience claim (aud)").doesNotContain("canary", "aws", it.entityOf(ada));
        for (var broken : List.of(token + "x", token.substring(0, token.length() - 8) + "AAAAAAAA", "x", "", "a.b.c")) {
            assertThat(introspected(broken)).as(broken).contains("\"active\":false").doesNotContain("canary", it.entityOf(ada));
        }
        it.server.clock.advance(Duration.ofMinutes(17));
        assertThat(introspected(token)).contains("\"active\":false", "token is expired (exp)");
    }

    /** Number 74 of templates, here: whatever somebody is called is one value. */
    @Test
    void a_name_cannot_add_a_claim() {
        var hostile = "x\", \"sub\": \"root\", \"admin\": true, \"y\": \"";
        it.set("role/job", "template", "{\"alias\": {{identity.entity.aliases." + it.server.read(it.root, "sys/auth/badge").data("accessor") + ".metadata.mail}}}");
        var ada = it.login("ada", "known", Map.of("mail", hostile));
        assertThat(it.verified(it.token(ada, "job"))).containsEntry("alias", hostile).containsEntry("sub", it.entityOf(ada)).doesNotContainKeys("admin", "y");
    }

    // ---- keys ----

    @Test
    void keys_rotate_by_themselves_and_no_token_is_signed_by_one_that_was_not_published_before() {
        it.set("key/jobs", "rotation_period", "1h", "verification_ttl", "2h");
        var ada = it.login("ada");
        var kids = new TreeSet<String>();
        for (int step = 0; step < 40; step++) {
            var fetched = it.open(".well-known/keys");
            int maxAge = Integer.parseInt(fetched.headers().getOrDefault("Cache-Control", "").substring("max-age=".length()));
            assertThat(maxAge).isBetween(1, 3600);
            for (int i = 0; i < 3; i++) {
                it.server.clock.advance(Duration.ofSeconds(Math.min(maxAge, 1800) / 3));
                it.server.server.runDue();
                var token = it.token(ada, "job");
                kids.add(String.valueOf(Issuing.header(token).get("kid")));
                assertThat(Issuing.believed(token, fetched.body())).as("step " + step).isPresent();
            }
        }
        assertThat(kids.size()).isGreaterThan(5);
    }

    @Test
    void a_key_is_published_until_what_it_signed_has_ended() {
        var ada = it.login("ada");
        var first = it.token(ada, "job");
        it.server.clock.advance(Duration.ofHours(24));
        it.server.server.runDue();
        var second = it.token(ada, "job");
        assertThat(Issuing.header(second)).isNotEqualTo(Issuing.header(first));
        assertThat(it.verified(first)).isNotEmpty();
        it.server.clock.advance(Duration.ofHours(24));
        it.server.server.runDue();
        assertThat(Issuing.believed(first, it.open(".well-known/keys").body())).isEmpty();
        assertThat(it.verified(second)).isNotEmpty();
    }

    @Test
    void a_key_rotates_when_an_operator_says_so() {
        var ada = it.login("ada");
        var kid = Issuing.header(it.token(ada, "job")).get("kid");
        var soon = it.write("key/jobs/rotate");
        assertThat(soon.status()).isEqualTo(200);
        assertThat(String.valueOf(soon.body().get("warnings"))).contains("verifiers may not know it yet");
        assertThat(Issuing.header(it.token(ada, "job"))).containsEntry("kid", kid);
        it.server.clock.advance(Duration.ofHours(2));
        assertThat(Issuing.header(it.token(ada, "job")).get("kid")).isNotEqualTo(kid);
        it.server.server.runDue();
        it.server.clock.advance(Duration.ofHours(3));
        var before = it.token(ada, "job");
        assertThat(it.write("key/jobs/rotate", "verification_ttl", "10s").status()).isEqualTo(204);
        assertThat(Issuing.header(it.token(ada, "job"))).isNotEqualTo(Issuing.header(before));
        assertThat(it.verified(before)).isNotEmpty();
        it.server.clock.advance(Duration.ofSeconds(10));
        assertThat(Issuing.believed(before, it.open(".well-known/keys").body())).isEmpty();
        var last = it.token(ada, "job");
        assertThat(it.write("key/jobs/rotate", "verification_ttl", 0).status()).isEqualTo(204);
        assertThat(Issuing.believed(last, it.open(".well-known/keys").body())).isEmpty();
        assertThat(it.verified(it.token(ada, "job"))).isNotEmpty();
    }

    /** Two servers find the same turn due at once; it is taken once, and both sign with the same key. */
    @Test
    void of_several_servers_one_rotates() throws Exception {
        it.set("key/jobs", "rotation_period", "1h", "verification_ttl", "2h");
        var ada = it.login("ada");
        try (var one = it.next(); var other = it.next()) {
            for (int turn = 0; turn < 8; turn++) {
                it.server.clock.advance(Duration.ofHours(1));
                try (var at = Executors.newVirtualThreadPerTaskExecutor()) {
                    for (var done : at.invokeAll(List.<Callable<Integer>>of(() -> one.server.server.runDue(), () -> other.server.server.runDue()))) assertThat(done.get()).isNotNegative();
                }
                var published = Issuing.text(one.open(".well-known/keys"));
                assertThat(Issuing.text(other.open(".well-known/keys"))).isEqualTo(published);
                assertThat(published.split("\"kid\"")).as("turn " + turn).hasSizeLessThanOrEqualTo(5);
                assertThat(Issuing.header(one.token(ada, "job"))).isEqualTo(Issuing.header(other.token(ada, "job")));
            }
        }
    }

    @Test
    void nothing_private_is_ever_told() {
        it.set("role/plain", "key", "default");
        var told = Issuing.text(it.open(".well-known/keys")) + it.data("key/jobs") + it.data("key/default") + it.server.list(it.root, "identity/oidc/key").body() + it.data("role/job");
        assertThat(told).doesNotContain("\"d\"", "private", "\"p\"", "\"q\"", "\"dp\"", "ring");
        assertThat(it.data("key/jobs").keySet()).isEqualTo(Set.of("algorithm", "allowed_client_ids", "rotation_period", "verification_ttl"));
    }

    // ---- what anybody may read ----

    @Test
    void anybody_may_read_what_verifiers_have_to_know() {
        var discovery = it.open(".well-known/openid-configuration");
        assertThat(discovery.status()).isEqualTo(200);
        assertThat(discovery.contentType()).isEqualTo("application/json");
        assertThat(discovery.headers()).containsEntry("Cache-Control", "max-age=3600");
        assertThat(Issuing.json(discovery)).isEqualTo(Map.of("issuer", "http://127.0.0.1/v1/identity/oidc", "jwks_uri", "http://127.0.0.1/v1/identity/oidc/.well-known/keys",
                "response_types_supported", List.of("id_token"), "subject_types_supported", List.of("public"),
                "id_token_signing_alg_values_supported", List.of("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA")));
        assertThat(it.open(".well-known/keys").headers()).containsEntry("Cache-Control", "max-age=3600");
        it.server.delete(it.root, "identity/oidc/role/job");
        assertThat(Issuing.text(it.open(".well-known/keys"))).as("keys that no role uses are nobody's business").isEqualTo("{\"keys\":[]}");
        assertThat(it.open(".well-known/keys").headers()).isEmpty();
    }

    // ---- namespaces ----

    @Test
    void each_namespace_is_an_issuer_of_its_own() {
        var team = it.in("team");
        team.set("key/jobs", "algorithm", "ES256", "allowed_client_ids", "*");
        team.set("role/job", "key", "jobs", "client_id", "minio");
        var there = team.login("ada");
        var token = team.token(there, "job");
        assertThat(team.verified(token)).containsEntry("iss", "http://127.0.0.1/v1/team/identity/oidc").containsEntry("sub", team.entityOf(there));
        assertThat(team.verified(token).get("namespace")).isNotEqualTo("root");
        assertThat(Issuing.believed(token, it.open(".well-known/keys").body())).isEmpty();
        assertThat(Issuing.json(team.open(".well-known/openid-configuration"))).containsEntry("jwks_uri", "http://127.0.0.1/v1/team/identity/oidc/.well-known/keys");
        assertThat(team.server.read(it.login("eve"), "identity/oidc/token/job").errors()).as("whoever is of another namespace is nobody here")
                .isEqualTo(List.of("no entity associated with the request's token"));
        it.server.clock.advance(Duration.ofHours(24));
        it.server.server.runDue();
        assertThat(Issuing.header(team.token(team.login("bob"), "job"))).isNotEqualTo(Issuing.header(token));
    }

    @Test
    void a_namespace_that_is_gone_leaves_no_turns_behind() {
        var team = it.in("team");
        team.set("role/job", "key", "default");
        assertThat(it.server.delete(it.root, "sys/namespaces/team").status()).isIn(200, 202, 204);
        it.server.clock.advance(Duration.ofDays(3));
        assertThat(it.server.server.runDue()).isNotNegative();
        assertThat(it.server.server.runDue()).isZero();
    }
}
