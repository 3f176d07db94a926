package watchword.engines.kv;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import watchword.sdk.Body;
import watchword.sdk.EngineContext;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * The rows of version 2: a secret's metadata, with the facts of all its versions, and beside it a row for the data of each. The newest
 * version is read with two gets, and written with two puts.
 */
final class Secrets {
    private static final String MOUNT = "mount";

    private final Table<Settings> config;
    private final Table<Metadata> metadata;
    private final Table<Data> versions;

    /** What one version holds. */
    record Data(@Body Map<String, Object> fields) {
        @Override
        public String toString() {
            return "Data[" + fields.size() + " fields]";
        }
    }

    Secrets(EngineContext context) {
        this.config = context.table("config", Settings.class);
        this.metadata = context.table("metadata", Metadata.class);
        this.versions = context.table("versions", Data.class);
    }

    Settings mountSettings(Storage.Reader store) {
        return config.get(store, MOUNT).orElse(Settings.UNSET);
    }

    void setMountSettings(Storage.Writer store, Settings settings) {
        config.put(store, MOUNT, settings);
    }

    Table<Metadata> metadata() {
        return metadata;
    }

    Optional<Metadata> metadata(Storage.Reader store, String path) {
        return metadata.get(store, path);
    }

    /** The data of a version that is not gone. */
    Map<String, Object> data(Storage.Reader store, String path, Version version) {
        return versions.get(store, row(path, version.number()))
                .orElseThrow(() -> new IllegalStateException("the data of a version is not there"))
                .fields();
    }

    /** The last segment is always a number, so no path's rows can be another's. */
    private static String row(String path, long number) {
        return path + '/' + number;
    }

    /** Writes the next version, and deletes what is more than should be kept. */
    Metadata write(Storage.Writer store, String path, Metadata before, Settings mount, Map<String, Object> fields, Instant now) {
        var after = before.adding(now, end(mount, before, now), Settings.versionsKept(mount, before.settings()));
        metadata.put(store, path, after);
        versions.put(store, row(path, after.currentVersion()), new Data(fields));
        for (var version : before.versions()) {
            if (version.number() < after.oldestVersion() && !version.destroyed()) versions.delete(store, row(path, version.number()));
        }
        return after;
    }

    private static Optional<Instant> end(Settings mount, Metadata secret, Instant now) {
        return Settings.lifetime(mount, secret.settings()).map(now::plus);
    }

    void writeMetadata(Storage.Writer store, String path, Metadata after) {
        metadata.put(store, path, after);
    }

    void delete(Storage.Writer store, String path, Set<Long> numbers, Instant now) {
        change(store, path, numbers, version -> version.delete(now));
    }

    void undelete(Storage.Writer store, String path, Set<Long> numbers, Instant now) {
        metadata.get(store, path).map(secret -> end(mountSettings(store), secret, now))
                .ifPresent(end -> change(store, path, numbers, version -> version.undelete(end)));
    }

    void destroy(Storage.Writer store, String path, Set<Long> numbers) {
        change(store, path, numbers, version -> {
            if (!version.destroyed()) versions.delete(store, row(path, version.number()));
            return version.destroy();
        });
    }

    private void change(Storage.Writer store, String path, Set<Long> numbers, UnaryOperator<Version> how) {
        metadata.get(store, path).ifPresent(before -> {
            var after = before.changing(numbers, how);
            if (!after.equals(before)) metadata.put(store, path, after);
        });
    }

    void remove(Storage.Writer store, String path) {
        metadata.get(store, path).map(Metadata::versions).orElse(List.of()).stream()
                .filter(version -> !version.destroyed())
                .forEach(version -> versions.delete(store, row(path, version.number())));
        metadata.delete(store, path);
    }

    /** @throws Problem.ProblemException 404 when there is no such version; one that is gone is found */
    Found find(Storage.Reader store, String path, long number) {
        var found = metadata.get(store, path).orElseThrow(() -> new Problem.NotFound().asException());
        var version = found.version(number > 0 ? number : found.currentVersion()).orElseThrow(() -> new Problem.NotFound().asException());
        return new Found(found, version);
    }

    /** A version with what is known of its secret. */
    record Found(Metadata metadata, Version version) {}
}
