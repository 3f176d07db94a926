package watchword.engines.database;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import watchword.sdk.EngineContext;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * The connections of a mount: their rows, and what they lead to, opened when first used and again when its row is another. A password of a
 * connection that was being changed when the server died is found out by trying, before anything else is done. Any thread.
 */
final class Databases implements AutoCloseable {

    /** How a connection becomes something to work with. */
    @FunctionalInterface
    interface Opener {
        Database open(Config config);
    }

    private record Opened(Config config, Database database) {}

    private final Table<Config> rows;
    private final Passwords passwords;
    private final Opener opener;
    private final InstantSource clock;
    private final Map<String, Opened> open = new ConcurrentHashMap<>();

    Databases(EngineContext context, Passwords passwords, Opener opener) {
        this.rows = context.table("config", Config.class);
        this.passwords = passwords;
        this.opener = opener;
        this.clock = context.clock();
    }

    // ---- rows ----

    Optional<Config> find(Storage.Reader store, String name) {
        return rows.get(store, name);
    }

    List<String> names(Storage.Reader store, Page page) {
        return page.names(rows, store);
    }

    List<String> all(Storage.Reader store) {
        return rows.names(store, "", "", Page.MOST);
    }

    /** @param before what was read of it; another that wrote meanwhile is not written over */
    void put(Storage.Writer store, String name, Optional<Config> before, Config after) {
        if (!rows.get(store, name).equals(before)) throw new Problem.Conflict("the connection was changed at the same time; try again").asException();
        rows.put(store, name, after);
    }

    void delete(Storage.Writer store, String name) {
        rows.delete(store, name);
    }

    /** @throws Problem.ProblemException when there is none: whoever has a role can do nothing about that */
    Config require(Storage storage, String name) {
        return storage.<Optional<Config>>read(store -> find(store, name)).orElseThrow(() -> new Problem.Internal(Problem.multi("failed to find entry for connection with that name")).asException());
    }

    // ---- what they lead to ----

    Database of(Storage storage, String name) {
        var config = require(storage, name);
        var known = open.get(name);
        if (known != null && known.config().equals(config.pending(Optional.empty()))) return known.database();
        return opened(name, config.pending().isEmpty() ? config : settled(storage, name, config));
    }

    private synchronized Database opened(String name, Config config) {
        var plain = config.pending(Optional.empty());
        var known = open.get(name);
        if (known != null && known.config().equals(plain)) return known.database();
        var made = new Opened(plain, opener.open(plain));
        open.put(name, made);
        if (known != null) known.database().close();
        return made.database();
    }

    /** One that is not kept: to look whether it leads anywhere, or by somebody else's login. The caller closes it. */
    Database openOnce(Config config) {
        return opener.open(config.pending(Optional.empty()));
    }

    void forget(String name) {
        var known = open.remove(name);
        if (known != null) known.database().close();
    }

    /** Which of two passwords is in force. */
    private Config settled(Storage storage, String name, Config config) {
        try (var database = openOnce(config)) {
            if (database.logsIn(config.username(), config.password())) return config;
            var next = config.pending().orElseThrow();
            if (!database.logsIn(config.username(), next)) return config;
            return confirm(storage, name, next).orElse(config);
        }
    }

    private Optional<Config> confirm(Storage storage, String name, Secret next) {
        return storage.write(store -> {
            var row = find(store, name).filter(config -> config.pending().filter(next::equals).isPresent()).map(config -> config.rotated(next, clock.instant()));
            row.ifPresent(config -> rows.put(store, name, config));
            return row;
        });
    }

    // ---- the password of a connection's own user ----

    /**
     * Gives the user that a connection logs in as a new password: on record before the database is told, tried after, and only then the one.
     *
     * @return whether there is such a connection
     */
    boolean rotateRoot(Storage storage, String name) {
        var found = storage.<Optional<Config>>read(store -> find(store, name));
        if (found.isEmpty()) return false;
        if (found.get().username().isEmpty()) throw cannotRotate("no username in configuration");
        if (found.get().password().size() == 0) throw cannotRotate("no password in configuration");
        var before = found.get().pending().isEmpty() ? found.get() : settled(storage, name, found.get());
        if (found.get().pending().isPresent() && before.pending().isEmpty()) return true; // an earlier call had got that far
        var next = before.pending().orElseGet(() -> note(storage, name, before, passwords.make(before.passwordPolicy())));
        try {
            var database = of(storage, name);
            database.setPassword(before.username(), next, before.rootRotationStatements());
            if (!database.logsIn(before.username(), next)) throw new Problem.Upstream("the database does not take the new password; the old one stays").asException();
            var unused = confirm(storage, name, next);
            return true;
        } finally {
            forget(name); // it is found out anew which password is in force
        }
    }

    private Secret note(Storage storage, String name, Config before, Secret next) {
        storage.update(store -> put(store, name, Optional.of(before), before.pending(Optional.of(next))));
        return next;
    }

    private static Problem.ProblemException cannotRotate(String why) {
        return new Problem.Internal(Problem.multi("unable to rotate root credentials: " + why)).asException();
    }

    @Override
    public void close() {
        for (var name : open.keySet()) forget(name);
    }
}
