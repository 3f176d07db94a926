package watchword.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import watchword.core.audit.AuditDevices;
import watchword.core.lockout.LockoutRules;
import watchword.core.mount.UserLockout;
import watchword.core.wire.Schema;
import watchword.sdk.Secret;
import watchword.server.config.GlobalSettings.LogFormat;
import watchword.server.config.GlobalSettings.LogLevel;
import watchword.server.http.ForwardedFor;
import watchword.server.http.Listener;
import watchword.server.http.ProxyProtocol;

final class ConfigReaderTest {
    private static final String LEAST = "listener \"tcp\" { tls_disable = true }\nstorage \"inmem\" {}\n";
    private static final String KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @TempDir
    private Path folder = Path.of("");

    private ServerConfig read(String text) throws IOException, ConfigException {
        return read(text, "c.hcl", Map.of());
    }

    private ServerConfig read(String text, String name, Map<String, String> environment) throws IOException, ConfigException {
        var file = folder.resolve(name);
        Files.writeString(file, text);
        return ConfigReader.read(List.of(file), environment);
    }

    private static Listener.Tcp tcp(ServerConfig config) {
        return (Listener.Tcp) config.listeners().getFirst();
    }

    // ---- what others wrote ----

    @Test
    void a_configuration_written_for_vault_starts() throws IOException, ConfigException {
        var config = read("""
                # a usual server of the field
                ui            = true
                cluster_addr  = "https://127.0.0.1:8201"
                api_addr      = "https://vault.example.com:8200"
                disable_mlock = true
                log_level     = "Info"
                default_lease_ttl = "168h"
                max_lease_ttl     = "720h"
                storage "raft" {
                  path    = "/opt/vault/data"
                  node_id = "node1"
                  retry_join { leader_api_addr = "https://node2:8200" }
                }
                listener "tcp" {
                  address         = "0.0.0.0:8200"
                  cluster_address = "0.0.0.0:8201"
                  tls_cert_file   = "/opt/vault/tls/tls.crt"
                  tls_key_file    = "/opt/vault/tls/tls.key"
                  tls_min_version = "tls13"
                  telemetry { unauthenticated_metrics_access = true }
                }
                telemetry {
                  statsite_address = "127.0.0.1:8125"
                  disable_hostname = true
                }
                service_registration "kubernetes" {}
                """);
        assertThat(config.store()).isEqualTo(new ServerConfig.Store.Sqlite(Path.of("/opt/vault/data/watchword.db")));
        assertThat(config.apiAddress()).isEqualTo("https://vault.example.com:8200");
        assertThat(config.global().maxLeaseTtl()).hasHours(720);
        assertThat(tcp(config).tls()).contains(new Listener.Tls(Path.of("/opt/vault/tls/tls.crt"), Path.of("/opt/vault/tls/tls.key"), "tls13", Optional.empty(), false, true));
        assertThat(config.warnings()).satisfiesExactlyInAnyOrder(
                w -> assertThat(w).contains("c.hcl:2: ui is not used"),
                w -> assertThat(w).contains("c.hcl:9: storage \"raft\": kept in /opt/vault/data/watchword.db"),
                w -> assertThat(w).contains("c.hcl:22: telemetry is not used: metrics are at sys/metrics"),
                w -> assertThat(w).contains("c.hcl:26: service_registration \"kubernetes\" is not used"));
    }

    @Test
    void a_configuration_written_for_openbao_starts() throws IOException, ConfigException {
        var config = read("""
                storage "postgresql" {
                  connection_url = "postgres://bao:canary-1@db/bao?sslmode=verify-full"
                  max_parallel   = 20
                }
                listener "tcp" {
                  address     = "[::]:8200"
                  tls_disable = 1
                  x_forwarded_for_authorized_addrs = "10.0.0.0/8, 192.168.1.1"
                }
                seal "static" {
                  current_key_id  = "2026-1"
                  current_key     = "%s"
                  previous_key_id = "2025-1"
                  previous_key    = "env://OLD_KEY"
                }
                audit "file" "to-stdout" {
                  description = "everything"
                  options {
                    file_path = "/dev/stdout"
                    log_raw   = "false"
                  }
                }
                """.formatted(KEY), "c.hcl", Map.of("OLD_KEY", KEY));
        assertThat(config.store()).isEqualTo(new ServerConfig.Store.Postgres(Secret.copyOf("postgres://bao:canary-1@db/bao?sslmode=verify-full"), "watchword_entries"));
        assertThat(tcp(config).host()).isEqualTo("::");
        assertThat(tcp(config).rules().forwarded().authorized()).containsExactly("10.0.0.0/8", "192.168.1.1");
        assertThat(config.seal().orElseThrow().current().id()).isEqualTo("2026-1");
        assertThat(config.seal().orElseThrow().previous().orElseThrow().id()).isEqualTo("2025-1");
        assertThat(config.audits()).containsExactly(new AuditDevices.Declared("to-stdout/", "file", "everything", Map.of("file_path", "/dev/stdout", "log_raw", "false")));
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void json_is_read_as_hcl_is() throws IOException, ConfigException {
        var config = read("""
                {"listener": [{"tcp": {"address": "127.0.0.1:8200", "tls_disable": true}}, {"unix": {"address": "/run/w.sock"}}],
                 "storage": {"sqlite": {"path": "/data/w.db"}},
                 "audit": {"file": {"main": {"options": {"file_path": "/log/a"}}, "second": {"file_path": "/log/b"}}},
                 "max_lease_ttl": "1h", "default_lease_ttl": 1800}
                """, "c.json", Map.of());
        assertThat(config.listeners()).hasSize(2);
        assertThat(config.store()).isEqualTo(new ServerConfig.Store.Sqlite(Path.of("/data/w.db")));
        assertThat(config.global().defaultLeaseTtl()).hasMinutes(30);
        assertThat(config.audits()).extracting(AuditDevices.Declared::path).containsExactly("main/", "second/");
        assertThat(config.audits()).extracting(AuditDevices.Declared::options).containsExactly(Map.of("file_path", "/log/a"), Map.of("file_path", "/log/b"));
        assertThatThrownBy(() -> read("{\n \"log_level\": \"loud\"\n}", "d.json", Map.of())).hasMessageContaining("d.json:2: log_level must be one of");
    }

    @Test
    void what_is_not_known_is_named_and_passed_over() throws IOException, ConfigException {
        var config = read("listener \"tcp\" {\n tls_disable = 1\n colour = \"blue\"\n}\nstorage \"inmem\" {}\nnonsense = 4\nodd \"block\" { a = 1 }\n");
        assertThat(config.unknown()).containsExactly(folder.resolve("c.hcl") + ":3: listener \"tcp\": colour is not known and is passed over");
        assertThat(config.warnings()).anyMatch(w -> w.contains("c.hcl:6: nonsense is not known")).anyMatch(w -> w.contains("c.hcl:7: odd \"block\" is not known"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "listener \"tcp\" { adress = \"x:1\" tls_disable = true }|c.hcl:1: listener \"tcp\": adress is not known; did you mean address?",
        "listener \"tcp\" { tls_disabel = true }|tls_cert_file is required",
        "listener \"tcp\" { tls_disable = true tls_clint_ca_file = \"/x\" }|tls_clint_ca_file is not known; did you mean tls_client_ca_file?",
        "loglevel = \"info\"|c.hcl:1: loglevel is not known; did you mean log_level?",
        "storage \"sqlite\" { path = \"/x\" pth = \"/y\" }|pth is not known; did you mean path?",
        "audits \"file\" \"x\" { file_path = \"/x\" }|c.hcl:1: audits \"file\" \"x\" is not known; did you mean audit?",
        "seals = 1|c.hcl:1: seals is not known; did you mean seal?",
    })
    void a_misspelt_name_is_not_passed_over(String text, String message) {
        var rest = (text.startsWith("listener") ? "" : "\nlistener \"tcp\" { tls_disable = true }") + (text.startsWith("storage") ? "" : "\nstorage \"inmem\" {}");
        assertThatThrownBy(() -> read(text + rest)).isInstanceOf(ConfigException.class).hasMessageContaining(message);
    }

    @Test
    void names_of_other_servers_are_not_taken_for_misspelt_ones() throws IOException, ConfigException {
        var outside = List.of("cache_size", "default_max_request_duration", "disable_printable_check", "enable_ui", "hsm_lib", "imprecise_lease_role_tracking", "kms_library", "license",
                "log_file", "plugin_tmpdir", "plugin_file_uid", "replication", "allow_audit_log_prefixing", "unsafe_allow_api_audit_creation", "unsafe_cross_namespace_identity", "ui");
        var inListener = List.of("purpose", "role", "agent_api", "proxy_api", "tls_acme_email", "tls_acme_ca_root", "tls_acme_domains", "redact_addresses", "redact_cluster_name",
                "max_request_json_memory", "max_request_json_strings", "disable_replication_status_endpoints", "x_forwarded_for_client_cert_header", "disable_request_limiter");
        var text = new StringBuilder();
        for (var name : outside) text.append(name).append(" = 1\n");
        text.append("listener \"tcp\" {\n tls_disable = true\n");
        for (var name : inListener) text.append(' ').append(name).append(" = 1\n");
        var config = read(text + "}\nstorage \"inmem\" {}\n");
        assertThat(config.unknown()).hasSize(inListener.size());
    }

    @Test
    void an_address_without_a_port_is_shown_with_the_one_it_has() throws IOException, ConfigException {
        for (var written : Map.of("127.0.0.1", "127.0.0.1:8200", "[::1]", "[::1]:8200", ":8300", "0.0.0.0:8300").entrySet()) {
            var config = read("listener \"tcp\" {\n address = \"" + written.getKey() + "\"\n tls_disable = true\n}\nstorage \"inmem\" {}\n");
            assertThat(Reference.effective(config)).contains("  address = \"" + written.getValue() + "\"\n");
        }
    }

    // ---- several files ----

    @Test
    void files_add_up_and_what_is_said_last_counts() throws IOException, ConfigException {
        Files.writeString(folder.resolve("1.hcl"), "log_level = \"debug\"\ncluster_name = \"first\"\nlistener \"tcp\" { tls_disable = true }\n");
        Files.writeString(folder.resolve("2.json"), "{\"storage\":{\"inmem\":{}},\"cluster_name\":\"second\"}");
        Files.writeString(folder.resolve("3.txt"), "nonsense");
        Files.writeString(folder.resolve("more.conf"), "listener \"unix\" { address = \"/run/w.sock\" }\n");
        var config = ConfigReader.read(List.of(folder, folder.resolve("more.conf")), Map.of());
        assertThat(config.global().clusterName()).isEqualTo("second");
        assertThat(config.global().logLevel()).isEqualTo(LogLevel.DEBUG);
        assertThat(config.listeners()).hasSize(2);
    }

    @Test
    void a_mistake_is_told_with_the_file_it_is_in() throws IOException {
        Files.writeString(folder.resolve("1.hcl"), LEAST);
        Files.writeString(folder.resolve("2.hcl"), "\n\nlog_level = \"loud\"\n");
        assertThatThrownBy(() -> ConfigReader.read(List.of(folder), Map.of())).hasMessage(folder.resolve("2.hcl") + ":3: log_level must be one of trace, debug, info, warn, error");
    }

    @Test
    void two_stores_are_one_too_many() {
        assertThatThrownBy(() -> read(LEAST + "storage \"sqlite\" { path = \"/x\" }\n")).hasMessageContaining("c.hcl:3: there is a storage block already: ").hasMessageEndingWith("c.hcl:2");
    }

    @Test
    void the_environment_may_name_the_address() throws IOException, ConfigException {
        assertThat(read("api_addr = \"https://a\"\n" + LEAST, "c.hcl", Map.of("VAULT_API_ADDR", "https://b")).apiAddress()).isEqualTo("https://b");
        assertThat(read(LEAST).apiAddress()).isEqualTo("http://127.0.0.1:8200");
    }

    // ---- defaults and each setting ----

    @Test
    void the_defaults_are_those_of_the_field() throws IOException, ConfigException {
        var config = read(LEAST);
        assertThat(config.global()).isEqualTo(GlobalSettings.of("", "watchword", ""));
        assertThat(tcp(config)).isEqualTo(new Listener.Tcp("127.0.0.1", 8200, Optional.empty(), Listener.Rules.DEFAULTS));
    }

    @Test
    void every_global_setting_arrives() throws IOException, ConfigException {
        assertThat(read("""
                api_addr = "https://w"
                cluster_name = "team"
                default_lease_ttl = "1h"
                max_lease_ttl = "2h"
                log_level = "warn"
                log_format = "json"
                compatible_version = "2.0.1"
                audit_file_folder = "/log"
                epoch_file = "/epoch"
                disable_mlock = false
                """ + LEAST).global()).isEqualTo(new GlobalSettings("https://w", "team", Duration.ofHours(1), Duration.ofHours(2), LogLevel.WARN, LogFormat.JSON, "2.0.1", "/log", "/epoch", false, 100_000, 100_000));
    }

    @Test
    void every_setting_of_a_listener_arrives() throws IOException, ConfigException {
        var tcp = tcp(read("""
                listener "tcp" {
                  address = ":8300"
                  max_request_size = 2048
                  http_read_header_timeout = "1s"
                  http_read_timeout = "2s"
                  http_write_timeout = "3s"
                  http_idle_timeout = 4
                  tls_cert_file = "/c"
                  tls_key_file = "/k"
                  tls_client_ca_file = "/ca"
                  tls_require_and_verify_client_cert = "true"
                  x_forwarded_for_authorized_addrs = ["10.0.0.1"]
                  x_forwarded_for_hop_skips = "1"
                  x_forwarded_for_reject_not_present = false
                  x_forwarded_for_reject_not_authorized = false
                  proxy_protocol_behavior = "deny_unauthorized"
                  proxy_protocol_authorized_addrs = "10.0.0.2, 10.1.0.0/16"
                }
                storage "inmem" {}
                """));
        assertThat(tcp.proxy()).isEqualTo(new ProxyProtocol(ProxyProtocol.Behavior.DENY_UNAUTHORIZED, List.of("10.0.0.2", "10.1.0.0/16")));
        assertThat(tcp.host()).isEqualTo("0.0.0.0");
        assertThat(tcp.port()).isEqualTo(8300);
        assertThat(tcp.tls()).contains(new Listener.Tls(Path.of("/c"), Path.of("/k"), "tls12", Optional.of(Path.of("/ca")), true, true));
        assertThat(tcp.rules()).isEqualTo(new Listener.Rules(new ForwardedFor(List.of("10.0.0.1"), 1, false, false), 2048, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(4)));
    }

    @Test
    void what_a_listener_tells_to_anybody_is_named() throws IOException, ConfigException {
        var block = "listener \"tcp\" { tls_disable = true\n telemetry { unauthenticated_metrics_access = true }\n inflight_requests_logging { unauthenticated_in_flight_requests_access = true } }\nstorage \"inmem\" {}";

        assertThat(tcp(read(block)).rules().open()).containsExactlyInAnyOrder("sys/metrics", "sys/in-flight-req");
        assertThat(tcp(read("listener \"tcp\" { tls_disable = true }\nstorage \"inmem\" {}")).rules().open()).isEmpty();
    }

    @Test
    void every_setting_of_a_socket_arrives() throws IOException, ConfigException {
        var config = read("listener \"unix\" {\n address = \"/run/w\"\n socket_mode = \"0660\"\n socket_user = \"u\"\n socket_group = \"g\"\n max_request_size = 4096\n}\nstorage \"sqlite\" { path = \"/d\" }\n");
        var unix = (Listener.Unix) config.listeners().getFirst();
        assertThat(unix.path()).isEqualTo(Path.of("/run/w"));
        assertThat(unix.mode()).contains("0660");
        assertThat(unix.user()).contains("u");
        assertThat(unix.group()).contains("g");
        assertThat(unix.rules().maxRequestBytes()).isEqualTo(4096);
    }

    static Stream<Schema<?>> schemas() {
        return Arrays.stream(Settings.class.getDeclaredClasses()).filter(Class::isRecord).map(type -> Schema.of(type.asSubclass(Record.class)));
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void every_setting_has_its_sentence_in_the_manual(Schema<?> schema) {
        for (var field : schema.fields()) {
            assertThat(field.doc()).as(field.name()).endsWith(".");
            assertThat(Reference.markdown()).contains("| `" + field.name() + "` |");
        }
    }

    @Test
    void lockouts_are_configured_for_all_and_for_one_type() throws IOException, ConfigException {
        var config = read(LEAST + "user_lockout \"all\" {\n lockout_threshold = \"3\"\n lockout_duration = \"10m\"\n}\nuser_lockout \"USERPASS\" {\n lockout_counter_reset = 60\n disable_lockout = true\n}\n");
        assertThat(config.lockouts().byType()).isEqualTo(Map.of("all", new UserLockout(3, Duration.ofMinutes(10), Duration.ZERO, false), "userpass", new UserLockout(0, Duration.ZERO, Duration.ofMinutes(1), true)));
        assertThat(config.warnings()).noneMatch(warning -> warning.contains("user_lockout"));
        assertThat(read(LEAST).lockouts()).isEqualTo(LockoutRules.DEFAULT);
    }

    // ---- mistakes ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "default_lease_ttl = \"soon\"|c.hcl:1: default_lease_ttl must be a duration, such as 768h or 30m",
        "default_lease_ttl = \"1000h\"|c.hcl:1: default_lease_ttl must not be longer than max_lease_ttl (2764800s)",
        "max_lease_ttl = 0|c.hcl:1: max_lease_ttl must be more than nothing",
        "log_level = \"loud\"|c.hcl:1: log_level must be one of trace, debug, info, warn, error",
        "log_format = \"xml\"|c.hcl:1: log_format must be one of standard, json",
        "disable_mlock = \"perhaps\"|c.hcl:1: disable_mlock must be true or false",
        "compatible_version = \"new\"|c.hcl:1: compatible_version must be a version",
        "cluster_name = [1]|c.hcl:1: cluster_name must be text",
        "storage \"sqlite\" {}|c.hcl:1: storage \"sqlite\": path is required",
        "storage \"postgresql\" {}|storage \"postgresql\": connection_url is required",
        "storage \"postgresql\" { connection_url = \"postgres://h/d\" table = \"x;drop\" }|table must be a plain name",
        "storage \"consul\" {}|storage \"consul\" is not known; use sqlite or postgresql",
        "listener \"tcp\" { address = \"x:99999\" tls_disable = true }|address must be host:port",
        "listener \"tcp\" { address = \"::1\" tls_disable = true }|address must be host:port, with an IPv6 address in brackets",
        "listener \"tcp\" { }|c.hcl:1: listener \"tcp\": tls_cert_file is required (or tls_disable = true)",
        "listener \"tcp\" { tls_cert_file = \"/c\" }|tls_key_file is required",
        "listener \"tcp\" { tls_cert_file = \"/c\" tls_key_file = \"/k\" tls_require_and_verify_client_cert = true }|needs tls_client_ca_file",
        "listener \"tcp\" { tls_cert_file = \"/c\" tls_key_file = \"/k\" tls_min_version = \"tls10\" }|tls_min_version must be one of tls12, tls13",
        "listener \"tcp\" { tls_disable = true http_read_timeout = 0 }|http_read_timeout must be more than nothing",
        "listener \"tcp\" { tls_disable = true max_request_size = 5 }|max_request_size must be from 1024 to 1073741824 bytes",
        "listener \"tcp\" { tls_disable = true max_request_size = \"big\" }|max_request_size must be a whole number",
        "listener \"tcp\" { tls_disable = true x_forwarded_for_authorized_addrs = \"10.0.0.0/33\" }|must be addresses or CIDR blocks",
        "listener \"tcp\" { tls_disable = true proxy_protocol_behavior = \"maybe\" }|proxy_protocol_behavior must be one of use_always, allow_authorized, deny_unauthorized",
        "listener \"tcp\" { tls_disable = true proxy_protocol_behavior = \"deny_unauthorized\" }|proxy_protocol_authorized_addrs is required",
        "listener \"tcp\" { tls_disable = true proxy_protocol_behavior = \"use_always\" proxy_protocol_authorized_addrs = \"x\" }|must be addresses or CIDR blocks",
        "listener \"tcp\" { tls_disable = true x_forwarded_for_hop_skips = 101 }|x_forwarded_for_hop_skips must be from 0 to 100",
        "listener \"unix\" { }|listener \"unix\": address is required",
        "listener \"unix\" { address = \"/x\" socket_mode = \"rw\" }|socket_mode must be octal, such as 660",
        "listener \"quic\" { }|listener \"quic\" is not known; use tcp or unix",
        "listener = 4|listener must be a block with a type",
        "seal \"awskms\" { }|seal \"awskms\" is not known; use shamir or static",
        "seal \"static\" { }|current_key is required",
        "seal \"static\" { current_key = \"short\" }|current_key must be 32 bytes",
        "seal \"static\" { current_key = \"file:///no/such\" }|current_key names a file that cannot be read",
        "seal \"static\" { current_key = \"env://NO_SUCH\" }|current_key names an environment variable that is not set",
        "audit \"carrier-pigeon\" \"x\" { }|use file, socket, syslog or http",
        "user_lockout \"kubernetes\" { }|user_lockout \"kubernetes\" is not known; use all, approle, ldap or userpass",
        "user_lockout \"all\" { lockout_threshold = 0 }|lockout_threshold must be more than nothing",
        "user_lockout \"all\" { lockout_duration = \"soon\" }|lockout_duration must be a duration",
    })
    void a_wrong_value_stops_with_place_and_advice(String text, String message) {
        // The rest of what a server needs comes after it, so that it fails by this mistake alone.
        var rest = (text.startsWith("listener") ? "" : "\nlistener \"tcp\" { tls_disable = true }") + (text.startsWith("storage") ? "" : "\nstorage \"inmem\" {}");
        assertThatThrownBy(() -> read(text + rest)).isInstanceOf(ConfigException.class).hasMessageContaining("c.hcl:1: ").hasMessageContaining(message);
    }

    @Test
    void what_cannot_be_parsed_is_told_with_its_line() {
        assertThatThrownBy(() -> read("log_level = \"info\"\nlistener \"tcp\" {\n")).isInstanceOf(ConfigException.class).hasMessageMatching("(?s).*c\\.hcl:\\d+: At \\d+:.*");
    }

    @Test
    void a_server_needs_a_listener_and_a_store() {
        assertThatThrownBy(() -> read("storage \"inmem\" {}")).hasMessageContaining("no listener: add");
        assertThatThrownBy(() -> read("listener \"tcp\" { tls_disable = true }")).hasMessageContaining("no storage: add");
        assertThatThrownBy(() -> ConfigReader.read(List.of(folder.resolve("none.hcl")), Map.of())).hasMessageContaining("no such file or folder");
    }

    @Test
    void no_message_repeats_a_secret() {
        for (var text : List.of("seal \"static\" { current_key = \"canary-1\" }\nstorage \"inmem\" {}", "storage \"postgresql\" { connection_url = [\"canary-1\"] }")) {
            assertThatThrownBy(() -> read(text + "\nlistener \"tcp\" { tls_disable = true }")).isInstanceOf(ConfigException.class).hasMessageNotContaining("canary");
        }
    }

    // ---- what people read ----

    @Test
    void the_effective_values_are_told_and_secrets_masked() throws IOException, ConfigException {
        var config = read("""
                storage "postgresql" { connection_url = "postgres://u:canary-1@h/d" }
                listener "tcp" { tls_disable = true }
                seal "static" { current_key = "%s" }
                audit "http" "siem" {
                  options {
                    uri = "https://siem"
                    headers = "{\\"Authorization\\":[\\"canary-2\\"]}"
                  }
                }
                """.formatted(KEY));
        assertThat(Reference.effective(config)).contains("log_level = \"info\"").contains("storage \"postgresql\" {\n  connection_url = \"********\"\n  table = \"watchword_entries\"\n}")
                .contains("http_idle_timeout = 300").contains("current_key = \"********\"").contains("previous_key = \"\"").contains("audit \"http\" \"siem\"").contains("uri = \"https://siem\"")
                .doesNotContain("canary").doesNotContain(KEY);
    }

    @Test
    void the_manual_is_up_to_date() throws IOException {
        var fresh = Path.of("target", "configuration.md");
        Files.createDirectories(fresh.toAbsolutePath().getParent());
        Files.writeString(fresh, Reference.markdown());
        assertThat(Path.of("..", "docs", "configuration.md")).as("copy server/target/configuration.md to docs/").hasSameTextualContentAs(fresh);
    }
}
