package watchword.engines.aws.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.sdk.Problem;
import watchword.testkit.Property;

class NamesTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    private static String made(String template, String type) {
        return Names.template(template).make(Map.of("Type", type, "DisplayName", "jwt-pipeline", "PolicyName", "train"), NOW, RANDOM);
    }

    @Test
    void the_usual_template_names_who_asked_for_what_and_when() {
        assertThat(made(Names.USUAL, "IAM")).matches("vault-jwt-pipeline-train-1893456000-[A-Za-z0-9]{20}");
        assertThat(made(Names.USUAL, "STS")).matches("vault-1893456000-[A-Za-z0-9]{15}").hasSize(32);
    }

    @Test
    void whoever_has_an_odd_name_gets_a_name_that_iam_takes() {
        Property.holds(200, random -> {
            var odd = new StringBuilder();
            for (int i = random.nextInt(120); i > 0; i--) odd.appendCodePoint(random.nextInt(3) > 0 ? random.nextInt(128) : random.nextInt(0x2fff));
            assertThat(Names.of(RootConfig.NONE, odd.toString(), "train", NOW, RANDOM)).matches("[\\w+=,.@-]{1,64}");
        });
    }

    @Test
    void a_template_chooses_by_what_is_equal() {
        var template = "{{ if (eq .Type \"STS\") -}} s {{- else -}} {{ if ne .DisplayName \"x\" }}other{{ end }} {{- end }}!";
        assertThat(made("{{ if eq .Type \"STS\" }}s{{ else }}{{ if ne .DisplayName \"x\" }}o{{ end }}{{ end }}-{{ .PolicyName | uppercase | truncate 2 }}", "STS")).isEqualTo("s-TR");
        assertThat(made("{{ if eq .Type \"STS\" }}s{{ else }}{{ if ne .DisplayName \"x\" }}o{{ end }}{{ end }}-{{ .PolicyName | uppercase | truncate 2 }}", "IAM")).isEqualTo("o-TR");
        assertThat(made(template, "IAM")).isEqualTo("other_");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{", "{{ if eq .Type \"STS\" }}x", "x{{ end }}", "{{ else }}", "{{ .Secret }}", "{{ exec \"x\" }}", "{{ if eq .Type \"STS\" }}x{{ else }}y{{ else }}z{{ end }}", "{{ random }}", "{{ if }}x{{ end }}"})
    void what_is_no_template_is_refused(String template) {
        assertThatThrownBy(() -> Names.template(template)).isInstanceOf(Problem.ProblemException.class).hasMessageStartingWith("invalid username template: ");
    }
}
