package watchword.core.identity.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.TestServer;
import watchword.core.TestServer.Answered;
import watchword.core.json.Json;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.request.Response;
import watchword.crypto.jose.JoseJson;
import watchword.crypto.jose.JwtVerifier;
import watchword.crypto.jose.SigningKey;
import watchword.crypto.jose.VerificationKeys;
import watchword.sdk.Authorization;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/** A server that issues tokens for others, and a verifier that knows nothing but what anybody may read. */
final class Issuing implements AutoCloseable {
    final TestServer server;
    final String root;
    private final String namespace;

    Issuing() {
        this(TestServer.start(EngineCatalog.builder().auth("badge", (_, _) -> new BadgeMethod()).build()), "");
        server.policy("all", "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }");
        assertThat(server.write(root, "sys/auth/badge", "type", "badge").status()).isEqualTo(204);
    }

    private Issuing(TestServer server, String namespace) {
        this.server = server;
        this.root = server.root;
        this.namespace = namespace;
    }

    /** The same server, asked in a namespace that is made for it. */
    Issuing in(String name) {
        server.write(root, "sys/namespaces/" + name);
        var there = new Issuing(server.in(name + "/"), name + "/");
        there.server.policy("all", "path \"*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }");
        there.server.write(root, "sys/auth/badge", "type", "badge");
        return there;
    }

    /** A server process on the same store, after this one; there may be several, as they keep no entries in memory. */
    Issuing next() {
        return new Issuing(server.restartedOn(server.storage), namespace);
    }

    // ---- people ----

    /** The token of somebody who may do everything. */
    String login(String user, Object... pairs) {
        var before = server.write("", "auth/badge/login/" + user, pairs);
        assertThat(before.status()).as("%s", before.body()).isEqualTo(200);
        var entity = String.valueOf(before.part("auth").get("entity_id"));
        assertThat(server.write(root, "identity/entity/id/" + entity, "policies", "all").status()).isEqualTo(204);
        return before.token();
    }

    String entityOf(String token) {
        return String.valueOf(server.read(token, "auth/token/lookup-self").data("entity_id"));
    }

    // ---- asking ----

    /** As root, about {@code identity/oidc/}. */
    Answered write(String path, Object... pairs) {
        return server.write(root, "identity/oidc/" + path, pairs);
    }

    void set(String path, Object... pairs) {
        var answer = write(path, pairs);
        assertThat(answer.status()).as("%s %s", path, answer.body()).isIn(200, 204);
    }

    Map<String, Object> data(String path) {
        var answer = server.read(root, "identity/oidc/" + path);
        assertThat(answer.status()).as("%s %s", path, answer.body()).isEqualTo(200);
        return answer.part("data");
    }

    Response raw(Operation operation, String path, Map<String, Object> fields, Optional<String> token, Optional<Authorization> authorization) {
        var request = new Request("id", operation, new RequestPath("identity/oidc/" + path), fields, false, token.map(Secret::copyOf), Optional.empty(), Map.of(), new Peer("127.0.0.1", 1, List.of()))
                .in(namespace, new RequestPath("identity/oidc/" + path));
        return server.server.serve(authorization.map(request::authorizedBy).orElse(request));
    }

    Response open(String path) {
        return raw(Operation.READ, path, Map.of(), Optional.empty(), Optional.empty());
    }

    @SuppressWarnings("unchecked") // an answer is an object
    static Map<String, Object> json(Response answer) {
        return (Map<String, Object>) java.util.Objects.requireNonNull(Json.parseTrusted(answer.body()));
    }

    // ---- tokens ----

    /** A signed token by a role, which has to be given. */
    String token(String caller, String role) {
        var answer = server.read(caller, "identity/oidc/token/" + role);
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        return String.valueOf(answer.data("token"));
    }

    /** What a verifier believes that has these keys; nothing when it does not know the key. */
    static Optional<Map<String, Object>> believed(String token, byte[] jwkSet) {
        try {
            var verifier = new JwtVerifier(SigningKey.ALGORITHMS);
            return verifier.claims(verifier.read(token), VerificationKeys.ofJwkSet(jwkSet));
        } catch (watchword.crypto.jose.JwtException malformed) {
            throw new AssertionError(malformed);
        }
    }

    Map<String, Object> verified(String token) {
        return believed(token, open(".well-known/keys").body()).orElseThrow(() -> new AssertionError("a token that its keys do not verify"));
    }

    static Map<String, Object> header(String token) {
        try {
            return JoseJson.object(Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.'))));
        } catch (watchword.crypto.jose.JwtException malformed) {
            throw new AssertionError(malformed);
        }
    }

    static String text(Response answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    static Map<String, Object> fields(Object... pairs) {
        return new LinkedHashMap<>(TestServer.fields(pairs));
    }

    @Override
    public void close() {
        server.close();
    }
}
