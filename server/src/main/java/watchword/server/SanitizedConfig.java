package watchword.server;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import watchword.server.config.ServerConfig;
import watchword.server.http.Listener;

/** The configuration as {@code sys/config/state/sanitized} tells it, under the names that clients know: no path, key or address of a store. */
final class SanitizedConfig {
    private SanitizedConfig() {}

    static Map<String, Object> of(ServerConfig config) {
        var state = new LinkedHashMap<String, Object>();
        state.put("api_addr", config.apiAddress());
        state.put("cache_size", 0L);
        state.put("cluster_addr", "");
        state.put("disable_cache", false);
        state.put("disable_clustering", true);
        state.put("disable_mlock", config.global().disableMlock());
        state.put("enable_ui", false);
        state.put("listeners", config.listeners().stream().map(SanitizedConfig::listener).toList());
        state.put("log_format", config.global().logFormat().name().toLowerCase(Locale.ROOT));
        state.put("log_level", config.global().logLevel().name().toLowerCase(Locale.ROOT));
        state.put("pid_file", "");
        state.put("plugin_directory", "");
        state.put("raw_storage_endpoint", false);
        state.put("seals", List.of(Map.of("type", config.seal().isPresent() ? "static" : "shamir", "disabled", false)));
        return state;
    }

    private static Map<String, Object> listener(Listener listener) {
        return switch (listener) {
            case Listener.Tcp tcp -> Map.of("type", "tcp", "config", Map.of("address", (tcp.host().indexOf(':') < 0 ? tcp.host() : "[" + tcp.host() + "]") + ":" + tcp.port(), "tls_disable", tcp.tls().isEmpty()));
            case Listener.Unix unix -> Map.of("type", "unix", "config", Map.of("address", unix.path().toString()));
        };
    }
}
