package watchword.engines.kv;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.engines.kv.Versions.Meta;
import watchword.engines.kv.Versions.Version;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** Version 2: each path holds versions, which can be deleted, undeleted and destroyed, and metadata. */
final class KvTwoEngine implements Engine {
    private final Versions versions;
    private final MetadataRoutes metadata;

    KvTwoEngine(EngineContext context) {
        this.versions = new Versions(context);
        this.metadata = new MetadataRoutes(versions);
    }

    record Nothing() {}

    record At(@Doc("Path of the secret.") String path, @Doc("Which version; the newest when 0.") long version) {}

    record Latest(@Doc("Path of the secret.") String path) {}

    record Put(
            @Doc("Path of the secret.") String path,
            @Doc("The secret: any fields.") Optional<Map<String, Object>> data,
            @Doc("cas: write only if this is the current version; 0 for one that must not exist.") Map<String, Object> options) {}

    record Numbers(@Doc("Path of the secret.") String path, @Doc("Version numbers.") List<Long> versions) {}

    record Subkeys(
            @Doc("Path of the secret.") String path,
            @Doc("Which version; the newest when 0.") long version,
            @Doc("How deep to look; all when 0.") int depth) {}

    record Facts(String createdTime, @OrNull Optional<Map<String, String>> customMetadata, String deletionTime, boolean destroyed, long version) {}

    record Secret(@OrNull Optional<Map<String, Object>> data, Facts metadata) {}

    record Structure(@OrNull Optional<Map<String, Object>> subkeys, Facts metadata) {}

    @Override
    public String type() {
        return "kv";
    }

    @Override
    public String help() {
        return "Stores secrets that already exist, such as an API key, with their versions and metadata.";
    }

    @Override
    public String fieldErrorPrefix() {
        return "";
    }

    @Override
    public void optionsChanged(Storage.Writer store, Map<String, String> before, Map<String, String> after) {
        KvEngines.requireUpgrade(before, after);
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>(metadata.routes());
        all.addAll(List.of(
                Route.read("data/{path*}", At.class, Secret.class, this::read, "Read a version of a secret."),
                Route.write("data/{path*}", Put.class, Facts.class, this::put, "Write a new version of a secret.").existence(this::exists),
                Route.patch("data/{path*}", Put.class, Facts.class, this::patch, "Write a new version that differs from the newest in some fields."),
                Route.delete("data/{path*}", Latest.class, None.class, this::deleteLatest, "Delete the newest version; it can be undeleted."),
                Route.write("delete/{path*}", Numbers.class, None.class, this::delete, "Delete versions; they can be undeleted."),
                Route.write("undelete/{path*}", Numbers.class, None.class, this::undelete, "Undelete versions."),
                Route.write("destroy/{path*}", Numbers.class, None.class, this::destroy, "Destroy the data of versions for good."),
                Route.read("subkeys/{path*}", Subkeys.class, Structure.class, this::subkeys, "Read which fields a secret has, without their values.")));
        return List.copyOf(all);
    }

    private boolean exists(Call.Read<Put> call) {
        return versions.meta(call.store(), Paths.secret(call.input().path())).isPresent();
    }

    private Reply<Secret> read(Call.Read<At> call) {
        var path = Paths.secret(call.input().path());
        var found = find(call.store(), path, call.input().version());
        var facts = facts(found.meta(), found.number(), found.version());
        if (found.isGone(call.now())) return Reply.of(new Secret(Optional.empty(), facts)).status(404);
        return Reply.of(new Secret(Optional.of(versions.data(call.store(), path, found.number())), facts));
    }

    private record Found(Meta meta, long number, Version version) {
        boolean isGone(Instant now) {
            return version.destroyed() || version.deletedAt(now);
        }
    }

    /** @throws Problem.ProblemException 404 when there is no such version */
    private Found find(Storage.Reader store, String path, long asked) {
        var meta = versions.meta(store, path).orElseThrow(() -> new Problem.NotFound().asException());
        long number = asked == 0 ? meta.current() : asked;
        var version = meta.version(number).orElseThrow(() -> new Problem.NotFound().asException());
        return new Found(meta, number, version);
    }

    private static Facts facts(Meta meta, long number, Version version) {
        return new Facts(version.created().toString(), custom(meta), version.deletion().map(Instant::toString).orElse(""), version.destroyed(), number);
    }

    static Optional<Map<String, String>> custom(Meta meta) {
        return meta.hasCustom() ? Optional.of(meta.custom()) : Optional.empty();
    }

    private Reply<Facts> put(Call.Change<Put> call) {
        var path = Paths.secret(call.input().path());
        var data = call.input().data().orElseThrow(() -> new Problem.Invalid("no data provided").asException());
        return written(versions.put(call.store(), path, data, cas(call.input().options()), call.now()));
    }

    private static Reply<Facts> written(Meta meta) {
        return Reply.of(facts(meta, meta.current(), meta.version(meta.current()).orElseThrow()));
    }

    private static Optional<Long> cas(Map<String, Object> options) {
        var cas = options.get("cas");
        if (cas == null) return Optional.empty();
        try {
            return Optional.of(Long.parseLong(cas.toString()));
        } catch (NumberFormatException notANumber) {
            throw new Problem.Invalid("error parsing check-and-set parameter").asException();
        }
    }

    private Reply<Facts> patch(Call.Change<Put> call) {
        var path = Paths.secret(call.input().path());
        var changes = call.input().data().orElseThrow(() -> new Problem.Invalid("no data provided").asException());
        var found = find(call.store(), path, 0);
        if (found.isGone(call.now())) throw new Problem.NotFound().asException();
        var cas = cas(call.input().options());
        var merged = MergePatch.apply(versions.data(call.store(), path, found.number()), changes);
        return written(versions.put(call.store(), path, merged, cas, call.now()));
    }

    private Reply<None> deleteLatest(Call.Change<Latest> call) {
        var path = Paths.secret(call.input().path());
        versions.meta(call.store(), path).ifPresent(meta -> versions.delete(call.store(), path, List.of(meta.current()), call.now()));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<Numbers> call) {
        versions.delete(call.store(), Paths.secret(call.input().path()), numbers(call.input()), call.now());
        return Reply.nothing();
    }

    private Reply<None> undelete(Call.Change<Numbers> call) {
        versions.undelete(call.store(), Paths.secret(call.input().path()), numbers(call.input()));
        return Reply.nothing();
    }

    private Reply<None> destroy(Call.Change<Numbers> call) {
        versions.destroy(call.store(), Paths.secret(call.input().path()), numbers(call.input()));
        return Reply.nothing();
    }

    private static List<Long> numbers(Numbers input) {
        if (input.versions().isEmpty()) throw new Problem.Invalid("No version number provided").asException();
        return input.versions();
    }

    private Reply<Structure> subkeys(Call.Read<Subkeys> call) {
        var path = Paths.secret(call.input().path());
        var found = find(call.store(), path, call.input().version());
        var facts = facts(found.meta(), found.number(), found.version());
        if (found.isGone(call.now())) return Reply.of(new Structure(Optional.empty(), facts)).status(404);
        return Reply.of(new Structure(Optional.of(shape(versions.data(call.store(), path, found.number()), call.input().depth(), 1)), facts));
    }

    /** The names of fields; null stands for any value. */
    @SuppressWarnings("NullAway") // JSON null
    private static Map<String, Object> shape(Map<?, ?> fields, int depth, int at) {
        var shape = new LinkedHashMap<String, @Nullable Object>();
        fields.forEach((name, value) ->
                shape.put(name.toString(), value instanceof Map<?, ?> inner && !inner.isEmpty() && (depth == 0 || at < depth) ? shape(inner, depth, at + 1) : null));
        return (Map<String, Object>) (Map<String, ?>) shape;
    }
}
