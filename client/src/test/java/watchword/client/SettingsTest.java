package watchword.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {

    @Test
    void without_variables_it_is_the_usual_place() throws Exception {
        var settings = Settings.from(Map.of());
        assertThat(settings.address()).hasToString("https://127.0.0.1:8200");
        assertThat(settings.token().isPresent()).isFalse();
        assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.retries()).isEqualTo(2);
        assertThat(settings.tls()).isEqualTo(TlsSettings.NONE);
    }

    @Test
    void every_variable_is_read() throws Exception {
        var settings = Settings.from(Map.of("VAULT_ADDR", "http://h:1/base/", "VAULT_TOKEN", " canary\n", "VAULT_NAMESPACE", "team-a",
                "VAULT_CACERT", "/a", "VAULT_CAPATH", "/b", "VAULT_CLIENT_CERT", "/c",
                "VAULT_CLIENT_KEY", "/d", "VAULT_TLS_SERVER_NAME", "n", "VAULT_SKIP_VERIFY", "1", "VAULT_CLIENT_TIMEOUT", "1m30s"));
        assertThat(settings.address()).isEqualTo(new Address(Address.Kind.HTTP, "h", 1, "/base"));
        assertThat(settings.token().reveal()).isEqualTo("canary");
        assertThat(settings.namespace()).isEqualTo("team-a");
        assertThat(settings.tls()).isEqualTo(new TlsSettings(path("/a"), path("/b"), path("/c"), path("/d"), "n", true));
        assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(90));
    }

    private static java.util.Optional<Path> path(String path) {
        return java.util.Optional.of(Path.of(path));
    }

    @Test
    void our_own_name_wins_then_vaults_then_openbaos() {
        assertThat(Settings.variable(Map.of("WATCHWORD_ADDR", "w", "VAULT_ADDR", "v", "BAO_ADDR", "b"), "ADDR")).contains("w");
        assertThat(Settings.variable(Map.of("WATCHWORD_ADDR", "", "VAULT_ADDR", "v", "BAO_ADDR", "b"), "ADDR")).contains("v");
        assertThat(Settings.variable(Map.of("BAO_ADDR", "b"), "ADDR")).contains("b");
    }

    @Test
    void addresses_of_every_kind_are_read() throws Exception {
        assertThat(Address.parse("https://h")).isEqualTo(new Address(Address.Kind.HTTPS, "h", 443, ""));
        assertThat(Address.parse("http://[::1]:8200")).isEqualTo(new Address(Address.Kind.HTTP, "::1", 8200, ""))
                .hasToString("http://[::1]:8200");
        assertThat(Address.parse("unix:///run/w.sock")).isEqualTo(new Address(Address.Kind.UNIX, "/run/w.sock", 0, ""))
                .hasToString("unix:///run/w.sock");
    }

    @Test
    void what_cannot_be_used_is_named() {
        assertThatThrownBy(() -> Settings.from(Map.of("VAULT_ADDR", "127.0.0.1:8200"))).isInstanceOf(SettingsException.class)
                .hasMessageContaining("http://127.0.0.1:8200");
        for (var address : new String[] {"ftp://h", "http://", "http://u:canary@h", "http://h?x=1", "http://a b", "unix://"}) {
            assertThatThrownBy(() -> Address.parse(address)).as(address).isInstanceOf(SettingsException.class);
        }
        for (var variable : Map.of("VAULT_SKIP_VERIFY", "maybe", "VAULT_CLIENT_TIMEOUT", "soon", "VAULT_MAX_RETRIES", "-1").entrySet()) {
            assertThatThrownBy(() -> Settings.from(Map.of(variable.getKey(), variable.getValue()))).isInstanceOf(SettingsException.class)
                    .hasMessageContaining(variable.getKey());
        }
    }

    @Test
    void a_token_never_shows_itself_and_cannot_smuggle_a_header() throws Exception {
        assertThat(Settings.from(Map.of("VAULT_TOKEN", "canary")).toString()).doesNotContain("canary");
        assertThatThrownBy(() -> Token.of("canary\r\nX: y")).isInstanceOf(SettingsException.class).hasMessageNotContaining("canary");
        assertThatThrownBy(() -> Token.of("canary-ü")).isInstanceOf(SettingsException.class);
    }

    @Test
    void a_password_in_an_address_is_refused_and_not_repeated() {
        for (var address : new String[] {"https://user:canary@h", "user:canary@h", "http//user:canary@h", "https://user:canary@",
                "ftp://user:canary@h:1"}) {
            assertThatThrownBy(() -> Address.parse(address)).as(address).isInstanceOf(SettingsException.class)
                    .hasMessageNotContaining("canary");
        }
    }
}
