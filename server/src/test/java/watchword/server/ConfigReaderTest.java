package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import watchword.server.config.ConfigException;
import watchword.server.config.ConfigReader;
import watchword.server.config.ServerConfig;
import watchword.server.http.Listener;

class ConfigReaderTest {
    @TempDir
    Path folder = Path.of("");

    private ServerConfig read(String text) throws IOException, ConfigException {
        var file = folder.resolve("c.hcl");
        Files.writeString(file, text);
        return ConfigReader.read(List.of(file));
    }

    @Test
    void a_configuration_written_for_vault_starts() throws IOException, ConfigException {
        var config = read("""
                ui            = true
                cluster_addr  = "https://127.0.0.1:8201"
                api_addr      = "https://vault.example.com:8200"
                disable_mlock = true
                storage "raft" {
                  path    = "/opt/vault/data"
                  node_id = "node1"
                }
                listener "tcp" {
                  address       = "0.0.0.0:8200"
                  tls_cert_file = "/opt/vault/tls/tls.crt"
                  tls_key_file  = "/opt/vault/tls/tls.key"
                }
                telemetry { statsite_address = "127.0.0.1:8125" }
                """);
        assertThat(config.store()).isEqualTo(new ServerConfig.Store.Sqlite(Path.of("/opt/vault/data/watchword.db")));
        assertThat(config.warnings()).anyMatch(warning -> warning.contains(":5: storage \"raft\""));
        assertThat(config.apiAddress()).isEqualTo("https://vault.example.com:8200");
        assertThat(((Listener.Tcp) config.listeners().getFirst()).tls()).isPresent();
    }

    @Test
    void json_is_read_too() throws IOException, ConfigException {
        var config = read("{\"listener\":{\"tcp\":{\"address\":\"127.0.0.1:8200\",\"tls_disable\":true}},\"storage\":{\"inmem\":{}},\"max_lease_ttl\":\"1h\",\"default_lease_ttl\":\"30m\"}");
        assertThat(config.maxLeaseTtl()).hasHours(1);
        assertThat(config.store()).isEqualTo(new ServerConfig.Store.Memory());
    }

    @Test
    void what_is_not_known_is_named_and_passed_over() throws IOException, ConfigException {
        var config = read("listener \"tcp\" {\n tls_disable = 1\n colour = \"blue\"\n}\nstorage \"inmem\" {}\nnonsense = 4\n");
        assertThat(config.warnings()).anyMatch(w -> w.contains("c.hcl:3:") && w.contains("colour")).anyMatch(w -> w.contains("c.hcl:6:") && w.contains("nonsense"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "default_lease_ttl = \"soon\"|c.hcl:1: default_lease_ttl must be a duration",
        "log_level = \"loud\"|must be one of trace, debug, info, warn, error",
        "storage \"sqlite\" {}|storage \"sqlite\": path is required",
        "storage \"postgresql\" { connection_url = \"postgres://h/d\" table = \"x;drop\" }|table must be a plain name",
        "storage \"consul\" {}|is not known; use sqlite or postgresql",
        "listener \"tcp\" { address = \"x:99999\" tls_disable = true }|must be host:port",
        "listener \"tcp\" { }|tls_cert_file",
        "listener \"tcp\" { tls_cert_file = \"c\" tls_key_file = \"k\" tls_require_and_verify_client_cert = true }|tls_client_ca_file",
        "listener \"quic\" { }|only tcp and unix are known",
        "seal \"awskms\" { }|is not known; use shamir or static",
        "audit \"carrier-pigeon\" \"x\" { }|use file, socket, syslog or http",
        "listener \"tcp\" {|At 1:",
    })
    void a_wrong_value_stops_with_place_and_advice(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ConfigException.class).hasMessageContaining("c.hcl").hasMessageContaining(message);
    }
}
