package watchword.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import watchword.core.TestServer;
import watchword.core.TestServer.Answered;
import watchword.core.mount.EngineCatalog;

/** A server with two mounts of {@link BadgeMethod}, {@code one} and {@code two}, in the words of the identity store. */
final class Directory implements AutoCloseable {
    final TestServer server = TestServer.start(EngineCatalog.builder().auth("userpass", (_, _) -> new BadgeMethod()).engine("toy", (_, _) -> new watchword.core.ToyEngine()).build());
    final String root = server.root;
    final String one;
    final String two;

    Directory() {
        one = mounted("one");
        two = mounted("two");
    }

    private String mounted(String path) {
        assertThat(server.write(root, "sys/auth/" + path, "type", "userpass").status()).isEqualTo(204);
        return String.valueOf(server.read(root, "sys/auth/" + path).data("accessor"));
    }

    Answered write(String path, Object... pairs) {
        return server.write(root, "identity/" + path, pairs);
    }

    Answered read(String path) {
        return server.read(root, "identity/" + path);
    }

    Map<String, Object> data(String path) {
        var answer = read(path);
        assertThat(answer.status()).as(path).isEqualTo(200);
        return answer.part("data");
    }

    /** A field of what a path tells, as text. */
    String text(String path, String field) {
        return String.valueOf(data(path).get(field));
    }

    /** Id of the first alias of an entity. */
    String firstAlias(String entity) {
        for (var alias : data("entity/id/" + entity).get("aliases") instanceof List<?> list ? list : List.of()) {
            if (alias instanceof Map<?, ?> fields) return String.valueOf(fields.get("id"));
        }
        throw new AssertionError(entity + " has no alias");
    }

    /** Makes something, and tells its id. */
    String made(String path, Object... pairs) {
        var answer = write(path, pairs);
        assertThat(answer.status()).as("%s %s", path, answer.body()).isEqualTo(200);
        return String.valueOf(answer.data("id"));
    }

    String entity(String name, String... policies) {
        return made("entity", "name", name, "policies", List.of(policies));
    }

    String group(String name, Object... pairs) {
        var all = new java.util.ArrayList<Object>(List.of("name", name));
        all.addAll(List.of(pairs));
        return made("group", all.toArray());
    }

    String alias(String name, String accessor, String entity) {
        return made("entity-alias", "name", name, "mount_accessor", accessor, "canonical_id", entity);
    }

    void user(String mount, String name, Object... pairs) {
        var all = new java.util.ArrayList<Object>(List.of("password", "pw"));
        all.addAll(List.of(pairs));
        assertThat(server.write(root, "auth/" + mount + "/users/" + name, all.toArray()).status()).isEqualTo(204);
    }

    Answered login(String mount, String name) {
        return server.write("", "auth/" + mount + "/login/" + name, "password", "pw");
    }

    /** The token of a login that must succeed. */
    String token(String mount, String name) {
        var answer = login(mount, name);
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        return answer.token();
    }

    String entityOf(String token) {
        return String.valueOf(server.read(token, "auth/token/lookup-self").data("entity_id"));
    }

    /** Those that its identity gives. */
    List<String> policiesOf(String token) {
        var told = server.read(token, "auth/token/lookup-self").part("data").get("identity_policies");
        return told instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
    }

    int status(String token) {
        return server.read(token, "auth/token/lookup-self").status();
    }

    @Override
    public void close() {
        server.close();
    }
}
