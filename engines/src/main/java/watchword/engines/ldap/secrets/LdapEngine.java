package watchword.engines.ldap.secrets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Outbound;
import watchword.sdk.Reply.Revocation;
import watchword.sdk.Revocable;
import watchword.sdk.Rotating;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** Passwords of accounts in a directory: rotated, made for a lease, or lent. */
public final class LdapEngine implements Engine, Revocable, Rotating {
    private final ConfigRoutes configs;
    private final StaticRoutes statics;
    private final DynamicRoutes dynamics;
    private final LibraryRoutes libraries;

    public LdapEngine(EngineContext context, Outbound outbound) {
        var managed = new Managed(context);
        this.configs = new ConfigRoutes(context, outbound);
        this.statics = new StaticRoutes(context, configs, managed);
        this.dynamics = new DynamicRoutes(context, configs);
        this.libraries = new LibraryRoutes(new Library(context, configs, managed), configs, context.random());
    }

    @Override
    public String type() {
        return "ldap";
    }

    @Override
    public String help() {
        return "Rotates passwords in an LDAP directory, makes accounts there for a lease, and lends accounts.";
    }

    @Override
    public Set<String> names() {
        return Set.of("name", "path");
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.addAll(configs.routes());
        all.addAll(statics.routes());
        all.addAll(dynamics.routes());
        all.addAll(libraries.routes());
        return List.copyOf(all);
    }

    @Override
    public Rotated rotate(String what, Storage mountStorage) {
        if (what.equals(Config.ROW)) return configs.rotate(mountStorage);
        return what.startsWith(StaticRoutes.PREFIX) ? statics.rotate(what.substring(StaticRoutes.PREFIX.length()), mountStorage) : Rotated.GONE;
    }

    @Override
    public void revoke(Revocation revocation, Storage mountStorage) {
        if (revocation.kind().equals(LibraryRoutes.KIND)) libraries.revoke(revocation, mountStorage);
        else dynamics.revoke(revocation, mountStorage);
    }

    @Override
    public void renew(Revocation revocation, Duration newTtl, Storage mountStorage) {
        if (revocation.kind().equals(LibraryRoutes.KIND)) libraries.renew(revocation, mountStorage);
        else dynamics.renew(revocation, mountStorage);
    }
}
