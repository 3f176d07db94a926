package watchword.engines.database;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import watchword.sdk.ChangingSecret;
import watchword.sdk.EngineContext;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * The connections of a mount: their rows, and what they lead to, opened when first used and again when its row is another. While the
 * password of a connection changes, or when that broke off, the database tells by which of the two it is opened. Any thread.
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
    private boolean closed;

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
        return known != null && known.config().equals(config) ? known.database() : opened(name, config);
    }

    private synchronized Database opened(String name, Config config) {
        if (closed) throw new Problem.Unavailable("Vault is sealed").asException();
        var known = open.get(name);
        if (known != null && known.config().equals(config)) return known.database();
        var made = new Opened(config, openOnce(config));
        open.put(name, made);
        if (known != null) known.database().close();
        return made.database();
    }

    /** One that is not kept: to look whether it leads anywhere, or by somebody else's login. The caller closes it. */
    Database openOnce(Config config) {
        if (config.password().pending().isEmpty()) return opener.open(config);
        for (var candidate : config.password().candidates()) {
            var database = opener.open(config.as(config.username(), candidate));
            if (database.logsIn(config.username(), candidate)) return database;
            database.close();
        }
        return opener.open(config);
    }

    void forget(String name) {
        var known = open.remove(name);
        if (known != null) known.database().close();
    }

    // ---- the password of a connection's own user ----

    /** Gives the user that a connection logs in as a new password. @return whether there is such a connection */
    boolean rotateRoot(Storage storage, String name) {
        var found = storage.<Optional<Config>>read(store -> find(store, name));
        if (found.isEmpty()) return false;
        var config = found.get();
        if (config.username().isEmpty()) throw cannotRotate("no username in configuration");
        if (config.password().current().size() == 0) throw cannotRotate("no password in configuration");
        if (config.hasPasswordInUrl()) throw new Problem.Invalid("unable to rotate root credentials: connection_url has a password of its own, which would be the old one; have {{password}} there").asException();
        var target = new AccountPassword(config.username(), config.rootRotationStatements(), known -> openOnce(config.as(config.username(), known)));
        try {
            return target.change(storage, slot(name), () -> passwords.make(config.passwordPolicy()), clock).isPresent();
        } finally {
            forget(name);
        }
    }

    private ChangingSecret.Slot slot(String name) {
        return new ChangingSecret.Slot() {
            @Override
            public Optional<ChangingSecret> get(Storage.Reader store) {
                return find(store, name).map(Config::password);
            }

            @Override
            public void put(Storage.Writer store, ChangingSecret secret) {
                find(store, name).ifPresent(config -> rows.put(store, name, config.with(secret)));
            }
        };
    }

    private static Problem.ProblemException cannotRotate(String why) {
        return new Problem.Internal(Problem.multi("unable to rotate root credentials: " + why)).asException();
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (var name : open.keySet()) forget(name);
    }
}
