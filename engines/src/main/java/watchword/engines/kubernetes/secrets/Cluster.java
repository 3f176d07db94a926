package watchword.engines.kubernetes.secrets;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.engines.kubernetes.ApiServer;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound.Answer;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Tree;

/** The cluster in which accounts, roles and bindings are made and removed. Why it refused is told: who asks may make things there. */
final class Cluster {
    private static final int MOST_WORDS = 400;

    private final ApiServer server;
    private final JsonCodec json;

    Cluster(ApiServer server, JsonCodec json) {
        this.server = server;
        this.json = json;
    }

    /** A token, and how long the cluster takes it. */
    record Token(Secret text, Duration ttl) {}

    Map<String, String> namespaceLabels(String namespace) {
        var found = send(Ask.get(server.at("/api/v1/namespaces/" + namespace)), "error verifying namespace");
        return found.at("metadata").at("labels").texts();
    }

    /** Asks for a thing without having it made: refuses when it is there already, or may not be made. */
    void requireCreatable(Kind kind, String namespace, Map<String, Object> manifest) {
        create(kind, namespace, manifest, "?dryRun=All");
    }

    /** @return the reference by which it can own others */
    Map<String, Object> create(Kind kind, String namespace, Map<String, Object> manifest) {
        var made = create(kind, namespace, manifest, "").at("metadata");
        return Map.of("apiVersion", kind.version, "kind", kind.word, "name", made.text("name"), "uid", made.text("uid"));
    }

    private Tree create(Kind kind, String namespace, Map<String, Object> manifest, String how) {
        return send(Ask.post(server.at(kind.path(namespace) + how), "application/json", json.write(manifest)), "failed to create " + kind.word + " in " + namespace);
    }

    /** Succeeds when there is none. */
    void delete(Kind kind, String namespace, String name) {
        var plain = Ask.get(server.at(kind.path(namespace) + "/" + name));
        var answer = server.send(new Ask("DELETE", plain.to(), plain.headers(), plain.body(), plain.trust(), plain.timeout(), plain.maxBytes()));
        if (answer.status() / 100 != 2 && answer.status() != 404) throw refused("failed to delete " + kind.word + " '" + namespace + "/" + name + "'", answer);
    }

    Token token(String namespace, String account, Duration ttl, List<String> audiences) {
        var spec = new LinkedHashMap<String, Object>();
        spec.put("expirationSeconds", ttl.toSeconds());
        if (!audiences.isEmpty()) spec.put("audiences", audiences);
        var question = Map.of("apiVersion", "authentication.k8s.io/v1", "kind", "TokenRequest", "spec", spec);
        var what = "failed to create a service account token for " + namespace + "/" + account;
        var text = send(Ask.post(server.at(Kind.SERVICE_ACCOUNT.path(namespace) + "/" + account + "/token"), "application/json", json.write(question)), what).at("status").text("token");
        var life = lifetime(text).orElseThrow(() -> new Problem.Upstream("failed to read TTL of created Kubernetes token for " + namespace + "/" + account).asException());
        return new Token(Secret.copyOf(text), life);
    }

    /** By the token's own words, so that it does not matter whose clock goes wrong. */
    private Optional<Duration> lifetime(String jwt) {
        var parts = jwt.split("\\.", -1);
        if (parts.length != 3) return Optional.empty();
        try {
            var claims = json.read(Base64.getUrlDecoder().decode(parts[1].getBytes(StandardCharsets.US_ASCII))).map(Tree::of);
            return claims.flatMap(tree -> tree.number("exp").flatMap(end -> tree.number("iat").map(start -> Duration.ofSeconds(end - start)))).filter(Duration::isPositive);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private Tree send(Ask ask, String what) {
        var answer = server.send(ask);
        if (answer.status() / 100 != 2) throw refused(what, answer);
        return json.read(answer.body()).map(Tree::of).orElseThrow(() -> new Problem.Upstream(what + ": the answer cannot be read").asException());
    }

    private RuntimeException refused(String what, Answer answer) {
        var words = json.read(answer.body()).map(Tree::of).map(tree -> tree.text("message")).filter(text -> !text.isEmpty()).orElse("status " + answer.status());
        return new Problem.Upstream(what + ": " + (words.length() > MOST_WORDS ? words.substring(0, MOST_WORDS) : words)).asException();
    }
}
