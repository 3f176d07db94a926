package watchword.engines.rabbitmq;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Outbound.Answer;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Tree;

/** A broker's management plugin, as we ask it. */
final class Broker {
    private static final String ADMINISTRATOR = "administrator";

    private final Outbound outbound;
    private final JsonCodec json;
    private final String base;
    private final String authorization;

    Broker(Outbound outbound, JsonCodec json, Connection connection) {
        this.outbound = outbound;
        this.json = json;
        var uri = connection.connectionUri();
        this.base = uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
        var pair = connection.username() + ":" + connection.password().reveal();
        this.authorization = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** Refuses when we may not make users there. */
    void verify() {
        var answer = send("GET", "/api/whoami", Map.of());
        var tags = json.read(answer.body()).map(Tree::of).map(who -> who.texts("tags")).filter(list -> answer.status() == 200);
        boolean may = tags.filter(list -> list.stream().flatMap(text -> Arrays.stream(text.split(","))).anyMatch(ADMINISTRATOR::equals)).isPresent();
        if (!may) throw new Problem.Upstream("failed to validate the connection: " + (tags.isPresent() ? "the user is not tagged as administrator" : "status " + answer.status())).asException();
    }

    boolean hasUser(String name) {
        var answer = send("GET", "/api/users/" + encoded(name), Map.of());
        if (answer.status() != 404) requireDone(answer, "error looking for a user");
        return answer.status() != 404;
    }

    void putUser(String name, Secret password, String tags) {
        requireDone(send("PUT", "/api/users/" + encoded(name), Map.of("password", password.reveal(), "tags", tags)), "error creating user " + name);
    }

    void permit(String vhost, String user, Role.Permission permission) {
        var body = Map.<String, Object>of("configure", permission.configure(), "write", permission.write(), "read", permission.read());
        requireDone(send("PUT", "/api/permissions/" + encoded(vhost) + "/" + encoded(user), body), "error updating vhost permissions for " + vhost);
    }

    void permitTopic(String vhost, String user, String exchange, Role.Topic permission) {
        var body = Map.<String, Object>of("exchange", exchange, "write", permission.write(), "read", permission.read());
        requireDone(send("PUT", "/api/topic-permissions/" + encoded(vhost) + "/" + encoded(user), body), "error updating vhost permissions for " + vhost);
    }

    /** Succeeds when there is none. The broker ends the user's connections. */
    void deleteUser(String name) {
        var answer = send("DELETE", "/api/users/" + encoded(name), Map.of());
        if (answer.status() != 404) requireDone(answer, "could not delete user");
    }

    /** One segment of a path, whatever is in it. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace(".", "%2E");
    }

    private Answer send(String method, String path, Map<String, Object> body) {
        var plain = Ask.get(URI.create(base + path)).header("Authorization", authorization);
        if (method.equals("GET")) return outbound.send(plain);
        var headers = new LinkedHashMap<>(plain.headers());
        headers.put("Content-Type", "application/json");
        return outbound.send(new Ask(method, plain.to(), headers, json.write(body), plain.trust(), plain.timeout(), plain.maxBytes()));
    }

    private void requireDone(Answer answer, String what) {
        if (answer.status() / 100 == 2) return;
        var reason = json.read(answer.body()).map(Tree::of).map(tree -> tree.text("reason")).filter(text -> !text.isEmpty() && text.length() < 200).map(text -> ": " + text).orElse("");
        throw new Problem.Upstream(what + " - " + answer.status() + reason).asException();
    }
}
