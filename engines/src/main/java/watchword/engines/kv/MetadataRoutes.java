package watchword.engines.kv;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.engines.kv.Versions.Config;
import watchword.engines.kv.Versions.Meta;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** Version 2's {@code metadata/}, {@code detailed-metadata/} and {@code config}. */
final class MetadataRoutes {
    private static final int MAX_CUSTOM_KEYS = 64;
    private static final int MAX_CUSTOM_KEY = 128;
    private static final int MAX_CUSTOM_VALUE = 512;

    private final Versions versions;

    MetadataRoutes(Versions versions) {
        this.versions = versions;
    }

    record Nothing() {}

    record At(@Doc("Path of the secret.") String path) {}

    record Below(
            @Doc("Path of the folder.") String path,
            @Doc("Only names after this one.") String after,
            @Doc("At most so many; all when 0 or less.") int limit) {}

    record SetConfig(
            @Doc("How many versions of a secret are kept; 10 when 0.") Optional<Integer> maxVersions,
            @Doc("Every write must name the version it replaces.") Optional<Boolean> casRequired,
            @Doc("How long after its write a version is deleted; 0 for never.") Optional<String> deleteVersionAfter,
            @Doc("Every metadata write must name the metadata version it replaces.") Optional<Boolean> metadataCasRequired) {}

    record ShownConfig(boolean casRequired, String deleteVersionAfter, int maxVersions, boolean metadataCasRequired) {}

    record SetMeta(
            @Doc("Path of the secret.") String path,
            @Doc("How many versions are kept; the mount's setting when 0.") Optional<Integer> maxVersions,
            @Doc("Every write must name the version it replaces.") Optional<Boolean> casRequired,
            @Doc("How long after its write a version is deleted; 0 for the mount's setting.") Optional<String> deleteVersionAfter,
            @Doc("Key and value pairs of your own.") Optional<Map<String, Object>> customMetadata,
            @Doc("Write only if this is the current metadata version.") Optional<Long> metadataCas) {}

    record Shown(boolean casRequired, String createdTime, long currentMetadataVersion, long currentVersion, @OrNull Optional<Map<String, String>> customMetadata,
            String deleteVersionAfter, int maxVersions, boolean metadataCasRequired, long oldestVersion, String updatedTime, Map<String, Object> versions) {}

    record Keys(List<String> keys) {}

    record Detailed(List<String> keys, Map<String, Object> keyInfo) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config", Nothing.class, ShownConfig.class, this::readConfig, "Read the mount's settings."),
                Route.write("config", SetConfig.class, None.class, this::writeConfig, "Change the mount's settings."),
                Route.read("metadata/{path*}", At.class, Shown.class, this::read, "Read a secret's metadata and versions."),
                Route.list("metadata/{path*}", Below.class, Keys.class, this::list, "List the names below a path."),
                Route.write("metadata/{path*}", SetMeta.class, None.class, this::write, "Change a secret's metadata.").existence(this::exists),
                Route.patch("metadata/{path*}", SetMeta.class, None.class, this::patch, "Change some of a secret's metadata."),
                Route.delete("metadata/{path*}", At.class, None.class, this::delete, "Delete a secret with all its versions."),
                Route.list("detailed-metadata/{path*}", Below.class, Detailed.class, this::listDetailed, "List the names below a path with their metadata."));
    }

    // ---- the mount ----

    private Reply<ShownConfig> readConfig(Call.Read<Nothing> call) {
        var config = versions.config(call.store());
        return Reply.of(new ShownConfig(config.casRequired(), GoDuration.format(config.deleteVersionAfter()), config.maxVersions(), config.metadataCasRequired()));
    }

    private Reply<None> writeConfig(Call.Change<SetConfig> call) {
        var before = versions.config(call.store());
        var in = call.input();
        versions.saveConfig(call.store(), new Config(nonNegative(in.maxVersions().orElse(before.maxVersions())), in.casRequired().orElse(before.casRequired()),
                in.deleteVersionAfter().map(MetadataRoutes::duration).orElse(before.deleteVersionAfter()), in.metadataCasRequired().orElse(before.metadataCasRequired())));
        return Reply.nothing();
    }

    private static int nonNegative(int count) {
        return Math.max(0, count);
    }

    private static Duration duration(String text) {
        return Versions.duration(text).orElseThrow(() -> new Problem.Invalid(
                "error converting input for field \"delete_version_after\": time: invalid duration \"" + text.replaceAll("[^\\x20-\\x7e]|[\"\\\\]", "?") + "\"").asException());
    }

    // ---- a secret ----

    private boolean exists(Call.Read<SetMeta> call) {
        return versions.meta(call.store(), Paths.secret(call.input().path())).isPresent();
    }

    private Reply<Shown> read(Call.Read<At> call) {
        var meta = versions.meta(call.store(), Paths.secret(call.input().path())).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(shown(meta, versions.config(call.store())));
    }

    private static Shown shown(Meta meta, Config config) {
        var all = new LinkedHashMap<String, Object>();
        Versions.sorted(meta).forEach((number, version) -> all.put(String.valueOf(number), Map.of("created_time", version.created().toString(),
                "deletion_time", version.deletion().map(Instant::toString).orElse(""), "destroyed", version.destroyed())));
        return new Shown(meta.casRequired(), meta.created().toString(), meta.metadataVersion(), meta.current(), KvTwoEngine.custom(meta), GoDuration.format(meta.deleteVersionAfter()),
                meta.maxVersions(), config.metadataCasRequired(), meta.oldest(), meta.updated().toString(), all);
    }

    private Reply<None> write(Call.Change<SetMeta> call) {
        var custom = call.input().customMetadata().map(MetadataRoutes::custom);
        return change(call, versions.meta(call.store(), Paths.secret(call.input().path())).orElseGet(() -> Versions.fresh(call.now())), custom);
    }

    private Reply<None> patch(Call.Change<SetMeta> call) {
        var meta = versions.meta(call.store(), Paths.secret(call.input().path())).orElseThrow(() -> new Problem.NotFound().asException());
        var custom = call.input().customMetadata().map(changes -> custom(MergePatch.apply(new LinkedHashMap<>(meta.custom()), changes)));
        return change(call, meta, custom);
    }

    private Reply<None> change(Call.Change<SetMeta> call, Meta meta, Optional<Map<String, String>> custom) {
        var in = call.input();
        var config = versions.config(call.store());
        if (in.metadataCas().isEmpty() && config.metadataCasRequired()) throw new Problem.Invalid("metadata check-and-set parameter required for this call").asException();
        in.metadataCas().filter(cas -> cas != meta.metadataVersion()).ifPresent(_ -> {
            throw new Problem.Invalid("metadata check-and-set parameter did not match the current version").asException();
        });
        var changed = new Meta(meta.created(), call.now(), meta.current(), meta.oldest(), in.maxVersions().map(MetadataRoutes::nonNegative).orElse(meta.maxVersions()),
                in.casRequired().orElse(meta.casRequired()), in.deleteVersionAfter().map(MetadataRoutes::duration).orElse(meta.deleteVersionAfter()), custom.orElse(meta.custom()),
                custom.isPresent() || meta.hasCustom(), meta.metadataVersion() + 1, meta.versions());
        versions.saveMeta(call.store(), Paths.secret(in.path()), changed);
        if (in.maxVersions().isPresent()) versions.dropBeyond(call.store(), Paths.secret(in.path()), changed);
        return warned(in, config);
    }

    private static Reply<None> warned(SetMeta in, Config config) {
        var reply = Reply.<None>nothing();
        if (config.casRequired() && in.casRequired().filter(cas -> !cas).isPresent()) {
            return reply.warn("\"cas_required\" set to false, but is mandated by backend config. This value will be ignored.");
        }
        return reply;
    }

    private static Map<String, String> custom(Map<String, Object> pairs) {
        var custom = new LinkedHashMap<String, String>();
        if (pairs.size() > MAX_CUSTOM_KEYS) throw invalid("payload must contain at most " + MAX_CUSTOM_KEYS + " keys, provided " + pairs.size());
        pairs.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > MAX_CUSTOM_KEY) throw invalid("length of a key must be 1 to " + MAX_CUSTOM_KEY);
            if (value instanceof Map<?, ?> || value instanceof List<?> || value == null) throw invalid("values must be strings");
            var text = value.toString();
            if (text.length() > MAX_CUSTOM_VALUE) throw invalid("length of a value must be at most " + MAX_CUSTOM_VALUE);
            if (!key.chars().allMatch(MetadataRoutes::isPrintable) || !text.chars().allMatch(MetadataRoutes::isPrintable)) throw invalid("keys and values must be printable");
            custom.put(key, text);
        });
        return custom;
    }

    private static boolean isPrintable(int c) {
        return !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
    }

    private static Problem.ProblemException invalid(String why) {
        return new Problem.Invalid("custom_metadata validation failed: " + why).asException();
    }

    private Reply<None> delete(Call.Change<At> call) {
        versions.remove(call.store(), Paths.secret(call.input().path()));
        return Reply.nothing();
    }

    // ---- folders ----

    private List<String> names(Storage.Reader store, Below below) {
        var names = versions.names(store, Paths.folder(below.path()), below.after(), Paths.limit(below.limit()));
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return names;
    }

    private Reply<Keys> list(Call.Read<Below> call) {
        return Reply.of(new Keys(names(call.store(), call.input())));
    }

    private Reply<Detailed> listDetailed(Call.Read<Below> call) {
        var config = versions.config(call.store());
        var names = names(call.store(), call.input());
        var info = new LinkedHashMap<String, Object>();
        for (var name : names) {
            if (name.endsWith("/")) continue;
            versions.meta(call.store(), Paths.folder(call.input().path()) + name).ifPresent(meta -> info.put(name, facts(shown(meta, config))));
        }
        return Reply.of(new Detailed(new ArrayList<>(names), info));
    }

    private static Map<String, Object> facts(Shown shown) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("cas_required", shown.casRequired());
        facts.put("created_time", shown.createdTime());
        facts.put("current_version", shown.currentVersion());
        facts.put("custom_metadata", shown.customMetadata().orElse(Map.of()));
        facts.put("delete_version_after", shown.deleteVersionAfter());
        facts.put("max_versions", shown.maxVersions());
        facts.put("oldest_version", shown.oldestVersion());
        facts.put("updated_time", shown.updatedTime());
        facts.put("versions", shown.versions());
        return facts;
    }
}
