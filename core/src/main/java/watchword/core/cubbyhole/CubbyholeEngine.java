package watchword.core.cubbyhole;

import java.util.List;
import java.util.Map;
import watchword.core.token.TokenCaller;
import watchword.core.token.TokenRow;
import watchword.core.wire.Rows;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;

/** Keeps JSON objects for the token that asks; rows are named by the token's key. */
public final class CubbyholeEngine implements Engine {
    private final Rows<Entry> rows = new Rows<>("", Entry.class);

    record At(@Doc("Path of the entry.") String path) {}

    record Put(@Doc("Path of the entry.") String path, @Doc("Any fields.") @Body Map<String, Object> fields) {}

    record Entry(@Doc("The fields as they were written.") @Body Map<String, Object> fields) {}

    record Keys(@Doc("Names below the path; a folder ends in a slash.") List<String> keys) {}

    @Override
    public String type() {
        return "cubbyhole";
    }

    @Override
    public String help() {
        return "Stores what only the token that wrote it can read.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("{path*}", At.class, Entry.class, this::get, "Read an entry.").with(Trait.SELF),
                Route.list("{path*}", At.class, Keys.class, this::list, "List the names below a path.").with(Trait.SELF),
                Route.write("{path*}", Put.class, None.class, this::put, "Write an entry.")
                        .existence(call -> rows.get(call.store(), name(call, call.input().path())).isPresent()).with(Trait.SELF),
                Route.delete("{path*}", At.class, None.class, this::delete, "Delete an entry.").with(Trait.SELF));
    }

    private Reply<Entry> get(Call.Read<At> call) {
        return rows.get(call.store(), name(call, call.input().path())).map(Reply::of).orElseThrow(() -> new Problem.NotFound().asException());
    }

    private Reply<Keys> list(Call.Read<At> call) {
        var path = call.input().path();
        var below = owner(call) + "/" + (path.isEmpty() || path.endsWith("/") ? path : path + "/");
        var names = Page.whole(rows.names(call.store(), below, "", Page.limit(0)), 0);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<None> put(Call.Change<Put> call) {
        if (call.ask().body().isEmpty()) throw new Problem.Invalid("missing data fields").asException();
        rows.put(call.store(), name(call, call.input().path()), new Entry(call.ask().body()));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<At> call) {
        rows.delete(call.store(), name(call, call.input().path()));
        return Reply.nothing();
    }

    private static String name(Call<?> call, String path) {
        if (path.isEmpty() || path.endsWith("/")) throw new Problem.Internal(Problem.multi("missing path")).asException();
        return owner(call) + "/" + path;
    }

    private static String owner(Call<?> call) {
        if (call.caller() instanceof TokenCaller caller && caller.row().type().equals(TokenRow.SERVICE)) return caller.tokenKey();
        throw new Problem.Invalid("cubbyhole operations are only supported by \"service\" type tokens").asException();
    }
}
