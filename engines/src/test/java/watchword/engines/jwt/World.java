package watchword.engines.jwt;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.engines.ServerPlayer.Received;
import watchword.testkit.TokenSigner;

/** A server with the method mounted at {@code auth/jwt}, an issuer, and the web between them. */
final class World implements AutoCloseable {
    static final String ISSUER = "https://issuer.example";
    static final String KEYS = ISSUER + "/keys";

    final Web web = new Web();
    final TokenSigner signer = TokenSigner.of("key-1", "ES256");
    final ServerPlayer server;

    World() {
        server = new ServerPlayer(EngineCatalog.builder().auth("jwt", (context, _) -> new JwtMethod(context, web, "jwt")).auth("oidc", (context, _) -> new JwtMethod(context, web, "oidc")).build());
        web.page(KEYS, TokenSigner.jwks(signer));
        expect(204, server.asRoot("POST", "/v1/sys/auth/jwt", Map.of("type", "jwt")));
    }

    static Received expect(int status, Received received) {
        if (received.status() != status) throw new AssertionError("not " + status + ": " + received);
        return received;
    }

    /** Believes tokens of the issuer's key set. */
    World trusting() {
        expect(204, config(Map.of("jwks_url", KEYS)));
        return this;
    }

    Received config(Map<String, Object> fields) {
        return server.asRoot("POST", "/v1/auth/jwt/config", sent(fields));
    }

    Received role(String name, Map<String, Object> fields) {
        return server.asRoot("POST", "/v1/auth/jwt/role/" + name, sent(fields));
    }

    /** As a request has it: integers are of 64 bits. */
    private static Map<String, Object> sent(Map<String, Object> fields) {
        var sent = new LinkedHashMap<String, Object>();
        fields.forEach((name, value) -> sent.put(name, value instanceof Integer number ? Long.valueOf(number) : value));
        return sent;
    }

    /** The role {@code train}, for audience {@code watchword} and by {@code sub}, but for what a test sets. */
    World role(Map<String, Object> fields) {
        var all = new LinkedHashMap<String, Object>(Map.of("role_type", "jwt", "user_claim", "sub", "bound_audiences", List.of("watchword"), "token_policies", List.of("trainer")));
        all.putAll(fields);
        expect(204, role("train", all));
        return this;
    }

    Received login(String token) {
        return login("train", token);
    }

    Received login(String role, String token) {
        return server.ask("", "POST", "/v1/auth/jwt/login", Map.of("role", role, "jwt", token));
    }

    long now() {
        return server.clock().instant().getEpochSecond();
    }

    void advance(Duration by) {
        server.clock().advance(by);
    }

    /** Claims of a good token, with these members besides, as in {@code "\"a\":1"}; a member that is here twice is the last. */
    String claims(String... members) {
        var all = new LinkedHashMap<String, String>();
        for (var member : List.of("\"iss\":\"" + ISSUER + "\"", "\"sub\":\"job-7\"", "\"aud\":\"watchword\"", "\"iat\":" + now(), "\"exp\":" + (now() + 300))) put(all, member);
        for (var member : members) put(all, member);
        return "{" + String.join(",", all.values()) + "}";
    }

    private static void put(Map<String, String> all, String member) {
        all.put(member.substring(0, member.indexOf(':')), member);
    }

    String token(String... members) {
        return signer.sign(claims(members));
    }

    @Override
    public void close() {
        server.close();
    }
}
