package watchword.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import watchword.core.audit.AuditDevices;
import watchword.sdk.Secret;
import watchword.server.http.Listener;

/**
 * The server's configuration.
 *
 * @param seal keeps the root key; without one, it is split into shares
 * @param epochFile shows a store that was put back; beside the store where not given
 * @param lockMemory keep the whole process out of swap
 * @param auditFolder where audit files made by API may be
 * @param compatibleVersion the version that clients of the field's API are told
 * @param warnings what was understood differently from how it was written, or not at all
 */
public record ServerConfig(
        List<Listener> listeners,
        Store store,
        Optional<SealSettings> seal,
        Optional<Path> epochFile,
        boolean lockMemory,
        List<AuditDevices.Declared> audits,
        Optional<Path> auditFolder,
        String apiAddress,
        String clusterName,
        Duration defaultLeaseTtl,
        Duration maxLeaseTtl,
        String logLevel,
        String logFormat,
        String compatibleVersion,
        List<String> warnings) {

    /** Where the data is. */
    public sealed interface Store {
        record Sqlite(Path path) implements Store {}

        record Memory() implements Store {}

        /** @param connectionUrl {@code postgres://user:password@host/db?...}; holds a password */
        record Postgres(Secret connectionUrl, String table) implements Store {}
    }
}
