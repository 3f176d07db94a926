package watchword.core.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.core.sys.ApiRoute;
import watchword.sdk.PathTemplate.Segment;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;

/**
 * Numbers 66, 79, 86, 87, 89, 90 and 91: whoever may do everything in one namespace can do nothing to what is of another by its id, whatever
 * route takes that id. The routes are found in their own declarations, so one that is added later is tried as well.
 */
class NamespaceIsolationTest {
    private static final String EVERYTHING = "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"scan\", \"sudo\"] }";
    /** Fields that take the id of something that exists already. */
    private static final Set<String> IDS = Set.of("token", "accessor", "lease_id", "url_lease_id", "prefix", "mount_accessor", "migration_id", "id", "alias_id", "alias_mount_accessor",
            "canonical_id", "entity_id", "entity_ids", "from_entity_ids", "to_entity_id", "conflicting_alias_ids_to_keep", "member_entity_ids", "member_group_ids", "method_id",
            "mfa_method_ids", "auth_method_accessors", "identity_entity_ids", "identity_group_ids", "mfa_request_id", "client_id",
            "allowed_client_id", "allowed_client_ids", "group_ids");

    private final TestServer it = TestServer.start();
    private String attacker = "";
    private String victim = "";
    private String accessor = "";
    private String lease = "";
    private String mount = "";
    private String entity = "";
    private String entityAlias = "";
    private String group = "";
    private String groupAlias = "";
    private String method = "";
    private String client = "";

    @BeforeEach
    void given_an_admin_of_one_and_things_of_another() {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
        for (var name : List.of("team-a", "team-b")) {
            it.write(it.root, "sys/namespaces/" + name);
            var there = it.in(name + "/");
            there.policy("admin", EVERYTHING);
            there.write(it.root, "sys/mounts/toy", "type", "toy");
        }
        attacker = it.in("team-a/").write(it.root, "auth/token/create", "policies", List.of("admin"), "ttl", "10h").token();
        var made = it.in("team-b/").write(it.root, "auth/token/create", "policies", List.of("admin"), "ttl", "10h");
        victim = made.token();
        accessor = String.valueOf(made.part("auth").get("accessor"));
        var b = it.in("team-b/");
        lease = b.read(victim, "toy/creds/x").leaseId();
        mount = b.read(victim, "sys/auth/token").data("accessor").toString();
        entity = b.write(victim, "identity/entity", "name", "ada").data("id").toString();
        entityAlias = b.write(victim, "identity/entity-alias", "name", "ada", "mount_accessor", mount, "canonical_id", entity).data("id").toString();
        group = b.write(victim, "identity/group", "name", "staff", "type", "external").data("id").toString();
        groupAlias = b.write(victim, "identity/group-alias", "name", "staff", "mount_accessor", mount, "canonical_id", group).data("id").toString();
        method = b.write(victim, "identity/mfa/method/totp", "issuer", "watchword", "method_name", "phone").data("method_id").toString();
        b.write(victim, "identity/oidc/key/k", "algorithm", "EdDSA");
        b.write(victim, "identity/oidc/client/c", "key", "k");
        client = b.read(victim, "identity/oidc/client/c").data("client_id").toString();
        assertThat(List.of(mount, entity, entityAlias, group, groupAlias, method, client)).doesNotContain("null").doesNotHaveDuplicates();
    }

    @AfterEach
    void close() {
        it.close();
    }

    private String thingsOf(TestServer b) {
        return b.read(victim, "auth/token/lookup-self").part("data") + " " + b.write(it.root, "sys/leases/lookup", "lease_id", lease).part("data") + " "
                + b.write(it.root, "auth/token/lookup-accessor", "accessor", accessor).part("data") + ToyEngine.ALIVE
                + b.read(victim, "identity/entity/id/" + entity).part("data") + b.read(victim, "identity/group/id/" + group).part("data")
                + b.read(victim, "identity/entity-alias/id/" + entityAlias).part("data") + b.read(victim, "identity/group-alias/id/" + groupAlias).part("data")
                + b.read(victim, "identity/mfa/method/totp/" + method).part("data") + b.read(victim, "identity/oidc/client/c").part("data")
                + b.list(victim, "identity/oidc/key").part("data");
    }

    /** The id of the other's that a field is for, where it says nothing but {@code id} by what the route is about. */
    private String foreign(ApiRoute route, String field) {
        var about = route.path().text();
        return switch (field) {
            case "token" -> victim;
            case "accessor" -> accessor;
            case "mount_accessor", "alias_mount_accessor", "auth_method_accessors" -> mount;
            case "id" -> about.startsWith("group-alias") ? groupAlias : about.startsWith("entity-alias") ? entityAlias : about.contains("group") ? group : entity;
            case "alias_id", "conflicting_alias_ids_to_keep" -> about.contains("group") ? groupAlias : entityAlias;
            case "canonical_id" -> about.contains("group") ? group : entity;
            case "entity_id", "entity_ids", "from_entity_ids", "to_entity_id", "member_entity_ids", "identity_entity_ids" -> entity;
            case "member_group_ids", "identity_group_ids", "group_ids" -> group;
            case "client_id", "allowed_client_id", "allowed_client_ids" -> client;
            case "method_id", "mfa_method_ids" -> method;
            default -> lease;
        };
    }

    /** An id of the same kind that nothing ever had. */
    private static String never(String field, String namespace) {
        return switch (field) {
            case "token" -> "hvs." + "A".repeat(40) + "." + namespace;
            case "accessor" -> "A".repeat(22) + "." + namespace;
            case "prefix" -> "none/creds";
            case "mount_accessor", "alias_mount_accessor", "auth_method_accessors" -> "auth_ns_token_00000000";
            case "lease_id", "url_lease_id", "migration_id" -> "toy/creds/x/0000." + namespace;
            default -> "01234567-89ab-4def-8123-456789abcdef";
        };
    }

    private static Object valued(String field, String id) {
        return field.endsWith("_ids") || field.endsWith("_accessors") ? List.of(id) : id;
    }

    /** Without the id that was sent, which is told back. */
    private static List<String> errors(TestServer.Answered answer, Map<String, Object> sent) {
        var told = answer.errors().stream().map(String::valueOf).toList();
        for (var value : sent.values()) {
            var id = value instanceof List<?> list ? String.valueOf(list.getFirst()) : String.valueOf(value);
            told = told.stream().map(text -> text.replace(id, "ID")).toList();
        }
        return told;
    }

    private List<ApiRoute.Mounted> own() {
        return it.server.api().stream().filter(mounted -> mounted.mount().isSystem()).toList();
    }

    private static List<String> idFields(ApiRoute route) {
        return route.input().fields().stream().map(field -> field.name()).filter(IDS::contains).toList();
    }

    private static String path(ApiRoute.Mounted mounted, ApiRoute route, Map<String, Object> values) {
        var path = new StringBuilder(mounted.mount().path());
        for (var segment : route.path().segments()) {
            if (path.charAt(path.length() - 1) != '/') path.append('/');
            path.append(switch (segment) {
                case Segment.Literal literal -> literal.text();
                case Segment.One one -> values.getOrDefault(one.name(), "x");
                case Segment.Rest rest -> values.getOrDefault(rest.name(), "x");
            });
        }
        return path.toString();
    }

    private TestServer.Answered ask(TestServer where, String who, ApiRoute.Mounted mounted, ApiRoute route, Map<String, Object> values) {
        var body = new LinkedHashMap<>(values);
        body.put("ttl", "1h");
        return where.ask(who, route.operation(), path(mounted, route, values), body, "127.0.0.1", Optional.empty());
    }

    @Test
    void every_route_that_takes_an_id_answers_for_a_foreign_one_as_for_one_that_never_was() {
        var a = it.in("team-a/");
        var b = it.in("team-b/");
        var before = thingsOf(b);
        var bId = it.read(it.root, "sys/namespaces/team-b").data("id").toString();
        var tried = new TreeSet<String>();
        for (var mounted : own()) {
            for (var route : mounted.routes()) {
                var fields = idFields(route);
                if (fields.isEmpty() || route.is(Trait.ROOT_ONLY)) continue;
                for (var inPath : List.of(false, true)) {
                    var foreign = new LinkedHashMap<String, Object>();
                    var never = new LinkedHashMap<String, Object>();
                    for (var field : fields) {
                        foreign.put(field, valued(field, field.equals("prefix") && inPath ? "toy/creds" : foreign(route, field)));
                        never.put(field, valued(field, never(field, bId)));
                    }
                    var got = ask(a, attacker, mounted, route, foreign);
                    var asNever = ask(a, attacker, mounted, route, never);
                    var name = route.operation() + " " + mounted.mount().path() + route.path();
                    assertThat(got.status()).as(name).isEqualTo(asNever.status());
                    assertThat(errors(got, foreign)).as(name).isEqualTo(errors(asNever, never));
                    assertThat(thingsOf(b)).as(name).isEqualTo(before);
                    tried.add(name);
                }
            }
        }
        assertThat(tried).contains("WRITE auth/token/revoke-accessor", "WRITE auth/token/renew-accessor", "WRITE auth/token/lookup-accessor", "WRITE sys/leases/revoke", "WRITE sys/revoke",
                "WRITE sys/renew/{url_lease_id*}", "WRITE sys/revoke-prefix/{prefix*}", "WRITE sys/leases/revoke-force/{prefix*}", "WRITE sys/capabilities-accessor", "LIST sys/leases/lookup/{prefix*}",
                "READ identity/entity/id/{id}", "WRITE identity/group", "WRITE identity/entity-alias", "WRITE identity/entity/merge", "WRITE identity/mfa/method/totp/admin-generate", "READ identity/oidc/provider/{name}/authorize",
                "WRITE identity/oidc/assignment/{name}", "WRITE identity/oidc/role/{name}");
    }

    /** The same ids, asked by who is of the namespace that has them: else the test above could not fail. */
    @Test
    void the_same_ids_are_good_where_they_are_of() {
        var b = it.in("team-b/");
        assertThat(b.write(victim, "auth/token/renew-accessor", "accessor", accessor, "increment", "1h").status()).isEqualTo(200);
        assertThat(b.write(victim, "sys/leases/renew", "lease_id", lease).status()).isEqualTo(200);
        assertThat(b.write(victim, "sys/renew", "lease_id", lease).status()).isEqualTo(200);
        assertThat(b.write(victim, "sys/leases/revoke", "lease_id", lease, "sync", true).status()).isEqualTo(204);
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(b.write(victim, "auth/token/revoke-accessor", "accessor", accessor).status()).isEqualTo(204);
        assertThat(b.read(victim, "sys/mounts").status()).isEqualTo(403);
    }

    @Test
    void lists_tell_of_the_own_namespace_alone() {
        var a = it.in("team-a/");
        var accessors = a.list(attacker, "auth/token/accessors").part("data").get("keys");
        assertThat(String.valueOf(accessors)).doesNotContain(accessor);
        assertThat(String.valueOf(it.list(it.root, "auth/token/accessors").part("data").get("keys"))).doesNotContain(accessor);
        assertThat(a.list(attacker, "sys/leases/lookup/toy").status()).isEqualTo(404);
        assertThat(a.write(attacker, "sys/leases/revoke-prefix/toy", "sync", true).status()).isEqualTo(204);
        assertThat(ToyEngine.ALIVE).hasSize(1);
    }

    /** A field that is called as ids are is one of those that are tried, or is said here to be none. */
    @Test
    void every_field_that_is_called_an_id_is_tried() {
        var untried = new TreeSet<String>();
        for (var mounted : own()) {
            for (var route : mounted.routes()) {
                if (route.is(Trait.ROOT_ONLY)) continue;
                route.input().fields().stream().map(field -> field.name()).filter(name -> name.matches("(.*_)?(ids?|accessors?)") && !IDS.contains(name)).forEach(untried::add);
            }
        }
        assertThat(untried).isEmpty();
    }

    /** Nobody below asks for anything above by any path. */
    @Test
    void a_token_of_a_namespace_is_refused_everywhere_else() {
        for (var mounted : own()) {
            for (var route : mounted.routes()) {
                // What needs no token, and what is about the token itself, wherever it is shown.
                if (route.is(Trait.NO_TOKEN)) continue;
                for (var where : List.of("", "team-b/")) {
                    var got = ask(it.in(where), attacker, mounted, route, Map.of());
                    assertThat(got.status()).as(where + route.operation() + " " + mounted.mount().path() + route.path()).isIn(400, 403);
                    if (got.status() == 400) assertThat(got.errors()).isEqualTo(List.of("operation only available in root namespace"));
                }
            }
        }
    }

    // ---- what only the root has ----

    /** Decided one by one: a route that is added to sys/ is in one of these, or this test asks in which. */
    private static final Set<String> OF_THE_SERVER = Set.of("audit", "audit-hash", "audit-status", "config", "generate-root", "ha-status", "health", "host-info", "in-flight-req", "init", "internal/counters",
            "key-status", "leader", "loggers", "metrics", "policies/opa", "quotas", "rekey", "rekey-recovery-key", "rotate", "seal", "seal-status", "storage", "unseal", "version-history");
    private static final Set<String> OF_EACH_NAMESPACE = Set.of("auth", "capabilities", "capabilities-accessor", "capabilities-self", "config/control-group", "control-group", "events", "internal/specs", "internal/ui", "leases", "locked-users", "mfa", "mounts", "namespaces",
            "plugins", "policies", "policy", "remount", "renew", "revoke", "revoke-force", "revoke-prefix", "tools", "wrapping");

    @Test
    void each_route_of_sys_is_of_the_server_or_of_each_namespace() {
        var admin = it.in("team-a/");
        var undecided = new ArrayList<String>();
        var sys = own().stream().filter(mounted -> mounted.mount().path().equals("sys/")).findFirst().orElseThrow();
        int asked = 0;
        for (var route : sys.routes()) {
            var text = route.path().text();
            var parts = text.split("/");
            var family = parts[0].equals("internal") || text.startsWith("policies/opa") || text.equals("config/control-group") ? parts[0] + "/" + parts[1] : parts[0];
            if (OF_EACH_NAMESPACE.contains(family)) {
                if (route.is(Trait.ROOT_ONLY)) undecided.add(text);
            } else if (!OF_THE_SERVER.contains(family)) {
                undecided.add(text);
            } else if (!Set.of("leader", "seal-status").contains(text)) {
                asked++;
                var boot = Set.of("health", "init", "unseal").contains(text);
                for (var who : List.of(attacker, it.root)) {
                    var got = ask(admin, who, sys, route, Map.of());
                    assertThat(got.status()).as(text).isEqualTo(400);
                    assertThat(got.errors()).as(text).isEqualTo(List.of(boot ? "operation unavailable in namespaces" : "operation only available in root namespace"));
                }
            }
        }
        assertThat(undecided).isEmpty();
        assertThat(asked).isGreaterThan(40);
    }

    @Test
    void whether_the_server_is_sealed_and_who_serves_may_be_asked_anywhere() {
        for (var path : List.of("sys/seal-status", "sys/leader")) assertThat(it.in("team-a/").read("", path).status()).as(path).isEqualTo(200);
        assertThat(it.in("team-a/").ask("", Operation.READ, "sys/health", Map.of(), "127.0.0.1", Optional.empty()).status()).isEqualTo(400);
    }
}
