package watchword.engines.kubernetes;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import watchword.core.json.Json;
import watchword.engines.ServerPlayer;
import watchword.engines.TokenIssuer;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Tree;

/** An API server that answers as the real one does, which {@code interop/kubernetes} asks. */
final class PretendedCluster implements Outbound {
    static final String ISSUER = "https://kubernetes.default.svc";
    static final String ADDRESS = "https://cluster.test:6443";

    /** Making a key takes long. */
    private static final TokenIssuer ONE = TokenIssuer.named("one");

    TokenIssuer issuer = ONE;
    final List<Ask> asked = new ArrayList<>();
    final Set<String> deleted = new HashSet<>();
    final Map<String, Map<String, String>> labels = new HashMap<>();
    final Map<String, String> annotations = new HashMap<>();
    boolean knowsAudiences = true;
    boolean readable = true;
    /** What is in the ids of accounts since they were made again. */
    String madeAnew = "";
    boolean down;

    static String uid(String namespace, String name) {
        return "uid-of-" + namespace + "-" + name;
    }

    static Map<String, Object> claims(String namespace, String name, List<String> audiences, Instant now) {
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", ISSUER);
        claims.put("sub", "system:serviceaccount:" + namespace + ":" + name);
        claims.put("aud", audiences);
        claims.put("exp", now.getEpochSecond() + 600);
        claims.put("nbf", now.getEpochSecond());
        claims.put("kubernetes.io", Map.of("namespace", namespace, "serviceaccount", Map.of("name", name, "uid", uid(namespace, name))));
        return claims;
    }

    @Override
    public Answer send(Ask ask) {
        asked.add(ask);
        if (down) throw new Problem.Upstream("cluster.test: connection refused").asException();
        var path = ask.to().getPath();
        if (path.endsWith("/tokenreviews")) return answer(201, review(Tree.of(ServerPlayer.tree(ask.body())).at("spec")));
        if (path.equals("/openid/v1/jwks")) return new Answer(200, Map.of(), issuer.jwks());
        if (path.contains("/serviceaccounts/")) {
            var names = path.split("/");
            if (!readable) return answer(403, Map.of());
            if (deleted.contains(uid(names[4], names[6]))) return answer(404, Map.of());
            return answer(200, Map.of("metadata", Map.of("name", names[6], "uid", uid(names[4], names[6]) + madeAnew, "annotations", annotations)));
        }
        var namespace = path.substring(path.lastIndexOf('/') + 1);
        return answer(200, Map.of("metadata", Map.of("name", namespace, "labels", labels.getOrDefault(namespace, Map.of()))));
    }

    private Map<String, Object> review(Tree spec) {
        var parts = spec.text("token").split("\\.");
        var claims = Tree.of(ServerPlayer.tree(java.util.Base64.getUrlDecoder().decode(parts[1])));
        var audiences = spec.texts("audiences").stream().filter(claims.texts("aud")::contains).toList();
        var account = claims.at("kubernetes.io").at("serviceaccount");
        var again = parts.length == 3 && issuer.sign(claims.members()).equals(spec.text("token"));
        if (!again || audiences.isEmpty() || deleted.contains(account.text("uid"))) return Map.of("status", Map.of("error", "invalid bearer token"));
        var status = new LinkedHashMap<String, Object>();
        status.put("authenticated", true);
        status.put("user", Map.of("username", claims.text("sub"), "uid", account.text("uid"), "groups", List.of("system:serviceaccounts")));
        if (knowsAudiences) status.put("audiences", audiences);
        return Map.of("status", status);
    }

    private static Answer answer(int status, Map<String, Object> tree) {
        return new Answer(status, Map.of(), Json.write(tree));
    }

    String lastBody() {
        return new String(asked.getLast().body(), StandardCharsets.UTF_8);
    }
}
