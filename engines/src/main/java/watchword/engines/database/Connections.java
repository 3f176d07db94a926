package watchword.engines.database;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Event;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.UsernameTemplate;

/** {@code config}: the connections, and what can be done with one as a whole. */
final class Connections {
    static final String PREFIX = "config/";
    private static final String IN_URL =
            "Password found in connection_url, use a templated url to enable root rotation and prevent read access to password information.";

    private final EngineContext context;
    private final Databases databases;

    Connections(EngineContext context, Databases databases) {
        this.context = context;
        this.databases = databases;
    }

    record Named(@Doc("Name of the connection.") String name) {}

    record Keys(@Doc("Names of the connections, sorted.") List<String> keys) {}

    record Plugin(@Doc("Kind of database.") String pluginName) {}

    record Reloaded(@Doc("Names of the connections that were opened anew.") List<String> connections, @Doc("How many they are.") long count) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("config", Page.class, Keys.class, call -> Reply.of(new Keys(databases.names(call.store(), call.input()))), "List the connections."),
                Route.read("config/{name}", Named.class, Config.Shown.class, call -> Reply.of(databases.find(call.store(), Roles.name(call.input().name())).orElseThrow(() -> new Problem.NotFound().asException()).shown()),
                        "Read a connection, without its secrets."),
                Route.effect(Operation.WRITE, "config/{name}", Config.Write.class, None.class, this::write, "Create or change a connection, which is tried first; what is not sent stays.")
                        .existence(call -> databases.find(call.store(), Roles.name(call.input().name())).isPresent()),
                Route.effect(Operation.DELETE, "config/{name}", Named.class, None.class, this::delete, "Delete a connection."),
                Route.effect(Operation.WRITE, "reset/{name}", Named.class, None.class, this::reset, "Close a connection, and open it anew."),
                Route.effect(Operation.WRITE, "reload/{plugin_name}", Plugin.class, Reloaded.class, this::reload, "Close all connections to one kind of database, and open them anew."),
                Route.effect(Operation.WRITE, "rotate-root/{name}", Named.class, None.class, this::rotateRoot, "Change the password of the user that a connection logs in as."));
    }

    private Reply<None> write(Call.Effect<Config.Write> call) {
        var name = Roles.name(call.input().name());
        var before = call.storage().<Optional<Config>>read(store -> databases.find(store, name));
        var after = before.orElse(Config.NEW).with(call.input(), call.ask().body());
        UsernameTemplate.parse(after.template()).requireFresh(call.now(), context.random());
        try (var database = databases.openOnce(after)) { // looks at the address, too
            if (call.input().verifyConnection().orElse(true)) verify(database);
        }
        call.storage().update(store -> databases.put(store, name, before, after));
        databases.forget(name);
        var reply = Reply.<None>nothing().tell(Event.changed("database", "config-write", PREFIX + name).readable(PREFIX + name));
        var last = after.password().since().equals(Instant.EPOCH) ? call.now() : after.password().since();
        var rotation = after.terms().of(PREFIX + name, last);
        var scheduled = rotation.schedule().isPresent() || before.isPresent() ? reply.rotates(rotation) : reply;
        return after.hasPasswordInUrl() ? scheduled.warn(IN_URL) : scheduled;
    }

    private static void verify(Database database) {
        try {
            database.verify();
        } catch (Problem.ProblemException failed) {
            throw new Problem.Invalid("error creating database object: error verifying connection: " + String.join("; ", failed.problem().messages())).asException();
        }
    }

    private Reply<None> delete(Call.Effect<Named> call) {
        var name = Roles.name(call.input().name());
        call.storage().update(store -> databases.delete(store, name));
        databases.forget(name);
        return Reply.<None>nothing().rotatesNoMore(PREFIX + name).tell(Event.changed("database", "config-delete", PREFIX + name));
    }

    private Reply<None> reset(Call.Effect<Named> call) {
        var name = Roles.name(call.input().name());
        databases.forget(name);
        databases.of(call.storage(), name).verify();
        return Reply.<None>nothing().tell(Event.changed("database", "reset", "reset/" + name).with("name", name));
    }

    private Reply<Reloaded> reload(Call.Effect<Plugin> call) {
        var reloaded = new ArrayList<String>();
        int failures = 0;
        for (var name : call.storage().<List<String>>read(databases::all)) {
            var config = call.storage().<Optional<Config>>read(store -> databases.find(store, name));
            if (config.filter(row -> row.pluginName().equals(call.input().pluginName())).isEmpty()) continue;
            databases.forget(name);
            try {
                databases.of(call.storage(), name).verify();
                reloaded.add(name);
            } catch (Problem.ProblemException failed) {
                failures++;
            }
        }
        var reply = Reply.of(new Reloaded(reloaded, reloaded.size()));
        if (failures > 0) return reply.warn(failures + " connections could not be opened anew");
        return reloaded.isEmpty() ? reply.warn("no connections were found with this plugin_name") : reply;
    }

    private Reply<None> rotateRoot(Call.Effect<Named> call) {
        var name = Roles.name(call.input().name());
        var _ = databases.require(call.storage(), name);
        call.rotate(PREFIX + name);
        return Reply.<None>nothing().tell(Event.changed("database", "root-rotate", "rotate-root/" + name).with("name", name));
    }
}
