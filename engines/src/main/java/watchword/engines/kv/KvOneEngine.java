package watchword.engines.kv;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Event;
import watchword.sdk.GoDuration;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Version 1: each path holds one JSON object, and a write replaces it. */
final class KvOneEngine implements Engine {
    private static final String FAMILY = "kv-v1";
    private static final String ROWS = "secrets";

    private final EngineContext context;
    private final MountOptions options;
    private final Table<Entry> secrets;

    KvOneEngine(EngineContext context, MountOptions options) {
        this.context = context;
        this.options = options;
        this.secrets = context.table(ROWS, Entry.class);
    }

    record At(@Doc("Path of the secret; slashes make folders.") String path) {}

    record Put(
            @Doc("Path of the secret; slashes make folders.") String path,
            @Doc("The secret: any fields, at least one.") @Body Map<String, Object> fields) {
        @Override
        public String toString() {
            return "Put[" + path + "]";
        }
    }

    record Entry(@Doc("The secret as it was last written.") @Body Map<String, Object> fields) {
        @Override
        public String toString() {
            return "Entry[" + fields.size() + " fields]";
        }
    }

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
                Route.list("{path*}", Folder.class, Folder.Keys.class, this::list, "List the names in a folder."),
                Route.scan("{path*}", Folder.class, Folder.Keys.class, this::scan, "List all names below a folder, however deep."),
                Route.write("{path*}", Put.class, None.class, this::put, "Replace the secret at a path.").existence(this::exists),
                Route.delete("{path*}", At.class, None.class, this::delete, "Delete the secret at a path."));
    }

    private boolean exists(Call.Read<Put> call) {
        return secrets.get(call.store(), Paths.toWrite(call.input().path())).isPresent();
    }

    private Reply<Entry> get(Call.Read<At> call) {
        var entry = secrets.get(call.store(), Paths.toRead(call.input().path())).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(entry).until(new Reply.Term.Advised(lookAgain(entry.fields()).orElse(call.ask().mount().defaultTtl())));
    }

    /** A secret may itself tell its readers when to look again. */
    private static Optional<Duration> lookAgain(Map<String, Object> fields) {
        return Optional.ofNullable(fields.get(fields.containsKey("ttl") ? "ttl" : "lease")).flatMap(said -> switch (said) {
            case String text -> GoDuration.parse(text);
            case Number number -> GoDuration.parse(number.toString());
            default -> Optional.empty();
        });
    }

    private Reply<Folder.Keys> list(Call.Read<Folder> call) {
        return Reply.of(new Folder.Keys(call.input().names(secrets, call.store(), Integer.MAX_VALUE)));
    }

    private Reply<Folder.Keys> scan(Call.Read<Folder> call) {
        return Reply.of(new Folder.Keys(call.input().namesBelow(secrets, call.store(), Integer.MAX_VALUE)));
    }

    private Reply<None> put(Call.Change<Put> call) {
        var path = Paths.toWrite(call.input().path());
        var fields = call.input().fields();
        if (fields.isEmpty()) throw new Problem.Invalid("missing data fields").asException();
        options.requireRoom(fields);
        secrets.put(call.store(), path, new Entry(fields));
        return Reply.<None>nothing().tell(Event.changed(FAMILY, "write", path).readable(path));
    }

    private Reply<None> delete(Call.Change<At> call) {
        var path = Paths.toWrite(call.input().path());
        secrets.delete(call.store(), path);
        return Reply.<None>nothing().tell(Event.changed(FAMILY, "delete", path));
    }

    /** On the way to version 2 every secret becomes version 1 of itself, in the transaction that changes the option. */
    @Override
    public void optionsChanged(Storage.Writer store, Map<String, String> before, Map<String, String> after) {
        if (MountOptions.changed(before, after).version() != MountOptions.Version.TWO) return;
        var now = context.clock().instant();
        var versioned = new Secrets(context);
        var prefix = ROWS + "/";
        for (var page = store.scan(prefix, "", 500); !page.isEmpty(); page = store.scan(prefix, page.getLast().key(), 500)) {
            for (var row : page) {
                var path = row.key().substring(prefix.length());
                secrets.get(store, path).map(Entry::fields)
                        .ifPresent(fields -> versioned.write(store, path, Metadata.fresh(now), Settings.UNSET, fields, now));
                secrets.delete(store, path);
            }
        }
    }
}
