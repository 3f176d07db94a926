package watchword.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.core.TestServer;
import watchword.core.sys.ApiRoute;
import watchword.core.wire.Schema;
import watchword.sdk.PathTemplate.Segment;
import watchword.sdk.Route.Operation;

/**
 * Numbers 69 and 70 of the vulnerability list: every field of every route that takes policies is found by its declaration and told to take
 * {@code root}, by a caller who may do everything but is not root.
 */
class PolicyFieldsTest {
    private final Directory it = new Directory();

    private record Field(String mount, ApiRoute route, Schema.Field field) {

        /** @param ids what there is, by the first word of its routes */
        String path(Map<String, String> ids) {
            var first = route.path().text().split("/", 2)[0];
            return mount + route.path().segments().stream().map(segment -> switch (segment) {
                case Segment.Literal literal -> literal.text();
                case Segment.One(String name) when name.equals("id") -> ids.getOrDefault(first, "x");
                case Segment.One _, Segment.Rest _ -> "x";
            }).collect(Collectors.joining("/"));
        }

        String path() {
            return path(Map.of());
        }

        @Override
        public String toString() {
            return route.operation() + " " + path() + " " + field.name();
        }
    }

    private List<Field> fields() {
        var all = new ArrayList<Field>();
        for (var mounted : it.server.server.api()) {
            for (var route : mounted.routes()) {
                if (!route.changes()) continue;
                route.input().fields().stream().filter(field -> field.name().contains("policies") && !route.isInPath(field)).forEach(field -> all.add(new Field(mounted.mount().path(), route, field)));
            }
        }
        return all;
    }

    @Test
    void the_fields_are_found() {
        try (it) {
            assertThat(fields().stream().map(Field::toString)).contains("WRITE identity/entity policies", "WRITE identity/entity/id/x policies", "WRITE identity/entity/name/x policies",
                    "WRITE identity/group policies", "WRITE identity/group/id/x policies", "WRITE identity/group/name/x policies", "WRITE auth/token/create policies",
                    "WRITE auth/token/roles/x allowed_policies", "WRITE auth/one/users/x token_policies");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", " root", "ROOT", " ROOT", "root\t", "ｒｏｏｔ", "ro\u200bot", "root\u0000", "ⓡⓞⓞⓣ"})
    void root_is_refused_or_gives_nothing_whatever_field_it_is_written_to(String spelling) {
        try (it) {
            it.server.policy("all", "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"sudo\"] }");
            var caller = it.server.token("all");
            var ids = Map.of("entity", it.entity("x"), "group", it.group("x"));
            for (var field : fields()) {
                it.server.delete(it.root, "auth/token/roles/x");
                it.server.write(it.root, "auth/token/roles/x", "allowed_policies", "all,root");
                var answer = it.server.ask(caller, field.route().operation(), field.path(ids), body(field, List.of("all", spelling)), "127.0.0.1", Optional.empty());
                boolean limit = field.route().path().text().startsWith("roles/"); // what a role names is checked when a token is made
                if (!limit) assertThat(answer.status()).as("%s = %s: %s", field, spelling, answer.body()).isBetween(400, 499);
                assertThat(isRoot(answer.token())).as("%s", field).isFalse();
                assertThat(isRoot(it.server.write(caller, "auth/token/create/x").token())).as("a token by a role that names it, %s", field).isFalse();
                assertThat(isRoot(it.server.write(caller, "auth/token/create/x", "policies", List.of(spelling)).token())).as("%s", field).isFalse();
                var other = it.server.ask(caller, field.route().operation(), field.path(ids), body(field, List.of("all")), "127.0.0.1", Optional.empty());
                assertThat(other.status()).as("%s takes another name: %s", field, other.body()).isLessThan(300);
            }
            it.user("one", "ada");
            assertThat(isRoot(it.token("one", "ada"))).isFalse();
        }
    }

    private static Map<String, Object> body(Field field, Object value) {
        var body = new LinkedHashMap<String, Object>();
        body.put(field.field().name(), value);
        if (field.route().input().knows("password")) body.put("password", "pw");
        return body;
    }

    private boolean isRoot(String token) {
        TestServer server = it.server;
        return !token.equals("null") && server.ask(token, Operation.READ, "sys/mounts", Map.of(), "127.0.0.1", Optional.empty()).status() == 200
                && "[root]".equals(String.valueOf(server.write(token, "sys/capabilities-self", "path", "x").part("data").get("capabilities")));
    }
}
