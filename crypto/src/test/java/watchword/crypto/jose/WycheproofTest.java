package watchword.crypto.jose;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/** The 401 vectors of Project Wycheproof for JSON Web Signatures; with {@link JwtVerifierTest} number 35 of the vulnerability list. */
final class WycheproofTest {
    /** Signed with another algorithm than the key's owner says it is for: right by arithmetic, and refused by us. */
    private static final List<Long> ANOTHER_ALGORITHM = List.of(346L, 347L, 350L, 351L);

    private final JwtVerifier verifier = new JwtVerifier(EnumSet.allOf(JwtAlgorithm.class));

    @Test
    void what_is_invalid_is_refused_and_what_is_valid_by_a_public_key_is_taken() throws IOException {
        int taken = 0;
        int refused = 0;
        var wrong = new ArrayList<String>();
        for (var group : list(vectors(), "testGroups")) {
            for (var test : list(group, "tests")) {
                // A shared secret is no key of ours, whatever its tokens are like.
                boolean valid = "valid".equals(test.get("result")) && group.containsKey("public") && !ANOTHER_ALGORITHM.contains(test.get("tcId"));
                boolean believed = believes(String.valueOf(test.get("jws")), group.containsKey("public") ? group.get("public") : group.get("private"));
                if (valid != believed) wrong.add(test.get("tcId") + " " + test.get("comment"));
                if (believed) taken++;
                else refused++;
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(taken).isEqualTo(32);
        assertThat(refused).isEqualTo(369);
    }

    private boolean believes(String token, @Nullable Object key) {
        try {
            return verifier.payload(verifier.read(token), VerificationKeys.ofJwk(json(key).getBytes(java.nio.charset.StandardCharsets.UTF_8))).isPresent();
        } catch (JwtException refused) {
            return false;
        }
    }

    /** Keys hold texts and lists of texts alone. */
    private static String json(@Nullable Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> map.entrySet().stream().map(e -> '"' + e.getKey().toString() + "\":" + json(e.getValue())).collect(java.util.stream.Collectors.joining(",", "{", "}"));
            case List<?> list -> list.stream().map(WycheproofTest::json).collect(java.util.stream.Collectors.joining(",", "[", "]"));
            case null, default -> "\"" + tree + "\"";
        };
    }

    private static Map<String, @Nullable Object> vectors() throws IOException {
        try (var in = Objects.requireNonNull(WycheproofTest.class.getResourceAsStream("json_web_signature_test.json"))) {
            return JoseJson.object(in.readAllBytes());
        } catch (JwtException malformed) {
            throw new AssertionError(malformed);
        }
    }

    @SuppressWarnings("unchecked") // the vectors' schema
    private static List<Map<String, @Nullable Object>> list(Map<String, @Nullable Object> object, String name) {
        return (List<Map<String, @Nullable Object>>) Objects.requireNonNull(object.get(name));
    }
}
