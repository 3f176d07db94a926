package watchword.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.audit.AuditDevices;
import watchword.core.lockout.LockoutRules;
import watchword.sdk.Secret;
import watchword.server.http.Listener;

/**
 * The server's configuration.
 *
 * @param seal keeps the root key; without one, it is split into shares
 * @param audits devices that the API cannot change
 * @param lockouts when failed logins lock somebody out, where mounts do not say
 * @param warnings what was understood differently from how it was written, or not at all
 * @param unknown settings in blocks of ours that nobody knows; passed over, too
 * @param effective every setting with its value, for people to read
 */
public record ServerConfig(
        GlobalSettings global,
        List<Listener> listeners,
        Store store,
        Optional<SealSettings> seal,
        List<AuditDevices.Declared> audits,
        LockoutRules lockouts,
        List<String> warnings,
        List<String> unknown,
        List<Effective> effective) {

    /** A block and its settings. @param values as they would be written; secrets as {@link Secret} */
    public record Effective(String name, Map<String, Object> values) {}

    /** Where the data is. */
    public sealed interface Store {
        record Sqlite(Path path) implements Store {}

        record Memory() implements Store {}

        /** @param connectionUrl {@code postgres://user:password@host/db?...}; holds a password */
        record Postgres(Secret connectionUrl, String table) implements Store {}
    }

    /** The address by which clients reach this server. */
    public String apiAddress() {
        if (!global.apiAddr().isEmpty()) return global.apiAddr();
        for (var listener : listeners) {
            if (listener instanceof Listener.Tcp tcp) return (tcp.tls().isPresent() ? "https://" : "http://") + (tcp.host().indexOf(':') < 0 ? tcp.host() : "[" + tcp.host() + "]") + ":" + tcp.port();
        }
        return "";
    }
}
