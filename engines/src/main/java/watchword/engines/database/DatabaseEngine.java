package watchword.engines.database;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Outbound;
import watchword.sdk.Reply.Revocation;
import watchword.sdk.Revocable;
import watchword.sdk.Rotating;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** The {@code database} secrets engine. */
public final class DatabaseEngine implements Engine, Revocable, Rotating {
    private final Databases databases;
    private final Connections connections;
    private final Roles roles;
    private final Credentials credentials;
    private final StaticRoles staticRoles;

    public DatabaseEngine(EngineContext context, Outbound outbound) {
        this(config -> Kind.of(config.pluginName()).open(config, outbound, context.json()), context);
    }

    DatabaseEngine(Databases.Opener opener, EngineContext context) {
        var passwords = new Passwords(context);
        this.databases = new Databases(context, passwords, opener);
        this.connections = new Connections(context, databases);
        this.roles = new Roles(context);
        this.credentials = new Credentials(context, databases, roles, passwords);
        this.staticRoles = new StaticRoles(context, databases, roles, passwords);
    }

    @Override
    public String type() {
        return "database";
    }

    @Override
    public String help() {
        return "Makes accounts in databases that last as long as their lease, and changes the passwords of accounts that stay.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>(connections.routes());
        all.addAll(roles.routes());
        all.add(credentials.route());
        all.addAll(staticRoles.routes());
        return List.copyOf(all);
    }

    @Override
    public void revoke(Revocation revocation, Storage mountStorage) {
        credentials.revoke(revocation, mountStorage);
    }

    @Override
    public void renew(Revocation revocation, Duration newTtl, Storage mountStorage) {
        credentials.renew(revocation, newTtl, mountStorage);
    }

    @Override
    public Rotated rotate(String what, Storage mountStorage) {
        if (what.startsWith(StaticRoles.PREFIX)) return staticRoles.rotate(what.substring(StaticRoles.PREFIX.length()), mountStorage);
        if (what.startsWith(Connections.PREFIX) && databases.rotateRoot(mountStorage, what.substring(Connections.PREFIX.length()))) return Rotated.DONE;
        return Rotated.GONE;
    }

    @Override
    public void close() {
        databases.close();
    }
}
