package watchword.engines.kv;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Version 1: each path holds one JSON object, and a write replaces it. */
final class KvOneEngine implements Engine {
    private final Table<Entry> secrets;
    private final EngineContext context;

    KvOneEngine(EngineContext context) {
        this.context = context;
        this.secrets = context.table("secrets", Entry.class);
    }

    record At(@Doc("Path of the secret; slashes make folders.") String path) {}

    record Below(
            @Doc("Path of the folder.") String path,
            @Doc("Only names after this one.") String after,
            @Doc("At most so many; all when 0 or less.") int limit) {}

    record Put(@Doc("Path of the secret; slashes make folders.") String path, @Doc("The secret: any fields.") @Body Map<String, Object> fields) {}

    record Entry(@Doc("The secret as it was last written.") @Body Map<String, Object> fields) {}

    record Keys(@Doc("Names below the path, sorted; a folder ends in a slash.") List<String> keys) {}

    @Override
    public String type() {
        return "kv";
    }

    @Override
    public String help() {
        return "Stores secrets that already exist, such as an API key; a write replaces what was there.";
    }

    @Override
    public String fieldErrorPrefix() {
        return "";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("{path*}", At.class, Entry.class, this::get, "Read the secret at a path."),
                Route.list("{path*}", Below.class, Keys.class, this::list, "List the names below a path."),
                Route.write("{path*}", Put.class, None.class, this::put, "Replace the secret at a path.").existence(this::exists),
                Route.delete("{path*}", At.class, None.class, this::delete, "Delete the secret at a path."));
    }

    private boolean exists(Call.Read<Put> call) {
        return secrets.get(call.store(), secret(call.input().path())).isPresent();
    }

    private Reply<Entry> get(Call.Read<At> call) {
        var entry = secrets.get(call.store(), secret(call.input().path())).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(entry).until(new Reply.Term.Advised(ttl(entry.fields()).orElse(call.ask().mount().defaultTtl())));
    }

    /** A secret may say itself when to look again. */
    private static Optional<Duration> ttl(Map<String, Object> fields) {
        var said = fields.containsKey("ttl") ? fields.get("ttl") : fields.get("lease");
        return said == null ? Optional.empty() : Versions.duration(String.valueOf(said));
    }

    private Reply<Keys> list(Call.Read<Below> call) {
        var in = call.input();
        var names = secrets.names(call.store(), Paths.folder(in.path()), in.after(), Paths.limit(in.limit()));
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<None> put(Call.Change<Put> call) {
        var fields = call.ask().body();
        if (fields.isEmpty()) throw new Problem.Invalid("missing data fields").asException();
        secrets.put(call.store(), secret(call.input().path()), new Entry(fields));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<At> call) {
        secrets.delete(call.store(), secret(call.input().path()));
        return Reply.nothing();
    }

    private static String secret(String path) {
        return Paths.secret(path);
    }

    /** Every secret becomes version 1 of itself, in the transaction that changes the option. */
    @Override
    public void optionsChanged(Storage.Writer store, Map<String, String> before, Map<String, String> after) {
        if (!after.getOrDefault("version", "1").equals("2")) return;
        var upgraded = new Versions(context);
        Instant now = context.clock().instant();
        for (var page = store.scan("secrets/", "", 500); !page.isEmpty(); page = store.scan("secrets/", "", 500)) {
            for (var row : page) {
                var path = row.key().substring("secrets/".length());
                secrets.get(store, path).ifPresent(entry -> upgraded.put(store, path, entry.fields(), Optional.empty(), now));
                store.delete(row.key());
            }
        }
    }
}
