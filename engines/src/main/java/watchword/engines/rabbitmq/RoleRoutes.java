package watchword.engines.rabbitmq;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.JsonCodec;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.Tree;

/** What users may. */
final class RoleRoutes {
    /** Each is a request to the broker whenever a user is made. */
    private static final int MOST_PERMISSIONS = 100;
    private static final int MOST_CHARACTERS = 1024;

    private final Table<Role> roles;
    private final JsonCodec json;

    RoleRoutes(Table<Role> roles, JsonCodec json) {
        this.roles = roles;
        this.json = json;
    }

    record Named(@Doc("Name of the role.") String name) {}

    record Set(
            @Doc("Name of the role.") String name,
            @Doc("Tags of the user, separated by commas.") String tags,
            @Doc("What it may, as a JSON object of virtual hosts: `{\"/\": {\"configure\": \"\", \"write\": \".*\", \"read\": \".*\"}}`.") String vhosts,
            @Doc("What it may in topics, as a JSON object of virtual hosts with exchanges: `{\"/\": {\"amq.topic\": {\"write\": \".*\", \"read\": \".*\"}}}`.") String vhostTopics) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("roles", Page.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the roles."),
                Route.read("roles/{name}", Named.class, Role.class, this::read, "Read a role."),
                Route.write("roles/{name}", Set.class, None.class, this::write, "Create or replace a role."),
                Route.delete("roles/{name}", Named.class, None.class, this::delete, "Delete a role; users that were made by it stand until their lease ends."));
    }

    Role require(Storage.Reader store, String name) {
        return roles.get(store, name).orElseThrow(() -> new Problem.Invalid("unknown role: " + name).asException());
    }

    private Reply<Role> read(Call.Read<Named> call) {
        return Reply.of(roles.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    private Reply<None> write(Call.Change<Set> call) {
        var in = call.input();
        if (in.tags().isEmpty() && in.vhosts().isEmpty()) throw new Problem.Invalid("both tags and vhosts not specified").asException();
        var vhosts = new LinkedHashMap<String, Role.Permission>();
        objects(in.vhosts(), "vhosts").forEach((vhost, may) -> vhosts.put(vhost, new Role.Permission(text(may, "configure"), text(may, "write"), text(may, "read"))));
        var topics = new LinkedHashMap<String, Map<String, Role.Topic>>();
        int permissions = vhosts.size();
        for (var vhost : objects(in.vhostTopics(), "vhost_topics").entrySet()) {
            var exchanges = new LinkedHashMap<String, Role.Topic>();
            objects(vhost.getValue(), "vhost_topics").forEach((exchange, may) -> exchanges.put(exchange, new Role.Topic(text(may, "write"), text(may, "read"))));
            permissions += exchanges.size();
            topics.put(vhost.getKey(), exchanges);
        }
        if (permissions > MOST_PERMISSIONS) throw new Problem.Invalid("a role has at most " + MOST_PERMISSIONS + " permissions").asException();
        roles.put(call.store(), in.name(), new Role(in.tags(), topics, vhosts));
        return Reply.nothing();
    }

    private Map<String, Tree> objects(String written, String field) {
        if (written.isEmpty()) return Map.of();
        return objects(json.read(written.getBytes(StandardCharsets.UTF_8)).filter(Map.class::isInstance).map(Tree::of).orElseThrow(() -> unreadable(field)), field);
    }

    private static Map<String, Tree> objects(Tree tree, String field) {
        var objects = new LinkedHashMap<String, Tree>();
        tree.members().forEach((name, value) -> {
            if (!(value instanceof Map)) throw unreadable(field);
            objects.put(name, Tree.of(value));
        });
        return objects;
    }

    private static RuntimeException unreadable(String field) {
        return new Problem.Invalid("failed to unmarshal " + field + ": it must be a JSON object of objects").asException();
    }

    /** Nothing given is nothing allowed; what cannot be meant is not taken for nothing. */
    private static String text(Tree may, String name) {
        var value = may.get(name).orElse("");
        if (!(value instanceof String text)) throw new Problem.Invalid("failed to unmarshal " + name + ": it must be a text").asException();
        if (text.length() > MOST_CHARACTERS) throw new Problem.Invalid(name, "an expression has at most " + MOST_CHARACTERS + " characters").asException();
        return text;
    }

    private Reply<None> delete(Call.Change<Named> call) {
        roles.delete(call.store(), call.input().name());
        return Reply.nothing();
    }
}
