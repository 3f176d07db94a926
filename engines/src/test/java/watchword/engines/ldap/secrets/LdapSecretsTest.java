package watchword.engines.ldap.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.core.mount.RouteTable;
import watchword.engines.EnginePlayer;
import watchword.engines.FaultyOutbound.Died;
import watchword.engines.ServerPlayer;
import watchword.sdk.Outbound;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;

/** Passwords of a directory: what is stored is what the directory takes, wherever the server dies, and nothing is left behind. */
class LdapSecretsTest {
    private static final String CREATE = """
            dn: cn={{.Username}},ou=people,dc=example,dc=org
            objectClass: person
            cn: {{.Username}}
            userPassword: {{.Password}}

            dn: cn=team,dc=example,dc=org
            changetype: modify
            add: member
            member: cn={{.Username}},ou=people,dc=example,dc=org
            -
            """;
    private static final String DELETE = """
            dn: cn=team,dc=example,dc=org
            changetype: modify
            delete: member
            member: cn={{.Username}},ou=people,dc=example,dc=org
            -

            dn: cn={{.Username}},ou=people,dc=example,dc=org
            changetype: delete
            """;

    private SmallDirectory directory = new SmallDirectory();
    private ServerPlayer it = new ServerPlayer(EngineCatalog.builder().build());

    @BeforeEach
    void mount() {
        close();
        directory = new SmallDirectory();
        Outbound way = directory;
        it = new ServerPlayer(EngineCatalog.builder().engine("ldap", (context, mount) -> new LdapEngine(context, way)).build());
        it.asRoot("POST", "/v1/sys/mounts/ldap", Map.of("type", "ldap"));
        assertThat(configure(Map.of("binddn", SmallDirectory.ADMIN, "bindpass", "first", "url", directory.url(), "userdn", "ou=people," + SmallDirectory.SUFFIX)).status()).isEqualTo(204);
    }

    @AfterEach
    void close() {
        it.close();
        directory.close();
    }

    private ServerPlayer.Received configure(Map<String, Object> more) {
        return write("config", more);
    }

    private ServerPlayer.Received write(String path, Map<String, Object> body) {
        return it.asRoot("POST", "/v1/ldap/" + path, body);
    }

    private ServerPlayer.Received read(String path) {
        return it.asRoot("GET", "/v1/ldap/" + path, Map.of());
    }

    private ServerPlayer.Received takeOver(String name, Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("username", name, "dn", SmallDirectory.dn(name), "rotation_period", "1h"));
        all.putAll(more);
        return write("static-role/" + name, all);
    }

    private String password(String name) {
        return read("static-cred/" + name).part("data").text("password");
    }

    private void settle() {
        directory.live();
        it.restart();
        for (int i = 0; i < 3; i++) {
            it.clock().advance(Duration.ofMinutes(6));
            it.runDue();
        }
    }

    // ---- settings ----

    @Test
    void settings_are_read_as_they_were_written_and_secrets_are_not() {
        configure(Map.of("schema", "openldap", "length", 20, "rotation_period", "24h", "starttls", false));
        var data = read("config").part("data");
        assertThat(data.members()).containsEntry("binddn", SmallDirectory.ADMIN).containsEntry("schema", "openldap").containsEntry("userattr", "cn").containsEntry("length", 20L)
                .containsEntry("url", directory.url()).containsEntry("rotation_period", 86400L).containsEntry("rotation_schedule", "").containsEntry("disable_automated_rotation", false)
                .containsEntry("skip_static_role_import_rotation", false).containsEntry("credential_type", "password").containsEntry("request_timeout", 90L).containsEntry("insecure_tls", false)
                .doesNotContainKeys("bindpass", "password", "pending_password", "client_tls_key", "last_bind_password_rotation");
        it.asRoot("DELETE", "/v1/ldap/config", Map.of());
        assertThat(read("config").status()).isEqualTo(404);
        assertThat(takeOver("ada", Map.of()).error()).isEqualTo("missing LDAP configuration");
    }

    @Test
    void settings_that_cannot_be_meant_are_refused() {
        assertThat(configure(Map.of("schema", "novell")).error()).isEqualTo("the configured schema is not valid. Supported schemas: [openldap racf ad]");
        assertThat(configure(Map.of("length", 20, "password_policy", "p")).error()).isEqualTo("cannot set both 'password_policy' and 'length'");
        assertThat(configure(Map.of("insecure_tls", true)).error()).startsWith("insecure_tls");
        assertThat(configure(Map.of("url", "http://x")).error()).startsWith("url");
        assertThat(configure(Map.of("rotation_period", "1h", "rotation_schedule", "0 0 * * *")).error()).startsWith("mutually exclusive fields");
        assertThat(configure(Map.of("rotation_window", "1h")).error()).isEqualTo("cannot use rotation_window without rotation_schedule");
        assertThat(configure(Map.of("userattr", "cn=*)(x")).error()).startsWith("userattr");
    }

    // ---- the password of binddn ----

    @Test
    void the_password_that_the_directory_is_changed_by_becomes_known_to_nobody() {
        assertThat(write("rotate-root", Map.of()).status()).isEqualTo(204);
        assertThat(directory.binds(SmallDirectory.ADMIN, "first")).isFalse();
        assertThat(read("config").part("data").members()).containsKey("last_bind_password_rotation");
        assertThat(takeOver("ada", Map.of()).status()).isEqualTo(204);
    }

    @Test
    void it_is_rotated_at_its_time() {
        configure(Map.of("rotation_period", "1h"));
        it.clock().advance(Duration.ofMinutes(59));
        it.runDue();
        assertThat(directory.binds(SmallDirectory.ADMIN, "first")).isTrue();
        it.clock().advance(Duration.ofMinutes(2));
        it.runDue();
        assertThat(directory.binds(SmallDirectory.ADMIN, "first")).isFalse();
    }

    @Test
    void the_directory_can_be_changed_wherever_the_server_dies_while_it_rotates_its_own_password() {
        directory.dieAt(Integer.MAX_VALUE, false);
        write("rotate-root", Map.of());
        int requests = directory.requests;
        assertThat(requests).isGreaterThan(1);
        for (int at = 1; at <= requests; at++) {
            for (boolean after : List.of(false, true)) {
                mount();
                directory.dieAt(at, after);
                try {
                    write("rotate-root", Map.of());
                } catch (Died expected) {
                    // an unbind at the end may die as well
                }
                settle();
                assertThat(takeOver("ada", Map.of()).status()).as("died at %s, after it %s", at, after).isEqualTo(204);
                assertThat(directory.binds(SmallDirectory.dn("ada"), password("ada"))).isTrue();
            }
        }
    }

    @Test
    void a_conversation_that_cannot_begin_is_ended() {
        configure(Map.of("binddn", "no name"));
        assertThat(takeOver("ada", Map.of()).error()).startsWith("failed to bind");
        assertThat(directory.opened).isNotEmpty().allMatch(Socket::isClosed);
    }

    // ---- static roles ----

    @Test
    void an_account_that_is_taken_over_has_a_password_that_changes() {
        assertThat(takeOver("ada", Map.of()).status()).isEqualTo(204);
        var first = read("static-cred/ada").part("data");
        assertThat(first.members()).containsEntry("username", "ada").containsEntry("dn", SmallDirectory.dn("ada")).containsEntry("ttl", 3600L).containsEntry("rotation_period", 3600L)
                .containsEntry("last_password", "").containsKey("last_vault_rotation");
        assertThat(first.text("password")).matches("[0-9A-Za-z]{64}");
        assertThat(directory.binds(SmallDirectory.dn("ada"), first.text("password"))).isTrue();
        assertThat(directory.binds(SmallDirectory.dn("ada"), "old-ada")).isFalse();
        assertThat(write("rotate-role/ada", Map.of()).status()).isEqualTo(204);
        var second = read("static-cred/ada").part("data");
        assertThat(second.text("last_password")).isEqualTo(first.text("password"));
        assertThat(directory.binds(SmallDirectory.dn("ada"), second.text("password"))).isTrue();
        it.clock().advance(Duration.ofMinutes(61));
        it.runDue();
        assertThat(read("static-cred/ada").part("data").text("last_password")).isEqualTo(second.text("password"));
        assertThat(directory.binds(SmallDirectory.dn("ada"), password("ada"))).isTrue();
        it.asRoot("DELETE", "/v1/ldap/static-role/ada", Map.of());
        assertThat(read("static-cred/ada").error()).isEqualTo("unknown role: ada");
        assertThat(write("rotate-role/ada", Map.of()).error()).isEqualTo("role doesn't exist: ada");
    }

    @Test
    void an_account_is_searched_for_by_its_name_and_only_by_that() {
        assertThat(write("static-role/team/bob", Map.of("username", "bob", "rotation_period", "1h")).status()).isEqualTo(204);
        assertThat(directory.binds(SmallDirectory.dn("bob"), password("team/bob"))).isTrue();
        assertThat(read("static-role/team/bob").part("data").members()).isEqualTo(Map.of("username", "bob", "dn", "", "rotation_period", 3600L,
                "last_vault_rotation", String.valueOf(read("static-role/team/bob").part("data").members().get("last_vault_rotation"))));
        assertThat(it.asRoot("LIST", "/v1/ldap/static-role", Map.of()).part("data").members()).containsEntry("keys", List.of("team/"));
        assertThat(it.asRoot("LIST", "/v1/ldap/static-role/team", Map.of()).part("data").members()).containsEntry("keys", List.of("bob"));
        for (var hostile : List.of("*", "ad*", "ada)(cn=*", "nobody", "\\2a", "ada\0")) {
            assertThat(write("static-role/x", Map.of("username", hostile, "rotation_period", "1h")).error()).as(hostile).isEqualTo("expected one matching entry, but received 0");
            assertThat(read("static-role/x").status()).isEqualTo(404);
        }
    }

    @Test
    void what_a_static_role_cannot_be_is_refused() {
        assertThat(write("static-role/x", Map.of("rotation_period", "1h")).error()).isEqualTo("username is a required field to manage a static account");
        assertThat(write("static-role/x", Map.of("username", "ada")).error()).isEqualTo("rotation_period is required to create static accounts");
        assertThat(write("static-role/x", Map.of("username", "ada", "rotation_period", "4s")).error()).isEqualTo("rotation_period must be 5 seconds or more");
        assertThat(write("static-role/x", Map.of("username", "ada", "rotation_schedule", "often")).status()).isEqualTo(400);
        takeOver("ada", Map.of());
        assertThat(takeOver("ada", Map.of("username", "bob")).error()).isEqualTo("cannot update static account username");
        assertThat(takeOver("ada", Map.of("dn", SmallDirectory.dn("bob"))).error()).isEqualTo("cannot update static account distinguished name (dn)");
        assertThat(takeOver("ada", Map.of("skip_import_rotation", true)).error()).isEqualTo("skip_import_rotation has no effect on updates");
        assertThat(write("static-role/other", Map.of("username", "Ada", "rotation_period", "1h")).error()).isEqualTo("\"Ada\" is already managed by the secrets engine");
        assertThat(write("library/set", Map.of("service_account_names", "ada")).error()).isEqualTo("\"ada\" is already managed by the secrets engine");
    }

    @Test
    void nobody_gets_the_password_that_the_directory_is_changed_by() {
        configure(Map.of("userdn", SmallDirectory.SUFFIX));
        for (var dn : List.of(SmallDirectory.ADMIN, "CN = Admin, DC=example,dc=ORG", "")) {
            assertThat(takeOver("mine", Map.of("username", dn.isEmpty() ? "admin" : "mine", "dn", dn)).error()).as(dn).startsWith("the account is the one that the directory is changed by");
            assertThat(read("static-role/mine").status()).isEqualTo(404);
        }
        assertThat(takeOver("later", Map.of("dn", SmallDirectory.ADMIN, "skip_import_rotation", true)).status()).isEqualTo(204);
        assertThat(write("rotate-role/later", Map.of()).error()).contains("the account is the one that the directory is changed by");
        assertThat(password("later")).isEmpty();
        assertThat(write("library/mine", Map.of("service_account_names", "admin")).error()).startsWith("the account is the one that the directory is changed by");
        assertThat(directory.binds(SmallDirectory.ADMIN, "first")).isTrue();
    }

    @Test
    void an_account_has_its_password_from_one_place_by_whatever_name_it_is_meant() {
        assertThat(takeOver("ada", Map.of("dn", "")).status()).isEqualTo(204);
        assertThat(takeOver("bob", Map.of()).status()).isEqualTo(204);
        var known = password("ada");
        assertThat(takeOver("mine", Map.of("dn", SmallDirectory.dn("ada"))).error()).isEqualTo("\"ada\" is already managed by the secrets engine");
        assertThat(takeOver("mine", Map.of("dn", "CN=Bob, OU=people," + SmallDirectory.SUFFIX)).error()).endsWith("is already managed by the secrets engine");
        assertThat(directory.binds(SmallDirectory.dn("ada"), known)).isTrue();
        assertThat(directory.binds(SmallDirectory.dn("bob"), password("bob"))).isTrue();
        it.asRoot("DELETE", "/v1/ldap/static-role/bob", Map.of());
        assertThat(takeOver("mine", Map.of("dn", SmallDirectory.dn("bob"))).status()).isEqualTo(204);
        assertThat(write("library/set", Map.of("service_account_names", "bob")).error()).endsWith("is already managed by the secrets engine");
    }

    @Test
    void a_password_may_stay_until_it_is_first_due() {
        assertThat(takeOver("ada", Map.of("skip_import_rotation", true)).status()).isEqualTo(204);
        assertThat(directory.binds(SmallDirectory.dn("ada"), "old-ada")).isTrue();
        assertThat(read("static-cred/ada").part("data").members()).containsEntry("password", "").containsEntry("ttl", 3600L).doesNotContainKey("last_vault_rotation");
        it.clock().advance(Duration.ofMinutes(61));
        it.runDue();
        assertThat(directory.binds(SmallDirectory.dn("ada"), password("ada"))).isTrue();
    }

    private byte[] stored(String name, String attribute) {
        return directory.bytes(SmallDirectory.dn(name), attribute);
    }

    @Test
    void each_schema_has_passwords_in_its_own_way() {
        configure(Map.of("schema", "ad"));
        takeOver("ada", Map.of());
        assertThat(stored("ada", "unicodePwd")).isEqualTo(("\"" + password("ada") + "\"").getBytes(StandardCharsets.UTF_16LE));
        configure(Map.of("schema", "racf", "length", 8));
        takeOver("bob", Map.of());
        assertThat(stored("bob", "racfPassword")).isEqualTo(password("bob").getBytes(StandardCharsets.UTF_8)).hasSize(8);
        assertThat(stored("bob", "racfAttributes")).isEqualTo("noexpired".getBytes(StandardCharsets.UTF_8));
        configure(Map.of("credential_type", "phrase"));
        takeOver("eve", Map.of());
        assertThat(stored("eve", "racfPassPhrase")).isEqualTo(password("eve").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void passwords_follow_a_policy() {
        it.asRoot("POST", "/v1/sys/policies/password/digits", Map.of("policy", "length = 12\nrule \"charset\" { charset = \"0123456789\" }"));
        configure(Map.of("password_policy", "digits"));
        takeOver("ada", Map.of());
        assertThat(password("ada")).matches("[0-9]{12}");
        assertThat(directory.binds(SmallDirectory.dn("ada"), password("ada"))).isTrue();
    }

    @Test
    void what_is_stored_is_what_the_directory_takes_wherever_the_server_dies() {
        takeOver("ada", Map.of());
        directory.dieAt(Integer.MAX_VALUE, false);
        write("rotate-role/ada", Map.of());
        int requests = directory.requests;
        assertThat(requests).isGreaterThan(1);
        for (var path : List.of("static-role/ada", "rotate-role/ada")) {
            for (int at = 1; at <= requests; at++) {
                for (boolean after : List.of(false, true)) {
                    mount();
                    if (path.startsWith("rotate")) takeOver("ada", Map.of());
                    directory.dieAt(at, after);
                    try {
                        if (path.startsWith("rotate")) write(path, Map.of());
                        else takeOver("ada", Map.of());
                    } catch (Died expected) {
                        // an unbind at the end may die as well
                    }
                    settle();
                    assertThat(directory.binds(SmallDirectory.dn("ada"), password("ada"))).as("%s died at %s, after it %s", path, at, after).isTrue();
                }
            }
        }
    }

    // ---- dynamic roles ----

    private ServerPlayer.Received role(Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("creation_ldif", CREATE, "deletion_ldif", DELETE, "default_ttl", "1h", "max_ttl", "2h"));
        all.putAll(more);
        return write("role/train", all);
    }

    private List<String> members() {
        return directory.values("cn=team," + SmallDirectory.SUFFIX, "member");
    }

    private void assertNothingLeft(String when) {
        assertThat(directory.people()).as(when).containsExactlyInAnyOrder(SmallDirectory.dn("ada"), SmallDirectory.dn("bob"), SmallDirectory.dn("eve"));
        assertThat(members()).as(when).containsExactly("cn=nobody," + SmallDirectory.SUFFIX);
    }

    @Test
    void an_account_is_made_for_a_lease_and_goes_with_it() {
        assertThat(role(Map.of()).status()).isEqualTo(204);
        assertThat(read("role/train").part("data").members()).isEqualTo(Map.of("creation_ldif", CREATE, "deletion_ldif", DELETE, "rollback_ldif", "", "username_template", "", "default_ttl", 3600L, "max_ttl", 7200L));
        var made = read("creds/train");
        var name = made.part("data").text("username");
        assertThat(name).matches("v_root_train_[0-9A-Za-z]{10}_\\d+");
        assertThat(made.at("lease_duration")).isEqualTo(3600L);
        assertThat(made.part("data").texts("distinguished_names")).containsExactly(SmallDirectory.dn(name), "cn=team," + SmallDirectory.SUFFIX);
        assertThat(directory.binds(SmallDirectory.dn(name), made.part("data").text("password"))).isTrue();
        assertThat(members()).contains(SmallDirectory.dn(name));
        assertThat(it.asRoot("POST", "/v1/sys/leases/renew", Map.of("lease_id", made.text("lease_id"))).status()).isEqualTo(200);
        it.asRoot("DELETE", "/v1/ldap/role/train", Map.of());
        assertThat(it.asRoot("POST", "/v1/sys/leases/renew", Map.of("lease_id", made.text("lease_id"))).status()).isEqualTo(400);
        it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", made.text("lease_id"), "sync", true));
        assertNothingLeft("revoked");
        assertThat(read("creds/train").status()).isEqualTo(404);
    }

    @Test
    void a_text_tells_the_end_that_the_lease_has_when_the_mount_sets_it() throws Exception {
        role(Map.of("creation_ldif", CREATE.replace("userPassword:", "description: {{.IssueTimeSeconds}} {{.ExpirationTimeSeconds}}\nuserPassword:"), "default_ttl", "0s", "max_ttl", "0s"));
        var made = read("creds/train");
        var entry = Objects.requireNonNull(directory.server.getEntry(SmallDirectory.dn(made.part("data").text("username"))));
        var times = Objects.requireNonNull(entry.getAttributeValue("description")).split(" ");
        assertThat(Long.parseLong(times[1]) - Long.parseLong(times[0])).isEqualTo(made.at("lease_duration")).isPositive();
    }

    @Test
    void texts_may_come_in_base64_and_what_cannot_be_meant_is_refused() {
        assertThat(role(Map.of("deletion_ldif", Base64.getEncoder().encodeToString(DELETE.getBytes(StandardCharsets.UTF_8)))).status()).isEqualTo(204);
        assertThat(read("role/train").part("data").text("deletion_ldif")).isEqualTo(DELETE);
        assertThat(role(Map.of("creation_ldif", "")).error()).isEqualTo("missing creation_ldif");
        assertThat(role(Map.of("deletion_ldif", "")).error()).isEqualTo("missing deletion_ldif");
        assertThat(role(Map.of("creation_ldif", "cn: x")).error()).startsWith("invalid creation_ldif: LDIF is invalid: ");
        assertThat(role(Map.of("deletion_ldif", "dn: cn={{.Password}}\nchangetype: delete")).error()).startsWith("invalid deletion_ldif: LDIF is invalid: there is no field .Password here");
        assertThat(role(Map.of("username_template", "{{.RoleName}}")).error()).contains("same name again");
    }

    @Test
    void who_is_there_already_is_never_taken_for_ours() {
        role(Map.of("creation_ldif", "dn: cn=ada,ou=people,dc=example,dc=org\nobjectClass: person\ncn: ada", "deletion_ldif", "dn: cn=ada,ou=people,dc=example,dc=org\nchangetype: delete"));
        assertThat(read("creds/train").error()).isEqualTo("failed to create user: an entry of this name is there already");
        it.runDue();
        assertNothingLeft("refused");
    }

    @Test
    void nothing_is_left_when_a_part_is_refused() {
        role(Map.of("creation_ldif", CREATE.replace("cn=team,", "cn=nothing,"), "rollback_ldif", "dn: cn=rolled,dc=example,dc=org\nchangetype: delete"));
        assertThat(read("creds/train").error()).startsWith("failed to create user: failed to execute statements: failed to run ModifyRequest: ");
        it.runDue();
        assertNothingLeft("refused");
    }

    @Test
    void nothing_is_left_wherever_the_server_dies_while_it_makes_or_removes() {
        role(Map.of());
        directory.dieAt(Integer.MAX_VALUE, false);
        var lease = read("creds/train").text("lease_id");
        int making = directory.requests;
        directory.dieAt(Integer.MAX_VALUE, false);
        it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", lease, "sync", true));
        int removing = directory.requests;
        assertThat(making).isGreaterThan(3);
        assertThat(removing).isGreaterThan(2);
        for (int at = 1; at <= making + removing; at++) {
            for (boolean after : List.of(false, true)) {
                mount();
                role(Map.of());
                directory.dieAt(at, after);
                try {
                    var made = read("creds/train").text("lease_id");
                    it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", made, "sync", true));
                } catch (Died expected) {
                    // an unbind at the end may die as well
                }
                settle();
                it.asRoot("POST", "/v1/sys/leases/revoke-prefix/ldap/creds", Map.of("sync", true));
                assertNothingLeft("died at " + at + ", after it " + after);
                assertThat(it.asRoot("LIST", "/v1/sys/leases/lookup/ldap/creds/train", Map.of()).status()).isEqualTo(404);
            }
        }
    }

    // ---- libraries ----

    private String borrower() {
        return it.tokenFor("path \"ldap/library/*\" { capabilities = [\"read\", \"update\", \"create\"] }");
    }

    private ServerPlayer.Received as(String token, String path, Map<String, Object> body) {
        return it.ask(token, "POST", "/v1/ldap/library/" + path, body);
    }

    @Test
    void an_account_is_lent_to_one_at_a_time_and_comes_back_with_another_password() {
        assertThat(write("library/set", Map.of("service_account_names", "ada,bob", "ttl", "1h", "max_ttl", "2h")).status()).isEqualTo(204);
        assertThat(read("library/set").part("data").members()).isEqualTo(Map.of("service_account_names", List.of("ada", "bob"), "ttl", 3600L, "max_ttl", 7200L, "disable_check_in_enforcement", false));
        var one = borrower();
        var other = borrower();
        var first = as(one, "set/check-out", Map.of("ttl", "30m"));
        assertThat(first.at("lease_duration")).isEqualTo(1800L);
        assertThat(first.at("renewable")).isEqualTo(true);
        assertThat(first.part("data").text("service_account_name")).isEqualTo("ada");
        assertThat(directory.binds(SmallDirectory.dn("ada"), first.part("data").text("password"))).isTrue();
        assertThat(as(other, "set/check-out", Map.of()).part("data").text("service_account_name")).isEqualTo("bob");
        assertThat(as(other, "set/check-out", Map.of()).error()).isEqualTo("No service accounts available for check-out.");
        var status = read("library/set/status").part("data");
        assertThat(status.at("ada").members()).containsEntry("available", false).containsKey("borrower_client_token");
        assertThat(write("library/set", Map.of("service_account_names", "bob")).error()).isEqualTo("\"ada\" can't be deleted because it is currently checked out");
        assertThat(it.asRoot("DELETE", "/v1/ldap/library/set", Map.of()).error()).contains("checked out");

        assertThat(as(other, "set/check-in", Map.of("service_account_names", "ada")).error()).isEqualTo("\"ada\" can't be checked in because it wasn't checked out by the caller");
        assertThat(as(one, "set/check-in", Map.of()).part("data").texts("check_ins")).containsExactly("ada");
        assertThat(directory.binds(SmallDirectory.dn("ada"), first.part("data").text("password"))).isFalse();
        assertThat(read("library/set/status").part("data").at("ada").members()).isEqualTo(Map.of("available", true));
        assertThat(it.ask(one, "POST", "/v1/sys/leases/renew", Map.of("lease_id", first.text("lease_id"))).status()).isNotEqualTo(200);
        assertThat(write("library/manage/set/check-in", Map.of("service_account_names", "bob")).part("data").texts("check_ins")).containsExactly("bob");
        assertThat(it.asRoot("DELETE", "/v1/ldap/library/set", Map.of()).status()).isEqualTo(204);
    }

    /** A run that asks the same again is told the same, but not an account that may have come back meanwhile. */
    @Test
    void each_check_out_is_one_of_its_own() {
        var routes = new EnginePlayer((context, _) -> new LdapEngine(context, Outbound.NONE), Map.of()).routes();
        assertThat(routes.match(Operation.WRITE, "library/set/check-out")).isInstanceOfSatisfying(RouteTable.Match.Found.class, found -> assertThat(found.bound().route().is(Trait.SINGLE_USE)).isTrue());
    }

    @Test
    void the_end_of_a_lease_takes_the_account_from_its_holder_and_from_nobody_after() {
        write("library/set", Map.of("service_account_names", "ada", "ttl", "1h"));
        var first = as(borrower(), "set/check-out", Map.of());
        write("library/manage/set/check-in", Map.of());
        var second = as(borrower(), "set/check-out", Map.of());
        it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", first.text("lease_id"), "sync", true));
        assertThat(directory.binds(SmallDirectory.dn("ada"), second.part("data").text("password"))).as("the older lease is of the older check-out").isTrue();
        it.clock().advance(Duration.ofMinutes(61));
        it.runDue();
        assertThat(directory.binds(SmallDirectory.dn("ada"), second.part("data").text("password"))).isFalse();
        assertThat(read("library/set/status").part("data").at("ada").members()).isEqualTo(Map.of("available", true));
    }

    @Test
    void a_set_with_an_account_that_is_not_there_is_not_made() {
        assertThat(write("library/set", Map.of("service_account_names", "ada,nobody")).error()).isEqualTo("expected one matching entry, but received 0");
        assertThat(read("library/set").status()).isEqualTo(404);
        assertThat(write("library/set", Map.of("service_account_names", "ada")).status()).isEqualTo(204);
        assertThat(write("library/set", Map.of("service_account_names", "ada,nobody")).status()).isEqualTo(502);
        assertThat(read("library/set").part("data").texts("service_account_names")).containsExactly("ada");
    }

    private ServerPlayer.Received lent() {
        write("library/set", Map.of("service_account_names", "ada", "ttl", "1h"));
        return it.asRoot("POST", "/v1/ldap/library/set/check-out", Map.of());
    }

    @Test
    void an_account_comes_back_wherever_the_server_dies() {
        var first = lent();
        directory.dieAt(Integer.MAX_VALUE, false);
        it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", first.text("lease_id"), "sync", true));
        int requests = directory.requests;
        assertThat(requests).isGreaterThan(3);
        for (int at = 1; at <= requests; at++) {
            for (boolean after : List.of(false, true)) {
                mount();
                var lent = lent();
                directory.dieAt(at, after);
                try {
                    it.asRoot("POST", "/v1/sys/leases/revoke", Map.of("lease_id", lent.text("lease_id"), "sync", true));
                } catch (Died expected) {
                    // an unbind at the end may die as well
                }
                settle();
                var again = it.asRoot("POST", "/v1/ldap/library/set/check-out", Map.of());
                assertThat(again.status()).as("died at %s, after it %s", at, after).isEqualTo(200);
                assertThat(directory.binds(SmallDirectory.dn("ada"), again.part("data").text("password"))).isTrue();
                assertThat(again.part("data").text("password")).isNotEqualTo(lent.part("data").text("password"));
            }
        }
    }

    @Test
    void nothing_dies_unless_it_is_told_to() {
        directory.dieAt(1, false);
        assertThatThrownBy(() -> write("rotate-root", Map.of())).isInstanceOf(Died.class);
    }
}
