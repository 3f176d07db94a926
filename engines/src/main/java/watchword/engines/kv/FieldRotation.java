package watchword.engines.kv;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Inline;
import watchword.sdk.Page;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Rotating;
import watchword.sdk.RotationFields;
import watchword.sdk.RotationTerms;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * Secrets of which one field gets a new value by itself: as a new version, so that those before it can be read on. The value is made here,
 * by a password policy or of letters and digits; nobody else knows of it until they read it.
 */
final class FieldRotation implements Rotating {
    /** What stands before the path of a secret in the name of its rotation: where it is read. */
    private static final String WHAT = "data/";
    private static final String USUAL_FIELD = "password";
    private static final int USUAL_LENGTH = 32;
    private static final int MOST_FIELD = 256;

    private final Secrets secrets;
    private final MountOptions options;
    private final Table<Row> rows;
    private final EngineContext context;
    private final InstantSource clock;

    FieldRotation(EngineContext context, Secrets secrets, MountOptions options) {
        this.secrets = secrets;
        this.options = options;
        this.rows = context.table("rotation", Row.class);
        this.context = context;
        this.clock = context.clock();
    }

    /** @param last empty until there was a version */
    record Row(String field, String passwordPolicy, @Inline RotationTerms terms, Optional<Instant> last) {
        Row rotated(Instant now) {
            return new Row(field, passwordPolicy, terms, Optional.of(now));
        }
    }

    record At(@Doc("Path of the secret; slashes make folders.") String path) {}

    record Below(
            @Doc("Folder; all when empty.") String path,
            @Doc("Only names after this one.") String after,
            @Doc("At most so many; all when 0 or less.") int limit) {}

    record Keys(@Doc("Names below the folder, sorted; a folder ends in a slash.") List<String> keys) {}

    record Wanted(
            @Doc("Path of the secret; slashes make folders.") String path,
            @Doc("Name of the field that gets a new value; `password` at first.") Optional<String> field,
            @Doc("Password policy that makes the value; 32 letters and digits when empty.") Optional<String> passwordPolicy,
            @Inline RotationFields when) {}

    record Facts(
            @Doc("Name of the field that gets a new value.") String field,
            @Doc("Password policy that makes the value; empty for 32 letters and digits.") String passwordPolicy,
            @Inline RotationTerms terms,
            @Doc("When the secret was last written by itself, or before that was asked for; null for never.") @OrNull Optional<Instant> lastRotated) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("rotation/{path*}", Below.class, Keys.class, this::list, "List the secrets that are rotated."),
                Route.read("rotation/{path*}", At.class, Facts.class, this::read, "Tell how and when a secret is rotated."),
                Route.effect(Operation.WRITE, "rotation/{path*}", Wanted.class, None.class, this::write,
                        "Have a field of a secret rotated: a new version with a new value, by a schedule or when somebody asks."),
                Route.delete("rotation/{path*}", At.class, None.class, this::delete, "Rotate a secret no more; it stays as it is."));
    }

    private Reply<Keys> list(Call.Read<Below> call) {
        var path = call.input().path();
        var folder = path.isEmpty() || path.endsWith("/") ? path : path + "/";
        var names = rows.names(call.store(), folder, call.input().after(), Page.limit(call.input().limit()));
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(Page.whole(names, call.input().limit())));
    }

    private Reply<Facts> read(Call.Read<At> call) {
        var row = rows.get(call.store(), Paths.toRead(call.input().path())).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Facts(row.field(), row.passwordPolicy(), row.terms(), row.last()));
    }

    private Reply<None> write(Call.Effect<Wanted> call) {
        var in = call.input();
        var path = Paths.toWrite(in.path());
        var before = call.storage().<Row>read(store -> rows.get(store, path).orElseGet(() -> fresh(store, path)));
        var after = new Row(in.field().orElse(before.field()), in.passwordPolicy().orElse(before.passwordPolicy()), in.when().overConfig(before.terms()), before.last());
        if (after.field().isEmpty() || after.field().length() > MOST_FIELD) throw new Problem.Invalid("field", "a name of 1 to " + MOST_FIELD + " characters").asException();
        value(after).close(); // a policy that makes none is told now, not when the time has come
        call.rotates(after.terms().of(WHAT + path, after.last().orElse(call.now())));
        call.storage().update(store -> rows.put(store, path, new Row(after.field(), after.passwordPolicy(), after.terms(), rows.get(store, path).flatMap(Row::last).or(after::last))));
        return Reply.nothing();
    }

    private Row fresh(Storage.Reader store, String path) {
        return new Row(USUAL_FIELD, "", RotationTerms.NONE, secrets.metadata(store, path).map(Metadata::updated));
    }

    private Reply<None> delete(Call.Change<At> call) {
        var path = Paths.toWrite(call.input().path());
        rows.delete(call.store(), path);
        return Reply.<None>nothing().rotatesNoMore(WHAT + path);
    }

    // ---- rotating ----

    @Override
    public Rotated rotate(String what, Storage mountStorage) {
        var path = what.substring(WHAT.length());
        var row = mountStorage.<Optional<Row>>read(store -> rows.get(store, path));
        if (row.isEmpty()) return Rotated.GONE;
        try (var value = value(row.get())) {
            return mountStorage.<Rotated>write(store -> rotate(store, path, value));
        }
    }

    private Rotated rotate(Storage.Writer store, String path, Secret value) {
        var row = rows.get(store, path);
        var known = secrets.metadata(store, path);
        if (row.isEmpty() || (known.isEmpty() && row.get().last().isPresent())) { // it was rotated, and then removed with all its versions
            rows.delete(store, path);
            return Rotated.GONE;
        }
        var now = clock.instant();
        var before = known.orElseGet(() -> Metadata.fresh(now));
        var fields = new LinkedHashMap<>(newest(store, path, before, now));
        fields.put(row.get().field(), value.reveal());
        options.requireRoom(fields);
        secrets.write(store, path, before, secrets.mountSettings(store), fields, now);
        rows.put(store, path, row.get().rotated(now));
        return Rotated.DONE;
    }

    private Map<String, Object> newest(Storage.Reader store, String path, Metadata metadata, Instant now) {
        var newest = metadata.version(metadata.currentVersion());
        if (newest.isEmpty()) return Map.of();
        if (newest.get().isGone(now)) throw new Problem.Invalid("the newest version is deleted; it is rotated again once it is undeleted, or another is written").asException();
        return secrets.data(store, path, newest.get());
    }

    private Secret value(Row row) {
        if (!row.passwordPolicy().isEmpty()) return context.password(row.passwordPolicy());
        return Secret.letters(context.random(), USUAL_LENGTH);
    }
}
