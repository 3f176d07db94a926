package watchword.engines.kv;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import watchword.sdk.Body;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * The rows of version 2: one with a secret's metadata and the facts of its versions, and one with the data of each version. Reading the
 * newest takes two gets, writing two puts.
 */
final class Versions {
    /** What is kept when neither the mount nor the secret says. */
    private static final int DEFAULT_MAX = 10;
    /** Longer ago than any secret; for "delete never". */
    private static final Duration NEVER = Duration.ZERO;

    private final Table<Config> configs;
    private final Table<Meta> metas;
    private final Table<Data> datas;

    Versions(EngineContext context) {
        this.configs = context.table("config", Config.class);
        this.metas = context.table("meta", Meta.class);
        this.datas = context.table("data", Data.class);
    }

    /** Settings of a mount. */
    record Config(int maxVersions, boolean casRequired, Duration deleteVersionAfter, boolean metadataCasRequired) {
        static final Config DEFAULT = new Config(0, false, NEVER, false);
    }

    /** One version's facts. @param deletion when it was, or will be, deleted */
    record Version(Instant created, Optional<Instant> deletion, boolean destroyed) {
        boolean deletedAt(Instant now) {
            return deletion.isPresent() && !deletion.get().isAfter(now);
        }
    }

    /** A secret's metadata. @param versions by number, as text, since JSON names are text */
    record Meta(Instant created, Instant updated, long current, long oldest, int maxVersions, boolean casRequired, Duration deleteVersionAfter,
            @Doc("Key and value pairs of the client's.") Map<String, String> custom, boolean hasCustom, long metadataVersion, Map<String, Version> versions) {

        Optional<Version> version(long number) {
            return Optional.ofNullable(versions.get(String.valueOf(number)));
        }

        Meta with(Map<String, Version> changed) {
            return new Meta(created, updated, current, oldest, maxVersions, casRequired, deleteVersionAfter, custom, hasCustom, metadataVersion, changed);
        }
    }

    record Data(@Body Map<String, Object> fields) {}

    Config config(Storage.Reader store) {
        return configs.get(store, "mount").orElse(Config.DEFAULT);
    }

    void saveConfig(Storage.Writer store, Config config) {
        configs.put(store, "mount", config);
    }

    Optional<Meta> meta(Storage.Reader store, String path) {
        return metas.get(store, path);
    }

    void saveMeta(Storage.Writer store, String path, Meta meta) {
        metas.put(store, path, meta);
    }

    List<String> names(Storage.Reader store, String below, String after, int limit) {
        return metas.names(store, below, after, limit);
    }

    Map<String, Object> data(Storage.Reader store, String path, long version) {
        return datas.get(store, row(path, version)).map(Data::fields).orElse(Map.of());
    }

    /** Below the path, so that {@code a/b} version 1 and {@code a} never meet: a path's own rows have one more segment that no path can have. */
    private static String row(String path, long version) {
        return path + "/\u0001" + version;
    }

    static Meta fresh(Instant now) {
        return new Meta(now, now, 0, 0, 0, false, NEVER, Map.of(), false, 0, Map.of());
    }

    /** Writes a new version, and drops what is now too old. @return the metadata after it */
    Meta put(Storage.Writer store, String path, Map<String, Object> fields, Optional<Long> cas, Instant now) {
        var config = config(store);
        var before = meta(store, path);
        requireCas(config, before, cas);
        var meta = before.orElseGet(() -> fresh(now));
        long number = meta.current() + 1;
        var after = shorter(config.deleteVersionAfter(), meta.deleteVersionAfter());
        var versions = new LinkedHashMap<>(meta.versions());
        versions.put(String.valueOf(number), new Version(now, after.isZero() ? Optional.empty() : Optional.of(now.plus(after)), false));
        long oldest = dropOld(store, path, versions, number, max(config, meta), meta.oldest());
        var changed = new Meta(meta.created(), now, number, oldest, meta.maxVersions(), meta.casRequired(), meta.deleteVersionAfter(), meta.custom(), meta.hasCustom(),
                meta.metadataVersion(), versions);
        metas.put(store, path, changed);
        datas.put(store, row(path, number), new Data(fields));
        return changed;
    }

    private static void requireCas(Config config, Optional<Meta> meta, Optional<Long> cas) {
        if (cas.isEmpty()) {
            if (config.casRequired() || meta.map(Meta::casRequired).orElse(false)) throw new Problem.Invalid("check-and-set parameter required for this call").asException();
            return;
        }
        long current = meta.map(Meta::current).orElse(0L);
        if (cas.get() != current) throw new Problem.Invalid("check-and-set parameter did not match the current version").asException();
    }

    private static int max(Config config, Meta meta) {
        if (meta.maxVersions() > 0) return meta.maxVersions();
        return config.maxVersions() > 0 ? config.maxVersions() : DEFAULT_MAX;
    }

    /** Negative means never for this secret, whatever the mount says; the shorter of two limits counts. */
    private static Duration shorter(Duration mount, Duration secret) {
        if (secret.isNegative()) return NEVER;
        if (mount.isZero() || mount.isNegative()) return secret;
        return secret.isZero() || mount.compareTo(secret) < 0 ? mount : secret;
    }

    private long dropOld(Storage.Writer store, String path, Map<String, Version> versions, long current, int max, long oldest) {
        long keepFrom = Math.max(1, current - max + 1);
        for (var name : List.copyOf(versions.keySet())) {
            long number = Long.parseLong(name);
            if (number < keepFrom) {
                versions.remove(name);
                datas.delete(store, row(path, number));
            }
        }
        return keepFrom > 1 ? keepFrom : oldest;
    }

    void dropBeyond(Storage.Writer store, String path, Meta meta) {
        var versions = new LinkedHashMap<>(meta.versions());
        long oldest = dropOld(store, path, versions, meta.current(), max(config(store), meta), meta.oldest());
        metas.put(store, path, new Meta(meta.created(), meta.updated(), meta.current(), oldest, meta.maxVersions(), meta.casRequired(), meta.deleteVersionAfter(), meta.custom(),
                meta.hasCustom(), meta.metadataVersion(), versions));
    }

    void delete(Storage.Writer store, String path, List<Long> numbers, Instant now) {
        change(store, path, numbers, version -> version.destroyed() || version.deletedAt(now) ? version : new Version(version.created(), Optional.of(now), false));
    }

    void undelete(Storage.Writer store, String path, List<Long> numbers) {
        change(store, path, numbers, version -> version.destroyed() ? version : new Version(version.created(), Optional.empty(), false));
    }

    void destroy(Storage.Writer store, String path, List<Long> numbers) {
        change(store, path, numbers, version -> new Version(version.created(), version.deletion(), true));
        for (long number : numbers) datas.delete(store, row(path, number));
    }

    private void change(Storage.Writer store, String path, List<Long> numbers, java.util.function.UnaryOperator<Version> how) {
        meta(store, path).ifPresent(meta -> {
            var versions = new LinkedHashMap<>(meta.versions());
            for (long number : numbers) versions.computeIfPresent(String.valueOf(number), (_, version) -> how.apply(version));
            metas.put(store, path, meta.with(versions));
        });
    }

    /** Removes a secret with all its versions. */
    void remove(Storage.Writer store, String path) {
        meta(store, path).ifPresent(meta -> {
            for (var number : meta.versions().keySet()) datas.delete(store, row(path, Long.parseLong(number)));
            metas.delete(store, path);
        });
    }

    /** Versions in the order of their numbers. */
    static Map<Long, Version> sorted(Meta meta) {
        var sorted = new TreeMap<Long, Version>();
        meta.versions().forEach((number, version) -> sorted.put(Long.parseLong(number), version));
        return sorted;
    }

    /** Seconds, or numbers with units; empty when it is neither. */
    static Optional<Duration> duration(String text) {
        try {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text.trim())));
        } catch (NumberFormatException withUnits) {
            return GoDuration.parse(text);
        }
    }
}
