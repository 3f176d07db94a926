package watchword.engines.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import watchword.core.json.Json;
import watchword.engines.ServerPlayer.Received;
import watchword.testkit.TokenSigner;

/** Every example of {@code docs/auth/jwt.md}: what is written there is written, who is let in there is let in, and who is not is not. Number 42 too. */
final class JwtExamplesTest {
    private static final Pattern EXAMPLE = Pattern.compile("### ([^\n]+)\n(.*?)(?=\n###? |\\z)", Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile("(?:`POST /v1/(auth/[^`]+)`|(Claims of a token that logs in|Refused):)\n\n```json\n(.*?)```", Pattern.DOTALL);

    /** An example as it is read off the page. */
    private record Example(String name, Map<String, Map<?, ?>> writes, Map<?, ?> claims, List<?> refused) {
        String mount() {
            return writes.keySet().iterator().next().split("/")[1];
        }

        String role() {
            return writes.keySet().stream().filter(path -> path.contains("/role/")).map(path -> path.substring(path.lastIndexOf('/') + 1)).findFirst().orElseThrow();
        }
    }

    @TestFactory
    Stream<DynamicTest> examples() throws IOException {
        var page = Files.readString(Path.of("..", "docs", "auth", "jwt.md"));
        var examples = EXAMPLE.matcher(page).results().map(found -> example(found.group(1), found.group(2))).toList();
        assertThat(examples).extracting(Example::name)
                .containsExactly("GitHub Actions", "GitLab CI", "Kubernetes service accounts", "Argo Workflows", "Airflow", "Google", "Azure", "SPIFFE");
        assertThat(page.split("```json", -1)).as("no block is passed over").hasSize(examples.size() * 4 + 1);
        return examples.stream().map(example -> DynamicTest.dynamicTest(example.name(), () -> check(example)));
    }

    private static Example example(String name, String text) {
        var writes = new LinkedHashMap<String, Map<?, ?>>();
        Map<?, ?> claims = Map.of();
        List<?> refused = List.of();
        for (var block : BLOCK.matcher(text).results().toList()) {
            var tree = tree(block.group(3));
            if (tree instanceof List<?> list) refused = list;
            else if (block.group(1) != null) writes.put(block.group(1), (Map<?, ?>) tree);
            else claims = (Map<?, ?>) tree;
        }
        assertThat(writes).as(name).hasSize(2);
        assertThat(refused).as(name).isNotEmpty();
        return new Example(name, writes, claims, refused);
    }

    private static Object tree(String json) {
        try {
            return java.util.Objects.requireNonNull(Json.parse(json.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        } catch (Json.MalformedException malformed) {
            throw new AssertionError(json, malformed);
        }
    }

    @SuppressWarnings("unchecked") // objects of JSON
    private static void check(Example example) {
        try (var it = new World()) {
            var issuer = String.valueOf(example.writes().values().iterator().next().get("oidc_discovery_url"));
            it.web.page((issuer.endsWith("/") ? issuer : issuer + "/") + ".well-known/openid-configuration", "{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"https://keys.example/keys\"}");
            for (var keys : List.of("https://keys.example/keys", String.valueOf(example.writes().values().iterator().next().get("jwks_url")))) it.web.page(keys, TokenSigner.jwks(it.signer));
            World.expect(204, it.server.asRoot("POST", "/v1/sys/auth/" + example.mount(), Map.of("type", "jwt")));
            example.writes().forEach((path, body) -> World.expect(204, it.server.asRoot("POST", "/v1/" + path, (Map<String, Object>) body)));

            var in = login(it, example, Map.of());
            assertThat(in.status()).as(String.valueOf(in.body())).isEqualTo(200);
            assertThat(login(it, example, Map.of("aud", "somebody else")).status()).isEqualTo(400);
            for (var change : example.refused()) assertThat(login(it, example, (Map<?, ?>) change).status()).as(change.toString()).isEqualTo(400);
            assertThat(it.server.ask("", "POST", "/v1/auth/" + example.mount() + "/login", Map.of("role", example.role(), "jwt", TokenSigner.of("key-1", "ES256").sign(claims(it, example, Map.of())))).status())
                    .as("another's signature").isEqualTo(400);
        }
    }

    private static String claims(World it, Example example, Map<?, ?> changes) {
        var claims = new LinkedHashMap<Object, Object>(example.claims());
        claims.put("iat", it.now());
        claims.put("exp", it.now() + 300);
        claims.putAll(changes);
        return new String(Json.write(claims), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static Received login(World it, Example example, Map<?, ?> changes) {
        return it.server.ask("", "POST", "/v1/auth/" + example.mount() + "/login", Map.of("role", example.role(), "jwt", it.signer.sign(claims(it, example, changes))));
    }
}
