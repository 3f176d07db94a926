package watchword.engines.kv;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;

/** What stands beside a secret: settings, the client's own pairs, and the facts of its versions. Deleting it deletes the secret. */
final class MetadataRoutes {
    private final Secrets secrets;

    MetadataRoutes(Secrets secrets) {
        this.secrets = secrets;
    }

    record At(@Doc("Path of the secret; slashes make folders.") String path) {}

    record Write(
            @Doc("Path of the secret; slashes make folders.") String path,
            @Doc("How many versions to keep, at most 10000; the mount's number counts where it is larger.") Optional<Long> maxVersions,
            @Doc("Whether every write of the secret must say which version it replaces.") Optional<Boolean> casRequired,
            @Doc("Whether every write of its metadata must say which version of it it replaces.") Optional<Boolean> metadataCasRequired,
            @Doc("How long a new version lives; 0 for as long as the mount says, which counts too where it is shorter.")
                    Optional<Duration> deleteVersionAfter,
            @Doc("The client's own pairs: at most 64, names up to 128 bytes, values up to 512.")
                    Optional<Map<String, Object>> customMetadata,
            @Doc("Write only if this is the metadata's version; 0 if there may be none yet.") Optional<Long> metadataCas) {}

    /**
     * What a request changes.
     *
     * @param customReset null was sent for the pairs: all of them go, while an empty object in a patch changes none
     */
    private record Change(Settings.Change settings, Optional<Map<String, Object>> custom, boolean customReset) {
        static Change of(Call<Write> call) {
            var in = call.input();
            var sent = Sent.in(call);
            var settings = sent.change(in.maxVersions(), in.casRequired(), in.metadataCasRequired(), in.deleteVersionAfter());
            boolean reset = in.customMetadata().isEmpty() && sent.body().containsKey("custom_metadata");
            return new Change(settings, in.customMetadata(), reset);
        }

        boolean isEmpty() {
            return settings.isEmpty() && custom.isEmpty() && !customReset;
        }

        Map<String, String> custom(Map<String, String> before, BinaryOperator<Map<String, ?>> how) {
            if (customReset) return Map.of();
            return custom.isEmpty() ? before : CustomMetadata.of(how.apply(before, custom.get()));
        }
    }

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("metadata/{path*}", At.class, MetadataFacts.class, this::read, "Read a secret's metadata and the facts of its versions."),
                Route.write("metadata/{path*}", Write.class, None.class, this::write, "Write a secret's metadata; the secret need not exist.").existence(this::exists),
                Route.patch("metadata/{path*}", Write.class, None.class, this::patch, "Change a secret's metadata as a JSON merge patch says."),
                Route.delete("metadata/{path*}", At.class, None.class, this::delete, "Delete a secret with its metadata and all its versions, for good."));
    }

    private boolean exists(Call.Read<Write> call) {
        return secrets.metadata(call.store(), Paths.toWrite(call.input().path())).isPresent();
    }

    private Reply<MetadataFacts> read(Call.Read<At> call) {
        return secrets.metadata(call.store(), Paths.toRead(call.input().path())).map(MetadataFacts::of).map(Reply::of)
                .orElseThrow(() -> new Problem.NotFound().asException());
    }

    private Reply<None> write(Call.Change<Write> call) {
        var path = Paths.toWrite(call.input().path());
        var change = Change.of(call);
        if (change.isEmpty()) return Reply.nothing();
        var before = secrets.metadata(call.store(), path);
        if (before.isEmpty() && call.input().metadataCas().filter(cas -> cas != 0).isPresent()) {
            throw new Problem.Invalid("metadata_cas must be 0 when creating new metadata").asException();
        }
        return save(call, path, before.orElseGet(() -> Metadata.fresh(call.now())), change, (_, replacing) -> replacing).tell(KvEvents.metadata("metadata-write", path));
    }

    private Reply<None> patch(Call.Change<Write> call) {
        var path = Paths.toWrite(call.input().path());
        var before = secrets.metadata(call.store(), path).orElseThrow(() -> new Problem.NotFound().asException());
        var change = Change.of(call);
        if (change.isEmpty()) return Reply.nothing();
        return save(call, path, before, change, JsonTree::merge).tell(KvEvents.metadata("metadata-patch", path));
    }

    private Reply<None> save(Call.Change<Write> call, String path, Metadata before, Change change, BinaryOperator<Map<String, ?>> how) {
        var mount = secrets.mountSettings(call.store());
        requireCas(call.input(), before, mount);
        var settings = before.settings().ofSecret(change.settings());
        secrets.writeMetadata(call.store(), path, before.written(settings, change.custom(before.custom(), how), call.now()));
        return warned(change.settings(), mount);
    }

    private static void requireCas(Write input, Metadata before, Settings mount) {
        var cas = input.metadataCas();
        if (cas.isEmpty() && (mount.metadataCasRequired() || before.settings().metadataCasRequired())) {
            throw new Problem.Invalid("metadata check-and-set parameter required for this call").asException();
        }
        if (cas.isPresent() && cas.get() != before.metadataVersion()) {
            throw new Problem.Invalid("metadata check-and-set parameter does not match the current version").asException();
        }
    }

    private static Reply<None> warned(Settings.Change change, Settings mount) {
        var told = Reply.<None>nothing();
        if (mount.casRequired() && isWaived(change.casRequired())) told = told.warn(ignored("cas_required"));
        if (mount.metadataCasRequired() && isWaived(change.metadataCasRequired())) told = told.warn(ignored("metadata_cas_required"));
        return told;
    }

    private static boolean isWaived(Optional<Boolean> required) {
        return required.isPresent() && !required.get();
    }

    private static String ignored(String field) {
        return "\"" + field + "\" set to false, but is mandated by backend config. This value will be ignored.";
    }

    private Reply<None> delete(Call.Change<At> call) {
        var path = Paths.toWrite(call.input().path());
        secrets.remove(call.store(), path);
        return Reply.<None>nothing().tell(KvEvents.changed("metadata-delete", "metadata/" + path));
    }
}
