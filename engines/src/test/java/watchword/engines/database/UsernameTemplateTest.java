package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.sdk.Problem.ProblemException;
import watchword.sdk.UsernameTemplate;
import watchword.testkit.Property;

/** Number 128 of the vulnerability list: a template makes names and nothing else. */
class UsernameTemplateTest {
    private static final Instant NOW = Instant.parse("2026-11-28T09:05:07.089Z");

    private static String make(String template) {
        return make(template, "Display-Name", "roleName");
    }

    private static String make(String template, String displayName, String roleName) {
        var parsed = UsernameTemplate.parse(template);
        parsed.requireFresh(NOW, new SecureRandom());
        return parsed.make(displayName, roleName, NOW, new SecureRandom());
    }

    /** Without the random part that each must have. */
    private static String fixed(String template) {
        return make(template + "~{{random 20}}").replaceAll("~[0-9A-Za-z]{20}$", "");
    }

    @Test
    void the_usual_ones_make_names_as_clients_know_them() {
        assertThat(make(Kind.POSTGRESQL.usernameTemplate())).matches("v-Display--roleName-[0-9A-Za-z]{20}-1795856707").hasSizeLessThanOrEqualTo(63);
        assertThat(make(Kind.MYSQL.usernameTemplate())).matches("v-Display-Na-roleName-[0-9A-Za-z]{10}");
        assertThat(make(Kind.MYSQL_SHORT.usernameTemplate())).matches("v-role-[0-9A-Za-z]{9}");
        assertThat(make(Kind.REDIS.usernameTemplate())).matches("V_DISPLAY-NAME_ROLENAME_[0-9A-Z]{20}_1795856707");
    }

    @Test
    void functions_do_what_they_do_elsewhere() {
        assertThat(fixed("{{.DisplayName | uppercase}}-{{.RoleName | lowercase}}")).isEqualTo("DISPLAY-NAME-rolename");
        assertThat(fixed("{{ .DisplayName | truncate 4 }}{{truncate 2 .RoleName}}")).isEqualTo("Dispro");
        assertThat(fixed("{{ .DisplayName | truncate_sha256 10 }}")).isEqualTo("Di" + sha("splay-Name").substring(0, 8));
        assertThat(fixed("{{ .DisplayName | replace \"-\" \"_\" }}")).isEqualTo("Display_Name");
        assertThat(fixed("{{ \"a\" | sha256 }}")).isEqualTo(sha("a"));
        assertThat(fixed("{{ \"abc\" | base64 }}{{ \"YWJj\" | decode_base64 }}{{ \"abc\" | hex }}{{ \"616263\" | decode_hex }}")).isEqualTo("YWJjabc616263abc");
        assertThat(fixed("{{unix_time}}.{{unix_time_millis}}")).isEqualTo("1795856707.1795856707089");
        assertThat(fixed("{{timestamp \"2006-01-02T15:04:05Z\"}}")).isEqualTo("2026-11-28T09:05:07Z");
        assertThat(fixed("{{timestamp \"02Jan06x'y'\"}}")).isEqualTo("28Nov26x_y_");
        assertThat(fixed("{{printf \"%s.%d.%%\" .RoleName 7}}")).isEqualTo("roleName.7._");
        assertThat(fixed("a {{- \"b\" -}} c")).isEqualTo("abc");
        assertThat(make("{{uuid}}")).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    }

    private static String sha(String text) {
        try {
            return java.util.HexFormat.of().formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Test
    void what_is_no_template_is_refused() {
        for (var bad : List.of("{{", "{{}}", "{{nothing}}", "{{.Password}}", "{{random}}", "{{random 0}}", "{{random 99999}}", "{{random x}}", "{{.DisplayName | truncate}}", "{{range .}}{{end}}", "{{if .RoleName}}x{{end}}",
                "{{ \"unclosed }}", "{{ (.RoleName }}", "{{printf \"%x\" .RoleName}}", "{{printf \"%s\"}}", "{{printf \"\" .RoleName}}", "{{ .RoleName }", "{{ .RoleName | 7 }}", "{{call .RoleName}}", "${x}#{x}<%= x %>",
                "{{ \"!\" | decode_base64 }}", "(".repeat(30) + "{{" + "(".repeat(30) + "}}", "x".repeat(5000))) {
            assertThatThrownBy(() -> make(bad)).as(bad).isInstanceOf(ProblemException.class).hasMessageStartingWith("invalid username template");
        }
    }

    @Test
    void a_name_made_once_is_not_made_again() {
        for (var bad : List.of("fixed", "{{.RoleName}}", "{{.DisplayName}}-{{unix_time_millis}}", "{{random 20 | truncate 1}}", "{{printf \"%s-%s\" (.DisplayName) (random 20) | truncate 40}}")) {
            assertThatThrownBy(() -> make(bad)).as(bad).isInstanceOf(ProblemException.class).hasMessageContaining("the same name again");
        }
    }

    @Test
    void whoever_asks_a_name_is_of_plain_characters() {
        Property.holds(200, random -> {
            var odd = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) odd.appendCodePoint(random.nextInt(8) == 0 ? random.nextInt(0x20, 0x2FFF) : random.nextInt(0, 0x80));
            assertThat(make("{{.DisplayName}}{{.RoleName}}{{random 20}}", odd.toString(), odd.toString())).matches("[A-Za-z0-9_.@+:=/~-]+");
        });
    }
}
