package watchword.core.opa;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** Keeps a word at a name, with an owner who is told to policies. */
final class SafeEngine implements Engine {
    private final Rows<Kept> rows = new Rows<>("kept/", Kept.class);

    record Kept(Secret word, Map<String, String> notes) {}

    record At(@Doc("Name.") String name) {}

    record Put(
            @Doc("Name.") String name, @Doc("The word.") Secret word, @Doc("Anything.") Map<String, Object> data, @Doc("Anything.") Optional<Object> any, @Doc("Notes.") Map<String, String> notes,
            @Doc("How long.") Duration ttl, @Doc("Groups.") List<String> groups) {}

    record Names(@Doc("Names.") List<String> keys) {}

    @Override
    public String type() {
        return "safe";
    }

    @Override
    public String help() {
        return "Keeps words.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.write("{name}", Put.class, None.class, this::put, "Keep a word.").existence(call -> rows.get(call.store(), call.input().name()).isPresent()),
                Route.read("{name}", At.class, Kept.class, call -> Reply.of(rows.get(call.store(), call.input().name()).orElseThrow(() -> new watchword.sdk.Problem.NotFound().asException())), "Read a word."),
                Route.list("", At.class, Names.class, call -> Reply.of(new Names(rows.names(call.store(), "", "", 100))), "List."));
    }

    @Override
    public Map<String, String> about(Storage.Reader store, String path) {
        return rows.get(store, path).map(Kept::notes).orElse(Map.of());
    }

    private Reply<None> put(Call.Change<Put> call) {
        rows.put(call.store(), call.input().name(), new Kept(call.input().word(), call.input().notes()));
        return Reply.nothing();
    }
}
