package watchword.core.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.core.mount.EngineCatalog;
import watchword.core.token.PinMethod;
import watchword.sdk.Route.Operation;
import watchword.sdk.Storage;

/** Tenants: each has the whole of it, and nothing of another's. */
class NamespaceTest {
    private static final String EVERYTHING = "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"scan\", \"sudo\"] }";

    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> new ToyEngine()).auth("pin", (_, _) -> new PinMethod()).auth("userpass", (_, _) -> new PinMethod()).build());
    private TestServer a = it;
    private TestServer b = it;

    @BeforeEach
    void given_two_teams() {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
        it.write(it.root, "sys/namespaces/team-a");
        it.write(it.root, "sys/namespaces/team-b");
        a = it.in("team-a/");
        b = it.in("team-b/");
    }

    @AfterEach
    void close() {
        it.close();
    }

    /** A token of a namespace with a policy of it that gives everything there. */
    private String admin(TestServer namespace) {
        namespace.policy("admin", EVERYTHING);
        return namespace.write(it.root, "auth/token/create", "policies", List.of("admin"), "ttl", "1h").token();
    }

    private static @Nullable Object field(@Nullable Object object, String name) {
        return object instanceof Map<?, ?> fields ? fields.get(name) : null;
    }

    // ---- sys/namespaces ----

    @Test
    void one_is_made_told_about_listed_and_removed() {
        var made = it.write(it.root, "sys/namespaces/prod", "custom_metadata", Map.of("owner", "alice"));
        assertThat(made.status()).isEqualTo(200);
        assertThat(made.part("data")).containsEntry("path", "prod/").containsEntry("tainted", false).containsEntry("locked", false).containsEntry("custom_metadata", Map.of("owner", "alice"))
                .containsKey("uuid");
        assertThat(made.data("id").toString()).matches("[0-9A-Za-z]{6}");
        assertThat(it.read(it.root, "sys/namespaces/prod/").part("data")).isEqualTo(made.part("data"));
        var listed = it.list(it.root, "sys/namespaces");
        assertThat(listed.part("data").get("keys")).isEqualTo(List.of("prod/", "team-a/", "team-b/"));
        assertThat(field(listed.part("data").get("key_info"), "prod/")).isEqualTo(made.part("data"));
        assertThat(it.delete(it.root, "sys/namespaces/prod").status()).isEqualTo(204);
        assertThat(it.read(it.root, "sys/namespaces/prod").status()).isEqualTo(404);
        assertThat(it.delete(it.root, "sys/namespaces/prod").body().get("warnings")).isEqualTo(List.of("requested namespace does not exist"));
    }

    @Test
    void what_is_told_of_one_is_replaced_by_a_write_and_merged_by_a_patch() {
        it.write(it.root, "sys/namespaces/team-a", "custom_metadata", Map.of("owner", "alice", "cost", "1"));
        var changes = new LinkedHashMap<String, @Nullable Object>();
        changes.put("cost", null);
        changes.put("site", "b");
        var patch = TestServer.fields("custom_metadata", changes);
        assertThat(it.ask(it.root, Operation.PATCH, "sys/namespaces/team-a", patch, "127.0.0.1", Optional.empty()).part("data")).containsEntry("custom_metadata", Map.of("owner", "alice", "site", "b"));
        assertThat(it.write(it.root, "sys/namespaces/team-a", "custom_metadata", Map.of("x", "y")).part("data")).containsEntry("custom_metadata", Map.of("x", "y"));
        assertThat(it.ask(it.root, Operation.PATCH, "sys/namespaces/none", patch, "127.0.0.1", Optional.empty()).status()).isEqualTo(404);
        assertThat(it.ask(it.root, Operation.PATCH, "sys/namespaces/team-a", Map.of(), "127.0.0.1", Optional.empty()).status()).isEqualTo(400);
    }

    @Test
    void they_nest_and_a_scan_lists_all_of_them() {
        assertThat(a.write(it.root, "sys/namespaces/sub").data("path")).isEqualTo("team-a/sub/");
        assertThat(it.in("team-a/sub/").write(it.root, "sys/namespaces/deep").status()).isEqualTo(200);
        assertThat(it.list(it.root, "sys/namespaces").part("data").get("keys")).isEqualTo(List.of("team-a/", "team-b/"));
        assertThat(it.ask(it.root, Operation.SCAN, "sys/namespaces", Map.of(), "127.0.0.1", Optional.empty()).part("data").get("keys"))
                .isEqualTo(List.of("team-a/", "team-a/sub/", "team-a/sub/deep/", "team-b/"));
        assertThat(a.list(it.root, "sys/namespaces").part("data").get("keys")).isEqualTo(List.of("sub/"));
        assertThat(b.list(it.root, "sys/namespaces").status()).isEqualTo(404);
        assertThat(it.delete(it.root, "sys/namespaces/team-a").errors()).isEqualTo(List.of("unable to delete namespace containing child namespaces"));
    }

    /** Number 92: none of these is anybody's child. */
    @ParameterizedTest
    @ValueSource(strings = {"root", "root/", "ROOT", "Root", ".", "..", "", "/", "a/b", "sys", "SYS", "auth", "cubbyhole", "identity", "audit", "a b", "a+", "*", "a\tb", "a;b", "a%2f", "a\u200bb", "a\\b"})
    void a_name_that_means_something_else_is_refused(String name) {
        for (var operation : new Operation[] {Operation.WRITE, Operation.READ, Operation.DELETE}) {
            assertThat(it.ask(it.root, operation, "sys/namespaces/" + name, Map.of(), "127.0.0.1", Optional.empty()).status()).as("%s %s", operation, name).isBetween(400, 404);
        }
        assertThat(it.list(it.root, "sys/namespaces").part("data").get("keys")).isEqualTo(List.of("team-a/", "team-b/"));
    }

    @Test
    void a_namespace_and_a_mount_are_never_at_the_same_path() {
        it.write(it.root, "sys/mounts/apps/one", "type", "toy");
        assertThat(it.write(it.root, "sys/namespaces/apps").errors()).isEqualTo(List.of("new namespace conflicts with existing mount: apps/one/"));
        for (var path : List.of("team-a", "team-a/x")) assertThat(it.write(it.root, "sys/mounts/" + path, "type", "toy").errors()).isEqualTo(List.of("path is already in use at team-a/"));
        assertThat(it.write(it.root, "sys/remount", "from", "apps/one", "to", "team-a/one").status()).isEqualTo(400);
        assertThat(it.read(it.root, "sys/mounts/apps/one").status()).isEqualTo(200);
    }

    // ---- where a request leads ----

    @Test
    void header_and_path_together_name_the_namespace() {
        a.write(it.root, "sys/namespaces/sub");
        var sub = it.in("team-a/sub/");
        sub.write(it.root, "sys/mounts/toy", "type", "toy");
        assertThat(sub.read(it.root, "toy/creds/x").status()).isEqualTo(200);
        assertThat(a.read(it.root, "sub/toy/creds/x").status()).isEqualTo(200);
        assertThat(it.read(it.root, "team-a/sub/toy/creds/x").status()).isEqualTo(200);
        assertThat(it.read(it.root, "toy/creds/x").status()).isEqualTo(404);
        assertThat(a.read(it.root, "toy/creds/x").status()).isEqualTo(404);
        assertThat(it.in("none/").read(it.root, "sys/mounts").errors()).isEqualTo(List.of("namespace not found"));
        assertThat(it.in("team-a/none/").read(it.root, "sys/mounts").status()).isEqualTo(404);
        assertThat(it.in("toy/").read(it.root, "creds/x").status()).isEqualTo(404);
    }

    @Test
    void each_begins_with_mounts_and_policies_of_its_own() {
        var mounts = a.read(it.root, "sys/mounts").part("data");
        assertThat(mounts.keySet()).containsExactlyInAnyOrder("sys/", "identity/", "cubbyhole/");
        assertThat(field(mounts.get("sys/"), "type")).isEqualTo("ns_system");
        assertThat(field(mounts.get("cubbyhole/"), "type")).isEqualTo("ns_cubbyhole");
        assertThat(field(mounts.get("identity/"), "type")).isEqualTo("ns_identity");
        assertThat(field(a.read(it.root, "sys/auth").part("data").get("token/"), "type")).isEqualTo("ns_token");
        assertThat(a.list(it.root, "sys/policies/acl").part("data").get("keys")).isEqualTo(List.of("default"));
        a.policy("mine", "path \"x\" { capabilities = [\"read\"] }");
        assertThat(it.read(it.root, "sys/policies/acl/mine").status()).isEqualTo(404);
        assertThat(b.read(it.root, "sys/policies/acl/mine").status()).isEqualTo(404);
        assertThat(a.read(it.root, "sys/policies/acl/root").status()).isEqualTo(404);
        a.write(it.root, "auth/token/roles/r", "orphan", true);
        assertThat(it.read(it.root, "auth/token/roles/r").status()).isEqualTo(404);
        assertThat(a.write(it.root, "sys/mounts/x", "type", "ns_system").status()).isEqualTo(400);
    }

    @Test
    void policies_of_the_same_name_are_others_in_each() {
        a.write(it.root, "sys/mounts/toy", "type", "toy");
        b.write(it.root, "sys/mounts/toy", "type", "toy");
        a.policy("dev", "path \"toy/creds/a\" { capabilities = [\"read\"] }");
        b.policy("dev", "path \"toy/creds/b\" { capabilities = [\"read\"] }");
        var ofA = a.write(it.root, "auth/token/create", "policies", List.of("dev")).token();
        var ofB = b.write(it.root, "auth/token/create", "policies", List.of("dev")).token();
        for (int i = 0; i < 2; i++) {
            assertThat(a.read(ofA, "toy/creds/a").status()).isEqualTo(200);
            assertThat(a.read(ofA, "toy/creds/b").status()).isEqualTo(403);
            assertThat(b.read(ofB, "toy/creds/b").status()).isEqualTo(200);
            assertThat(b.read(ofB, "toy/creds/a").status()).isEqualTo(403);
        }
    }

    // ---- tokens ----

    @Test
    void a_token_is_good_in_its_namespace_and_below_and_nowhere_else() {
        a.write(it.root, "sys/namespaces/sub");
        var admin = admin(a);
        assertThat(admin).matches("hvs\\.[0-9A-Za-z]{40}\\.[0-9A-Za-z]{6}").endsWith("." + it.read(it.root, "sys/namespaces/team-a").data("id"));
        assertThat(a.read(admin, "sys/mounts").status()).isEqualTo(200);
        assertThat(a.read(admin, "sub/sys/mounts").status()).isEqualTo(200);
        assertThat(it.in("team-a/sub/").read(admin, "sys/mounts").status()).isEqualTo(200);
        assertThat(it.read(admin, "sys/mounts").status()).isEqualTo(403);
        assertThat(b.read(admin, "sys/mounts").status()).isEqualTo(403);
        assertThat(it.read(admin, "team-b/sys/mounts").status()).isEqualTo(403);
        assertThat(it.read(admin, "team-a/sys/mounts").status()).isEqualTo(200);
        var bId = it.read(it.root, "sys/namespaces/team-b").data("id");
        assertThat(b.read(admin.substring(0, admin.lastIndexOf('.') + 1) + bId, "sys/mounts").status()).isEqualTo(403);
        assertThat(it.read(admin.substring(0, admin.lastIndexOf('.')), "sys/mounts").status()).isEqualTo(403);
    }

    @Test
    void a_batch_token_cannot_be_passed_off_as_one_of_another_namespace() {
        a.policy("admin", EVERYTHING);
        b.policy("admin", EVERYTHING);
        var batch = a.write(it.root, "auth/token/create", "policies", List.of("admin"), "type", "batch", "ttl", "1h").token();
        var aId = it.read(it.root, "sys/namespaces/team-a").data("id").toString();
        var bId = it.read(it.root, "sys/namespaces/team-b").data("id").toString();
        assertThat(batch).startsWith("hvb.").endsWith("." + aId);
        assertThat(a.read(batch, "sys/mounts").status()).isEqualTo(200);
        assertThat(b.read(batch, "sys/mounts").status()).isEqualTo(403);
        assertThat(b.read(batch.replace("." + aId, "." + bId), "sys/mounts").status()).isEqualTo(403);
        assertThat(it.read(batch.replace("." + aId, ""), "sys/mounts").status()).isEqualTo(403);
        it.delete(it.root, "sys/namespaces/team-a");
        it.write(it.root, "sys/namespaces/team-a");
        assertThat(a.read(batch, "sys/mounts").status()).isEqualTo(403);
    }

    @Test
    void what_is_about_the_token_that_asks_is_answered_in_its_own_namespace() {
        var self = a.read(it.root, "auth/token/lookup-self");
        assertThat(self.data("id")).isEqualTo(it.root);
        assertThat(self.part("data")).doesNotContainKey("namespace_path");
        var admin = admin(a);
        assertThat(a.read(admin, "auth/token/lookup-self").part("data")).containsEntry("namespace_path", "team-a/");
        a.write(it.root, "cubbyhole/note", "x", "1");
        assertThat(it.read(it.root, "cubbyhole/note").data("x")).isEqualTo("1");
        assertThat(b.read(it.root, "cubbyhole/note").data("x")).isEqualTo("1");
        a.write(it.root, "sys/namespaces/sub");
        var sub = it.in("team-a/sub/");
        assertThat(sub.write(admin, "auth/token/renew-self", "increment", "30m").part("auth")).containsEntry("client_token", admin);
        assertThat(sub.write(admin, "auth/token/revoke-self").status()).isEqualTo(204);
        assertThat(a.read(admin, "sys/mounts").status()).isEqualTo(403);
    }

    @Test
    void only_who_may_use_sudo_makes_a_token_of_a_namespace_below_and_it_is_never_root() {
        it.policy("dev", "path \"team-a/auth/token/create\" { capabilities = [\"update\"] }");
        it.policy("boss", "path \"team-a/auth/token/create\" { capabilities = [\"update\", \"sudo\"] }");
        a.policy("dev", EVERYTHING);
        var dev = it.token("dev");
        assertThat(a.write(dev, "auth/token/create", "policies", List.of("dev")).errors()).isEqualTo(List.of("root or sudo privileges required to directly generate a token in a child namespace"));
        assertThat(a.write(it.root, "auth/token/create").errors()).isEqualTo(List.of("root tokens may not be created from a parent namespace"));
        assertThat(a.write(it.root, "auth/token/create", "policies", List.of("root")).status()).isEqualTo(400);
        assertThat(a.write(it.root, "auth/token/create", "policies", List.of("dev"), "id", "mine").status()).isEqualTo(400);
        var made = a.write(it.token("boss"), "auth/token/create");
        assertThat(made.part("auth")).containsEntry("policies", List.of("default"));
        a.write(it.root, "auth/token/roles/open", "renewable", true);
        assertThat(a.write(it.token("boss"), "auth/token/create").part("auth")).containsEntry("token_policies", List.of("default"));
    }

    @Test
    void a_token_takes_its_children_in_other_namespaces_along() {
        it.policy("boss", "path \"team-a/auth/token/create\" { capabilities = [\"update\", \"sudo\"] }");
        a.policy("admin", EVERYTHING);
        var boss = it.token("boss");
        var child = a.write(boss, "auth/token/create", "policies", List.of("admin")).token();
        var grandchild = a.write(child, "auth/token/create", "policies", List.of("admin")).token();
        assertThat(a.read(grandchild, "sys/mounts").status()).isEqualTo(200);
        it.write(it.root, "auth/token/revoke", "token", boss);
        assertThat(a.read(child, "sys/mounts").status()).isEqualTo(403);
        assertThat(a.read(grandchild, "sys/mounts").status()).isEqualTo(403);
    }

    @Test
    void a_token_of_few_uses_pays_wherever_it_asks() {
        it.policy("look", "path \"team-a/sys/mounts\" { capabilities = [\"read\"] }");
        var twice = it.write(it.root, "auth/token/create", "policies", List.of("look"), "num_uses", 2).token();
        var there = a.write(it.root, "auth/token/create", "policies", List.of("default"), "num_uses", 1).token();
        assertThat(a.read(twice, "sys/mounts").status()).isEqualTo(200);
        assertThat(a.read(twice, "sys/mounts").status()).isEqualTo(200);
        assertThat(a.read(twice, "sys/mounts").status()).isEqualTo(403);
        assertThat(a.read(there, "auth/token/lookup-self").status()).isEqualTo(200);
        assertThat(a.read(there, "auth/token/lookup-self").status()).isEqualTo(403);
    }

    @Test
    void logins_give_tokens_of_the_namespace_of_their_mount() {
        a.write(it.root, "sys/auth/pin", "type", "pin");
        a.write(it.root, "auth/pin/user/alice", "pin", "1234", "token_policies", List.of("default"));
        var login = a.write("", "auth/pin/login/alice", "pin", "1234");
        assertThat(login.token()).endsWith("." + it.read(it.root, "sys/namespaces/team-a").data("id"));
        assertThat(it.write("", "team-a/auth/pin/login/alice", "pin", "1234").status()).isEqualTo(200);
        assertThat(it.write("", "auth/pin/login/alice", "pin", "1234").status()).isEqualTo(403);
        assertThat(a.write(login.token(), "auth/token/renew-self").status()).isEqualTo(200);
        it.clock.advance(Duration.ofDays(40));
        it.server.runDue();
        assertThat(a.read(login.token(), "auth/token/lookup-self").status()).isEqualTo(403);
        assertThat(a.list(it.root, "auth/token/accessors").status()).isIn(200, 404);
    }

    // ---- identities ----

    @Test
    void who_logs_in_is_somebody_of_the_namespace_and_has_the_policies_that_it_gives() {
        for (var each : List.of(a, b)) {
            each.write(it.root, "sys/auth/pin", "type", "pin");
            each.write(it.root, "auth/pin/user/alice", "pin", "1234");
            each.policy("dev", "path \"sys/mounts\" { capabilities = [\"read\"] }");
        }
        var alice = a.write("", "auth/pin/login/alice", "pin", "1234");
        var entity = String.valueOf(alice.part("auth").get("entity_id"));
        assertThat(a.read(it.root, "identity/entity/id/" + entity).data("namespace_id")).isEqualTo(it.read(it.root, "sys/namespaces/team-a").data("id"));
        assertThat(it.read(it.root, "identity/entity/id/" + entity).status()).isEqualTo(404);
        assertThat(b.read(it.root, "identity/entity/id/" + entity).status()).isEqualTo(404);
        assertThat(b.write("", "auth/pin/login/alice", "pin", "1234").part("auth").get("entity_id")).isNotEqualTo(entity);
        assertThat(a.read(alice.token(), "sys/mounts").status()).isEqualTo(403);
        a.write(it.root, "identity/group", "name", "devs", "policies", "dev", "member_entity_ids", List.of(entity));
        assertThat(a.read(alice.token(), "sys/mounts").status()).isEqualTo(200);
        assertThat(b.read(alice.token(), "sys/mounts").status()).isEqualTo(403);
        it.delete(it.root, "sys/namespaces/team-a");
        assertThat(keys("core/namespace/")).noneMatch(key -> key.contains("/core/identity/") && key.contains(entity));
    }

    /** What is held above is not held here, though it is called the same. */
    @Test
    void who_comes_from_above_gives_policies_to_identities_only_with_sudo() {
        var all = "capabilities = [\"create\", \"read\", \"update\", \"list\"";
        it.policy("dev", "path \"team-a/identity/*\" { " + all + "] }\npath \"identity/*\" { " + all + "] }");
        it.policy("boss", "path \"team-a/identity/*\" { " + all + ", \"sudo\"] }");
        a.policy("dev", EVERYTHING);
        var dev = it.token("dev");
        assertThat(it.write(dev, "identity/entity", "name", "x", "policies", "dev").status()).isEqualTo(200);
        assertThat(a.write(dev, "identity/entity", "name", "x", "policies", "dev").status()).isEqualTo(403);
        assertThat(a.write(dev, "identity/entity", "name", "x").status()).isEqualTo(200);
        assertThat(a.write(it.token("boss"), "identity/entity", "name", "x", "policies", "dev").status()).isEqualTo(204);
    }

    @Test
    void who_failed_too_often_is_locked_out_of_the_namespace_alone() {
        for (var each : List.of(it, a, b)) {
            each.write(it.root, "sys/auth/userpass", "type", "userpass");
            each.write(it.root, "auth/userpass/user/alice", "pin", "1234");
        }
        for (int i = 0; i < 5; i++) assertThat(a.write("", "auth/userpass/login/alice", "pin", "0").status()).isEqualTo(400);
        assertThat(a.write("", "auth/userpass/login/alice", "pin", "1234").status()).isEqualTo(403);
        for (var each : List.of(it, b)) {
            assertThat(each.write("", "auth/userpass/login/alice", "pin", "1234").status()).isEqualTo(200);
            assertThat(each.read(it.root, "sys/locked-users").data("total")).isEqualTo("0");
        }
        var accessor = a.read(it.root, "sys/auth/userpass").body().get("accessor");
        assertThat(String.valueOf(a.read(it.root, "sys/locked-users").part("data").get("by_namespace"))).contains("namespace_path=team-a/").contains("alias_identifiers=[alice]");
        b.write(admin(b), "sys/locked-users/" + accessor + "/unlock/alice");
        assertThat(a.write("", "auth/userpass/login/alice", "pin", "1234").status()).as("another's unlocking").isEqualTo(403);
        assertThat(a.write(admin(a), "sys/locked-users/" + accessor + "/unlock/alice").status()).isEqualTo(204);
        assertThat(a.write("", "auth/userpass/login/alice", "pin", "1234").status()).isEqualTo(200);

        for (int i = 0; i < 5; i++) a.write("", "auth/userpass/login/alice", "pin", "0");
        assertThat(keys("core/")).anyMatch(key -> key.contains("/core/lockout/"));
        it.clock.advance(Duration.ofMinutes(16));
        it.server.runDue();
        assertThat(keys("core/")).noneMatch(key -> key.contains("/core/lockout/")).noneMatch(key -> key.matches("core/expiry/[0-9a-f]+/k/.*"));
        assertThat(a.write("", "auth/userpass/login/alice", "pin", "1234").status()).isEqualTo(200);
    }

    private List<String> keys(String below) {
        return it.storage.<List<Storage.Entry>>read(store -> store.scan(below, "", 100_000)).stream().map(Storage.Entry::key).toList();
    }

    // ---- policies ----

    @Test
    void explanations_are_of_the_policies_of_the_namespace_that_is_asked() {
        it.policy("asker", "path \"team-a/sys/policies/explain\" { capabilities = [\"update\"] }\npath \"sys/policies/explain\" { capabilities = [\"update\"] }");
        a.policy("asker", "path \"x\" { capabilities = [\"read\"] }");
        var asker = it.token("asker");
        assertThat(it.write(asker, "sys/policies/explain", "path", "x", "operation", "read").data("allowed")).isEqualTo("false");
        assertThat(a.write(asker, "sys/policies/explain", "path", "x", "operation", "read").errors()).isEqualTo(List.of("the token's own policies are explained in its own namespace"));
        assertThat(it.write(asker, "sys/policies/explain", "path", "x", "operation", "read", "policies", "asker").status()).isEqualTo(200);
        assertThat(a.write(asker, "sys/policies/explain", "path", "x", "operation", "read", "policies", "asker").status()).as("it has one of that name, but above").isEqualTo(403);
        assertThat(a.write(it.root, "sys/policies/explain", "path", "x", "operation", "read", "policies", "asker").data("allowed")).isEqualTo("true");
    }

    /** Number 78: what was written for mounts opens no namespace that is made later; what names one, or is everything, does. */
    @Test
    void a_policy_reaches_into_a_namespace_only_if_it_names_it_or_is_on_everything_above_it() {
        for (var path : List.of("+/sys/mounts", "te*", "team-a*", "+/*", "sys/mounts", "secret/*")) {
            it.policy("p", "path \"" + path + "\" { capabilities = [\"read\"] }");
            assertThat(a.read(it.token("p"), "sys/mounts").status()).as(path).isEqualTo(403);
        }
        for (var path : List.of("*", "team-a/*", "team-a/sys/mounts", "team-a/+/mounts", "team-a/sys/*")) {
            it.policy("p", "path \"" + path + "\" { capabilities = [\"read\"] }");
            assertThat(a.read(it.token("p"), "sys/mounts").status()).as(path).isEqualTo(200);
            assertThat(b.read(it.token("p"), "sys/mounts").status()).as(path).isEqualTo(path.equals("*") ? 200 : 403);
        }
        it.policy("p", "path \"*\" { capabilities = [\"read\"] }\npath \"+/sys/mounts\" { capabilities = [\"deny\"] }");
        assertThat(a.read(it.token("p"), "sys/mounts").status()).isEqualTo(403);
    }

    @Test
    void what_is_told_of_rights_is_what_is_decided() {
        it.policy("p", "path \"team-a/sys/*\" { capabilities = [\"read\", \"update\", \"list\"] }\npath \"+/toy/*\" { capabilities = [\"read\"] }\npath \"team-b/auth/*\" { capabilities = [\"read\"] }");
        var token = it.token("p");
        a.write(it.root, "sys/mounts/toy", "type", "toy");
        assertThat(a.write(token, "sys/capabilities-self", "paths", List.of("sys/mounts", "toy/creds/x")).part("data"))
                .containsEntry("sys/mounts", List.of("list", "read", "update")).containsEntry("toy/creds/x", List.of("deny"));
        assertThat(it.write(it.root, "sys/capabilities", "token", token, "paths", List.of("team-a/sys/mounts")).part("data")).containsEntry("capabilities", List.of("list", "read", "update"));
        assertThat(a.read(token, "sys/internal/ui/mounts").part("data").get("secret")).asInstanceOf(InstanceOfAssertFactories.MAP).containsOnlyKeys("sys/");
        assertThat(((Map<?, ?>) b.read(admin(a), "sys/internal/ui/mounts").part("data").get("secret"))).isEmpty();
        assertThat(a.read(token, "sys/internal/ui/mounts/sys/x").status()).isEqualTo(200);
        it.policy("q", "path \"sys/internal/ui/namespaces\" { capabilities = [\"read\"] }\npath \"team-b/auth/*\" { capabilities = [\"read\"] }");
        assertThat(it.read(it.token("q"), "sys/internal/ui/namespaces").part("data").get("keys")).isEqualTo(List.of("team-b/"));
        assertThat(it.read(it.root, "sys/internal/ui/namespaces").part("data").get("keys")).isEqualTo(List.of("team-a/", "team-b/"));
    }

    // ---- leases and wrapping ----

    @Test
    void leases_are_of_the_namespace_that_was_asked_and_end_with_their_token_wherever_it_is() {
        a.write(it.root, "sys/mounts/toy", "type", "toy");
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.policy("toys", "path \"team-a/toy/*\" { capabilities = [\"read\"] }");
        var token = it.token("toys");
        var lease = a.read(token, "toy/creds/x").leaseId();
        assertThat(lease).startsWith("toy/creds/x/").endsWith("." + it.read(it.root, "sys/namespaces/team-a").data("id"));
        assertThat(a.write(it.root, "sys/leases/lookup", "lease_id", lease).status()).isEqualTo(200);
        assertThat(it.write(it.root, "sys/leases/lookup", "lease_id", lease).status()).isEqualTo(400);
        assertThat(a.write(it.root, "sys/leases/renew", "lease_id", lease).leaseId()).isEqualTo(lease);
        it.write(it.root, "sys/leases/revoke-prefix/toy", "sync", true);
        assertThat(ToyEngine.ALIVE).hasSize(1);
        it.write(it.root, "auth/token/revoke", "token", token);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(a.write(it.root, "sys/leases/lookup", "lease_id", lease).status()).isEqualTo(400);
        var due = a.read(it.root, "toy/creds/y").leaseId();
        it.clock.advance(Duration.ofMinutes(11));
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(a.write(it.root, "sys/leases/lookup", "lease_id", due).status()).isEqualTo(400);
    }

    @Test
    void what_is_wrapped_in_a_namespace_is_locked_with_it_wherever_its_token_is_shown() {
        var wrapped = a.ask(it.root, Operation.READ, "sys/mounts", Map.of(), "127.0.0.1", Optional.of(Duration.ofMinutes(1)));
        var token = String.valueOf(wrapped.part("wrap_info").get("token"));
        it.write(it.root, "sys/namespaces/api-lock/lock/team-a");
        for (var path : List.of("sys/wrapping/lookup", "sys/wrapping/rewrap", "sys/wrapping/unwrap")) {
            assertThat(it.write("", path, "token", token).status()).as(path).isEqualTo(503);
            assertThat(it.write(token, path).status()).as(path).isEqualTo(503);
        }
        it.write(it.root, "sys/namespaces/api-lock/unlock/team-a");
        assertThat(it.write("", "sys/wrapping/unwrap", "token", token).part("data")).containsKey("cubbyhole/");
    }

    @Test
    void what_is_wrapped_in_one_namespace_is_unwrapped_wherever_its_token_is_shown() {
        var wrapped = a.ask(it.root, Operation.READ, "sys/mounts", Map.of(), "127.0.0.1", Optional.of(Duration.ofMinutes(1)));
        var token = String.valueOf(wrapped.part("wrap_info").get("token"));
        assertThat(token).endsWith("." + it.read(it.root, "sys/namespaces/team-a").data("id"));
        assertThat(b.write("", "sys/wrapping/lookup", "token", token).data("creation_path")).isEqualTo("sys/mounts");
        assertThat(b.write(token, "sys/wrapping/unwrap").part("data")).containsKey("cubbyhole/");
        assertThat(a.write(token, "sys/wrapping/unwrap").status()).isEqualTo(400);
    }

    // ---- locks ----

    @Test
    void a_locked_namespace_answers_nothing_until_it_is_unlocked() {
        a.write(it.root, "sys/namespaces/sub");
        var admin = admin(a);
        var key = it.write(it.root, "sys/namespaces/api-lock/lock/team-a").data("unlock_key").toString();
        for (var place : List.of(a, it.in("team-a/sub/"))) {
            var refused = place.read(it.root, "sys/mounts");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.errors().getFirst().toString()).contains("\"team-a/\" must be unlocked to gain access");
        }
        assertThat(a.read(admin, "auth/token/lookup-self").status()).isEqualTo(503);
        assertThat(b.read(it.root, "sys/mounts").status()).isEqualTo(200);
        assertThat(it.write(it.root, "sys/namespaces/api-lock/lock/team-a/sub").status()).isEqualTo(400);
        assertThat(a.write(admin, "sys/namespaces/api-lock/unlock", "unlock_key", "wrong").errors()).isEqualTo(List.of("incorrect unlock key"));
        assertThat(a.write(admin, "sys/namespaces/api-lock/unlock", "unlock_key", key).status()).isEqualTo(204);
        assertThat(a.read(admin, "sys/mounts").status()).isEqualTo(200);
        it.write(it.root, "sys/namespaces/api-lock/lock/team-a");
        assertThat(it.write(it.root, "sys/namespaces/api-lock/unlock/team-a").body().get("warnings")).isEqualTo(List.of("Namespace unlocked using sudo capabilities"));
        assertThat(it.write(it.root, "sys/namespaces/api-lock/lock").errors()).isEqualTo(List.of("root namespace cannot be locked/unlocked"));
    }

    // ---- quotas ----

    @Test
    void a_quota_counts_a_namespace_however_it_is_named() {
        it.write(it.root, "sys/quotas/rate-limit/a", "path", "team-a", "rate", 2, "interval", "1h");
        a.write(it.root, "sys/mounts/toy", "type", "toy");
        var peer = new watchword.sdk.Peer("10.0.0.1", 1, List.of());
        var byPath = new watchword.core.request.RequestHead(Operation.READ, new watchword.core.request.RequestPath("team-a/toy/creds/x"), peer);
        var byHeader = new watchword.core.request.RequestHead(Operation.READ, new watchword.core.request.RequestPath("toy/creds/x"), peer, "team-a/");
        assertThat(it.server.enter(byPath).refusal()).isEmpty();
        assertThat(it.server.enter(byHeader).refusal()).isEmpty();
        assertThat(it.server.enter(byPath).refusal()).isPresent();
        assertThat(it.server.enter(byHeader).refusal()).isPresent();
        assertThat(it.write(it.root, "sys/quotas/rate-limit/toy", "path", "team-a/toy", "rate", 2).status()).isEqualTo(204);
        assertThat(it.read(it.root, "sys/quotas/rate-limit/toy").data("path")).isEqualTo("team-a/toy/");
        a.delete(it.root, "sys/mounts/toy");
        assertThat(it.read(it.root, "sys/quotas/rate-limit/toy").status()).isEqualTo(404);
        it.delete(it.root, "sys/namespaces/team-a");
        assertThat(it.read(it.root, "sys/quotas/rate-limit/a").status()).isEqualTo(404);
    }
}
