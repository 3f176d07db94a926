package watchword.server.config;

import java.util.Map;
import java.util.Optional;

/** Settings of Vault and OpenBao that are not used here, and why. */
enum Foreign {
    GLOBAL(Map.ofEntries(
            Map.entry("cluster_addr", ""),
            Map.entry("detect_deadlocks", ""),
            Map.entry("disable_cache", ""),
            Map.entry("disable_clustering", ""),
            Map.entry("disable_performance_standby", ""),
            Map.entry("disable_sealwrap", ""),
            Map.entry("enable_response_header_hostname", ""),
            Map.entry("enable_response_header_raft_node_id", ""),
            Map.entry("experiments", ""),
            Map.entry("introspection_endpoint", ""),
            Map.entry("license_path", ""),
            Map.entry("raw_storage_endpoint", ""),
            Map.entry("reporting", ""),
            Map.entry("administrative_namespace_path", "is not used: what is the server's is the root namespace's alone"),
            Map.entry("ha_storage", "is not used: servers that share a PostgreSQL table need no other"),
            Map.entry("initialize", "is not used: initialize with watchword operator init"),
            Map.entry("log_file", "is not used: the log goes to standard error"),
            Map.entry("log_requests_level", "is not used: requests are in the audit log"),
            Map.entry("log_rotate_bytes", "is not used: the log goes to standard error"),
            Map.entry("log_rotate_duration", "is not used: the log goes to standard error"),
            Map.entry("log_rotate_max_files", "is not used: the log goes to standard error"),
            Map.entry("pid_file", "is not used"),
            Map.entry("plugin_directory", "is not used: engines are built in"),
            Map.entry("sentinel", "is not used"),
            Map.entry("service_registration", "is not used: ask sys/health"),
            Map.entry("telemetry", "is not used: metrics are at sys/metrics"),
            Map.entry("ui", "is not used: there is no web interface"))),
    LISTENER(Map.ofEntries(
            Map.entry("cluster_address", ""),
            Map.entry("disable_unauthed_rekey_endpoints", ""),
            Map.entry("profiling", ""),
            Map.entry("tls_prefer_server_cipher_suites", ""),
            Map.entry("chroot_namespace", "is not used: whoever reaches the listener may name any namespace"),
            Map.entry("custom_response_headers", "is not used"),
            Map.entry("max_request_duration", "is not used"),
            Map.entry("require_request_header", "is not used"),
            Map.entry("tls_cipher_suites", "is not used: only suites with forward secrecy and authenticated encryption are spoken"),
            Map.entry("tls_max_version", "is not used: TLS 1.3 is always spoken"))),
    POSTGRESQL(Map.of("ha_enabled", "", "ha_table", "", "max_connect_retries", "", "max_idle_connections", "", "max_parallel", "",
            "skip_create_table", "is not used: a table that is there is used as it is")),
    /** A block whose other settings are somebody else's to know, or are told about together. */
    UNTOLD(Map.of()) {
        @Override
        boolean knows(String setting) {
            return true;
        }
    },
    NONE(Map.of());

    private final Map<String, String> reasons;

    Foreign(Map<String, String> reasons) {
        this.reasons = reasons;
    }

    boolean knows(String setting) {
        return reasons.containsKey(setting);
    }

    /** What to tell of one that is known; nothing when its absence harms nobody. */
    Optional<String> why(String setting) {
        return Optional.of(reasons.getOrDefault(setting, "")).filter(reason -> !reason.isEmpty());
    }
}
