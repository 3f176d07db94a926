package watchword.engines.kv;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;

/** What a secret holds: read, write, patch and delete its newest version; read an older one, or only the names in it. */
final class DataRoutes {
    private final Secrets secrets;
    private final MountOptions options;

    DataRoutes(Secrets secrets, MountOptions options) {
        this.secrets = secrets;
        this.options = options;
    }

    record At(@Doc("Path of the secret; slashes make folders.") String path) {}

    record Read(
            @Doc("Path of the secret; slashes make folders.") String path,
            @Doc("Number of the version to read; the newest when 0.") long version) {}

    record Write(
            @Doc("Path of the secret; slashes make folders.") String path,
            @Doc("The secret: a JSON object.") Optional<Map<String, Object>> data,
            @Doc("cas: write only if this is the newest version; 0 if there may be none yet.") Map<String, Object> options) {
        @Override
        public String toString() {
            return "Write[" + path + "]";
        }
    }

    record Names(
            @Doc("Path of the secret; slashes make folders.") String path,
            @Doc("Number of the version to read; the newest when 0.") long version,
            @Doc("How many levels of names to tell; all when 0.") long depth) {}

    record Contents(
            @Doc("The secret; null when the version is deleted or destroyed.") @OrNull Optional<Map<String, Object>> data,
            @Doc("What is known of the version.") VersionFacts metadata) {
        @Override
        public String toString() {
            return "Contents[" + metadata + "]";
        }
    }

    record Subkeys(
            @Doc("The names in the secret, with null for each value; null when the version is deleted or destroyed.")
                    @OrNull Optional<Map<String, Object>> subkeys,
            @Doc("What is known of the version.") VersionFacts metadata) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("data/{path*}", Read.class, Contents.class, this::read, "Read a version of a secret."),
                Route.write("data/{path*}", Write.class, VersionFacts.class, this::write, "Write a new version of a secret.").existence(this::exists),
                Route.patch("data/{path*}", Write.class, VersionFacts.class, this::patch, "Write a new version that differs from the newest as a JSON merge patch says."),
                Route.delete("data/{path*}", At.class, None.class, this::deleteNewest, "Delete the newest version; it can be undeleted."),
                Route.read("subkeys/{path*}", Names.class, Subkeys.class, this::subkeys, "Read the names in a secret, without their values."));
    }

    private boolean exists(Call.Read<Write> call) {
        return secrets.metadata(call.store(), Paths.toWrite(call.input().path())).isPresent();
    }

    private Reply<Contents> read(Call.Read<Read> call) {
        var path = Paths.toRead(call.input().path());
        var found = secrets.find(call.store(), path, call.input().version());
        var facts = VersionFacts.of(found.metadata(), found.version());
        if (found.version().isGone(call.now())) return Reply.of(new Contents(Optional.empty(), facts)).status(404);
        return Reply.of(new Contents(Optional.of(secrets.data(call.store(), path, found.version())), facts));
    }

    private Reply<Subkeys> subkeys(Call.Read<Names> call) {
        var in = call.input();
        var path = Paths.toRead(in.path());
        var found = secrets.find(call.store(), path, in.version());
        var facts = VersionFacts.of(found.metadata(), found.version());
        if (found.version().isGone(call.now())) return Reply.of(new Subkeys(Optional.empty(), facts)).status(404);
        return Reply.of(new Subkeys(Optional.of(JsonTree.names(secrets.data(call.store(), path, found.version()), in.depth())), facts));
    }

    private Reply<VersionFacts> write(Call.Change<Write> call) {
        var path = Paths.toWrite(call.input().path());
        var data = given(call.input());
        var before = secrets.metadata(call.store(), path).orElseGet(() -> Metadata.fresh(call.now()));
        var mount = secrets.mountSettings(call.store());
        requireCas(call.input(), before, mount);
        return write(call, path, before, mount, data, "data-write");
    }

    private Reply<VersionFacts> patch(Call.Change<Write> call) {
        var path = Paths.toWrite(call.input().path());
        var changes = given(call.input());
        var before = secrets.metadata(call.store(), path).orElseThrow(() -> new Problem.NotFound().asException());
        var mount = secrets.mountSettings(call.store());
        requireCas(call.input(), before, mount);
        var newest = before.version(before.currentVersion()).orElseThrow(() -> new Problem.NotFound().asException());
        if (newest.isGone(call.now())) return Reply.of(VersionFacts.of(before, newest)).status(404);
        return write(call, path, before, mount, JsonTree.merge(secrets.data(call.store(), path, newest), changes), "data-patch");
    }

    private static Map<String, Object> given(Write input) {
        return input.data().orElseThrow(() -> new Problem.Invalid("no data provided").asException());
    }

    private Reply<VersionFacts> write(Call.Change<Write> call, String path, Metadata before, Settings mount, Map<String, Object> data, String operation) {
        options.requireRoom(data);
        var after = secrets.write(call.store(), path, before, mount, data, call.now());
        return Reply.of(VersionFacts.of(after, after.versions().getLast())).tell(KvEvents.data(operation, "data/" + path, path, after));
    }

    private static void requireCas(Write input, Metadata before, Settings mount) {
        if (input.options().containsKey("cas")) {
            if (Cas.of(input.options().get("cas")) != before.currentVersion()) {
                throw new Problem.Invalid("check-and-set parameter did not match the current version").asException();
            }
        } else if (before.settings().casRequired() || mount.casRequired()) {
            throw new Problem.Invalid("check-and-set parameter required for this call").asException();
        }
    }

    private Reply<None> deleteNewest(Call.Change<At> call) {
        var path = Paths.toWrite(call.input().path());
        secrets.metadata(call.store(), path).map(Metadata::currentVersion)
                .ifPresent(newest -> secrets.delete(call.store(), path, Set.of(newest), call.now()));
        return Reply.<None>nothing().tell(KvEvents.changed("data-delete", "data/" + path));
    }
}
