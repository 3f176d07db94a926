package watchword.engines.approle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.engines.ServerPlayer.Received;
import watchword.testkit.Parallel;

/** The approle auth method as clients meet it, on a whole server. */
class AppRoleTest {
    private static final String REFUSED = "[invalid role or secret ID]";

    private final ServerPlayer server = new ServerPlayer(EngineCatalog.builder().auth("approle", (context, _) -> new AppRoleMethod(context)).build());

    @BeforeEach
    void mount() {
        server.asRoot("POST", "/v1/sys/auth/ar", Map.of("type", "approle"));
        // What locks out after failed logins has tests of its own.
        server.asRoot("POST", "/v1/sys/auth/ar/tune", Map.of("user_lockout_config", Map.of("lockout_disable", true)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Received role(String name, Map<String, Object> fields) {
        return server.asRoot("POST", "/v1/auth/ar/role/" + name, fields);
    }

    private String roleId(String name) {
        return server.asRoot("GET", "/v1/auth/ar/role/" + name + "/role-id", Map.of()).text("data", "role_id");
    }

    private Received secretId(String name, Map<String, Object> fields) {
        return server.asRoot("POST", "/v1/auth/ar/role/" + name + "/secret-id", fields);
    }

    private String newSecretId(String name) {
        return secretId(name, Map.of()).text("data", "secret_id");
    }

    private Received login(String roleId, String secretId) {
        return login(roleId, secretId, "127.0.0.1");
    }

    private Received login(String roleId, String secretId, String from) {
        return server.ask("", "POST", "/v1/auth/ar/login", Map.of("role_id", roleId, "secret_id", secretId), from, Optional.empty());
    }

    // ---- roles ----

    @Test
    void a_role_is_read_back_as_it_was_written_and_what_is_not_sent_stays() {
        assertThat(role("r", Map.of("secret_id_bound_cidrs", "10.0.0.0/8, 127.0.0.1/32", "secret_id_num_uses", 3L, "secret_id_ttl", "1h", "token_policies", List.of("b", "a"), "bind_secret_id", "true"))
                .status()).isEqualTo(204);
        role("r", Map.of("token_ttl", "20m"));
        assertThat(server.asRoot("GET", "/v1/auth/ar/role/r", Map.of()).at("data")).isEqualTo(Map.ofEntries(Map.entry("bind_secret_id", true), Map.entry("local_secret_ids", false),
                Map.entry("secret_id_bound_cidrs", List.of("10.0.0.0/8", "127.0.0.1/32")), Map.entry("secret_id_num_uses", 3L), Map.entry("secret_id_ttl", 3600L),
                Map.entry("token_bound_cidrs", List.of()), Map.entry("token_explicit_max_ttl", 0L), Map.entry("token_max_ttl", 0L), Map.entry("token_no_default_policy", false),
                Map.entry("token_num_uses", 0L), Map.entry("token_period", 0L), Map.entry("token_policies", List.of("a", "b")), Map.entry("token_strictly_bind_ip", false),
                Map.entry("token_ttl", 1200L), Map.entry("token_type", "default")));
        assertThat(server.asRoot("LIST", "/v1/auth/ar/role", Map.of()).at("data", "keys")).isEqualTo(List.of("r"));
        server.asRoot("DELETE", "/v1/auth/ar/role/r", Map.of());
        assertThat(server.asRoot("GET", "/v1/auth/ar/role/r", Map.of()).status()).isEqualTo(404);
        assertThat(server.asRoot("LIST", "/v1/auth/ar/role", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void older_names_are_shown_only_while_they_were_the_last_that_was_used() {
        role("r", Map.of("policies", "a", "period", "1h"));
        var shown = server.asRoot("GET", "/v1/auth/ar/role/r", Map.of());
        assertThat(shown.at("data", "policies")).isEqualTo(List.of("a"));
        assertThat(shown.at("data", "token_policies")).isEqualTo(List.of("a"));
        assertThat(shown.at("data", "period")).isEqualTo(3600L);
        role("r", Map.of("token_policies", "b", "token_period", 60L));
        shown = server.asRoot("GET", "/v1/auth/ar/role/r", Map.of());
        assertThat(shown.text("data", "policies")).isEqualTo("null");
        assertThat(shown.text("data", "period")).isEqualTo("null");
        assertThat(shown.at("data", "token_policies")).isEqualTo(List.of("b"));
    }

    @Test
    void each_field_has_a_path_of_its_own() {
        role("r", Map.of());
        var values = Map.<String, Map<String, Object>>of(
                "policies", Map.of("token_policies", List.of("p")), "secret-id-bound-cidrs", Map.of("secret_id_bound_cidrs", List.of("10.0.0.0/8")),
                "bound-cidr-list", Map.of("bound_cidr_list", List.of("10.0.0.0/9")), "token-bound-cidrs", Map.of("token_bound_cidrs", List.of("10.0.0.0/8")),
                "secret-id-num-uses", Map.of("secret_id_num_uses", 7L), "secret-id-ttl", Map.of("secret_id_ttl", 70L), "period", Map.of("token_period", 71L),
                "token-num-uses", Map.of("token_num_uses", 8L), "token-ttl", Map.of("token_ttl", 72L), "token-max-ttl", Map.of("token_max_ttl", 73L));
        values.forEach((path, value) -> {
            var at = "/v1/auth/ar/role/R/" + path;
            var before = server.asRoot("GET", at, Map.of());
            assertThat(server.asRoot("POST", at, Map.of()).errors()).as(path).startsWith("[missing ");
            assertThat(server.asRoot("POST", at, value).status()).as(path).isEqualTo(204);
            assertThat(server.asRoot("GET", at, Map.of()).at("data")).as(path).isEqualTo(value);
            assertThat(server.asRoot("DELETE", at, Map.of()).status()).as(path).isEqualTo(204);
            assertThat(server.asRoot("GET", at, Map.of()).at("data")).as(path).isEqualTo(before.at("data"));
            assertThat(server.asRoot("POST", "/v1/auth/ar/role/none/" + path, value).status()).as(path).isEqualTo(404);
            assertThat(server.asRoot("DELETE", "/v1/auth/ar/role/none/" + path, Map.of()).status()).as(path).isEqualTo(204);
            assertThat(server.asRoot("GET", "/v1/auth/ar/role/none/" + path, Map.of()).status()).as(path).isEqualTo(404);
        });
        assertThat(server.asRoot("GET", "/v1/auth/ar/role/r/local-secret-ids", Map.of()).at("data", "local_secret_ids")).isEqualTo(false);
    }

    @Test
    void a_role_needs_a_bound() {
        assertThat(role("r", Map.of("bind_secret_id", false)).errors()).isEqualTo("[at least one constraint should be enabled on the role]");
        assertThat(role("r", Map.of("bind_secret_id", false, "secret_id_bound_cidrs", "127.0.0.1/32")).status()).isEqualTo(204);
        assertThat(server.asRoot("DELETE", "/v1/auth/ar/role/r/secret-id-bound-cidrs", Map.of()).status()).isEqualTo(400);
        assertThat(login(roleId("r"), "").status()).as("without a secret id").isEqualTo(200);
        assertThat(login(roleId("r"), "", "10.0.0.1").errors()).isEqualTo("[source address \"10.0.0.1\" unauthorized by CIDR restrictions on the role]");
        assertThat(secretId("r", Map.of()).errors()).isEqualTo("[bind_secret_id is not set on the role]");
    }

    @Test
    void a_role_id_is_one_role_s() {
        role("a", Map.of("role_id", "same"));
        assertThat(role("b", Map.of("role_id", "same")).errors()).isEqualTo("[role_id already in use]");
        role("b", Map.of());
        assertThat(server.asRoot("POST", "/v1/auth/ar/role/b/role-id", Map.of("role_id", "same")).status()).isEqualTo(400);
        server.asRoot("POST", "/v1/auth/ar/role/a/role-id", Map.of("role_id", "other"));
        assertThat(login("same", newSecretId("a")).errors()).isEqualTo(REFUSED);
        assertThat(login("other", newSecretId("a")).status()).isEqualTo(200);
        assertThat(server.asRoot("POST", "/v1/auth/ar/role/b/role-id", Map.of("role_id", "same")).status()).as("it is free again").isEqualTo(204);
    }

    @Test
    void what_cannot_be_is_refused() {
        role("r", Map.of("local_secret_ids", true));
        for (var wrong : List.<Map<String, Object>>of(Map.of("secret_id_num_uses", -1L), Map.of("secret_id_ttl", "-5s"), Map.of("secret_id_bound_cidrs", "not-an-address"), Map.of("token_policies", "root"),
                Map.of("role_id", ""), Map.of("role_id", "x".repeat(2000)), Map.of("local_secret_ids", false), Map.of("token_type", "odd"))) {
            assertThat(role("r", wrong).status()).as(wrong.toString()).isEqualTo(400);
        }
        assertThat(role("r", Map.of("token_type", "default-batch")).text("warnings")).isEqualTo("[default-batch has no useful meaning; adjusting to batch]");
    }

    // ---- secret ids ----

    @Test
    void a_secret_id_is_told_about_by_itself_and_by_its_accessor() {
        role("r", Map.of("secret_id_ttl", "10m", "secret_id_num_uses", 2L));
        var made = secretId("r", Map.of("metadata", "{\"run\":\"7\"}", "cidr_list", "127.0.0.0/8", "ttl", "5m", "num_uses", 1L));
        assertThat(made.at("data", "secret_id_ttl")).isEqualTo(300L);
        assertThat(made.at("data", "secret_id_num_uses")).isEqualTo(1L);
        var known = server.asRoot("POST", "/v1/auth/ar/role/r/secret-id/lookup", Map.of("secret_id", made.text("data", "secret_id")));
        assertThat(known.at("data", "metadata")).isEqualTo(Map.of("run", "7"));
        assertThat(known.at("data", "cidr_list")).isEqualTo(List.of("127.0.0.0/8"));
        var accessor = made.text("data", "secret_id_accessor");
        assertThat(server.asRoot("POST", "/v1/auth/ar/role/r/secret-id-accessor/lookup", Map.of("secret_id_accessor", accessor)).at("data")).isEqualTo(known.at("data"));
        assertThat(server.asRoot("LIST", "/v1/auth/ar/role/r/secret-id", Map.of()).at("data", "keys")).isEqualTo(List.of(accessor));

        assertThat(server.asRoot("POST", "/v1/auth/ar/role/r/secret-id-accessor/destroy", Map.of("secret_id_accessor", accessor)).status()).isEqualTo(204);
        assertThat(server.asRoot("POST", "/v1/auth/ar/role/r/secret-id/lookup", Map.of("secret_id", made.text("data", "secret_id"))).status()).as("as the field answers").isEqualTo(204);
        assertThat(server.asRoot("POST", "/v1/auth/ar/role/r/secret-id-accessor/lookup", Map.of("secret_id_accessor", accessor)).errors()).startsWith("[failed to find accessor entry");
        assertThat(server.asRoot("LIST", "/v1/auth/ar/role/r/secret-id", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void a_secret_id_asks_for_no_more_than_its_role_gives() {
        role("r", Map.of("secret_id_ttl", "10m", "secret_id_num_uses", 2L, "secret_id_bound_cidrs", "10.0.0.0/8", "token_bound_cidrs", "10.0.0.0/8"));
        for (var wrong : List.<Map<String, Object>>of(Map.of("ttl", "11m"), Map.of("ttl", 0L), Map.of("num_uses", 3L), Map.of("num_uses", 0L), Map.of("num_uses", -1L),
                Map.of("cidr_list", "0.0.0.0/0"), Map.of("cidr_list", "10.0.0.0/7"), Map.of("token_bound_cidrs", "11.0.0.0/8"), Map.of("cidr_list", "x"), Map.of("metadata", "{broken"))) {
            assertThat(secretId("r", wrong).status()).as(wrong.toString()).isEqualTo(400);
        }
        assertThat(secretId("r", Map.of("ttl", "10m", "num_uses", 2L, "cidr_list", "10.1.0.0/16", "token_bound_cidrs", "10.1.0.0/16")).status()).isEqualTo(200);
        assertThat(secretId("none", Map.of()).errors()).isEqualTo("[role \"none\" does not exist]");
    }

    @Test
    void a_custom_secret_id_is_what_was_chosen_and_only_once() {
        role("r", Map.of());
        var custom = "/v1/auth/ar/role/r/custom-secret-id";
        assertThat(server.asRoot("POST", custom, Map.of("secret_id", " chosen ")).status()).isEqualTo(200);
        assertThat(server.asRoot("POST", custom, Map.of("secret_id", "chosen")).errors()).isEqualTo("[SecretID is already registered]");
        assertThat(server.asRoot("POST", custom, Map.of("secret_id", "")).errors()).isEqualTo("[missing secret_id]");
        assertThat(login(roleId("r"), "chosen").status()).isEqualTo(200);
    }

    @Test
    void a_secret_id_ends_and_what_ended_is_removed() {
        role("r", Map.of("secret_id_ttl", "1m"));
        var ending = newSecretId("r");
        assertThat(login(roleId("r"), ending).status()).isEqualTo(200);
        server.clock().advance(Duration.ofMinutes(1));
        assertThat(login(roleId("r"), ending).errors()).isEqualTo(REFUSED);
        assertThat(server.asRoot("LIST", "/v1/auth/ar/role/r/secret-id", Map.of()).status()).isEqualTo(404);
        for (int i = 0; i < 600; i++) newSecretId("r");
        server.clock().advance(Duration.ofMinutes(2));
        var lasting = newSecretId("r");
        var tidied = server.asRoot("POST", "/v1/auth/ar/tidy/secret-id", Map.of());
        assertThat(tidied.status()).isEqualTo(202);
        assertThat(server.stored("/secret-id/")).hasSize(1);
        assertThat(server.stored("/accessor/")).hasSize(1);
        assertThat(login(roleId("r"), lasting).status()).isEqualTo(200);
    }

    @Test
    void making_secret_ids_keeps_those_that_ended_from_piling_up() {
        role("r", Map.of("secret_id_ttl", "1m"));
        for (int i = 0; i < 300; i++) {
            newSecretId("r");
            server.clock().advance(Duration.ofSeconds(10));
        }
        assertThat(server.stored("/secret-id/")).hasSizeLessThan(10);
    }

    @Test
    void a_wrapped_secret_id_is_had_once() {
        role("r", Map.of());
        var wrapped = server.ask("root-of-test", "POST", "/v1/auth/ar/role/r/secret-id", Map.of(), "127.0.0.1", Optional.of(Duration.ofMinutes(1)));
        assertThat(wrapped.text("wrap_info", "creation_path")).isEqualTo("auth/ar/role/r/secret-id");
        assertThat(wrapped.text("wrap_info", "wrapped_accessor")).as("of a token only").isEqualTo("null");
        var token = wrapped.text("wrap_info", "token");
        var secretId = server.ask(token, "POST", "/v1/sys/wrapping/unwrap", Map.of()).text("data", "secret_id");
        assertThat(login(roleId("r"), secretId).status()).isEqualTo(200);
        assertThat(server.ask(token, "POST", "/v1/sys/wrapping/unwrap", Map.of()).status()).isEqualTo(400);
    }

    @Test
    void accessors_are_listed_in_pages() {
        role("r", Map.of());
        for (int i = 0; i < 25; i++) newSecretId("r");
        var all = (List<?>) server.asRoot("LIST", "/v1/auth/ar/role/r/secret-id", Map.of()).at("data", "keys");
        var paged = new ArrayList<Object>();
        for (var after = ""; ; ) {
            var page = server.asRoot("GET", "/v1/auth/ar/role/r/secret-id?list=true&limit=10&after=" + after, Map.of());
            if (page.status() == 404) break;
            paged.addAll((List<?>) page.at("data", "keys"));
            after = paged.getLast().toString();
        }
        assertThat(paged).isEqualTo(all).hasSize(25);
    }

    // ---- what is stored ----

    @Test
    void no_key_of_the_store_shows_what_was_given_out() {
        role("r", Map.of("role_id", "canary-role"));
        var made = secretId("r", Map.of());
        assertThat(server.stored("canary-role")).isEmpty();
        assertThat(server.stored(made.text("data", "secret_id"))).isEmpty();
        assertThat(server.stored(made.text("data", "secret_id_accessor"))).isEmpty();
    }

    // ---- failures of others ----

    /** Number 14: who may look after one role's secret ids has no say in another's. */
    @Test
    void an_accessor_is_of_its_role_alone() {
        role("a", Map.of());
        role("b", Map.of());
        var ofB = secretId("b", Map.of());
        var accessor = Map.<String, Object>of("secret_id_accessor", ofB.text("data", "secret_id_accessor"));
        var mayA = server.tokenFor("path \"auth/ar/role/a/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }");
        for (var method : List.of("POST", "DELETE")) {
            var refused = server.ask(mayA, method, "/v1/auth/ar/role/a/secret-id-accessor/destroy", accessor);
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.body()).as("as for one that nobody has").isEqualTo(server.ask(mayA, method, "/v1/auth/ar/role/a/secret-id-accessor/destroy", Map.of("secret_id_accessor", "x")).body());
        }
        assertThat(server.ask(mayA, "POST", "/v1/auth/ar/role/a/secret-id-accessor/lookup", accessor).status()).isEqualTo(404);
        assertThat(server.ask(mayA, "POST", "/v1/auth/ar/role/a/secret-id/destroy", Map.of("secret_id", ofB.text("data", "secret_id"))).status()).isEqualTo(204);
        assertThat(login(roleId("b"), ofB.text("data", "secret_id")).status()).isEqualTo(200);
        assertThat(login(roleId("a"), ofB.text("data", "secret_id")).errors()).isEqualTo(REFUSED);
        assertThat(server.asRoot("POST", "/v1/auth/ar/role/b/secret-id-accessor/destroy", accessor).status()).as("its own role's").isEqualTo(204);
        assertThat(login(roleId("b"), ofB.text("data", "secret_id")).errors()).isEqualTo(REFUSED);
    }

    /** Number 15. */
    @Test
    void a_role_is_one_however_its_name_is_written_and_leaves_no_orphans() {
        role("MyRole", Map.of("secret_id_ttl", "1h"));
        var made = secretId("MYROLE", Map.of());
        assertThat(login(roleId("myrole"), made.text("data", "secret_id")).text("auth", "metadata", "role_name")).isEqualTo("myrole");
        server.asRoot("POST", "/v1/auth/ar/role/myrole/secret-id-accessor/destroy", Map.of("secret_id_accessor", made.text("data", "secret_id_accessor")));
        assertThat(login(roleId("MyRole"), made.text("data", "secret_id")).errors()).isEqualTo(REFUSED);
        assertThat(server.asRoot("LIST", "/v1/auth/ar/role", Map.of()).at("data", "keys")).isEqualTo(List.of("myrole"));
        newSecretId("MyRole");
        server.asRoot("DELETE", "/v1/auth/ar/role/MYrole", Map.of());
        for (var kind : List.of("/secret-id/", "/accessor/", "/end/", "/role/", "/role-id/")) assertThat(server.stored(kind)).as(kind).isEmpty();
    }

    /** Number 16. */
    @Test
    void of_sixty_four_logins_with_the_last_use_one_wins() {
        role("r", Map.of("secret_id_num_uses", 1L));
        var roleId = roleId("r");
        for (int round = 0; round < 5; round++) {
            var secretId = newSecretId("r");
            var won = new AtomicInteger();
            Parallel.onVirtualThreads(64, _ -> {
                var got = login(roleId, secretId);
                if (got.status() == 200) won.incrementAndGet();
                else assertThat(got.errors()).isEqualTo(REFUSED);
            });
            assertThat(won.get()).isEqualTo(1);
        }
        assertThat(server.stored("/secret-id/")).isEmpty();
        assertThat(server.stored("/accessor/")).isEmpty();
    }

    @Test
    void a_login_that_is_refused_for_its_address_uses_up_nothing() {
        role("r", Map.of("secret_id_num_uses", 1L));
        var secretId = secretId("r", Map.of("cidr_list", "10.0.0.0/8")).text("data", "secret_id");
        assertThat(login(roleId("r"), secretId).errors()).isEqualTo("[source address \"127.0.0.1\" unauthorized through CIDR restrictions on the secret ID]");
        assertThat(login(roleId("r"), secretId, "10.1.2.3").status()).isEqualTo(200);
    }

    @Test
    void a_role_that_was_narrowed_narrows_secret_ids_that_were_there() {
        role("r", Map.of());
        var secretId = secretId("r", Map.of("cidr_list", "127.0.0.0/8")).text("data", "secret_id");
        role("r", Map.of("secret_id_bound_cidrs", "10.0.0.0/8"));
        assertThat(login(roleId("r"), secretId).errors()).startsWith("[failed to verify subset relationship");
        role("r", Map.of("secret_id_bound_cidrs", "127.0.0.0/7"));
        assertThat(login(roleId("r"), secretId).status()).isEqualTo(200);
    }

    @Test
    void addresses_of_a_secret_id_s_tokens_go_before_those_of_the_role() {
        role("r", Map.of("token_bound_cidrs", "127.0.0.0/8"));
        var secretId = secretId("r", Map.of("token_bound_cidrs", "127.0.0.1/32")).text("data", "secret_id");
        var token = login(roleId("r"), secretId).text("auth", "client_token");
        assertThat(server.ask(token, "GET", "/v1/auth/token/lookup-self", Map.of()).at("data", "bound_cidrs")).isEqualTo(List.of("127.0.0.1/32"));
        assertThat(server.ask(token, "GET", "/v1/auth/token/lookup-self", Map.of(), "127.0.0.2", Optional.empty()).status()).isEqualTo(403);
    }

    /** Number 20. */
    @Test
    void every_change_of_a_secret_id_or_role_id_is_refused_and_none_is_an_error() {
        role("r", Map.of());
        var roleId = roleId("r");
        var secretId = newSecretId("r");
        for (var changed : changes(secretId)) assertThat(login(roleId, changed).status()).as(changed).isEqualTo(400);
        for (var changed : changes(roleId)) assertThat(login(changed, secretId).errors()).as(changed).isEqualTo(REFUSED);
        var accessor = secretId("r", Map.of()).text("data", "secret_id_accessor");
        for (var changed : changes(accessor)) {
            assertThat(server.asRoot("POST", "/v1/auth/ar/role/r/secret-id-accessor/lookup", Map.of("secret_id_accessor", changed)).status()).as(changed).isIn(400, 404);
        }
        assertThat(login(roleId, secretId).status()).isEqualTo(200);
    }

    private static List<String> changes(String text) {
        var changes = new ArrayList<String>();
        for (int i = 0; i < text.length(); i++) {
            if (i > 0) changes.add(text.substring(0, i));
            if (i > 0) changes.add(text.substring(i));
            changes.add(text.substring(0, i) + (char) (text.charAt(i) ^ 1) + text.substring(i + 1));
            changes.add(text.substring(0, i) + "x" + text.substring(i));
        }
        changes.add(text + "0");
        changes.add(text.toUpperCase(Locale.ROOT) + "A");
        changes.add(text + "\u0000");
        changes.add(text.repeat(500));
        return changes;
    }

    /** Number 17: a thing that works once is of one kind. */
    @Test
    void what_is_good_for_one_thing_is_good_for_no_other_and_is_not_used_up_there() {
        role("r", Map.of("secret_id_num_uses", 1L));
        var roleId = roleId("r");
        var made = secretId("r", Map.of());
        var secretId = made.text("data", "secret_id");
        var accessor = made.text("data", "secret_id_accessor");
        var wrapping = server.ask("root-of-test", "POST", "/v1/auth/ar/role/r/secret-id", Map.of(), "127.0.0.1", Optional.of(Duration.ofMinutes(1))).text("wrap_info", "token");
        for (var other : List.of(accessor, wrapping, roleId, "r", "root-of-test")) assertThat(login(roleId, other).errors()).as(other).isEqualTo(REFUSED);
        for (var other : List.of(accessor, secretId, wrapping)) assertThat(login(other, secretId).errors()).as(other).isEqualTo(REFUSED);
        for (var other : List.of(secretId, accessor, roleId)) {
            assertThat(server.ask(other, "POST", "/v1/sys/wrapping/unwrap", Map.of()).status()).as(other).isEqualTo(400);
            assertThat(server.ask(other, "GET", "/v1/auth/token/lookup-self", Map.of()).status()).as(other).isEqualTo(403);
            if (!other.equals(accessor)) {
                assertThat(server.asRoot("POST", "/v1/auth/ar/role/r/secret-id-accessor/lookup", Map.of("secret_id_accessor", other)).status()).as(other).isEqualTo(404);
            }
        }
        assertThat(login(roleId, secretId).status()).isEqualTo(200);
        assertThat(server.ask(wrapping, "POST", "/v1/sys/wrapping/unwrap", Map.of()).status()).isEqualTo(200);
    }

    /** Numbers 7 and 80. */
    @Test
    void a_failed_login_tells_nothing_and_stores_nothing() {
        role("r", Map.of("secret_id_num_uses", 5L));
        var secretId = newSecretId("r");
        var before = server.stored("");
        var refused = login(roleId("r"), "wrong");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(login("nobody", "wrong").body()).isEqualTo(refused.body());
        assertThat(login("nobody", secretId).body()).isEqualTo(refused.body());
        assertThat(login("nobody", "").errors()).isEqualTo(login(roleId("r"), "").errors()).isEqualTo("[missing secret_id]");
        for (int i = 0; i < 1000; i++) login(i % 2 == 0 ? roleId("r") : "nobody", "wrong" + i);
        assertThat(server.stored("")).isEqualTo(before);
    }

    // ---- renewals, lock-out ----

    @Test
    void a_token_lives_on_by_what_its_role_says_and_not_without_it() {
        role("r", Map.of("token_ttl", "10m"));
        var token = login(roleId("r"), newSecretId("r")).text("auth", "client_token");
        role("r", Map.of("token_ttl", "20m"));
        assertThat(server.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).at("auth", "lease_duration")).isEqualTo(1200L);
        server.asRoot("DELETE", "/v1/auth/ar/role/r", Map.of());
        assertThat(server.ask(token, "POST", "/v1/auth/token/renew-self", Map.of()).status()).isEqualTo(403);
    }

    @Test
    void guessing_secret_ids_locks_the_role_s_id_for_a_while() {
        server.asRoot("POST", "/v1/sys/auth/ar/tune", Map.of("user_lockout_config", Map.of("lockout_disable", false)));
        role("r", Map.of());
        for (int i = 0; i < 5; i++) login(roleId("r"), "wrong" + i);
        assertThat(login(roleId("r"), newSecretId("r")).status()).isEqualTo(403);
        assertThat(server.asRoot("GET", "/v1/sys/locked-users", Map.of()).text("data")).contains(roleId("r"));
        server.clock().advance(Duration.ofMinutes(15));
        assertThat(login(roleId("r"), newSecretId("r")).status()).isEqualTo(200);
    }
}
