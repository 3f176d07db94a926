package watchword.crypto.jose;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningKeyTest {
    private static final byte[] CLAIMS = "{\"sub\":\"ada\"}".getBytes(StandardCharsets.UTF_8);

    private static byte[] set(Map<String, String> jwk) throws Exception {
        var text = new StringWriter();
        try (var out = new JsonFactory().createGenerator(text)) {
            out.writeStartObject();
            out.writeArrayFieldStart("keys");
            out.writeStartObject();
            for (var field : jwk.entrySet()) out.writeStringField(field.getKey(), field.getValue());
            out.writeEndObject();
            out.writeEndArray();
            out.writeEndObject();
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(value = JwtAlgorithm.class, names = "PS.*", mode = EnumSource.Mode.MATCH_NONE)
    void what_it_signs_is_verified_by_what_it_publishes_and_by_nothing_else(JwtAlgorithm algorithm) throws Exception {
        var random = new SecureRandom();
        var pair = SigningKey.generate(algorithm, "one", random);
        var other = SigningKey.generate(algorithm, "one", random);
        var token = SigningKey.of(algorithm, "one", pair.privateKey()).sign("", CLAIMS);
        var verifier = new JwtVerifier(Set.of(algorithm));
        assertThat(verifier.claims(verifier.read(token), VerificationKeys.ofJwkSet(set(pair.jwk())))).contains(Map.of("sub", "ada"));
        assertThat(verifier.claims(verifier.read(token), VerificationKeys.ofJwkSet(set(other.jwk())))).isEmpty();
        var changed = token.replace(token.split("\\.")[1], "eyJzdWIiOiJldmUifQ");
        assertThat(verifier.claims(verifier.read(changed), VerificationKeys.ofJwkSet(set(pair.jwk())))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = JwtAlgorithm.class, names = "PS.*", mode = EnumSource.Mode.MATCH_NONE)
    void what_is_published_holds_nothing_private(JwtAlgorithm algorithm) {
        var pair = SigningKey.generate(algorithm, "one", new SecureRandom());
        assertThat(pair.jwk().keySet()).isSubsetOf("kty", "n", "e", "crv", "x", "y", "kid", "alg", "use");
        assertThat(pair.jwk()).containsEntry("kid", "one").containsEntry("alg", algorithm.name()).containsEntry("use", "sig");
    }

    /** The example of OpenID Connect Core, A.4: RS256. */
    @Test
    void a_code_and_a_token_are_bound_as_openid_connect_says() {
        var key = SigningKey.of(JwtAlgorithm.RS256, "one", SigningKey.generate(JwtAlgorithm.RS256, "one", new SecureRandom()).privateKey());
        assertThat(key.halfHash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")).isEqualTo("77QmUPtjPfzWtF2AnpK9RQ");
        assertThat(key.halfHash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk")).isEqualTo("LDktKdoQak3Pk0cnXxCltA");
    }
}
