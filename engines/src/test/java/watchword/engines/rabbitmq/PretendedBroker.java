package watchword.engines.rabbitmq;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import watchword.core.json.Json;
import watchword.engines.ServerPlayer;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Tree;

/** A management plugin that keeps users and permissions as the real one does, which {@code interop/rabbitmq} asks. */
final class PretendedBroker implements Outbound {
    static final String ADDRESS = "http://broker.test:15672";

    final Map<String, Tree> users = new TreeMap<>();
    /** By virtual host and user, and exchange if there is one. */
    final Map<String, Tree> permissions = new TreeMap<>();
    final List<Ask> asked = new ArrayList<>();
    boolean down;

    @Override
    public Answer send(Ask ask) {
        asked.add(ask);
        if (down) throw new Problem.Upstream("broker.test: connection refused").asException();
        var who = "Basic " + Base64.getEncoder().encodeToString("maker:the-password".getBytes(StandardCharsets.UTF_8));
        if (!who.equals(ask.headers().get("Authorization"))) return answer(401, Map.of("error", "not_authorised", "reason", "Login failed"));
        var parts = Stream.of(ask.to().getRawPath().split("/")).map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8)).toList();
        return switch (parts.get(2)) {
            case "whoami" -> answer(200, Map.of("name", "maker", "tags", List.of("administrator")));
            case "users" -> user(ask, parts.get(3));
            default -> permission(ask, parts.get(2), parts.get(3), parts.get(4));
        };
    }

    private Answer user(Ask ask, String name) {
        switch (ask.method()) {
            case "PUT" -> users.put(name, Tree.of(ServerPlayer.tree(ask.body())));
            case "DELETE" -> {
                permissions.keySet().removeIf(key -> key.contains(" " + name + " "));
                if (users.remove(name) == null) return answer(404, Map.of("error", "Object Not Found", "reason", "Not Found"));
            }
            default -> {
                if (!users.containsKey(name)) return answer(404, Map.of("error", "Object Not Found", "reason", "Not Found"));
            }
        }
        return answer(ask.method().equals("PUT") ? 201 : 200, Map.of());
    }

    private Answer permission(Ask ask, String kind, String vhost, String user) {
        if (!users.containsKey(user) || vhost.equals("nowhere")) return answer(400, Map.of("error", "bad_request", "reason", "vhost_or_user_not_found"));
        var body = Tree.of(ServerPlayer.tree(ask.body()));
        permissions.put(kind + " " + vhost + " " + user + " " + body.text("exchange"), body);
        return answer(201, Map.of());
    }

    private static Answer answer(int status, Map<String, Object> tree) {
        return new Answer(status, Map.of(), Json.write(tree));
    }
}
