package watchword.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import watchword.core.mount.EngineCatalog;
import watchword.crypto.PasswordHashes;
import watchword.engines.approle.AppRoleMethod;
import watchword.engines.aws.AwsMethod;
import watchword.engines.cert.CertMethod;
import watchword.engines.jwt.JwtMethod;
import watchword.engines.kubernetes.KubernetesMethod;
import watchword.engines.kubernetes.Pod;
import watchword.engines.kubernetes.secrets.KubernetesEngine;
import watchword.engines.ldap.LdapMethod;
import watchword.engines.ldap.secrets.LdapEngine;
import watchword.engines.userpass.UserpassMethod;
import watchword.sdk.Outbound;

/** Number 156 of the vulnerability list: where a name is one in all its spellings, so is what policies say of it. */
class NamesInPathsTest {
    private final ServerPlayer it = new ServerPlayer(EngineCatalog.builder()
            .auth("approle", (context, _) -> new AppRoleMethod(context))
            .auth("userpass", (context, _) -> new UserpassMethod(context, new PasswordHashes(1, PasswordHashes.Cost.NEXT_TO_NOTHING)))
            .auth("jwt", (context, _) -> new JwtMethod(context, Outbound.NONE, "jwt"))
            .auth("kubernetes", (context, _) -> new KubernetesMethod(context, Outbound.NONE, new Pod(Path.of("none"))))
            .auth("aws", (context, _) -> new AwsMethod(context, Outbound.NONE))
            .auth("cert", (context, _) -> new CertMethod(context, Outbound.NONE))
            .auth("ldap", (context, _) -> new LdapMethod(context, Outbound.NONE))
            .engine("ldap", (context, _) -> new LdapEngine(context, Outbound.NONE))
            .engine("kubernetes", (context, _) -> new KubernetesEngine(context, Outbound.NONE, new Pod(Path.of("none")))).build());

    @AfterEach
    void close() {
        it.close();
    }

    private String tokenWith(String policy) {
        assertThat(it.asRoot("POST", "/v1/sys/policies/acl/operator", Map.of("policy", policy)).status()).isIn(200, 204);
        return it.asRoot("POST", "/v1/auth/token/create", Map.of("policies", "operator", "no_default_policy", true)).token();
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private ServerPlayer.Received read(String token, String path) {
        return it.ask(token, "GET", "/v1/" + path, Map.of());
    }

    @ParameterizedTest
    @CsvSource({"approle, auth/m/role/", "userpass, auth/m/users/", "jwt, auth/m/role/", "kubernetes, auth/m/role/", "aws, auth/m/role/", "cert, auth/m/certs/", "ldap, auth/m/groups/", "ldap, auth/m/users/",
            "approle, identity/entity/name/", "approle, identity/group/name/"})
    void a_rule_on_a_name_holds_for_every_spelling_of_it(String type, String folder) {
        assertThat(it.asRoot("POST", "/v1/sys/auth/m", Map.of("type", type)).status()).isEqualTo(204);
        var operator = tokenWith("path \"" + folder + "*\" { capabilities = [\"read\", \"delete\"] }\npath \"" + folder + "admin\" { capabilities = [\"deny\"] }");
        for (var name : List.of("admin", "Admin", "ADMIN", " admin", "admin ", "\uFF41dmin", "ad\uFE0Fmin")) {
            assertThat(read(operator, folder + encoded(name)).status()).as(name).isEqualTo(403);
            assertThat(it.ask(operator, "DELETE", "/v1/" + folder + encoded(name), Map.of()).status()).as(name).isEqualTo(403);
        }
        for (var name : List.of("other", "Other", "administrator", "\u00E4dmin")) assertThat(read(operator, folder + encoded(name)).status()).as(name).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"ldap, static-role/", "ldap, static-cred/", "ldap, rotate-role/", "ldap, role/", "ldap, creds/", "ldap, library/", "kubernetes, roles/", "kubernetes, creds/"})
    void a_rule_on_a_name_holds_for_every_spelling_of_it_where_secrets_are_made(String type, String folder) {
        assertThat(it.asRoot("POST", "/v1/sys/mounts/m", Map.of("type", type)).status()).isEqualTo(204);
        var user = tokenWith("path \"m/" + folder + "*\" { capabilities = [\"create\", \"read\", \"update\"] }\npath \"m/" + folder + "admin\" { capabilities = [\"deny\"] }");
        for (var name : List.of("admin", "Admin", "ADMIN", "\uFF41dmin", "ad\uFE0Fmin")) {
            assertThat(List.of(asked(user, "GET", folder + name), asked(user, "POST", folder + name))).as(name).contains(403).isSubsetOf(403, 405);
        }
        assertThat(List.of(asked(user, "GET", folder + "Other"), asked(user, "POST", folder + "Other"))).doesNotContain(403);
    }

    private int asked(String token, String method, String path) {
        int name = path.indexOf('/') + 1;
        return it.ask(token, method, "/v1/m/" + path.substring(0, name) + encoded(path.substring(name)), Map.of()).status();
    }

    @Test
    void what_was_got_by_a_name_is_found_and_ended_by_it_whatever_its_spelling() {
        it.asRoot("POST", "/v1/sys/auth/m", Map.of("type", "userpass"));
        it.asRoot("POST", "/v1/auth/m/users/mallory", Map.of("password", "pw"));
        assertThat(it.asRoot("POST", "/v1/sys/quotas/lease-count/q", Map.of("path", "auth/m/login/Mallory", "max_leases", 2)).status()).isEqualTo(204);
        var tokens = List.of(login("mallory"), login("MALLORY"));
        for (var token : tokens) assertThat(read(token.token(), "auth/token/lookup-self").status()).isEqualTo(200);
        assertThat(login("Mallory").status()).as("the quota is full").isEqualTo(429);
        assertThat(it.asRoot("POST", "/v1/sys/leases/revoke-prefix/auth/m/login/mallory", Map.of("sync", true)).status()).isEqualTo(204);
        for (var token : tokens) assertThat(read(token.token(), "auth/token/lookup-self").status()).isEqualTo(403);
        assertThat(login("Mallory").status()).isEqualTo(200);
    }

    private ServerPlayer.Received login(String name) {
        return it.ask("", "POST", "/v1/auth/m/login/" + name, Map.of("password", "pw"));
    }

    @Test
    void what_is_below_a_name_goes_with_it() {
        it.asRoot("POST", "/v1/sys/auth/m", Map.of("type", "approle"));
        for (var role : List.of("admin", "trainer")) it.asRoot("POST", "/v1/auth/m/role/" + role, Map.of("token_policies", role));
        var operator = tokenWith("path \"auth/m/role/+/secret-id\" { capabilities = [\"update\"] }\npath \"auth/m/role/admin*\" { capabilities = [\"read\"] }");
        for (var name : List.of("admin", "ADMIN", "Admin")) assertThat(it.ask(operator, "POST", "/v1/auth/m/role/" + name + "/secret-id", Map.of()).status()).as(name).isEqualTo(403);
        for (var name : List.of("trainer", "TRAINER")) assertThat(it.ask(operator, "POST", "/v1/auth/m/role/" + name + "/secret-id", Map.of()).status()).as(name).isEqualTo(200);
    }

    @Test
    void what_explains_a_refusal_is_the_rule_on_the_name_in_its_one_form() {
        it.asRoot("POST", "/v1/sys/auth/m", Map.of("type", "approle"));
        tokenWith("path \"auth/m/role/*\" { capabilities = [\"read\"] }\npath \"auth/m/role/admin\" { capabilities = [\"deny\"] }");
        for (var each : Map.of("ADMIN", false, "admin", false, "OTHER", true).entrySet()) {
            var told = it.asRoot("POST", "/v1/sys/policies/explain", Map.of("path", "auth/m/role/" + each.getKey(), "operation", "read", "policies", "operator")).part("data").members();
            assertThat(told).as(each.getKey()).containsEntry("allowed", each.getValue()).containsEntry("rule", each.getValue() ? "auth/m/role/*" : "auth/m/role/admin");
        }
    }

    /** Policies of the field's name roles as they were written. */
    @Test
    void a_rule_may_name_a_spelling_and_goes_before_wider_ones() {
        it.asRoot("POST", "/v1/sys/auth/m", Map.of("type", "approle"));
        it.asRoot("POST", "/v1/auth/m/role/MyApp", Map.of("token_policies", "app"));
        for (var besides : List.of("", "path \"auth/m/role/*\" { capabilities = [\"read\"] }", "path \"auth/m/*\" { capabilities = [\"deny\"] }")) {
            var operator = tokenWith("path \"auth/m/role/MyApp/secret-id\" { capabilities = [\"update\"] }\n" + besides);
            assertThat(it.ask(operator, "POST", "/v1/auth/m/role/MyApp/secret-id", Map.of()).status()).as(besides).isEqualTo(200);
        }
    }
}
