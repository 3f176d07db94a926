package watchword.engines.kubernetes.secrets;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import watchword.core.json.Json;
import watchword.engines.ServerPlayer;
import watchword.sdk.Outbound;
import watchword.sdk.Tree;

/** An API server that keeps accounts, roles and bindings as the real one does, which {@code interop/kubernetes-secrets} asks. */
final class PretendedApi implements Outbound {
    static final String ADDRESS = "https://cluster.test:6443";

    /** What is there, by its path. */
    final Map<String, Tree> things = new TreeMap<>();
    final List<Ask> asked = new ArrayList<>();
    final Map<String, Map<String, String>> labels = new LinkedHashMap<>();
    /** How much longer or shorter than asked tokens live. */
    long moreSeconds;
    boolean refusesTokens;

    @Override
    public Answer send(Ask ask) {
        asked.add(ask);
        var path = ask.to().getPath();
        if (ask.method().equals("DELETE")) return things.remove(path) == null ? refusal(404, path + " not found") : answer(200, Map.of("status", "Success"));
        if (ask.method().equals("GET")) {
            var name = path.substring(path.lastIndexOf('/') + 1);
            return labels.containsKey(name) ? answer(200, Map.of("metadata", Map.of("name", name, "labels", labels.get(name)))) : refusal(404, "namespaces \"" + name + "\" not found");
        }
        var body = Tree.of(ServerPlayer.tree(ask.body()));
        return path.endsWith("/token") ? token(path, body.at("spec")) : create(path, body, "dryRun=All".equals(ask.to().getQuery()));
    }

    private Answer create(String path, Tree body, boolean dry) {
        var place = path + "/" + body.at("metadata").text("name");
        if (things.containsKey(place)) return refusal(409, place + " already exists");
        var metadata = new LinkedHashMap<>(body.at("metadata").members());
        metadata.put("uid", "uid-of-" + place);
        var made = new LinkedHashMap<>(body.members());
        made.put("metadata", metadata);
        if (!dry) things.put(place, new Tree(made));
        return answer(201, made);
    }

    private Answer token(String path, Tree spec) {
        var account = path.substring(0, path.length() - "/token".length());
        if (!things.containsKey(account)) return refusal(404, "serviceaccounts \"" + account.substring(account.lastIndexOf('/') + 1) + "\" not found");
        long seconds = spec.number("expirationSeconds").orElse(0L);
        if (seconds < 600 || refusesTokens) return refusal(422, "may not specify a duration less than 10 minutes");
        var claims = Map.of("aud", spec.texts("audiences"), "sub", account, "iat", 1000L, "exp", 1000L + seconds + moreSeconds);
        var text = "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(Json.write(claims)) + ".c2ln";
        return answer(201, Map.of("status", Map.of("token", text)));
    }

    private static Answer answer(int status, Map<String, Object> tree) {
        return new Answer(status, Map.of(), Json.write(tree));
    }

    private static Answer refusal(int status, String message) {
        return answer(status, Map.of("kind", "Status", "message", message));
    }

    String lastBody() {
        return new String(asked.getLast().body(), StandardCharsets.UTF_8);
    }
}
